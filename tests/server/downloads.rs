//! Downloads of a link's video by other programs: interrupted, resumed, from a restarted server,
//! and decoded for comparison with the stream of the same workout.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::program::Server;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Bytes per second of a download that the test interrupts.
const SLOW: &str = "1M";
/// Bytes to the middle of a download; more than the server sends before the client reads.
const SOME: u64 = 1_000_000;

fn server() -> Server {
    Server::start(&[])
}

/// A workout of loops of one second: long to play, quick to make.
fn workout(hud: bool, seconds: u32) -> Value {
    let mut config = json!({"resolution": "720p",
        "intervals": {"work_time": seconds / 2, "rest_time": 10, "get_ready": 5, "finish": 2}});
    for what in ["timer", "progress_bar", "exercise_name", "round"] {
        config[format!("show_{what}")] = hud.into();
    }
    json!({"exercise_names": ["Air Squat", "Push-ups"], "renderer": "stitch", "config": config})
}

/// The path of the workout's video.
async fn video(server: &Server, workout: &Value) -> String {
    let ask = server.request(Method::POST, "/api/workouts").json(workout);
    let answer = ask.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let made: Value = answer.json().await.unwrap();
    made["links"]["video"].as_str().expect("a link").to_owned()
}

/// The bytes of a video and its ETag.
async fn whole(server: &Server, path: &str) -> (Vec<u8>, String) {
    let answer = server.get(path).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
    (answer.bytes().await.unwrap().to_vec(), tag)
}

/// curl saves a video; `-C -` continues where the file ends.
fn curl(server: &Server, path: &str, file: &Path, options: &[&str]) -> Child {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--fail", "--noproxy", "*", "-C", "-", "-o"])
        .arg(file)
        .args(options)
        .arg(format!("http://{}{path}", server.address()))
        .stdin(Stdio::null());
    curl.spawn()
        .expect("these tests need curl on the PATH: `make test` installs it")
}

fn length(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |file| file.len())
}

/// Waits until this many bytes are saved.
async fn reach(file: &Path, bytes: u64) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while length(file) < bytes {
        assert!(Instant::now() < deadline, "the download does not get on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_resumes_what_was_cut_and_has_the_same_file() {
    let server = server();
    let path = video(&server, &workout(true, 160)).await;
    let (expected, _) = whole(&server, &path).await;
    let saved = server.folder().join("saved.mp4");
    // Two interruptions, so that a resumed download is itself resumed.
    for part in [SOME, 2 * SOME] {
        let mut cut = curl(&server, &path, &saved, &["--limit-rate", SLOW]);
        reach(&saved, part).await;
        cut.kill().unwrap();
        cut.wait().unwrap();
        assert!(
            length(&saved) < expected.len() as u64,
            "not cut: it has all of it"
        );
    }
    let rest = curl(&server, &path, &saved, &[]).wait().unwrap();
    assert!(rest.success(), "{rest}");
    assert!(
        std::fs::read(&saved).unwrap() == expected,
        "resumed, it is another file"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_in_a_download_is_followed_by_one_that_goes_on() {
    let first = server();
    let path = video(&first, &workout(true, 400)).await;
    let (expected, tag) = whole(&first, &path).await;
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("saved.mp4");
    let mut broken = curl(&first, &path, &saved, &["--limit-rate", SLOW]);
    reach(&saved, SOME).await;
    let furnished = first.kill();
    let broken = broken.wait().unwrap();
    assert!(!broken.success() && length(&saved) < expected.len() as u64);

    // The next server has the loops in its cache; the one after it prepares them again.
    let warm = Server::start_in(furnished, &[]);
    let rest = curl(&warm, &path, &saved, &[]).wait().unwrap();
    assert!(rest.success(), "{rest}");
    assert!(
        std::fs::read(&saved).unwrap() == expected,
        "resumed, it is another file"
    );

    let furnished = warm.kill();
    std::fs::remove_dir_all(furnished.path().join("cache")).unwrap();
    let cold = Server::start_in(furnished, &[]);
    let (from, to) = (expected.len() / 3, expected.len() / 2);
    // With `If-Range`: if the tag differed, the answer would be 200 with the whole file.
    let ask = cold
        .request(Method::GET, &path)
        .header("range", format!("bytes={from}-{}", to - 1))
        .header("if-range", &tag);
    let answer = ask.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(answer.headers()["etag"], tag.as_str());
    assert!(answer.bytes().await.unwrap() == expected[from..to]);
}

/// A digest of each frame that FFmpeg decodes.
fn frames(video: &str) -> Vec<String> {
    let program = std::env::var_os("COACH_FFMPEG").unwrap_or_else(|| "ffmpeg".into());
    let output = Command::new(program)
        .args(["-v", "error", "-nostdin", "-xerror", "-i", video, "-map", "0:v:0"])
        .args(["-fps_mode", "passthrough", "-f", "framemd5", "-"])
        .output()
        .expect("FFmpeg runs");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && log.is_empty(), "{video}: {log}");
    let text = String::from_utf8(output.stdout).expect("text");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| Some(line.rsplit(',').next()?.trim().to_owned()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_and_its_link_show_the_same_frames() {
    let server = server();
    for hud in [true, false] {
        let workout = workout(hud, 12);
        // This prepares the loops, so that the stream begins with checked loops.
        whole(&server, &video(&server, &workout).await).await;
        let ask = server
            .request(Method::POST, "/api/generate-workout-video")
            .json(&workout);
        let streamed = ask.send().await.unwrap();
        assert_eq!(streamed.status(), StatusCode::OK);
        let link = streamed.headers()["x-workout-link"].to_str().unwrap().to_owned();
        let file = server.folder().join("streamed.mp4");
        std::fs::write(&file, streamed.bytes().await.unwrap()).unwrap();
        let of_stream = frames(file.to_str().unwrap());
        let of_link = frames(&format!("http://{}{link}/video.mp4", server.address()));
        assert!(!of_stream.is_empty());

        let other = of_stream.iter().zip(&of_link).position(|(one, two)| one != two);
        assert_eq!(other, None, "the first picture that differs (HUD: {hud})");
        assert_eq!(of_stream.len(), of_link.len(), "HUD: {hud}");
    }
}
