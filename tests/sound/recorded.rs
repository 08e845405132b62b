//! Recorded sound, with the clips' own, for links: the same as in a stream, recorded once and kept.
//! A recording that is not complete ends with the program.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::fixture::{
    Fixture, H264, bare_plan, ffmpeg, ffprobe, interval, numbered, onsets, settings, sound,
};
use crate::program::{Server, Task, ffmpeg_that};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use virtual_coach::deliver::{Texts, VirtualFile, movie};
use virtual_coach::render::{RenderError, RenderSettings, Renderer};
use virtual_coach::workout::IntervalKind::{Rest, Work};
use virtual_coach::workout::{Plan, RendererChoice};

const PATIENCE: Duration = Duration::from_secs(120);

/// Makes a numbered clip of two seconds with 50 ms of tone at the start of every pass, over noise.
fn clip(path: &Path, seed: u32) {
    let source = numbered(60);
    let graph = format!(
        "sine=frequency=1000:sample_rate=44100:duration=0.05,volume=6,apad=whole_dur=2[tone];\
         anoisesrc=sample_rate=44100:duration=2:amplitude=0.02:seed={seed}[noise];\
         [tone][noise]amix=normalize=0[mix]"
    );
    let mut arguments = vec!["-f", "lavfi", "-i", &source, "-filter_complex", &graph];
    arguments.extend(["-map", "0:v", "-map", "[mix]"]);
    arguments.extend(H264);
    arguments.extend(["-c:a", "aac", path.to_str().unwrap()]);
    ffmpeg(&arguments);
}

/// Eleven seconds: one clip is heard at two speeds, the other once, and a rest is silent.
fn plan() -> Plan {
    let mut plan = bare_plan(vec![
        interval(Work, "one", 61, (6, 5), None),
        interval(Rest, "two", 90, (1, 2), None),
        interval(Work, "two", 67, (1, 1), None),
        interval(Work, "one", 113, (19, 20), None),
    ]);
    (plan.cues, plan.clip_sound, plan.renderer) = (true, true, RendererChoice::Stitch);
    plan
}

fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    clip(&fixture.clip("one", "one.mp4"), 1);
    clip(&fixture.clip("two", "two.mp4"), 2);
    fixture
}

async fn file(renderer: &Renderer, plan: &Plan) -> VirtualFile {
    let video = renderer.video(&Arc::new(plan.clone()), PATIENCE).await;
    movie(&video.expect("a video"), &Texts::default())
}

fn whole(file: &VirtualFile) -> Vec<u8> {
    part(file, 0, u64::MAX)
}

fn part(file: &VirtualFile, from: u64, to: u64) -> Vec<u8> {
    let pieces = file.read(from..to).map(|piece| piece.expect("a sound file"));
    pieces.flatten().collect()
}

fn kept(cache: &Path, kind: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(cache.join("loops")).into_iter().flatten();
    let files = files.map(|file| file.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|ending| ending == kind))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_range_is_the_same_slice_whoever_recorded_the_sound() {
    let fixture = fixture();
    let cache = fixture.folder().join("cache");
    // With a HUD the sound is in chunks of one second; without a HUD it is one piece of the file.
    let bare = plan();
    let mut barred = plan();
    barred.hud_parts.timer = true;
    barred.profile = virtual_coach::workout::Profile::new(
        virtual_coach::workout::Resolution::P480,
        virtual_coach::workout::Orientation::Landscape,
        true,
    );
    for plan in [bare, barred] {
        let first = file(&fixture.renderer(settings()).await, &plan).await;
        let all = whole(&first);
        assert_eq!(all.len() as u64, first.len());
        for number in 0..2000_u64 {
            let from = number * 7919 % first.len();
            let to = (from + number * number % 70_000).min(first.len());
            let slice = &all[from as usize..to as usize];
            assert!(part(&first, from, to) == slice, "{from}..{to}");
        }
        // Another renderer reads the sound from its file, or records it again.
        let sounds = kept(&cache, "sound");
        assert!(!sounds.is_empty(), "no sound is kept");
        let again = file(&fixture.renderer(settings()).await, &plan).await;
        assert_eq!(again.etag(), first.etag());
        // A damaged file is noticed, even while other readers have it open.
        for sound in sounds {
            std::fs::write(sound, "no sound").expect("a file");
        }
        let anew = file(&fixture.renderer(settings()).await, &plan).await;
        assert_eq!(anew.etag(), first.etag());
        assert!(whole(&anew) == all, "recorded anew it is another sound");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sound_of_the_file_is_that_of_the_stream_and_in_step() {
    let fixture = fixture();
    // No cues, because beeps would be taken for tones.
    let plan = Plan {
        cues: false,
        ..plan()
    };
    let streamed = fixture.render(plan.clone(), "streamed.mp4").await;
    let linked = fixture.result("linked.mp4");
    let bytes = whole(&file(&fixture.renderer(settings()).await, &plan).await);
    std::fs::write(&linked, bytes).expect("a file");
    let (wanted, heard) = (sound(&streamed), sound(&linked));
    // FFmpeg decodes the last audio frame whole; the track's length below shows that it is
    // shortened.
    assert_eq!(
        heard.len() as u64,
        plan.length().samples().0.next_multiple_of(1024)
    );
    assert!(heard == wanted, "the file sounds otherwise than the stream");
    // Each work has a pass every two seconds divided by its speed, from its start; the rest has
    // none.
    let mut expected = Vec::new();
    for interval in plan.timeline.intervals().iter().filter(|i| i.kind == Work) {
        let pass = 2.0 / interval.movement.speed.as_f64();
        let (start, end) = (interval.start.seconds().0, interval.end().seconds().0);
        expected.extend(
            (0..)
                .map(|n| start + pass * f64::from(n))
                .take_while(|at| *at < end - 0.1),
        );
    }
    let tones = onsets(&heard, 0.2, 0.1);
    for at in &expected {
        let nearest = tones.iter().map(|tone| (tone - at).abs()).fold(9.0, f64::min);
        assert!(nearest < 0.05, "no tone at {at} s: {tones:?}");
    }
    let lengths = ffprobe(&["-show_entries", "stream=duration_ts", linked.to_str().unwrap()]);
    assert_eq!(lengths["streams"][1]["duration_ts"], plan.length().samples().0);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_ask_at_once_take_one_place() {
    let fixture = fixture();
    let one = RenderSettings {
        max_renders: 1,
        ..settings()
    };
    let renderer = fixture.renderer(one).await;
    let plan = Arc::new(plan());
    let impatient = renderer.video(&plan, Duration::from_millis(1)).await;
    assert!(matches!(impatient, Err(RenderError::Preparing)), "{impatient:?}");
    // If each request encoded for itself, all but one would be refused.
    let videos = (0..20).map(|_| renderer.video(&plan, PATIENCE));
    let videos = futures_util::future::join_all(videos).await;
    let digests: HashSet<_> = videos
        .into_iter()
        .map(|video| *video.expect("a video").digest())
        .collect();
    assert_eq!(digests.len(), 1);
    // The permit is free again, and another plan is another video.
    let beepless = Plan {
        cues: false,
        ..(*plan).clone()
    };
    let other = renderer
        .video(&Arc::new(beepless), PATIENCE)
        .await
        .expect("a video");
    assert!(!digests.contains(other.digest()));
}

/// A folder for the program whose clips have sound.
fn furnished() -> TempDir {
    let folder = crate::program::furnished();
    for (name, seed) in [("push-ups", 1), ("air-squat", 2)] {
        clip(&folder.path().join(format!("videos/{name}.mp4")), seed);
    }
    folder
}

/// A workout of about this many seconds with the clips' sound.
fn workout(seconds: u32) -> Value {
    json!({"exercise_names": ["push-ups", "air-squat"], "config": {"resolution": "480p", "clip_sound": true,
        "intervals": {"get_ready": 1, "work_time": (seconds - 4) / 2, "rest_time": 2, "finish": 1}}})
}

fn server(folder: TempDir, more: &[&str]) -> Server {
    Server::start_in(folder, &[&["--prepare", "false"], more].concat())
}

/// The path of the video under a workout's link.
async fn video(server: &Server, workout: &Value) -> String {
    let ask = server.request(Method::POST, "/api/workouts").json(workout);
    let told: Value = ask.send().await.unwrap().json().await.unwrap();
    told["links"]["video"].as_str().expect("a link").to_owned()
}

async fn tag(response: Response) -> String {
    assert_eq!(response.status(), StatusCode::OK, "{:?}", response.text().await);
    response.headers()["etag"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_gives_the_sound_that_is_streamed_and_the_same_after_a_restart() {
    let one = server(furnished(), &[]);
    let asked = workout(40);
    let path = video(&one, &asked).await;
    let ask = one
        .request(Method::POST, "/api/generate-workout-video")
        .json(&asked);
    let streamed = ask.send().await.unwrap().bytes().await.unwrap();
    let started = Instant::now();
    let file = one.get(&path).await;
    let first = started.elapsed();
    let etag = file.headers()["etag"].clone();
    let file = file.bytes().await.unwrap();
    let started = Instant::now();
    let part = one.request(Method::GET, &path).header("range", "bytes=1000-1999");
    assert!(part.send().await.unwrap().bytes().await.unwrap() == file[1000..2000]);
    let second = started.elapsed();
    assert!(second < Duration::from_millis(200), "{second:?} after {first:?}");

    let heard = |name: &str, bytes: &[u8]| {
        let path = one.folder().join(name);
        std::fs::write(&path, bytes).unwrap();
        sound(&path)
    };
    let (wanted, samples) = (heard("streamed.mp4", &streamed), heard("linked.mp4", &file));
    assert!(wanted == samples, "the file sounds otherwise than the stream");
    let loud = samples.iter().map(|s| f64::from(s * s)).sum::<f64>() / samples.len() as f64;
    assert!(loud.sqrt() > 0.01, "an RMS of {} is silence", loud.sqrt());
    // Segments have the same sound, too.
    let hls = path.replace("/video.mp4", "/hls/video.m3u8");
    let playlist = one.get(&hls).await.text().await.unwrap();
    let folder = hls.trim_end_matches("video.m3u8");
    let init = playlist
        .split("URI=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let mut joined = one
        .get(&format!("{folder}{init}"))
        .await
        .bytes()
        .await
        .unwrap()
        .to_vec();
    for segment in playlist.lines().filter(|line| !line.starts_with('#')) {
        joined.extend(
            one.get(&format!("{folder}{segment}"))
                .await
                .bytes()
                .await
                .unwrap(),
        );
    }
    assert!(
        heard("joined.mp4", &joined) == wanted,
        "the segments sound otherwise"
    );

    let probe = |server: &Server| server.request(Method::HEAD, &path).send();
    let other = server(furnished(), &[]);
    assert_eq!(
        tag(probe(&other).await.unwrap()).await,
        etag,
        "with a cache of its own"
    );
    // This FFmpeg cannot record: the recorded sound in the cache is enough.
    let kept = one.kill();
    let broken = ffmpeg_that(kept.path(), Task::RenderAac, "exit 1");
    let restarted = server(kept, &["--ffmpeg", &broken, "--ffprobe", "ffprobe"]);
    assert_eq!(
        tag(probe(&restarted).await.unwrap()).await,
        etag,
        "after a restart"
    );
}

async fn impatient(server: &Server, path: &str) -> Response {
    server
        .request(Method::GET, path)
        .header("prefer", "wait=0")
        .send()
        .await
        .unwrap()
}

/// Requests a video whose sound never ends, and waits until its encoder runs.
async fn hanging(more: &[&str]) -> (Server, String) {
    let folder = furnished();
    let hangs = ffmpeg_that(folder.path(), Task::RenderAac, "exec sleep 60");
    let all = [&["--ffmpeg", &hangs, "--ffprobe", "ffprobe"], more].concat();
    let server = server(folder, &all);
    let path = video(&server, &workout(30)).await;
    let deadline = Instant::now() + Duration::from_secs(30);
    while Instant::now() < deadline {
        let answer = impatient(&server, &path).await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.headers().contains_key("retry-after"));
        tokio::time::sleep(Duration::from_millis(100)).await;
        let loops = kept(&server.folder().join("cache"), "loop").len();
        if loops == 2 && names(&server).iter().any(|name| name == "sleep") {
            return (server, path);
        }
    }
    panic!("no sound is encoded: {:?}", names(&server));
}

/// The tasks of the server's children.
fn names(server: &Server) -> Vec<String> {
    let name = |child: &u32| std::fs::read_to_string(format!("/proc/{child}/comm"));
    let names = server
        .children()
        .iter()
        .filter_map(|child| name(child).ok())
        .collect::<Vec<_>>();
    names.iter().map(|name| name.trim().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_told_to_stop_leaves_no_recording() {
    let (mut server, _) = hanging(&[]).await;
    let children = server.children();
    let end = server.terminate();
    assert!(end.success(), "{end}");
    for child in children {
        assert!(
            !Path::new(&format!("/proc/{child}")).exists(),
            "process {child} outlives the server"
        );
    }
    let left: Vec<_> = std::fs::read_dir(server.folder().join("cache/loops"))
        .unwrap()
        .flatten()
        .collect();
    assert_eq!(left.len(), 2, "its loops and nothing else: {left:?}");
    let odd = left
        .iter()
        .find(|file| !file.file_name().to_string_lossy().ends_with(".loop"));
    assert!(odd.is_none(), "{odd:?} is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encoder_that_hangs_is_given_up_and_its_place_is_free() {
    let (server, path) = hanging(&["--timeout", "6", "--max-renders", "1"]).await;
    // A second sound gets no permit, and is refused at once.
    let other = video(&server, &workout(50)).await;
    assert_eq!(server.get(&other).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    let answer = server.get(&path).await;
    assert_eq!(answer.status(), StatusCode::GATEWAY_TIMEOUT);
    server.childless(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_finds_the_sound_later() {
    let folder = furnished();
    // Each encoder takes two seconds longer, and logs that it ran.
    let slow = ffmpeg_that(folder.path(), Task::RenderAac, "echo >> encoders; sleep 2");
    let server = server(folder, &["--ffmpeg", &slow, "--ffprobe", "ffprobe"]);
    let path = video(&server, &workout(30)).await;
    assert_eq!(
        impatient(&server, &path).await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    let left = tokio::time::timeout(Duration::from_millis(100), server.get(&path)).await;
    assert!(left.is_err(), "it was there at once");
    let waiting = (0..5).map(|_| server.get(&path));
    for answer in futures_util::future::join_all(waiting).await {
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let ran = std::fs::read_to_string(server.folder().join("encoders")).unwrap();
    assert_eq!(ran.lines().count(), 1, "one encoder for all");
    server.childless(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_recordings_that_nobody_waits_for_one_goes_on() {
    let (server, _) = hanging(&["--max-renders", "4"]).await;
    for seconds in [40, 50, 60] {
        let path = video(&server, &workout(seconds)).await;
        assert_eq!(
            impatient(&server, &path).await.status(),
            StatusCode::SERVICE_UNAVAILABLE
        );
    }
    let recordings = || names(&server).iter().filter(|name| *name == "sleep").count();
    let most = async |wanted: std::ops::RangeInclusive<usize>| {
        let deadline = Instant::now() + Duration::from_secs(55);
        while !wanted.contains(&recordings()) {
            assert!(Instant::now() < deadline, "{} recordings go on", recordings());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    most(4..=4).await;
    most(1..=1).await;
}
