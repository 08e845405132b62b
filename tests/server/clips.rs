//! Clips that appear, disappear and change while the server runs, and a server that has not
//! inspected its clips yet.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Server, Task, command, ffmpeg, ffmpeg_that, furnished};

const PATIENCE: Duration = Duration::from_secs(60);
const GENERATE: &str = "/api/generate-workout-video";

async fn json(server: &Server, path: &str) -> Value {
    server.get(path).await.json().await.expect("JSON")
}

async fn post(server: &Server, path: &str, body: &Value) -> Response {
    let ask = server.request(Method::POST, path).json(body);
    ask.send().await.expect("an answer")
}

/// The status, type and detail of a problem.
async fn problem(answer: Response) -> (u16, String, String) {
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.expect("JSON");
    let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
    (status, text("type"), text("detail"))
}

/// The reason why an exercise is unavailable; `None` if it is available.
async fn reason(server: &Server, exercise: &str) -> Option<String> {
    let exercise = json(server, &format!("/api/exercises/{exercise}")).await;
    let reason = exercise["unavailable_reason"].as_str().map(str::to_owned);
    assert_eq!(exercise["available"], reason.is_none(), "{exercise}");
    reason
}

/// Waits until the reason why an exercise is unavailable matches.
async fn until(server: &Server, exercise: &str, wanted: impl Fn(Option<&str>) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let reason = reason(server, exercise).await;
        if wanted(reason.as_deref()) {
            return;
        }
        assert!(Instant::now() < deadline, "{exercise} is still {reason:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn video(folder: &Path, exercise: &str) -> std::path::PathBuf {
    folder.join(format!("videos/{exercise}.mp4"))
}

/// A request for a workout of one exercise that lasts a few seconds.
fn short(exercise: &str, resolution: &str) -> Value {
    json!({"exercise_names": [exercise], "config": {"resolution": resolution,
        "intervals": {"get_ready": 0, "work_time": 5, "finish": 0}}})
}

/// An FFmpeg that logs the inspected clips in the file `looks`, and hangs at one of them.
fn ffmpeg_that_hangs_at(folder: &Path, clip: &str) -> String {
    let looks = folder.join("looks");
    let first = format!(
        "echo \"$*\" >> {}; case \"$*\" in *{clip}*) exec sleep 120;; esac",
        looks.display()
    );
    ffmpeg_that(folder, Task::Decode, &first)
}

fn looks(folder: &Path, exercise: &str) -> usize {
    let looks = std::fs::read_to_string(folder.join("looks")).unwrap_or_default();
    looks.lines().filter(|line| line.contains(exercise)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_answers_while_ffmpeg_hangs_at_a_clip_and_its_successor_goes_on() {
    let folder = furnished();
    let hanging = ffmpeg_that_hangs_at(folder.path(), "air-squat");
    let tools = ["--ffmpeg", &hanging, "--ffprobe", "ffprobe"];
    let server = Server::start_young(folder, &tools);
    assert_eq!(server.get("/health").await.status(), StatusCode::OK);
    let deadline = Instant::now() + PATIENCE;
    let report = loop {
        let ready = server.get("/ready").await;
        assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
        let report: Value = ready.json().await.unwrap();
        if report["clips"]["looked_at"] == 2 {
            break report;
        }
        assert!(Instant::now() < deadline, "{report}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let missing = "the file plank.mp4 is not in the videos folder";
    let expected = json!({"ok": false, "looked_at": 2, "all": 3, "looking_at": ["air-squat"],
        "unavailable": {"plank": missing}});
    assert_eq!(report["clips"], expected);

    // A request that needs no other clip is answered; others get `starting`.
    let (good, hangs) = (short("push-ups", "480p"), short("air-squat", "480p"));
    let chosen = json!({"config": {"seed": 1}});
    let (good, hangs, chosen, list) = tokio::join!(
        post(&server, "/api/plan", &good),
        post(&server, "/api/workouts", &hangs),
        post(&server, "/api/plan", &chosen),
        json(&server, "/api/exercises"),
    );
    assert_eq!(good.status(), StatusCode::OK);
    for early in [hangs, chosen] {
        assert!(early.headers().contains_key("retry-after"));
        let (status, kind, detail) = problem(early).await;
        assert_eq!((status, kind.as_str()), (503, "/problems/starting"));
        assert!(detail.contains("2 of 3 clips"), "{detail}");
    }
    let list = list.as_array().unwrap();
    let looked_at = list
        .iter()
        .find(|exercise| exercise["id"] == "air-squat")
        .unwrap();
    assert_eq!(looked_at["available"], false);
    let reason = looked_at["unavailable_reason"].as_str().unwrap();
    assert!(reason.contains("being looked at"), "{reason}");

    // The server is killed during its inspection, as a failed health check would do.
    let known = server.folder().join("cache/clips.known");
    assert!(known.is_file(), "nothing of what was learnt is kept");
    let folder = server.kill();
    assert_eq!(looks(folder.path(), "push-ups"), 1);
    let mut second = Server::start_young(folder, &tools);
    let deadline = Instant::now() + PATIENCE;
    let at_the_last = || looks(second.folder(), "air-squat") == 2;
    while json(&second, "/ready").await["clips"]["looked_at"] != 2 || !at_the_last() {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(looks(second.folder(), "push-ups"), 1, "it was looked at again");
    let end = second.terminate();
    assert!(end.success(), "{end}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_and_a_seed_give_the_same_workout_however_young_the_server_is() {
    let folder = furnished();
    // Each inspection takes some time.
    let slow = ffmpeg_that(folder.path(), Task::Decode, "sleep 1");
    let server = Server::start_young(folder, &["--ffmpeg", &slow, "--ffprobe", "ffprobe"]);
    let chosen = json!({"config": {"seed": 7, "target_duration": 5}});
    let early = post(&server, "/api/plan", &chosen).await;
    assert_eq!(early.status(), StatusCode::OK);
    let early: Value = early.json().await.unwrap();
    let late: Value = post(&server, "/api/plan", &chosen).await.json().await.unwrap();
    assert_eq!(early, late);
    let shown = early.to_string();
    assert!(
        shown.contains("push-ups") && shown.contains("air-squat"),
        "{shown}"
    );
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_is_told_and_blocks_nobody() {
    let folder = furnished();
    let path = |exercise: &str| video(folder.path(), exercise);
    std::fs::remove_file(path("air-squat")).unwrap();
    std::fs::create_dir(path("air-squat")).unwrap();
    symlink("/dev/zero", path("plank")).unwrap();
    let kept = folder.path().join("kept.mp4");
    std::fs::copy(path("push-ups"), &kept).unwrap();
    let push_ups = path("push-ups");
    let mut server = Server::start_in(folder, &[]);
    let folder_told = reason(&server, "air-squat").await.unwrap();
    assert!(folder_told.contains("it is a folder"), "{folder_told}");
    let device_told = reason(&server, "plank").await.unwrap();
    assert!(device_told.contains("outside"), "{device_told}");

    // The loop of push-ups is prepared; then the clip's file is replaced by a FIFO.
    let created = post(&server, "/api/workouts", &short("push-ups", "480p")).await;
    let links: Value = created.json().await.unwrap();
    let playing = links["links"]["video"].as_str().unwrap().to_owned();
    let whole = server.get(&playing).await;
    assert_eq!(whole.status(), StatusCode::OK);
    let whole = whole.bytes().await.unwrap();
    std::fs::remove_file(&push_ups).unwrap();
    fifo(&push_ups);

    // More simultaneous requests than there are blocking threads.
    let asks = (0..600).map(|number| {
        let path = format!("/api/exercises/push-ups/poster.jpg?{number}");
        let server = &server;
        async move { server.get(&path).await.status() }
    });
    for status in futures_util::future::join_all(asks).await {
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    let other_size = post(&server, GENERATE, &short("push-ups", "720p")).await;
    let (status, kind, detail) = problem(other_size).await;
    assert!(
        status == 404 && kind.ends_with("clip-unavailable")
            || status == 422 && kind.ends_with("invalid-request"),
        "{status} {kind}"
    );
    assert!(detail.to_lowercase().contains("push-ups"), "{detail}");
    until(&server, "push-ups", |reason| {
        reason.is_some_and(|reason| reason.contains("it is a pipe"))
    })
    .await;
    assert_eq!(server.get(&playing).await.bytes().await.unwrap(), whole);

    // After the file is put back, the exercise is available again.
    std::fs::remove_file(&push_ups).unwrap();
    std::fs::copy(&kept, &push_ups).unwrap();
    until(&server, "push-ups", |reason| reason.is_none()).await;
    assert_eq!(
        server.get("/api/exercises/push-ups/poster.jpg").await.status(),
        StatusCode::OK
    );
    let end = server.terminate();
    assert!(end.success(), "{end}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_that_is_gone_leaves_its_loop_and_takes_its_exercise_along() {
    let server = Server::start(&[]);
    let push_ups = video(server.folder(), "push-ups");
    let created = post(&server, "/api/workouts", &short("push-ups", "480p")).await;
    let links: Value = created.json().await.unwrap();
    let playing = links["links"]["video"].as_str().unwrap().to_owned();
    let whole = server.get(&playing).await.bytes().await.unwrap();
    let portrait = json!({"exercise_names": ["push-ups"], "config": {"resolution": "480p", "orientation": "portrait",
        "intervals": {"get_ready": 0, "work_time": 5, "finish": 0}}});
    let other_shape: Value = post(&server, "/api/workouts", &portrait)
        .await
        .json()
        .await
        .unwrap();
    let other_shape = other_shape["links"]["video"].as_str().unwrap().to_owned();
    let poster = server.get("/api/exercises/push-ups/poster.jpg").await;
    assert_eq!(poster.status(), StatusCode::OK);

    std::fs::remove_file(&push_ups).unwrap();
    // The request comes before the server has noticed the missing file.
    let mut graph = short("push-ups", "480p");
    graph["renderer"] = "graph".into();
    let (status, _, detail) = problem(post(&server, GENERATE, &graph).await).await;
    assert!([404, 422].contains(&status), "{status} {detail}");
    assert!(detail.to_lowercase().contains("push-ups"), "{detail}");
    assert_eq!(server.get(&playing).await.bytes().await.unwrap(), whole);
    let (status, kind, detail) = problem(server.get(&other_shape).await).await;
    assert_eq!(
        (status, kind.as_str()),
        (404, "/problems/clip-unavailable"),
        "{detail}"
    );
    assert!(detail.contains("push-ups"), "{detail}");

    let missing = "the file push-ups.mp4 is not in the videos folder";
    until(&server, "push-ups", |reason| reason == Some(missing)).await;
    let ready = json(&server, "/ready").await;
    assert_eq!(ready["clips"]["unavailable"]["push-ups"], missing);
    assert_eq!(ready["catalogue"]["available"], 1);
    let (status, kind, detail) = problem(post(&server, GENERATE, &graph).await).await;
    assert_eq!((status, kind.as_str()), (422, "/problems/invalid-request"));
    assert!(detail.contains(missing), "{detail}");
    // The prepared loops are still in the cache.
    assert_eq!(server.get(&playing).await.bytes().await.unwrap(), whole);
    let poster = server.get("/api/exercises/push-ups/poster.jpg").await;
    assert_eq!(poster.status(), StatusCode::OK);
    let preview = server.get("/api/exercises/push-ups/preview.mp4").await;
    let (status, kind, detail) = problem(preview).await;
    assert_eq!((status, kind.as_str()), (404, "/problems/clip-unavailable"));
    assert!(detail.contains("Push-ups"), "{detail}");
}

/// Bytes that a process has read so far from files, pipes and sockets.
fn read_by(process: u32) -> u64 {
    let counts = std::fs::read_to_string(format!("/proc/{process}/io")).unwrap();
    let line = counts.lines().find_map(|line| line.strip_prefix("rchar: "));
    line.unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_big_clip_is_read_once_however_many_ask() {
    const BIG: u64 = 400 << 20;
    let folder = furnished();
    let path = video(folder.path(), "push-ups");
    // A box that players skip, with this many zeros, as a sparse file.
    let mut clip = std::fs::read(&path).unwrap();
    let small = clip.len() as u64;
    clip.extend(u32::try_from(BIG).unwrap().to_be_bytes());
    clip.extend(b"free");
    std::fs::write(&path, clip).unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_len(small + BIG).unwrap();
    let server = Server::start_in(folder, &[]);
    let before = read_by(server.process());
    let body = short("push-ups", "480p");
    let asks = (0..20).map(|_| async {
        let answer = post(&server, GENERATE, &body).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["x-workout-renderer"], "stitch");
        answer.bytes().await.unwrap().len()
    });
    let lengths = futures_util::future::join_all(asks).await;
    assert!(lengths.iter().all(|length| *length > 10_000), "{lengths:?}");
    let read = read_by(server.process()) - before;
    assert!(read >= BIG, "{read} bytes: the clip was not read at all");
    assert!(
        read < BIG * 3 / 2,
        "{read} bytes: the clip was read more than once"
    );
}

/// The output of `doctor`.
fn doctor(folder: &Path, tools: &[&str]) -> String {
    let output = command(folder, &["doctor"]).args(tools).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A folder in which only air squats have no loop: the decoder gets different frames each time.
fn gym_without_a_loop() -> (TempDir, String) {
    let folder = furnished();
    // This clip differs from that of the push-ups, so that only its loop fails.
    let clip = video(folder.path(), "air-squat");
    let made = Command::new(ffmpeg())
        .args([
            "-v",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x180:rate=30:duration=1",
        ])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"])
        .arg(&clip)
        .status();
    assert!(made.unwrap().success());
    let real = ffmpeg().into_string().unwrap();
    let differing = format!("{real} \"$@\" | awk '/^#/ {{print; next}} {{print $0 NR}}'; exit 0");
    let strange = ffmpeg_that(folder.path(), Task::Verify, &differing);
    (folder, strange)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exercise_without_a_loop_is_out_of_the_choice_until_its_clip_changes() {
    let (folder, strange) = gym_without_a_loop();
    let tools = ["--ffmpeg", &strange, "--ffprobe", "ffprobe"];
    let server = Server::start_in(folder, &tools);
    assert_eq!(reason(&server, "air-squat").await, None);
    let created = post(&server, "/api/workouts", &short("air-squat", "480p")).await;
    let links: Value = created.json().await.unwrap();
    // The request makes the server try the loop, whatever the answer is.
    server.get(links["links"]["video"].as_str().unwrap()).await;
    let told =
        |reason: Option<&str>| reason.is_some_and(|reason| reason.contains("air-squat.mp4 cannot be used"));
    until(&server, "air-squat", told).await;
    let ready = json(&server, "/ready").await;
    assert!(
        told(ready["clips"]["unavailable"]["air-squat"].as_str()),
        "{ready}"
    );
    let (status, _, detail) = problem(post(&server, "/api/plan", &short("air-squat", "480p")).await).await;
    assert!(status == 422 && told(Some(&detail)), "{detail}");
    let chosen: Value = post(
        &server,
        "/api/plan",
        &json!({"config": {"seed": 7, "target_duration": 5}}),
    )
    .await
    .json()
    .await
    .unwrap();
    assert!(!chosen.to_string().contains("air-squat"), "{chosen}");

    // The next server and `doctor` know the reason, too.
    let deadline = Instant::now() + PATIENCE;
    while !told(Some(&doctor(server.folder(), &tools))) {
        assert!(Instant::now() < deadline, "{}", doctor(server.folder(), &tools));
        std::thread::sleep(Duration::from_millis(100));
    }
    let folder = server.kill();
    let server = Server::start_in(folder, &tools);
    assert!(told(reason(&server, "air-squat").await.as_deref()));

    std::fs::copy(
        video(server.folder(), "push-ups"),
        video(server.folder(), "air-squat"),
    )
    .unwrap();
    until(&server, "air-squat", |reason| reason.is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_that_is_put_right_is_seen_soon_however_long_the_last_look_took() {
    let folder = furnished();
    // An earlier version paused for fifty times the duration of an inspection.
    let slow = ffmpeg_that(folder.path(), Task::Trial, "sleep 3");
    let server = Server::start_in(folder, &["--ffmpeg", &slow, "--ffprobe", "ffprobe"]);
    let clip = video(server.folder(), "air-squat");
    let good = std::fs::read(&clip).unwrap();
    // The new size makes the server inspect the clip again, which takes some time.
    std::fs::write(&clip, [&good[..], b"\0\0\0\x08free"].concat()).unwrap();
    let looked_at = || async { json(&server, "/ready").await["clips"]["looking_at"].clone() };
    let deadline = Instant::now() + PATIENCE;
    while looked_at().await != json!(["air-squat"]) {
        assert!(Instant::now() < deadline, "the change is not seen");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    while looked_at().await != json!([]) {
        assert!(Instant::now() < deadline, "the look does not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    std::fs::write(&clip, b"no video").unwrap();
    until(&server, "air-squat", |reason| reason.is_some()).await;
    std::fs::write(&clip, &good).unwrap();
    until(&server, "air-squat", |reason| reason.is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_whose_clip_is_replaced_while_it_is_encoded_is_not_kept() {
    let folder = furnished();
    let (clip, other) = (video(folder.path(), "push-ups"), folder.path().join("other.mp4"));
    let made = Command::new(ffmpeg())
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x180:rate=30:duration=1",
        ])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"])
        .arg(&other)
        .status();
    assert!(made.unwrap().success());
    // After its digest was taken and before FFmpeg opens it, once.
    let replace = format!("mv {} {} 2>/dev/null", other.display(), clip.display());
    let replacing = ffmpeg_that(folder.path(), Task::Loop, &replace);
    let server = Server::start_in(folder, &["--ffmpeg", &replacing, "--ffprobe", "ffprobe"]);
    let workout = json!({"exercise_names": ["push-ups"], "renderer": "stitch", "config": {"resolution": "480p",
        "intervals": {"get_ready": 0, "work_time": 5, "finish": 0}}});
    let loops = || {
        let files = std::fs::read_dir(server.folder().join("cache/loops"))
            .expect("a folder")
            .flatten();
        files
            .filter(|file| file.file_name().to_string_lossy().ends_with(".loop"))
            .count()
    };
    let first = post(&server, GENERATE, &workout).await;
    // Its frames leave while the loop is encoded: it may be refused, cut, or whole.
    let _ = first.bytes().await;
    server.childless(PATIENCE).await;
    assert_eq!(
        loops(),
        0,
        "the loop of one clip is kept under the digest of another"
    );
    let deadline = Instant::now() + PATIENCE;
    loop {
        let next = post(&server, GENERATE, &workout).await;
        if next.status() == 200 && next.bytes().await.is_ok() {
            break;
        }
        assert!(
            Instant::now() < deadline,
            "the clip that is there now cannot be shown"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    while loops() != 1 {
        assert!(Instant::now() < deadline, "its loop is not kept");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
