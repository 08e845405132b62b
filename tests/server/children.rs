//! Children that hang, spin, die or find no room, by their declared task. The tests check the
//! answers to clients, that the next request works, and that no child outlives the server, however
//! the server dies.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use reqwest::{Method, Response};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Server, Task, command, ffmpeg_that, ffprobe_that, furnished};

const GENERATE: &str = "/api/generate-workout-video";
const POSTER: &str = "/api/exercises/push-ups/poster.jpg";
const PREVIEW: &str = "/api/exercises/push-ups/preview.mp4";
/// The longest time for something immediate, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn workout(renderer: &str) -> Value {
    json!({
        "exercise_names": ["push-ups"], "renderer": renderer,
        "config": {"resolution": "480p", "intervals": {"get_ready": 1, "work_time": 2, "finish": 1}}
    })
}

async fn ask(server: &Server, renderer: &str) -> Response {
    let request = server.request(Method::POST, GENERATE).json(&workout(renderer));
    let answer = tokio::time::timeout(PATIENCE, request.send()).await;
    answer.expect("an answer in time").expect("an answer")
}

/// The whole video by this renderer.
async fn video(server: &Server, asked: &str, renderer: &str) {
    let answer = ask(server, asked).await;
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    assert_eq!(answer.headers()["x-workout-renderer"], renderer);
    let whole = answer.bytes().await.expect("a whole video");
    assert!(whole.len() > 10_000, "{} bytes", whole.len());
}

/// Waits for a stitched video, at once or after the pause that follows a hang.
async fn after_a_rest(server: &Server) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = ask(server, "stitch").await;
        if answer.status() == 200 {
            assert!(answer.bytes().await.expect("a whole video").len() > 10_000);
            return;
        }
        assert!(answer.headers().contains_key("retry-after"));
        assert_eq!(problem(answer).await, (503, "/problems/capacity".to_owned()));
        assert!(Instant::now() < deadline, "it is left alone for ever");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn problem(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let problem: Value = answer.json().await.expect("a problem");
    (status, problem["type"].as_str().unwrap_or_default().to_owned())
}

/// The counts of a task in the `troubles` of `/ready`.
async fn trouble(server: &Server, task: Task, what: &str) -> u64 {
    let report: Value = server.get("/ready").await.json().await.expect("a report");
    let troubles = report["troubles"].as_array().expect("troubles").iter();
    let of = troubles.filter(|trouble| trouble["task"] == task.name());
    of.filter_map(|trouble| trouble[what].as_u64()).sum()
}

/// A server with short deadlines whose FFmpeg and FFprobe run `first` for that task.
#[allow(clippy::needless_pass_by_value)] // reads better where it is called
fn server_with(folder: TempDir, task: impl std::fmt::Display, first: &str, more: &[&str]) -> Server {
    let ffmpeg = ffmpeg_that(folder.path(), &task, first);
    let ffprobe = ffprobe_that(folder.path(), &task, first);
    let tools = ["--ffmpeg", &ffmpeg, "--ffprobe", &ffprobe];
    Server::start_in(folder, &[&tools[..], more].concat())
}

/// Short deadlines, but long enough for healthy work on a busy machine.
const HURRY: [&str; 2] = ["--patience", "6"];
/// Hangs as long as the file `hang` exists.
const HANG: &str = "[ -e hang ] && exec sleep 600";

fn hanging() -> TempDir {
    let folder = furnished();
    std::fs::write(folder.path().join("hang"), "").unwrap();
    folder
}

fn release(server: &Server) {
    std::fs::remove_file(server.folder().join("hang")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn auto_takes_the_graph_for_a_loop_that_hangs_and_the_loop_is_made_when_it_can_be() {
    for first in [HANG, "[ -e hang ] && while :; do :; done"] {
        let server = server_with(hanging(), Task::Loop, first, &HURRY);
        video(&server, "auto", "graph").await;
        assert!(trouble(&server, Task::Loop, "overdue").await >= 1);
        release(&server);
        after_a_rest(&server).await;
        server.childless(PATIENCE).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cues_that_hang_are_no_end_of_stitching() {
    let server = server_with(hanging(), Task::Cue, HANG, &HURRY);
    video(&server, "auto", "graph").await;
    assert!(trouble(&server, Task::Cue, "overdue").await >= 1);
    release(&server);
    video(&server, "auto", "stitch").await;
    server.childless(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_hangs_or_is_killed_leaves_the_clip_fit() {
    for first in [HANG, "[ -e hang ] && kill -KILL $$"] {
        let server = server_with(hanging(), Task::Verify, first, &HURRY);
        video(&server, "stitch", "stitch").await;
        let deadline = Instant::now() + PATIENCE;
        let seen = async || {
            trouble(&server, Task::Verify, "overdue").await + trouble(&server, Task::Verify, "killed").await
        };
        while seen().await < 2 || !server.children().is_empty() {
            assert!(Instant::now() < deadline, "the check does not end");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        release(&server);
        after_a_rest(&server).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hung_posters_stop_no_others() {
    // The first two posters hang.
    let first = "{ mkdir one || mkdir two; } 2>/dev/null && exec sleep 600";
    let server = server_with(furnished(), Task::Poster, first, &HURRY);
    let other = "/api/exercises/air-squat/poster.jpg";
    let (one, two) = tokio::join!(server.get(POSTER), server.get(other));
    for hung in [one, two] {
        assert_eq!(
            problem(hung).await,
            (504, "/problems/render-timeout".to_owned()),
            "a hung poster"
        );
    }
    assert_eq!(server.get(PREVIEW).await.status(), 200);
    for path in [POSTER, other] {
        // The server does not retry a hung poster for a while.
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = server.get(path).await;
            if answer.status() == 200 {
                break;
            }
            assert!(answer.headers().contains_key("retry-after"), "{path}");
            assert_eq!(problem(answer).await, (503, "/problems/capacity".to_owned()));
            assert!(Instant::now() < deadline, "{path} never comes");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    server.childless(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rendering_that_hangs_in_any_of_its_processes_is_a_timeout() {
    for task in [Task::RenderFrames, Task::RenderAac, Task::Preview] {
        let server = server_with(hanging(), task, HANG, &["--patience", "6", "--timeout", "6"]);
        let hung = if task == Task::Preview {
            server.get(PREVIEW).await
        } else {
            ask(&server, "graph").await
        };
        assert_eq!(
            problem(hung).await,
            (504, "/problems/render-timeout".to_owned()),
            "{task}"
        );
        release(&server);
        video(&server, "graph", "graph").await;
        server.childless(PATIENCE).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_clips_that_hangs_ends_and_says_whose_fault_it_is() {
    for task in [Task::Probe, Task::Decode, Task::Version] {
        let server = server_with(hanging(), task, HANG, &["--patience", "4"]);
        let exercise: Value = server
            .get("/api/exercises/push-ups")
            .await
            .json()
            .await
            .expect("an exercise");
        if task == Task::Version {
            assert_eq!(exercise["available"], true);
            continue;
        }
        assert_eq!(exercise["available"], false, "{task}");
        let told = exercise.to_string();
        assert!(told.contains("took too long"), "{task}: {told}");
        // Two clips, each tried twice.
        assert!(trouble(&server, task, "overdue").await >= 2, "{task}");
        server.childless(PATIENCE).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_is_killed_once_is_started_again() {
    // The first child of each task is killed, except for renderings, whose viewers have already
    // received a part.
    let first =
        "mkdir died-$COACH_TASK 2>/dev/null && case $COACH_TASK in render-*) ;; *) kill -KILL $$;; esac";
    let server = server_with(furnished(), "*", first, &[]);
    video(&server, "stitch", "stitch").await;
    for path in [POSTER, PREVIEW] {
        assert_eq!(server.get(path).await.status(), 200, "{path}");
    }
    server.childless(PATIENCE).await;
    let survived = [
        Task::Version,
        Task::Probe,
        Task::Decode,
        Task::Trial,
        Task::Loop,
        Task::Verify,
    ];
    for task in survived
        .into_iter()
        .chain([Task::Cue, Task::Poster, Task::Preview])
    {
        assert!(
            trouble(&server, task, "killed").await >= 1,
            "no {task} was killed"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn graphs_end_when_their_standard_input_does() {
    let real = crate::program::ffmpeg().into_string().unwrap();
    let closed = format!("exec {real} \"$@\" </dev/null");
    for (task, renderer) in [(Task::Loop, "stitch"), (Task::RenderFrames, "graph")] {
        // With this patience no deadline ends the child.
        let server = server_with(furnished(), task, &closed, &["--patience", "3600"]);
        let answer = ask(&server, renderer).await;
        let failed = answer.status() == 500 || answer.bytes().await.is_err();
        assert!(failed, "a video without a bar by {renderer}");
        server.childless(PATIENCE).await;
    }
}

/// Sets the number of files that the server may open.
fn allow_files(server: &Server, files: Option<u64>) {
    let process = Pid::from_raw(server.process() as i32);
    let now = rustix::process::getrlimit(Resource::Nofile);
    let limit = Rlimit {
        current: files.or(now.maximum),
        maximum: now.maximum,
    };
    prlimit(process, Resource::Nofile, limit).expect("the limit is set");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_descriptors_the_server_has_no_capacity_until_it_has_some_again() {
    let server = Server::start(&[]);
    // This connection stays open.
    assert_eq!(server.get("/health").await.status(), 200);
    // All descriptors below the limit are in use: the server can open no more.
    allow_files(&server, Some(8));
    for renderer in ["graph", "stitch", "auto"] {
        let answer = ask(&server, renderer).await;
        assert!(answer.headers().contains_key("retry-after"), "{renderer}");
        assert_eq!(
            problem(answer).await,
            (503, "/problems/capacity".to_owned()),
            "{renderer}"
        );
    }
    for path in [POSTER, PREVIEW] {
        assert_eq!(
            problem(server.get(path).await).await,
            (503, "/problems/capacity".to_owned()),
            "{path}"
        );
    }
    allow_files(&server, None);
    video(&server, "auto", "stitch").await;
    video(&server, "graph", "graph").await;
    for path in [POSTER, PREVIEW] {
        assert_eq!(server.get(path).await.status(), 200, "{path}");
    }
    server.childless(PATIENCE).await;
}

/// Processes in a folder, by process id and command line.
fn processes_in(folder: &Path) -> Vec<String> {
    let folder = folder.canonicalize().unwrap();
    let here = |entry: std::fs::DirEntry| {
        let cwd = std::fs::read_link(entry.path().join("cwd")).ok()?;
        let line = std::fs::read_to_string(entry.path().join("cmdline")).ok()?;
        // A zombie has neither.
        (cwd == folder).then(|| format!("{} {}", entry.file_name().display(), line.replace('\0', " ")))
    };
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    all.filter_map(here).collect()
}

fn none_is_left(folder: &Path) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !processes_in(folder).is_empty() {
        assert!(
            Instant::now() < deadline,
            "they outlive the server: {:#?}",
            processes_in(folder)
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_child_outlives_a_killed_server_by_a_hang() {
    let hangs = "touch hangs; exec sleep 600";
    let server = server_with(furnished(), "loop|render-frames", hangs, &["--prepare", "true"]);
    let asked = server.request(Method::POST, GENERATE).json(&workout("graph"));
    let asked = tokio::spawn(asked.send());
    let deadline = Instant::now() + PATIENCE;
    while server.children().len() < 2 || !server.folder().join("hangs").exists() {
        assert!(Instant::now() < deadline, "nothing hangs");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let folder = server.kill();
    assert!(asked.await.unwrap().is_err());
    none_is_left(folder.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_child_outlives_a_server_that_is_killed_at_any_instant() {
    let seed = rand::rng().random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut at_work = 0;
    for round in 0..12 {
        let folder = furnished();
        if round % 3 == 0 {
            // The server is still inspecting its clips and does not serve yet.
            let mut server = command(folder.path(), &["serve", "--bind", "127.0.0.1:0"])
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_millis(random.random_range(0..400)));
            server.kill().unwrap();
            server.wait().unwrap();
            none_is_left(folder.path());
            continue;
        }
        let server = Server::start_in(folder, &["--prepare", "true"]);
        let mut long = workout("graph");
        long["config"]["intervals"]["work_time"] = 600.into();
        let asked = [
            tokio::spawn(server.request(Method::POST, GENERATE).json(&long).send()),
            tokio::spawn(server.request(Method::GET, POSTER).send()),
            tokio::spawn(server.request(Method::GET, PREVIEW).send()),
        ];
        tokio::time::sleep(Duration::from_millis(random.random_range(0..1500))).await;
        at_work += usize::from(!server.children().is_empty());
        let folder = server.kill();
        for request in asked {
            let _ = request.await;
        }
        none_is_left(folder.path());
    }
    assert!(at_work >= 4, "it had children in {at_work} of 8 rounds");
}

#[test]
fn the_launcher_refuses_to_work_for_another() {
    let program = env!("CARGO_BIN_EXE_virtual-coach");
    let launch = |arguments: &[&str]| Command::new(program).args(arguments).output().unwrap();
    let me = std::process::id().to_string();
    let echoed = launch(&["launch", &me, "echo", "--bind", "a b"]);
    assert_eq!(String::from_utf8_lossy(&echoed.stdout), "--bind a b\n");
    let other = launch(&["launch", "1", "echo", "never"]);
    assert!(!other.status.success() && other.stdout.is_empty(), "{other:?}");
    let missing = launch(&["launch", &me, "/no/such/program"]);
    assert_eq!(missing.status.code(), Some(127));
    assert_eq!(launch(&["launch"]).status.code(), Some(2));
}
