//! More requests than the server can work on at once: the order in which they are served, the
//! refusals, and the work of clients that have left. FFmpeg is a stand-in that logs each task, and
//! waits while a file exists.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::program::{Server, ffmpeg, furnished};
use futures_util::StreamExt as _;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinSet;

const PATIENCE: Duration = Duration::from_secs(120);
/// Number of exercises, each with a clip of its own.
const EXERCISES: usize = 20;
/// Number of loops that may wait to be prepared.
const LOOPS_WAITING: usize = 64;
/// Number of posters and previews that may be in progress or wait.
const STILLS: usize = 2 + 128;

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// A folder of exercises whose clips look alike but differ in their bytes.
fn gym() -> TempDir {
    let folder = furnished();
    let videos = folder.path().join("videos");
    let clip = std::fs::read(videos.join("push-ups.mp4")).unwrap();
    let file = folder.path().join("exercises.json");
    let mut catalogue: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let first = catalogue["exercises"][0].clone();
    let exercises = (0..EXERCISES).map(|number| {
        let mut clip = clip.clone();
        // A box without meaning (ISO/IEC 14496-12 8.1.2).
        clip.extend([0, 0, 0, 9]);
        clip.extend(b"free");
        clip.push(number as u8);
        std::fs::write(videos.join(format!("e{number}.mp4")), clip).unwrap();
        let mut exercise = first.clone();
        exercise["id"] = format!("e{number}").into();
        exercise["name"] = format!("Exercise {number}").into();
        exercise["video"] = format!("e{number}.mp4").into();
        exercise
    });
    catalogue["exercises"] = exercises.collect();
    std::fs::write(&file, catalogue.to_string()).unwrap();
    folder
}

/// Logs each loop and thumbnail, takes some time for a loop, and waits while the file `hold`
/// exists.
fn stand_in(folder: &Path) -> String {
    let path = folder.join("slow-ffmpeg");
    let real = ffmpeg().into_string().unwrap();
    let wait = "while [ -e hold ]; do sleep 0.05; done";
    let script = format!(
        "#!/bin/sh\ncase \"$COACH_TASK\" in\n\
         loop) echo loop >> loops.log; sleep 0.3; {wait};;\n\
         poster) echo still >> stills.log; {wait};;\n\
         esac\nexec {real} \"$@\"\n"
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn hold(server: &Server, held: bool) {
    let file = server.folder().join("hold");
    if held {
        std::fs::write(file, "").unwrap();
    } else {
        std::fs::remove_file(file).unwrap();
    }
}

fn lines(server: &Server, log: &str) -> Vec<String> {
    let text = std::fs::read_to_string(server.folder().join(log)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < deadline, "not yet: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A short workout; `variety` sets its size and whether it has a HUD, so that its loops differ.
fn workout(exercises: &[usize], variety: usize) -> Value {
    let names: Vec<String> = exercises
        .iter()
        .map(|number| format!("e{}", number % EXERCISES))
        .collect();
    let mut config = json!({
        "resolution": (["480p", "720p"][variety / 4 % 2]),
        "orientation": (["landscape", "portrait"][variety % 2]),
        "fit": "contain",
        "intervals": {"get_ready": 1, "work_time": 2, "rest_time": 1, "finish": 1},
    });
    for what in ["timer", "progress_bar", "exercise_name", "round"] {
        config[format!("show_{what}")] = (variety / 2).is_multiple_of(2).into();
    }
    json!({"exercise_names": names, "renderer": "stitch", "config": config})
}

/// Starts a request that reads its answer to the end, and gives its status and `Retry-After`.
fn ask(
    all: &mut JoinSet<(StatusCode, Option<String>)>,
    server: &Server,
    method: Method,
    path: &str,
    body: Option<&Value>,
) {
    let mut request = server.request(method, path);
    if let Some(body) = body {
        request = request.json(body);
    }
    all.spawn(async move {
        let answer = request.send().await.expect("an answer");
        let retry = answer.headers().get("retry-after");
        let retry = retry.map(|seconds| seconds.to_str().unwrap().to_owned());
        let status = answer.status();
        // The answer may be cut when the server ends.
        let _ = answer.bytes().await;
        (status, retry)
    });
}

/// Waits until this many requests were refused, each with a `Retry-After`.
async fn refused(all: &mut JoinSet<(StatusCode, Option<String>)>, count: usize) {
    for number in 0..count {
        let next = tokio::time::timeout(PATIENCE, all.join_next()).await;
        let next = next.unwrap_or_else(|_| panic!("only {number} of {count} were refused"));
        let (status, retry) = next.expect("a request").expect("no panic");
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        let retry: u32 = retry.expect("a Retry-After").parse().expect("seconds");
        assert!((1..=120).contains(&retry), "{retry} s");
    }
    let more = tokio::time::timeout(Duration::from_millis(500), all.join_next()).await;
    assert!(more.is_err(), "too many were answered: {more:?}");
}

async fn link(server: &Server, workout: &Value, what: &str) -> String {
    let ask = server.request(Method::POST, "/api/workouts").json(workout);
    let made: Value = ask.send().await.unwrap().json().await.unwrap();
    made["links"][what]
        .as_str()
        .unwrap_or_else(|| panic!("{made}"))
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn queues_are_bounded_fair_and_forget_those_who_leave() {
    let folder = gym();
    let slow = stand_in(folder.path());
    let server = Server::start_in(
        folder,
        &[
            "--ffmpeg",
            &slow,
            "--ffprobe",
            "ffprobe",
            "--timeout",
            "600",
            "--preset",
            "ultrafast",
        ],
    );
    streams_that_leave(&server).await;
    a_viewer_behind_files(&server).await;
    posters_that_leave(&server).await;
}

async fn streams_that_leave(server: &Server) {
    // Each stream needs a loop of its own, and none gets it.
    hold(server, true);
    let mut streams = JoinSet::new();
    for number in 0..LOOPS_WAITING + cores() + 6 {
        let workout = workout(&[number], number / EXERCISES);
        ask(
            &mut streams,
            server,
            Method::POST,
            "/api/generate-workout-video",
            Some(&workout),
        );
    }
    refused(&mut streams, 6).await;
    assert_eq!(lines(server, "loops.log").len(), cores());
    // All clients leave. Preparations that have begun are finished; no others begin.
    streams.shutdown().await;
    // The late request is refused while the queue is full, and accepted when the server has noticed
    // the free places.
    let late = workout(&[0], 7);
    let deadline = Instant::now() + PATIENCE;
    let answer = loop {
        let request = server
            .request(Method::POST, "/api/generate-workout-video")
            .json(&late);
        let sent = tokio::spawn(request.send());
        tokio::time::sleep(Duration::from_millis(300)).await;
        if !sent.is_finished() {
            break sent;
        }
        assert_eq!(
            sent.await.unwrap().unwrap().status(),
            StatusCode::SERVICE_UNAVAILABLE
        );
        assert!(Instant::now() < deadline, "the queue is still full");
    };
    hold(server, false);
    let answer = answer.await.unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.bytes().await.expect("a whole video");
    assert_eq!(
        lines(server, "loops.log").len(),
        cores() + 1,
        "work of those who left was done"
    );
}

async fn a_viewer_behind_files(server: &Server) {
    // Files of many links need far more loops than can be prepared at once; then comes a viewer who
    // needs another size.
    hold(server, true);
    let before = lines(server, "loops.log").len();
    let mut files = JoinSet::new();
    for number in 0..34 {
        let workout = workout(&[number, number + 7, number + 13], 4 + number % 2);
        let path = link(server, &workout, "video").await;
        ask(&mut files, server, Method::GET, &path, None);
    }
    until("all places are taken", || {
        lines(server, "loops.log").len() == before + cores()
    })
    .await;
    // Gives the other requests time to enter the queue.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let viewer = workout(&[3, 4], 0);
    let viewer = server
        .request(Method::POST, "/api/generate-workout-video")
        .json(&viewer);
    let viewer = tokio::spawn(viewer.send());
    tokio::time::sleep(Duration::from_millis(500)).await;
    hold(server, false);
    let answer = viewer.await.unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let mut video = answer.bytes_stream();
    video.next().await.expect("a first piece").expect("no error");
    let begun = lines(server, "loops.log").len() - before;
    // Before the viewer's loop come those that had begun, and a few on the other cores while it was
    // prepared; there are some 40 in all.
    assert!(begun <= 5 * cores(), "{begun} loops came before the viewer's");
    while let Some(piece) = video.next().await {
        piece.expect("a whole video");
    }
    files.shutdown().await;
}

async fn posters_that_leave(server: &Server) {
    // Posters of different exercises, sizes and fits, so that no two are the same.
    hold(server, true);
    let mut posters = JoinSet::new();
    for number in 0..STILLS + 6 {
        let mut workout = workout(&[number], number / EXERCISES % 2);
        workout["config"]["resolution"] = ["480p", "720p", "1080p"][number / EXERCISES / 2 % 3].into();
        workout["config"]["fit"] = ["contain", "cover"][number / EXERCISES / 6].into();
        let path = link(server, &workout, "poster").await;
        ask(&mut posters, server, Method::GET, &path, None);
    }
    refused(&mut posters, 6).await;
    posters.shutdown().await;
    hold(server, false);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = server.get("/api/exercises/e0/poster.jpg").await;
        if answer.status() == StatusCode::OK {
            break;
        }
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(Instant::now() < deadline, "the queue is still full");
    }
    let made = lines(server, "stills.log").len();
    assert!(made < 20, "{made} pictures were made that nobody waited for");
}
