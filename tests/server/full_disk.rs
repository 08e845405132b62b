//! A cache that cannot be written, until it can again.
//!
//! The disk is full because of a limit on the size of files that the process may write (`prlimit`).
//! A write fails in the middle, as on a full file system; this works everywhere and needs no
//! permission to mount one.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::fixture::decode_strictly;
use crate::program::{Server, ffmpeg, furnished};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(120);
/// Smaller than any loop, larger than the log.
const TOO_SMALL: &str = "16384";

/// Sets the largest file size for the server.
fn limit(server: &Server, bytes: &str) {
    let set = Command::new("prlimit")
        .args([
            "--pid",
            &server.process().to_string(),
            &format!("--fsize={bytes}:unlimited"),
        ])
        .status()
        .expect("these tests need prlimit on the PATH: Debian's util-linux has it");
    assert!(set.success(), "the size of files cannot be limited");
}

/// An FFmpeg that logs which loops it encodes.
fn noting(folder: &Path) -> String {
    let path = folder.join("noting-ffmpeg");
    let real = ffmpeg().into_string().unwrap();
    let script = format!(
        "#!/bin/sh\ncase \"$COACH_TASK\" in loop) echo loop >> loops.log;; esac\nexec {real} \"$@\"\n"
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// File names in the folder of loops.
fn kept(server: &Server) -> Vec<String> {
    let files = std::fs::read_dir(server.folder().join("cache/loops")).unwrap();
    files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn workout() -> Value {
    json!({
        "exercise_names": ["push-ups", "air-squat"],
        "renderer": "stitch",
        "config": {"seed": 7, "resolution": "480p", "intervals": {
            "get_ready": 1, "work_time": 3, "rest_time": 2, "finish": 1
        }}
    })
}

async fn stream(server: &Server) -> Vec<u8> {
    let answer = server
        .request(Method::POST, "/api/generate-workout-video")
        .json(&workout());
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.bytes().await.expect("a whole video").to_vec()
}

async fn ready(server: &Server) -> Value {
    let answer = server.get("/ready").await;
    let status = answer.status();
    let report = answer.json().await.unwrap();
    assert_eq!(status, StatusCode::OK, "it can do its work: {report}");
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_costs_nobody_a_video_and_each_loop_is_prepared_once() {
    let folder = furnished();
    let videos = folder.path().join("videos");
    let mut other = std::fs::read(videos.join("push-ups.mp4")).unwrap();
    // The same frame in a file of other bytes, so that its loop is a different one.
    other.extend(b"\0\0\0\x08free");
    std::fs::write(videos.join("air-squat.mp4"), other).unwrap();
    let noting = noting(folder.path());
    let log = folder.path().join("server.log");
    let to_log = Stdio::from(std::fs::File::create(&log).unwrap());
    // Otherwise the system kills a process that exceeds the file size limit.
    let wrapper = ["env", "--ignore-signal=XFSZ"];
    let server = Server::start_by(
        &wrapper,
        folder,
        &["--ffmpeg", &noting, "--ffprobe", "ffprobe"],
        to_log,
    );
    limit(&server, TOO_SMALL);

    let first = stream(&server).await;
    let video = server.folder().join("first.mp4");
    std::fs::write(&video, &first).unwrap();
    decode_strictly(&video);
    assert_eq!(stream(&server).await, first);
    let made = server.request(Method::POST, "/api/workouts").json(&workout());
    let made: Value = made.send().await.unwrap().json().await.unwrap();
    for what in ["video", "hls"] {
        let path = made["links"][what].as_str().unwrap_or_else(|| panic!("{made}"));
        let answer = server.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{what}");
        answer.bytes().await.expect("all of it");
    }
    let prepared = || std::fs::read_to_string(server.folder().join("loops.log")).unwrap();
    assert_eq!(prepared().lines().count(), 2, "each loop once: {}", prepared());
    assert_eq!(kept(&server), [""; 0], "nothing is kept, and nothing half");
    let report = ready(&server).await;
    assert_eq!(report["cache"], json!({"ok": false, "unwritten": 2}));
    let said = std::fs::read_to_string(&log).unwrap();
    assert_eq!(said.matches("stays in memory").count(), 1, "{said}");

    limit(&server, "unlimited");
    let deadline = Instant::now() + PATIENCE;
    while kept(&server).iter().filter(|name| name.contains(".loop")).count() < 2 {
        assert!(Instant::now() < deadline, "it is not tried again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let deadline = Instant::now() + PATIENCE;
    // The report may be a few seconds old.
    while ready(&server).await["cache"] != json!({"ok": true, "unwritten": 0}) {
        assert!(
            Instant::now() < deadline,
            "it is not ready: {}",
            ready(&server).await
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(prepared().lines().count(), 2);

    let folder = server.kill();
    // Files of programs that were killed while they wrote.
    let left = ["", "loops", "cuts"].map(|part| folder.path().join("cache").join(part).join("aside-left"));
    for file in &left {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "half").unwrap();
    }
    let server = Server::start_in(folder, &["--ffmpeg", &noting, "--ffprobe", "ffprobe"]);
    let found: Vec<_> = left.iter().filter(|file| file.exists()).collect();
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(stream(&server).await, first, "what was kept is what was shown");
    let prepared = std::fs::read_to_string(server.folder().join("loops.log")).unwrap();
    assert_eq!(prepared.lines().count(), 2, "they were prepared again");
}
