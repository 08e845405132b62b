//! Ends of renderings: clients that leave, read slowly or stall, processes that hang, fail or are
//! killed, a server that is told to stop. In every case no FFmpeg is left, and no partial video
//! looks complete.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::program::{Server, Task, ffmpeg_that};
use futures_util::StreamExt as _;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const PATIENCE: Duration = Duration::from_secs(10);
const PATH: &str = "/api/generate-workout-video";

/// A small workout of this many seconds, by the graph renderer, whose processes can be ended.
fn workout(seconds: u32) -> Value {
    json!({
        "renderer": "graph",
        "exercise_names": ["push-ups", "air-squat"],
        "config": {"resolution": "480p", "intervals": {
            "get_ready": 1, "work_time": (seconds - 4) / 2, "rest_time": 2, "finish": 1
        }}
    })
}

async fn ask(server: &Server, workout: &Value) -> Response {
    let request = server.request(Method::POST, PATH).json(workout);
    tokio::time::timeout(Duration::from_secs(30), request.send())
        .await
        .expect("an answer in time")
        .expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_clients_that_leave_leave_no_process() {
    let server = Server::start(&["--preset", "ultrafast", "--max-renders", "4"]);
    for number in 0..50 {
        // Some clients leave before the answer, some just after it, some later in the stream.
        if number % 5 == 0 {
            let request = server.request(Method::POST, PATH).json(&workout(600));
            let early = tokio::time::timeout(Duration::from_millis(number * 4), request.send()).await;
            drop(early);
        } else {
            let answer = loop {
                let answer = ask(&server, &workout(600)).await;
                if answer.status() == 200 {
                    break answer;
                }
                // The client before has left, but its processes still run and hold its permit.
                assert_eq!(answer.status(), 503);
                tokio::time::sleep(Duration::from_millis(50)).await;
            };
            let mut body = answer.bytes_stream();
            for _ in 0..number % 5 * 7 {
                body.next().await.expect("more of it").expect("no error");
            }
        }
    }
    server.childless(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_at_playback_speed_outlasts_the_timeout() {
    let server = Server::start(&["--preset", "ultrafast", "--timeout", "3"]);
    let workout = workout(30);
    let whole = ask(&server, &workout).await.bytes().await.expect("a whole video");
    let start = Instant::now();
    let mut body = ask(&server, &workout).await.bytes_stream();
    let mut read = 0;
    while let Some(piece) = body.next().await {
        read += piece.expect("no error however slowly it is read").len();
        // Reads at three times playback speed: ten seconds in all, far beyond the timeout.
        let due = Duration::from_secs_f64(10.0 * read as f64 / whole.len() as f64);
        tokio::time::sleep(due.saturating_sub(start.elapsed())).await;
    }
    assert!(start.elapsed() > Duration::from_secs(9), "{:?}", start.elapsed());
    assert!(
        read.abs_diff(whole.len()) < whole.len() / 10,
        "{read} of {} bytes",
        whole.len()
    );
    server.childless(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reads_nothing_is_dropped() {
    let server = Server::start(&["--preset", "ultrafast", "--stall", "2"]);
    let mut socket = tokio::net::TcpStream::connect(server.address())
        .await
        .expect("a connection");
    let body = workout(1200).to_string();
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        server.address(),
        body.len()
    );
    socket
        .write_all(head.as_bytes())
        .await
        .expect("it takes the request");
    let mut some = vec![0; 1000];
    socket.read_exact(&mut some).await.expect("the stream begins");
    assert!(!server.children().is_empty(), "nothing is rendered");
    server.childless(Duration::from_secs(20)).await;
}

// socket2 is a dependency only on Linux.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hardly_reads_loses_its_place() {
    let folder = crate::program::furnished();
    for clip in ["push-ups", "air-squat"] {
        // Noise has so many bytes per second that some are sent at any time, however slowly the
        // client reads.
        let path = folder.path().join(format!("videos/{clip}.mp4"));
        let noise = "nullsrc=s=320x180:r=30:d=1,geq=lum='random(1)*255':cb=128:cr=128";
        let arguments = [
            "-f", "lavfi", "-i", noise, "-c:v", "libx264", "-pix_fmt", "yuv420p",
        ];
        crate::fixture::ffmpeg(&[&arguments[..], &[path.to_str().expect("UTF-8")]].concat());
    }
    let log = tempfile::NamedTempFile::new().expect("a file");
    let server = Server::start_logging_in(
        folder,
        &["--preset", "ultrafast", "--stall", "8", "--max-renders", "1"],
        log.reopen().expect("a file").into(),
    );
    let whole = ask(&server, &workout(10))
        .await
        .bytes()
        .await
        .expect("a whole video");
    // A tenth of playback speed.
    let (bytes, pause) = (whole.len() / 10 / 10 / 20, Duration::from_millis(50));
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    // A small buffer keeps the kernel from reading ahead for the client.
    socket.set_recv_buffer_size(16 << 10).expect("a small buffer");
    let address: std::net::SocketAddr = server.address().parse().expect("an address");
    socket.connect(&address.into()).expect("a connection");
    socket.set_nonblocking(true).expect("a socket for tokio");
    let mut socket = tokio::net::TcpStream::from_std(socket.into()).expect("a socket");
    let body = workout(1200).to_string();
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        server.address(),
        body.len()
    );
    socket
        .write_all(head.as_bytes())
        .await
        .expect("it takes the request");
    let mut some = vec![0; bytes.max(64)];
    socket.read_exact(&mut some).await.expect("the stream begins");
    assert_eq!(
        ask(&server, &workout(20)).await.status(),
        503,
        "there is one place"
    );
    let deadline = Instant::now() + Duration::from_secs(120);
    while matches!(socket.read(&mut some).await, Ok(read) if read > 0) {
        assert!(Instant::now() < deadline, "it holds its place for ever");
        if server.children().is_empty() {
            break;
        }
        tokio::time::sleep(pause).await;
    }
    server.childless(PATIENCE).await;
    let log = std::fs::read_to_string(log.path()).expect("a log");
    assert!(log.contains("less than a quarter of its speed"), "{log}");
    assert_eq!(
        ask(&server, &workout(20)).await.status(),
        200,
        "its place is free"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_ffmpeg_breaks_the_stream_off() {
    let server = Server::start(&["--preset", "ultrafast"]);
    let mut body = ask(&server, &workout(1200)).await.bytes_stream();
    body.next().await.expect("a beginning").expect("no error");
    for child in server.children() {
        Command::new("kill")
            .args(["-KILL", &child.to_string()])
            .status()
            .expect("kill runs");
    }
    let mut end = None;
    while let Some(piece) = body.next().await {
        if let Err(error) = piece {
            end = Some(error);
            break;
        }
    }
    assert!(end.is_some(), "the stream ends as if it were whole");
    server.childless(PATIENCE).await;
}

/// Sends a request to a server with a broken FFmpeg and returns its problem.
async fn problem_with(instead: &str, arguments: &[&str]) -> (u16, Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let ffmpeg = ffmpeg_that(folder.path(), Task::RenderFrames, instead);
    let mut all = vec!["--ffmpeg", &ffmpeg, "--ffprobe", "ffprobe"];
    all.extend(arguments);
    let server = Server::start(&all);
    let answer = ask(&server, &workout(30)).await;
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Value = answer.json().await.expect("JSON");
    let text = problem.to_string();
    assert!(
        !text.contains(folder.path().to_str().unwrap()),
        "a path is told: {text}"
    );
    assert!(!text.contains("secret"), "FFmpeg's log is told: {text}");
    server.childless(PATIENCE).await;
    (status, problem)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ffmpeg_that_hangs_is_a_timeout() {
    let (status, problem) = problem_with("exec sleep 60", &["--timeout", "1"]).await;
    assert_eq!(
        (status, problem["type"].as_str()),
        (504, Some("/problems/render-timeout"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ffmpeg_that_hangs_in_the_middle_breaks_the_stream_off() {
    let server = Server::start(&["--preset", "ultrafast", "--timeout", "2"]);
    let mut body = ask(&server, &workout(3600)).await.bytes_stream();
    let start = Instant::now();
    let mut stopped = false;
    let end = loop {
        let piece = tokio::time::timeout(Duration::from_secs(30), body.next()).await;
        match piece
            .expect("an end in time")
            .expect("the stream ends as if it were whole")
        {
            Ok(_) if !stopped && start.elapsed() > Duration::from_secs(2) => {
                // The rendering is far ahead of playback now.
                stopped = true;
                for child in server.children() {
                    Command::new("kill")
                        .args(["-STOP", &child.to_string()])
                        .status()
                        .expect("kill runs");
                }
            }
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(stopped, "{end} before it was stopped");
    server.childless(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ffmpeg_that_fails_is_an_error_before_any_frame() {
    let (status, problem) = problem_with("echo '[error] a secret' >&2; exit 1", &[]).await;
    assert_eq!(
        (status, problem["type"].as_str()),
        (500, Some("/problems/render-failed"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ffmpeg_that_makes_too_few_frames_never_passes_for_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    // The same command, but with 20 frames instead of those of its group.
    let short = "n=$#; p=; while [ $n -gt 0 ]; do a=$1; shift; [ \"$p\" = -frames:v ] && a=20; \
                 set -- \"$@\" \"$a\"; p=$a; n=$((n - 1)); done";
    let ffmpeg = ffmpeg_that(folder.path(), Task::RenderFrames, short);
    let server = Server::start(&["--ffmpeg", &ffmpeg, "--ffprobe", "ffprobe"]);
    let answer = ask(&server, &workout(30)).await;
    let outcome = match answer.status().as_u16() {
        200 => answer.bytes().await.is_err(),
        status => panic!("an answer of {status} instead of a stream that breaks off"),
    };
    assert!(outcome, "a short video passes for whole");
    server.childless(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_all_places_are_taken_the_next_is_told_to_wait() {
    let server = Server::start(&["--preset", "ultrafast", "--max-renders", "1"]);
    let first = ask(&server, &workout(1200)).await;
    assert_eq!(first.status(), 200);
    let second = ask(&server, &workout(30)).await;
    assert_eq!(second.status(), 503);
    assert!(second.headers().contains_key("retry-after"));
    drop(first);
    server.childless(PATIENCE).await;
    assert_eq!(
        ask(&server, &workout(30)).await.status(),
        200,
        "a place is free again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_told_to_stop_breaks_streams_off_and_leaves_nothing() {
    let mut server = Server::start(&["--preset", "ultrafast"]);
    let mut body = ask(&server, &workout(1200)).await.bytes_stream();
    body.next().await.expect("a beginning").expect("no error");
    let children = server.children();
    assert!(!children.is_empty(), "nothing is rendered");
    let end = server.terminate();
    assert!(end.success(), "{end}");
    for child in children {
        assert!(
            !Path::new(&format!("/proc/{child}")).exists(),
            "process {child} outlives the server"
        );
    }
    let mut broken = false;
    while let Some(piece) = body.next().await {
        if piece.is_err() {
            broken = true;
            break;
        }
    }
    assert!(broken, "the stream ends as if it were whole");
}

#[test]
fn a_server_told_to_stop_while_it_looks_at_clips_leaves_nothing() {
    let folder = crate::program::furnished();
    let script = folder.path().join("ffmpeg-that-hangs");
    // The name of the file contains the process id; the file is complete when it appears.
    std::fs::write(&script, "#!/bin/sh\ntouch hangs-$$\nexec sleep 60\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut server = crate::program::command(
        folder.path(),
        &["serve", "--bind", "127.0.0.1:0", "--prepare", "false"],
    )
    .args(["--ffmpeg", script.to_str().unwrap(), "--ffprobe", "ffprobe"])
    .spawn()
    .unwrap();
    let hanging = || {
        let names = files(folder.path()).into_iter();
        let numbers = names.filter_map(|name| name.to_str()?.strip_prefix("hangs-").map(str::to_owned));
        numbers.collect::<Vec<String>>()
    };
    let deadline = Instant::now() + PATIENCE;
    while hanging().is_empty() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    let asked = Command::new("kill")
        .args(["-TERM", &server.id().to_string()])
        .status();
    assert!(asked.unwrap().success());
    let end = server.wait().unwrap();
    let hanging = hanging();
    assert!(!hanging.is_empty(), "no clip was looked at");
    assert!(end.success(), "{end}");
    for process in hanging {
        let alive = Path::new(&format!("/proc/{process}")).exists();
        assert!(!alive, "process {process} outlives the server");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_generate_leaves_no_file() {
    let folder = crate::program::furnished();
    let ffmpeg = ffmpeg_that(folder.path(), Task::RenderFrames, "exit 1");
    std::fs::write(folder.path().join("request.json"), workout(30).to_string()).unwrap();
    let before = files(folder.path());
    let arguments = [
        "generate",
        "request.json",
        "-o",
        "made.mp4",
        "--ffmpeg",
        &ffmpeg,
        "--ffprobe",
        "ffprobe",
    ];
    let output = crate::program::command(folder.path(), &arguments)
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("could not be made"), "{said}");
    assert_eq!(files(folder.path()), before);
}

/// The entries of a folder except the cache, which the first command creates.
fn files(folder: &Path) -> Vec<std::ffi::OsString> {
    let names = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|f| f.file_name());
    let mut names: Vec<_> = names.filter(|name| name != "cache").collect();
    names.sort();
    names
}
