//! Loops that are prepared in advance: by the command and by a server in the background, and the
//! files that both leave when they end at any time.

mod program;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use program::{Server, Task, command, ffmpeg, ffmpeg_that};
use serde_json::{Value, json};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

/// A folder whose catalogue also has an exercise with two sides; every clip is short and small.
fn furnished() -> TempDir {
    let folder = program::furnished();
    let file = folder.path().join("exercises.json");
    let mut catalogue: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    catalogue["exercises"][1]["sides"] = "per_side".into();
    std::fs::write(&file, catalogue.to_string()).unwrap();
    // The first frame differs from that of the first clip, so the two clips have different bytes
    // and different loops.
    let made = Command::new(ffmpeg())
        .args(["-v", "error", "-y", "-f", "lavfi", "-i"])
        .arg("testsrc2=size=320x180:rate=30:duration=1")
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"])
        .arg(folder.path().join("videos/air-squat.mp4"))
        .status();
    assert!(made.unwrap().success());
    folder
}

fn prepare(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut all = vec!["prepare", "--resolution", "480p"];
    all.extend(arguments);
    let Output { status, stdout, .. } = command(folder, &all).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap())
}

fn loops(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder.join("cache/loops"));
    let files = files.into_iter().flatten().map(|file| file.unwrap().path());
    let mut loops: Vec<PathBuf> = files
        .filter(|file| file.extension().is_some_and(|kind| kind == "loop"))
        .collect();
    loops.sort();
    loops
}

#[test]
fn the_command_prepares_every_loop_once() {
    let folder = furnished();
    let (code, said) = prepare(folder.path(), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("3 of 3 loops are ready"), "{said}");
    let first = loops(folder.path());
    assert_eq!(first.len(), 3, "one of push-ups, two of air-squat");
    // This FFmpeg fails to encode loops.
    let broken = ffmpeg_that(folder.path(), Task::Loop, "exit 1");
    let (code, said) = prepare(folder.path(), &["--ffmpeg", &broken, "--ffprobe", "ffprobe"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("3 of 3 loops are ready"), "{said}");
    assert_eq!(loops(folder.path()), first);

    let (code, said) = prepare(
        folder.path(),
        &["--orientation", "portrait", "--no-hud", "Push-ups"],
    );
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1 of 1 loops"), "{said}");
    assert_eq!(loops(folder.path()).len(), 4, "another size is another loop");
}

#[test]
fn what_cannot_be_prepared_is_told_with_its_reason() {
    let folder = furnished();
    let (code, said) = prepare(folder.path(), &["push-ups", "plank"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("plank: the file plank.mp4 is not in the videos folder"),
        "{said}"
    );
    assert!(said.contains("1 of 1 loops are ready"), "{said}");
    let broken = ffmpeg_that(folder.path(), Task::Loop, "echo '[error] no more' >&2; exit 1");
    let (code, said) = prepare(
        folder.path(),
        &[
            "--ffmpeg",
            &broken,
            "--ffprobe",
            "ffprobe",
            "push-ups",
            "air-squat",
        ],
    );
    assert_eq!(code, Some(1), "{said}");
    for part in [
        "air-squat 854x480: ",
        "air-squat (right) 854x480: ",
        "no more",
        "1 of 3",
    ] {
        assert!(said.contains(part), "{part:?} is missing: {said}");
    }
    let output = command(folder.path(), &["prepare", "push-upps"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the nearest is Push-ups"), "{said}");
}

#[test]
fn the_folder_keeps_its_bound() {
    let folder = furnished();
    let (code, said) = prepare(folder.path(), &[]);
    assert_eq!(code, Some(0), "{said}");
    let cache = folder.path().join("cache/loops");
    // Old files of other programs, 20 MB in a cache of at most 16 MB.
    let old = std::time::SystemTime::now() - Duration::from_secs(3600);
    for number in 0..20 {
        let file = cache.join(format!("{number:064x}.loop"));
        std::fs::write(&file, vec![0; 1 << 20]).unwrap();
        let file = std::fs::File::options().write(true).open(file).unwrap();
        file.set_modified(old + Duration::from_secs(number)).unwrap();
    }
    let (code, said) = prepare(folder.path(), &["--cache-mb", "16"]);
    assert_eq!(code, Some(0), "{said}");
    let left = loops(folder.path());
    let bytes: u64 = left.iter().map(|file| file.metadata().unwrap().len()).sum();
    assert!(bytes <= 16 << 20, "{bytes} bytes are left");
    assert!(left.len() > 10, "only {} files are left", left.len());
    let oldest = cache.join(format!("{:064x}.loop", 0));
    assert!(!left.contains(&oldest), "the oldest is still there");
    assert!(said.contains("3 of 3 loops are ready"), "{said}");
}

/// Polls `/ready` until the loops are in this state.
async fn until(server: &Server, state: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = server.get("/ready").await;
        assert_eq!(answer.status(), 200, "a server that prepares is ready");
        let loops = answer.json::<Value>().await.unwrap()["loops"].clone();
        if loops["state"] == state {
            return loops;
        }
        assert!(Instant::now() < deadline, "still {loops}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_prepares_in_the_background_and_says_how_far_it_is() {
    let folder = furnished();
    // Each loop waits until the file `go` exists.
    let held = ffmpeg_that(
        folder.path(),
        Task::Loop,
        "while [ ! -e go ]; do sleep 0.05; done",
    );
    let tools = ["--ffmpeg", &held, "--ffprobe", "ffprobe"];
    let server = Server::start_in(folder, &[&["--prepare", "true"], &tools[..]].concat());
    assert_eq!(
        until(&server, "preparing").await,
        json!({"state": "preparing", "prepared": 0, "failed": 0, "all": 6})
    );
    std::fs::write(server.folder().join("go"), "").unwrap();
    let ready = json!({"state": "ready", "prepared": 6, "failed": 0, "all": 6});
    assert_eq!(until(&server, "ready").await, ready);
    // Loops with a HUD and without.
    assert_eq!(loops(server.folder()).len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_to_prepare_does_not() {
    let server = Server::start_in(furnished(), &[]);
    let off = json!({"state": "off", "prepared": 0, "failed": 0, "all": 0});
    assert_eq!(until(&server, "off").await, off);
    // The trial of FFmpeg that `/ready` starts ends by itself.
    server.childless(PATIENCE).await;
    assert!(loops(server.folder()).is_empty(), "a loop was prepared");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_told_to_stop_while_it_prepares_stops_at_once_and_leaves_nothing() {
    let folder = furnished();
    let held = ffmpeg_that(folder.path(), Task::Loop, "touch held; exec sleep 60");
    let log = folder.path().join("log");
    let to_log = Stdio::from(std::fs::File::create(&log).unwrap());
    let tools = ["--ffmpeg", &held, "--ffprobe", "ffprobe"];
    let mut server = Server::start_logging_in(folder, &[&["--prepare", "true"], &tools[..]].concat(), to_log);
    let deadline = Instant::now() + PATIENCE;
    while !server.folder().join("held").exists() {
        assert!(Instant::now() < deadline, "nothing is prepared");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let children = server.children();
    assert!(!children.is_empty(), "nothing is prepared");
    let asked = Instant::now();
    let end = server.terminate();
    assert!(end.success(), "{end}");
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    for child in children {
        let alive = Path::new(&format!("/proc/{child}")).exists();
        assert!(!alive, "process {child} outlives the server");
    }
    let said = std::fs::read_to_string(&log).unwrap();
    let complaints: Vec<&str> = said
        .lines()
        .filter(|line| !line.contains("clip unavailable"))
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_while_it_prepares_is_followed_by_one_that_goes_on() {
    let folder = furnished();
    let path = folder.path().to_owned();
    // One loop may finish, the others hang.
    let script = "mkdir first 2>/dev/null || exec sleep 5";
    let held = ffmpeg_that(&path, Task::Loop, script);
    let tools = ["--ffmpeg", &held, "--ffprobe", "ffprobe"];
    let mut first = command(&path, &["serve", "--bind", "127.0.0.1:0", "--prepare", "true"])
        .args(tools)
        .spawn()
        .unwrap();
    let deadline = Instant::now() + PATIENCE;
    while loops(&path).is_empty() {
        assert!(Instant::now() < deadline, "no loop is there");
        std::thread::sleep(Duration::from_millis(10));
    }
    first.kill().unwrap();
    first.wait().unwrap();
    let kept = loops(&path);
    assert!(kept.len() < 3, "it was killed too late");

    let server = Server::start_in(folder, &["--prepare", "true"]);
    let ready = json!({"state": "ready", "prepared": 6, "failed": 0, "all": 6});
    assert_eq!(until(&server, "ready").await, ready);
    let all = loops(&path);
    assert_eq!(all.len(), 6);
    assert!(kept.iter().all(|file| all.contains(file)), "one was made again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_loop_is_prepared_again() {
    let folder = furnished();
    let (code, said) = prepare(folder.path(), &[]);
    assert_eq!(code, Some(0), "{said}");
    let files = loops(folder.path());
    let before: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    for (file, bytes) in files.iter().zip(&before) {
        let mut damaged = bytes.clone();
        damaged[bytes.len() / 2] ^= 1;
        std::fs::write(file, damaged).unwrap();
    }
    let (code, said) = prepare(folder.path(), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(loops(folder.path()), files);
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        assert!(bytes.len() > 1000, "{} is no loop", file.display());
    }
    let broken = ffmpeg_that(folder.path(), Task::Loop, "exit 1");
    let (code, said) = prepare(folder.path(), &["--ffmpeg", &broken, "--ffprobe", "ffprobe"]);
    assert_eq!(code, Some(0), "one is damaged still: {said}");
}

#[test]
fn a_second_start_looks_at_no_clip_again() {
    let folder = furnished();
    let script = folder.path().join("ffprobe-that");
    let log = folder.path().join("probed");
    // The task `version` does not inspect a clip.
    let text = "#!/bin/sh\ncase \"$COACH_TASK\" in version) ;; *) echo \"$*\" >> probed;; esac\nexec ffprobe \"$@\"\n";
    std::fs::write(&script, text).unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let probed = || {
        let (code, said) = prepare(
            folder.path(),
            &["--ffprobe", script.to_str().unwrap(), "push-ups"],
        );
        assert_eq!(code, Some(0), "{said}");
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        let _ = std::fs::remove_file(&log);
        let clips = ["push-ups.mp4", "air-squat.mp4"];
        clips.map(|clip| text.lines().filter(|line| line.contains(clip)).count())
    };
    let each = probed();
    assert!(each.iter().all(|times| *times > 0), "{each:?}");
    assert_eq!(probed(), [0, 0]);
    // Replaces a clip by another one of the same name.
    let videos = folder.path().join("videos");
    std::fs::copy(videos.join("push-ups.mp4"), videos.join("air-squat.mp4")).unwrap();
    assert_eq!(probed(), [0, each[1]]);
    let known = folder.path().join("cache/clips.known");
    let mut bytes = std::fs::read(&known).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&known, bytes).unwrap();
    assert_eq!(probed(), each, "a damaged file is none");
    assert_eq!(probed(), [0, 0]);
}

#[test]
fn a_stitched_video_keeps_the_loops_that_it_made() {
    let folder = furnished();
    let request = json!({
        "exercise_names": ["push-ups", "air-squat"],
        "config": {"resolution": "480p", "intervals": {
            "get_ready": 1, "work_time": 2, "rest_time": 1, "finish": 1
        }}
    });
    std::fs::write(folder.path().join("request.json"), request.to_string()).unwrap();
    let output = command(folder.path(), &["generate", "request.json", "-o", "made.mp4"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert_eq!(loops(folder.path()).len(), 3, "{said}");
    assert!(!said.contains("was not prepared"), "{said}");
}
