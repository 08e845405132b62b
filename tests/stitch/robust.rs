//! Faults around stitching: damaged files, clients that leave, a server that is killed, clips that
//! cannot be loops.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use virtual_coach::ffmpeg::Tools;
use virtual_coach::render::RenderSettings;
use virtual_coach::workout::IntervalKind::Work;

use crate::eyes::stitched;
use crate::fixture::{
    Fixture, H264, collect, decode_strictly, ffmpeg, interval, numbered_clip, numbers, settings, tools,
};
use crate::program::{self, Server};

const PATH: &str = "/api/generate-workout-video";

/// An FFmpeg that appends a line to `encodings` for each encoding of frames, and runs `first` then.
fn counting(folder: &Path, first: &str) -> PathBuf {
    let path = folder.join("ffmpeg-that-counts");
    let script = format!(
        "#!/bin/sh\ncase \"$COACH_TASK\" in loop | render-frames) echo >>'{}/encodings'; {first};; esac\nexec ffmpeg \"$@\"\n",
        folder.display()
    );
    std::fs::write(&path, script).expect("a script");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("its mode");
    path
}

pub fn encodings(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("encodings")).map_or(0, |lines| lines.lines().count())
}

pub fn settings_with(ffmpeg: PathBuf) -> RenderSettings {
    let mut settings = settings();
    settings.tools = Arc::new(Tools { ffmpeg, ..tools() });
    settings
}

/// Waits until the only prepared loop is kept: a stream sends frames before the loop's check.
pub async fn kept(folder: &Path) -> PathBuf {
    for _ in 0..200 {
        let files = std::fs::read_dir(folder.join("cache/loops")).expect("a folder");
        let mut files = files.flatten().map(|file| file.path());
        if let Some(file) = files.find(|file| file.extension().is_some_and(|e| e == "loop")) {
            return file;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no loop is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_made_again() {
    let mut fixture = Fixture::new();
    numbered_clip(&fixture.clip("count", "count.mp4"), 30, &H264);
    let settings = settings_with(counting(fixture.folder(), ":"));
    let plan = stitched(vec![interval(Work, "count", 95, (1, 1), None)]);
    let first = fixture
        .render_with(settings.clone(), plan.clone(), "first.mp4")
        .await;
    let first = std::fs::read(first).unwrap();
    assert_eq!(encodings(fixture.folder()), 1);
    let file = kept(fixture.folder()).await;
    let whole = std::fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let damages = [flipped, whole[..whole.len() / 3].to_vec(), Vec::new()];
    for (n, damaged) in damages.into_iter().enumerate() {
        std::fs::write(&file, damaged).unwrap();
        let again = fixture
            .render_with(settings.clone(), plan.clone(), "again.mp4")
            .await;
        assert_eq!(encodings(fixture.folder()), n + 2, "it was not made again");
        assert!(
            std::fs::read(again).unwrap() == first,
            "another video after damage {n}"
        );
        assert!(
            std::fs::read(kept(fixture.folder()).await).unwrap() == whole,
            "another file after damage {n}"
        );
    }
    // If it is not damaged, the loop is not encoded again.
    fixture.render_with(settings, plan, "last.mp4").await;
    assert_eq!(encodings(fixture.folder()), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_requests_at_once_prepare_once_and_one_that_leaves_spoils_nothing() {
    let mut fixture = Fixture::new();
    numbered_clip(&fixture.clip("count", "count.mp4"), 30, &H264);
    let settings = settings_with(counting(fixture.folder(), "sleep 1"));
    let plan = Arc::new(stitched(vec![interval(Work, "count", 95, (1, 1), None)]));
    let renderer = fixture.renderer(settings).await;
    // The client leaves while its loop is being prepared.
    let leaving = renderer.start(Arc::clone(&plan));
    let left = tokio::time::timeout(Duration::from_millis(300), leaving).await;
    assert!(left.is_err(), "the loop was there too soon");
    let whole = async || collect(renderer.start(Arc::clone(&plan)).await.expect("a rendering")).await;
    let (one, other) = tokio::join!(whole(), whole());
    let (one, other) = (one.expect("a whole video"), other.expect("a whole video"));
    assert!(one == other, "two viewers get two videos");
    assert_eq!(encodings(fixture.folder()), 1);
    let path = fixture.result("one.mp4");
    std::fs::write(&path, one).unwrap();
    let seen = numbers(&path, "854:480:0:0");
    assert_eq!(seen.len(), 95);
    assert!(
        seen.iter()
            .enumerate()
            .all(|(n, seen)| seen.is_some_and(|seen| seen.number == n as u64 % 30))
    );
}

async fn ask(server: &Server, body: &Value) -> reqwest::Response {
    let request = server.request(Method::POST, PATH).json(body);
    request.send().await.expect("an answer")
}

fn short(renderer: &str) -> Value {
    json!({
        "exercise_names": ["push-ups"], "renderer": renderer,
        "config": {"resolution": "480p", "intervals": {"get_ready": 1, "work_time": 3, "finish": 1}}
    })
}

/// The whole answer, which must be a video by `renderer` that decodes without an error.
async fn video(server: &Server, answer: reqwest::Response, renderer: &str) -> Vec<u8> {
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-workout-renderer"], renderer);
    let bytes = answer.bytes().await.expect("a whole video").to_vec();
    let path = server.folder().join("answer.mp4");
    std::fs::write(&path, &bytes).unwrap();
    decode_strictly(&path);
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_while_it_prepares_begins_anew() {
    let folder = program::furnished();
    let ffmpeg = counting(folder.path(), "[ -e slow ] && sleep 3");
    std::fs::write(folder.path().join("slow"), "").unwrap();
    let arguments = ["--ffmpeg", ffmpeg.to_str().unwrap(), "--ffprobe", "ffprobe"];
    let server = Server::start_in(folder, &arguments);
    let asked = tokio::time::timeout(Duration::from_secs(1), ask(&server, &short("stitch"))).await;
    assert!(asked.is_err(), "it answered without a loop");
    assert_eq!(encodings(server.folder()), 1);
    let folder = server.kill();
    std::fs::remove_file(folder.path().join("slow")).unwrap();
    // An unfinished temporary file, as if the program had been killed while it wrote.
    std::fs::write(folder.path().join("cache/loops/aside-abc"), b"VCLOOP").unwrap();
    let server = Server::start_in(folder, &arguments);
    let first = video(&server, ask(&server, &short("stitch")).await, "stitch").await;
    kept(server.folder()).await;
    let folder = server.kill();
    // Now the loop is in the cache.
    let before = encodings(folder.path());
    let server = Server::start_in(folder, &arguments);
    let second = video(&server, ask(&server, &short("auto")).await, "stitch").await;
    assert_eq!(encodings(server.folder()), before);
    assert!(first == second, "another video from the same loop");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_clip_is_for_the_graph() {
    let folder = program::furnished();
    let long_clip = folder.path().join("videos/push-ups.mp4");
    // One frame more than the longest loop may have.
    let mut arguments = vec![
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=160x90:rate=30,trim=end_frame=1201",
    ];
    arguments.extend(H264);
    arguments.push(long_clip.to_str().unwrap());
    ffmpeg(&arguments);
    let server = Server::start_in(folder, &["--preset", "ultrafast"]);
    video(&server, ask(&server, &short("auto")).await, "graph").await;
    video(&server, ask(&server, &short("graph")).await, "graph").await;
    let refused = ask(&server, &short("stitch")).await;
    assert_eq!(refused.status(), 422);
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["errors"][0]["pointer"], "/renderer", "{problem}");
    let told = problem.to_string();
    assert!(told.contains("40 s") && told.contains("push-ups"), "{told}");
    assert!(
        !told.contains(server.folder().to_str().unwrap()),
        "a path is told: {told}"
    );
}
