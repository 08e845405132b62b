//! Two minutes of simultaneous faults: viewers, links, downloads and stalled clients, while FFmpeg
//! is killed and stopped, the disk fills and empties, and a clip is replaced. Every answer is right
//! or a documented problem. Afterwards nothing is left over, and every request works again.
//!
//! `CHAOS_SEED` repeats a run's choices (its times depend on the machine), `CHAOS_SECONDS` sets its
//! length.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use reqwest::{Method, Response, StatusCode, header};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::fixture::{decode_strictly, times};
use crate::program::{Server, furnished};

/// Requests after the chaos succeed within this time, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
/// An answer, or its next bytes, come within this time during the chaos.
const ANSWER: Duration = Duration::from_secs(100);
/// Problems that are allowed while clips come and go and children are killed.
const DOCUMENTED: [(&str, u16); 9] = [
    ("capacity", 503),
    ("starting", 503),
    ("clip-unavailable", 404),
    ("workout-changed", 410),
    ("no-exercise", 400),
    ("invalid-request", 422),
    ("range-not-satisfiable", 416),
    ("render-failed", 500),
    ("render-timeout", 504),
];

/// The state of the run, which all actors share.
struct Chaos {
    server: Server,
    seed: u64,
    end: Instant,
    /// Bodies by ETag: one tag never identifies different bytes.
    bodies: Mutex<HashMap<String, blake3::Hash>>,
    done: Mutex<HashMap<&'static str, u32>>,
}

impl Chaos {
    fn goes_on(&self) -> bool {
        Instant::now() < self.end
    }

    fn dice(&self, actor: u64) -> StdRng {
        StdRng::seed_from_u64(self.seed.wrapping_add(actor))
    }

    fn count(&self, what: &'static str) {
        *self.done.lock().unwrap().entry(what).or_default() += 1;
    }

    /// A right answer, or `None` if it was a documented problem.
    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Option<Response> {
        let mut request = self.server.request(method.clone(), path);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = tokio::time::timeout(ANSWER, request.send()).await;
        let answer = answer.unwrap_or_else(|_| panic!("no answer to {method} {path}"));
        let answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        if answer.status().is_success() {
            return Some(answer);
        }
        let status = answer.status().as_u16();
        let patient = answer.headers().contains_key(header::RETRY_AFTER);
        let text = answer.text().await.unwrap_or_default();
        let problem: Value = serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{method} {path}: {status} without a problem: {text}"));
        let kind = problem["type"].as_str().unwrap_or_default();
        let kind = kind.trim_start_matches("/problems/");
        assert!(
            DOCUMENTED.contains(&(kind, status)),
            "{method} {path} {body:?}: {status} {text}"
        );
        assert!(
            status != 503 || patient,
            "{method} {path}: 503 without Retry-After"
        );
        self.count("refused");
        None
    }

    /// The whole body, or `None` if the connection was cut because FFmpeg was killed.
    async fn whole(&self, answer: Response) -> Option<Vec<u8>> {
        let promised = answer.content_length();
        let body = tokio::time::timeout(ANSWER, answer.bytes())
            .await
            .expect("a body that ends");
        let body = body.ok()?;
        assert!(
            promised.is_none_or(|bytes| bytes == body.len() as u64),
            "a short body"
        );
        Some(body.to_vec())
    }
}

fn workout(dice: &mut StdRng) -> Value {
    let names = [&["push-ups"][..], &["air-squat"], &["push-ups", "air-squat"]];
    let renderers = ["auto", "stitch", "stitch", "graph"];
    json!({
        "exercise_names": names[dice.random_range(0..names.len())],
        "renderer": renderers[dice.random_range(0..renderers.len())],
        "config": {
            "seed": 1, "resolution": "480p", "show_timer": dice.random_bool(0.8),
            "orientation": if dice.random_bool(0.2) { "portrait" } else { "landscape" },
            "clip_sound": dice.random_bool(0.1),
            "intervals": {"get_ready": 1, "work_time": dice.random_range(2..20), "rest_time": 2, "finish": 1}
        }
    })
}

/// Seconds that the plan lasts.
fn length(answer: &Response) -> f64 {
    let seconds = answer.headers()["x-workout-duration"].to_str().ok();
    let seconds = seconds.and_then(|seconds| seconds.parse().ok());
    seconds.expect("seconds")
}

/// The length of a complete video in thirtieths of a second, read from its boxes.
fn frames(video: &[u8]) -> u64 {
    let file = tempfile::Builder::new().suffix(".mp4").tempfile().unwrap();
    std::fs::write(file.path(), video).unwrap();
    let end = times(file.path()).pop().expect("an end");
    assert_eq!(end % 3000, 0, "{end}");
    end / 3000
}

async fn viewers(chaos: Arc<Chaos>, actor: u64) {
    let mut dice = chaos.dice(actor);
    while chaos.goes_on() {
        let workout = workout(&mut dice);
        let path = "/api/generate-workout-video";
        let Some(answer) = chaos.ask(Method::POST, path, Some(&workout)).await else {
            tokio::time::sleep(Duration::from_millis(dice.random_range(50..500))).await;
            continue;
        };
        let seconds = length(&answer);
        let leaves = dice.random_bool(0.4).then(|| dice.random_range(0..200_000));
        let pause = Duration::from_millis(if dice.random_bool(0.3) {
            dice.random_range(1..40)
        } else {
            0
        });
        let mut body = answer.bytes_stream();
        let mut video = Vec::new();
        let whole = loop {
            match tokio::time::timeout(ANSWER, body.next())
                .await
                .expect("more of the video")
            {
                Some(Ok(piece)) => video.extend_from_slice(&piece),
                Some(Err(_)) => break false,
                None => break true,
            }
            if leaves.is_some_and(|bytes| video.len() > bytes) {
                break false;
            }
            tokio::time::sleep(pause).await;
        };
        if whole {
            assert_eq!(frames(&video), (seconds * 30.0).round() as u64, "{workout}");
            chaos.count("watched to the end");
        }
    }
}

async fn downloads(chaos: Arc<Chaos>, actor: u64) {
    let mut dice = chaos.dice(actor);
    while chaos.goes_on() {
        let workout = workout(&mut dice);
        let Some(made) = chaos.ask(Method::POST, "/api/workouts", Some(&workout)).await else {
            tokio::time::sleep(Duration::from_millis(dice.random_range(50..500))).await;
            continue;
        };
        let made: Value = made.json().await.expect("a link's document");
        let link = |what: &str| made["links"][what].as_str().unwrap().to_owned();
        if dice.random_bool(0.5) {
            file(&chaos, &link("video"), &mut dice).await;
        } else {
            segments(&chaos, &link("hls")).await;
        }
        for what in ["captions", "timeline", "poster"] {
            if dice.random_bool(0.3) {
                chaos.ask(Method::GET, &link(what), None).await;
            }
        }
    }
}

async fn file(chaos: &Chaos, path: &str, dice: &mut StdRng) {
    let Some(answer) = chaos.ask(Method::GET, path, None).await else {
        return;
    };
    let tag = answer.headers()[header::ETAG].to_str().unwrap().to_owned();
    let Some(body) = chaos.whole(answer).await else {
        return;
    };
    let digest = blake3::hash(&body);
    let known = *chaos.bodies.lock().unwrap().entry(tag.clone()).or_insert(digest);
    assert_eq!(known, digest, "{path}: {tag} names two different files");
    let from = dice.random_range(0..body.len());
    let range = format!("bytes={from}-");
    let part = chaos
        .server
        .request(Method::GET, path)
        .header(header::RANGE, range);
    let part = part
        .header(header::IF_RANGE, &tag)
        .send()
        .await
        .expect("an answer");
    if part.status() == StatusCode::PARTIAL_CONTENT
        && let Some(part) = chaos.whole(part).await
    {
        assert!(part == body[from..], "{path}: from {from} other bytes");
    }
    chaos.count("downloaded");
}

async fn segments(chaos: &Chaos, master: &str) {
    let mut playlists = vec![master.to_owned()];
    let mut seen = 0;
    while let Some(path) = playlists.pop() {
        let Some(answer) = chaos.ask(Method::GET, &path, None).await else {
            return;
        };
        let folder = path
            .rsplit_once('/')
            .map(|(folder, _)| folder)
            .unwrap_or_default();
        let Some(body) = chaos.whole(answer).await else {
            return;
        };
        seen += 1;
        if !path.contains(".m3u8") {
            continue;
        }
        let text = String::from_utf8(body).expect("a playlist");
        let lines = text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty());
        playlists.extend(lines.map(|line| format!("{folder}/{line}")));
    }
    assert!(seen > 2, "{master}: nothing in it");
    chaos.count("played by segments");
}

async fn visitors(chaos: Arc<Chaos>, actor: u64) {
    let mut dice = chaos.dice(actor);
    let paths = [
        "/api/exercises/push-ups/poster.jpg",
        "/api/exercises/air-squat/preview.mp4",
        "/api/exercises",
        "/api/exercises/air-squat",
        "/health",
    ];
    while chaos.goes_on() {
        chaos
            .ask(Method::GET, paths[dice.random_range(0..paths.len())], None)
            .await;
        let ready = chaos.server.get("/ready").await.status();
        assert!(
            [StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE].contains(&ready),
            "/ready: {ready}"
        );
        if dice.random_bool(0.3) {
            // Sends half a request, or stops reading.
            let mut client = tokio::net::TcpStream::connect(chaos.server.address())
                .await
                .unwrap();
            let request = b"GET /api/exercises/push-ups/preview.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n";
            let bytes = dice.random_range(1..=request.len());
            client.write_all(&request[..bytes]).await.unwrap();
            let mut first = [0; 100];
            let _ = tokio::time::timeout(Duration::from_secs(2), client.read(&mut first)).await;
            chaos.count("left half-way");
        }
        tokio::time::sleep(Duration::from_millis(dice.random_range(50..600))).await;
    }
}

async fn killer(chaos: Arc<Chaos>, actor: u64) {
    let mut dice = chaos.dice(actor);
    while chaos.goes_on() {
        tokio::time::sleep(Duration::from_millis(dice.random_range(200..2500))).await;
        let children = chaos.server.children();
        let Some(child) = children.get(dice.random_range(0..children.len().max(1))) else {
            continue;
        };
        let Some(child) = i32::try_from(*child).ok().and_then(Pid::from_raw) else {
            continue;
        };
        if dice.random_bool(0.6) {
            // The process may have ended meanwhile.
            let _ = kill_process(child, Signal::KILL);
            chaos.count("killed");
        } else {
            let _ = kill_process(child, Signal::STOP);
            tokio::time::sleep(Duration::from_millis(dice.random_range(100..3000))).await;
            let _ = kill_process(child, Signal::CONT);
            chaos.count("stopped");
        }
    }
}

fn limit_files(server: &Server, bytes: Option<u64>) {
    let process = i32::try_from(server.process()).ok().and_then(Pid::from_raw);
    let limit = Rlimit {
        current: bytes,
        maximum: None,
    };
    prlimit(process, Resource::Fsize, limit).expect("the size of the server's files can be limited");
}

async fn disk(chaos: Arc<Chaos>, actor: u64) {
    let mut dice = chaos.dice(actor);
    while chaos.goes_on() {
        tokio::time::sleep(Duration::from_millis(dice.random_range(3000..12_000))).await;
        limit_files(&chaos.server, Some(dice.random_range(0..64) << 10));
        chaos.count("disk full");
        tokio::time::sleep(Duration::from_millis(dice.random_range(1000..6000))).await;
        limit_files(&chaos.server, None);
    }
    limit_files(&chaos.server, None);
}

/// Replaces a clip in one step, as careful programs do.
fn put(clip: &Path, bytes: &[u8]) {
    let aside = clip.with_extension("new");
    std::fs::write(&aside, bytes).unwrap();
    std::fs::rename(&aside, clip).unwrap();
}

async fn clips(chaos: Arc<Chaos>, actor: u64, good: [Vec<u8>; 2]) {
    let mut dice = chaos.dice(actor);
    let clip = chaos.server.folder().join("videos/air-squat.mp4");
    while chaos.goes_on() {
        tokio::time::sleep(Duration::from_millis(dice.random_range(2000..9000))).await;
        match dice.random_range(0..4) {
            0 => put(&clip, &good[1]),
            1 => put(&clip, b"not a video at all"),
            2 => put(&clip, &good[0][..good[0].len() / 2]),
            _ => std::fs::remove_file(&clip).unwrap_or_default(),
        }
        chaos.count("clip replaced");
        tokio::time::sleep(Duration::from_millis(dice.random_range(500..5000))).await;
        put(&clip, &good[0]);
    }
    put(&clip, &good[0]);
}

fn unfinished(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(unfinished(&entry.path()));
        } else if entry.file_name().to_string_lossy().starts_with("aside-") {
            found.push(entry.path().display().to_string());
        }
    }
    found
}

/// The targets of the server's descriptors, without the sound files of cached indexes, of which at
/// most 128 are open.
fn descriptors(server: &Server) -> Vec<String> {
    let all = std::fs::read_dir(format!("/proc/{}/fd", server.process())).expect("it lives");
    let links = all
        .flatten()
        .filter_map(|entry| std::fs::read_link(entry.path()).ok());
    let links = links.map(|link| link.display().to_string());
    let is_sound = |link: &String| link.contains(".sound");
    let (sounds, others): (Vec<_>, Vec<_>) = links.partition(is_sound);
    assert!(sounds.len() <= 128, "{sounds:#?}");
    others
}

/// The last lines of the server's log.
fn log_of(server: &Server) -> String {
    let log = std::fs::read_to_string(server.folder().join("server.log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

/// Every kind of request works again: stitched, by the graph, as a file.
async fn control(server: &Server) {
    for renderer in ["stitch", "graph"] {
        let workout = json!({"exercise_names": ["push-ups", "air-squat"], "renderer": renderer, "config": {
            "seed": 3, "resolution": "480p", "intervals": {"get_ready": 1, "work_time": 3, "rest_time": 2, "finish": 1}}});
        let deadline = Instant::now() + PATIENCE;
        let (seconds, video) = loop {
            let request = server
                .request(Method::POST, "/api/generate-workout-video")
                .json(&workout);
            let answer = request.send().await.expect("an answer");
            let status = answer.status();
            if status.is_success() {
                break (length(&answer), answer.bytes().await.expect("a whole video"));
            }
            let text = answer.text().await.unwrap_or_default();
            assert!(
                Instant::now() < deadline,
                "{renderer}: still {status} {text}\n{}",
                log_of(server)
            );
            tokio::time::sleep(Duration::from_millis(500)).await;
        };
        assert_eq!(frames(&video), (seconds * 30.0).round() as u64, "{renderer}");
        let file = server.folder().join("control.mp4");
        std::fs::write(&file, &video).unwrap();
        decode_strictly(&file);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_answers_are_right_and_nothing_is_left() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seed = number("CHAOS_SEED").unwrap_or_else(rand::random);
    let seconds = number("CHAOS_SECONDS").unwrap_or(120);
    println!("CHAOS_SEED={seed} CHAOS_SECONDS={seconds}");
    let folder = furnished();
    let videos = folder.path().join("videos");
    let first = std::fs::read(videos.join("push-ups.mp4")).unwrap();
    // The same frames in a file of other bytes, so that its loops are different ones.
    let other = |tail: &[u8]| [&first[..], tail].concat();
    let good = [other(b"\0\0\0\x08free"), other(b"\0\0\0\x09free1")];
    put(&videos.join("air-squat.mp4"), &good[0]);
    // Otherwise the system kills a process that exceeds the file size limit.
    let wrapper = ["env", "--ignore-signal=XFSZ"];
    let log = Stdio::from(std::fs::File::create(folder.path().join("server.log")).unwrap());
    let arguments = [
        "--cache-mb",
        "16",
        "--patience",
        "15",
        "--timeout",
        "30",
        "--stall",
        "30",
    ];
    let server = Server::start_by(&wrapper, folder, &arguments, log);
    control(&server).await;
    let before = descriptors(&server);
    let chaos = Arc::new(Chaos {
        server,
        seed,
        end: Instant::now() + Duration::from_secs(seconds),
        bodies: Mutex::default(),
        done: Mutex::default(),
    });
    let mut actors = tokio::task::JoinSet::new();
    for actor in 0..3 {
        actors.spawn(viewers(Arc::clone(&chaos), actor));
    }
    for actor in 10..12 {
        actors.spawn(downloads(Arc::clone(&chaos), actor));
    }
    actors.spawn(visitors(Arc::clone(&chaos), 20));
    actors.spawn(killer(Arc::clone(&chaos), 30));
    actors.spawn(disk(Arc::clone(&chaos), 40));
    actors.spawn(clips(Arc::clone(&chaos), 50, good));
    while let Some(ended) = actors.join_next().await {
        if let Err(failed) = ended {
            panic!("CHAOS_SEED={seed}: {failed}\n{}", log_of(&chaos.server));
        }
    }
    println!("{:?}", chaos.done.lock().unwrap());
    for what in [
        "watched to the end",
        "downloaded",
        "played by segments",
        "killed",
        "disk full",
        "clip replaced",
    ] {
        assert!(
            chaos.done.lock().unwrap().contains_key(what),
            "CHAOS_SEED={seed}: nothing was {what}"
        );
    }

    let mut server = Arc::into_inner(chaos).expect("all actors have ended").server;
    control(&server).await;
    server.childless(PATIENCE).await;
    let deadline = Instant::now() + PATIENCE;
    // Some connections have just ended and may still be open.
    while descriptors(&server).len() > before.len() + 4 {
        assert!(
            Instant::now() < deadline,
            "{:#?}, before: {before:#?}",
            descriptors(&server)
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let deadline = Instant::now() + PATIENCE;
    while !unfinished(&server.folder().join("cache")).is_empty() {
        let left = unfinished(&server.folder().join("cache"));
        assert!(Instant::now() < deadline, "unfinished files: {left:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(server.terminate().success(), "it ends in order");
    let marker = server.folder().display().to_string();
    let left = Command::new("pgrep").args(["-f", &marker]).output();
    let left = left.map(|found| String::from_utf8_lossy(&found.stdout).into_owned());
    assert_eq!(
        left.expect("pgrep runs: Debian's procps has it"),
        "",
        "processes are left"
    );
}
