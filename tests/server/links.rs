//! Links from outside: stateless, cacheable, and refused if they are altered or out of date.

use std::time::{Duration, Instant};

use crate::fixture::{ffmpeg, ffprobe};
use crate::program::{Server, Task, ffmpeg_that, furnished};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

const WORKOUTS: &str = "/api/workouts";

fn server() -> Server {
    Server::start(&["--prepare", "false"])
}

async fn create(server: &Server, body: &Value) -> Response {
    let ask = server.request(Method::POST, WORKOUTS).json(body);
    ask.send().await.unwrap()
}

async fn linked(server: &Server) -> Value {
    let body = json!({"exercise_names": ["Air Squat", "Push-ups"], "config": {"rounds": 2,
        "orientation": "portrait", "resolution": "480p", "intervals": {"work_time": 20, "rest_time": 10}}});
    let response = create(server, &body).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let workout: Value = response.json().await.unwrap();
    assert_eq!(workout["links"]["self"], location.as_str());
    workout
}

fn link<'a>(workout: &'a Value, what: &str) -> &'a str {
    workout["links"][what].as_str().expect("a link")
}

const DOCUMENTS: [(&str, &str); 5] = [
    ("self", "application/json"),
    ("timeline", "application/json"),
    ("captions", "text/vtt; charset=utf-8"),
    ("chapters", "text/vtt; charset=utf-8"),
    ("summary", "text/plain; charset=utf-8"),
];

#[tokio::test]
async fn a_link_gives_the_same_everywhere_and_is_worth_keeping() {
    let (one, other) = (server(), server());
    let workout = linked(&one).await;
    assert_eq!(linked(&other).await, workout, "the same request, another link");
    for (what, kind) in DOCUMENTS {
        let path = link(&workout, what);
        let first = one.get(path).await;
        assert_eq!(first.status(), StatusCode::OK, "{what}");
        let headers = first.headers().clone();
        assert_eq!(headers["content-type"], kind, "{what}");
        let kept = headers["cache-control"].to_str().unwrap();
        assert!(kept.starts_with("public, max-age="), "{what}: {kept}");
        assert_eq!(headers["access-control-allow-origin"], "*", "{what}");
        let body = first.bytes().await.unwrap();

        let second = other.get(path).await;
        assert_eq!(second.headers()["etag"], headers["etag"], "{what}");
        assert_eq!(second.bytes().await.unwrap(), body, "{what}");

        let again = one
            .request(Method::GET, path)
            .header("if-none-match", &headers["etag"]);
        let again = again.send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{what}");
        assert_eq!(again.headers()["etag"], headers["etag"], "{what}");
        assert!(again.bytes().await.unwrap().is_empty(), "{what}");

        let head = one.request(Method::HEAD, path).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::OK, "{what}");
        assert_eq!(head.headers()["etag"], headers["etag"], "{what}");
        assert_eq!(
            head.headers()["content-length"],
            body.len().to_string().as_str(),
            "{what}"
        );
        assert!(head.bytes().await.unwrap().is_empty(), "{what}");

        let squeezed = one.request(Method::GET, path).header("accept-encoding", "gzip");
        let squeezed = squeezed.send().await.unwrap();
        assert_eq!(squeezed.headers()["content-encoding"], "gzip", "{what}");
        let weak = squeezed.headers()["etag"].to_str().unwrap();
        assert_eq!(weak, format!("W/{}", headers["etag"].to_str().unwrap()), "{what}");
        let revalidated = one.request(Method::GET, path).header("if-none-match", weak);
        assert_eq!(
            revalidated.send().await.unwrap().status(),
            StatusCode::NOT_MODIFIED
        );
    }
    let shown: Value = one.get(link(&workout, "self")).await.json().await.unwrap();
    assert_eq!(shown, workout);
}

#[tokio::test]
async fn the_timeline_tells_an_overlay_all_that_the_plan_has() {
    let server = server();
    let workout = linked(&server).await;
    let timeline: Value = server.get(link(&workout, "timeline")).await.json().await.unwrap();
    assert_eq!(timeline["fps"], 30);
    assert_eq!(
        (&timeline["width"], &timeline["height"]),
        (&json!(480), &json!(854))
    );
    let intervals = timeline["intervals"].as_array().unwrap();
    let mut at = 0;
    for interval in intervals {
        assert_eq!(interval["start_frame"], at, "{interval}");
        at += interval["frames"].as_u64().unwrap();
    }
    assert_eq!(timeline["frames"], at);
    assert_eq!(workout["frames"], at);
    let squat = &intervals[1];
    assert_eq!(
        (&squat["name"], &squat["round"]),
        (&json!("Air Squat"), &json!(1))
    );
    assert_eq!(squat["upcoming"]["exercise"], "push-ups");
    assert_eq!(intervals.last().unwrap()["upcoming"], Value::Null);
    let cues = timeline["cues"].as_array().unwrap();
    assert_eq!(
        cues[0],
        json!({"at": 2.0, "frame": 60, "kind": "countdown"}),
        "{cues:?}"
    );
}

/// The cues of a WebVTT file, parsed as strictly as the standard requires.
fn captions(file: &str) -> Vec<(f64, f64, String)> {
    let mut blocks = file.split("\n\n");
    assert_eq!(blocks.next(), Some("WEBVTT"));
    let time = |text: &str| {
        assert_eq!(text.len(), 12, "{text}");
        let parts: Vec<f64> = text.split(':').map(|part| part.parse().unwrap()).collect();
        parts[0] * 3600.0 + parts[1] * 60.0 + parts[2]
    };
    let caption = |block: &str| {
        let (id, rest) = block.split_once('\n').expect("an id");
        assert!(id.parse::<u32>().is_ok(), "{block}");
        let (times, text) = rest.split_once('\n').expect("a text");
        let (start, end) = times.split_once(" --> ").expect("an arrow");
        assert!(
            !text.trim().is_empty() && !text.contains("-->") && !text.contains('<'),
            "{text}"
        );
        (time(start), time(end), text.trim_end().to_owned())
    };
    blocks.map(caption).collect()
}

#[tokio::test]
async fn captions_and_chapters_cover_the_workout() {
    let server = server();
    let workout = linked(&server).await;
    for what in ["captions", "chapters"] {
        let file = server.get(link(&workout, what)).await.text().await.unwrap();
        let mut at = 0.0;
        for (start, end, text) in captions(&file) {
            assert!((start - at).abs() < 0.001 && end > start, "{what}: {text}");
            at = end;
        }
        assert!(
            (at - workout["duration"].as_f64().unwrap()).abs() < 0.001,
            "{what}"
        );
        assert!(file.contains("Air Squat"), "{file}");
    }
    let summary = server.get(link(&workout, "summary")).await.text().await.unwrap();
    assert!(summary.contains("Work, 2 rounds\n- Air Squat 0:20"), "{summary}");
}

#[tokio::test]
async fn the_poster_has_the_shape_of_the_video() {
    let server = server();
    let workout = linked(&server).await;
    let poster = server.get(link(&workout, "poster")).await;
    assert_eq!(poster.headers()["content-type"], "image/jpeg");
    let image = poster.bytes().await.unwrap();
    // The frame header of a baseline JPEG: FF C0, length, depth, height, width.
    let frame = image.windows(2).position(|w| w == [0xff, 0xc0]).expect("SOF0");
    let edge = |at: usize| u16::from_be_bytes([image[frame + at], image[frame + at + 1]]);
    assert_eq!((edge(7), edge(5)), (480, 854));
}

#[tokio::test]
async fn hostile_links_name_nothing() {
    let server = server();
    let workout = linked(&server).await;
    let token = workout["token"].as_str().unwrap();
    let mut altered = token.to_owned();
    altered.replace_range(5..6, if &token[5..6] == "x" { "y" } else { "x" });
    // Almost as long as an address may be.
    let long = "A".repeat(7_000);
    let cut = &token[..token.len() - 1];
    for hostile in [
        cut,
        &altered,
        &long,
        "AAAA",
        "..%2f..%2fetc",
        "%00",
        "-",
        &format!("{token}="),
    ] {
        for file in ["", "/timeline", "/captions.vtt", "/poster.jpg"] {
            let response = server.get(&format!("{WORKOUTS}/{hostile}{file}")).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{hostile}{file}");
            assert_eq!(response.headers()["cache-control"], "no-store", "{hostile}{file}");
            let problem: Value = response.json().await.unwrap();
            assert_eq!(problem["type"], "/problems/unknown-workout", "{hostile}{file}");
        }
    }
    let too_long = server.get(&format!("{WORKOUTS}/{}", "A".repeat(20_000))).await;
    assert_eq!(too_long.status(), StatusCode::URI_TOO_LONG);
}

#[tokio::test]
async fn a_changed_catalogue_says_so_and_a_grown_one_does_not_mind() {
    let first = server();
    let workout = linked(&first).await;
    let path = link(&workout, "timeline");
    let changed = |change: &dyn Fn(&mut Vec<Value>)| -> TempDir {
        let folder = crate::program::furnished();
        let file = folder.path().join("exercises.json");
        let mut catalogue: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        change(catalogue["exercises"].as_array_mut().unwrap());
        std::fs::write(file, catalogue.to_string()).unwrap();
        folder
    };
    let start = |folder| Server::start_in(folder, &["--prepare", "false"]);
    let renamed = start(changed(&|all| all[1]["name"] = json!("Squat")));
    let poorer = start(changed(&|all| {
        all.remove(0);
    }));
    for server in [&renamed, &poorer] {
        let response = server.get(path).await;
        assert_eq!(response.status(), StatusCode::GONE);
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["type"], "/problems/workout-changed");
    }
    let grown = start(changed(&|all| {
        let mut more = all[0].clone();
        (more["id"], more["name"]) = (json!("more"), json!("More"));
        all.insert(0, more);
    }));
    let before = first.get(path).await.bytes().await.unwrap();
    assert_eq!(grown.get(path).await.bytes().await.unwrap(), before);
}

#[tokio::test]
async fn under_a_base_path_links_lead_there() {
    let server = Server::start(&["--prepare", "false", "--base-path", "/coach"]);
    let ask = server.request(Method::POST, "/coach/api/workouts");
    let body = json!({"exercise_names": ["Push-ups"], "config": {"show_tmier": true}});
    let response = ask.json(&body).send().await.unwrap();
    let notes = response.headers()["x-workout-notes"].clone();
    assert!(notes.to_str().unwrap().contains("show_tmier"), "{notes:?}");
    let workout: Value = response.json().await.unwrap();
    assert!(
        workout["notes"][0]["values"]["nearest"] == "/config/show_timer",
        "{workout}"
    );
    assert!(link(&workout, "video").starts_with("/coach/api/workouts/"));
    assert_eq!(
        server.get(link(&workout, "summary")).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_streamed_video_names_its_link() {
    let server = server();
    let body = json!({"exercise_names": ["Push-ups"], "renderer": "graph", "config": {"resolution": "480p",
        "intervals": {"work_time": 1, "get_ready": 0, "finish": 0}}});
    let ask = server
        .request(Method::POST, "/api/generate-workout-video")
        .json(&body);
    let video = ask.send().await.unwrap();
    let path = video.headers()["x-workout-link"].to_str().unwrap().to_owned();
    let exposed = video.headers()["access-control-expose-headers"].to_str().unwrap();
    assert!(
        exposed.contains("x-workout-link") && exposed.contains("location"),
        "{exposed}"
    );
    let workout: Value = server.get(&path).await.json().await.unwrap();
    assert_eq!(workout["duration"], 1.0);
    // The renderer of a stream is no part of the link.
    let mut other = body.clone();
    other["renderer"] = json!("stitch");
    let other: Value = create(&server, &other).await.json().await.unwrap();
    assert_eq!(link(&other, "self"), path);
}

/// The answer of `GET path` over this file.
async fn part(server: &Server, path: &str, range: &str) -> (StatusCode, Vec<u8>) {
    let ask = server.request(Method::GET, path).header("range", range);
    let response = ask.send().await.unwrap();
    (response.status(), response.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn the_video_is_a_file_of_which_any_server_gives_any_part() {
    let (one, other) = (server(), server());
    let workout = linked(&one).await;
    let path = link(&workout, "video");
    let whole = one.get(path).await;
    assert_eq!(whole.status(), StatusCode::OK);
    let tag = whole.headers()["etag"].clone();
    let file = whole.bytes().await.unwrap();
    assert_eq!(&file[4..8], b"ftyp");

    // A server with a cache of its own encodes the loops again and makes the same bytes.
    let elsewhere = other.request(Method::HEAD, path).send().await.unwrap();
    assert_eq!(elsewhere.headers()["etag"], tag);
    assert_eq!(
        elsewhere.headers()["content-length"],
        file.len().to_string().as_str()
    );
    let middle = file.len() / 2;
    let (status, bytes) = part(&other, path, &format!("bytes={middle}-{}", middle + 9999)).await;
    assert_eq!(status, StatusCode::PARTIAL_CONTENT);
    assert!(bytes == file[middle..middle + 10_000]);
    let (status, bytes) = part(&one, path, "bytes=0-1").await;
    assert_eq!(
        (status, bytes.as_slice()),
        (StatusCode::PARTIAL_CONTENT, &file[..2])
    );
    let (status, _) = part(&one, path, &format!("bytes={}-", file.len())).await;
    assert_eq!(status, StatusCode::RANGE_NOT_SATISFIABLE);

    let saved = one.get(&format!("{path}?download=Monday")).await;
    let named = saved.headers()["content-disposition"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(named.contains("filename=\"Monday.mp4\""), "{named}");
}

#[tokio::test]
async fn the_same_workout_is_had_with_and_without_a_hud() {
    let server = server();
    let body = json!({"exercise_names": ["Air Squat"], "config": {"show_round": false}});
    let workout: Value = create(&server, &body).await.json().await.unwrap();
    let document = async |path: &str| -> Value {
        let response = server.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.json().await.unwrap()
    };
    assert_eq!(link(&workout, "with_hud"), link(&workout, "self"));
    let bare = document(link(&workout, "without_hud")).await;
    let none = json!({"show_timer": false, "show_progress_bar": false, "show_exercise_name": false, "show_round": false});
    let asked = json!({"exercise_names": ["Air Squat"], "config": none});
    let asked: Value = create(&server, &asked).await.json().await.unwrap();
    assert_eq!(bare["token"], asked["token"], "one workout has one link");
    assert_eq!(link(&bare, "without_hud"), link(&bare, "self"));
    // The link without HUD does not contain the requested parts, so `with_hud` has all of them.
    let full = document(link(&bare, "with_hud")).await;
    let asked: Value = create(&server, &json!({"exercise_names": ["Air Squat"]}))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(full["token"], asked["token"]);
    for (one, other) in [(&workout, &bare), (&bare, &full)] {
        assert_eq!(one["frames"], other["frames"]);
    }
    let area = |timeline: Value| timeline["area_height"].as_u64();
    assert_eq!(area(document(link(&bare, "timeline")).await), Some(720));
    assert_eq!(area(document(link(&full, "timeline")).await), Some(640));
}

#[tokio::test]
async fn who_does_not_wait_for_a_preparation_gets_the_stream() {
    let folder = furnished();
    // Each loop waits until the file `go` exists; the frames of the stream come from the same
    // encoder.
    let held = ffmpeg_that(
        folder.path(),
        Task::Loop,
        "while [ ! -e go ]; do sleep 0.05; done",
    );
    let server = Server::start_in(folder, &["--ffmpeg", &held, "--ffprobe", "ffprobe"]);
    let workout = linked(&server).await;
    let ask = || {
        server
            .request(Method::HEAD, link(&workout, "video"))
            .header("prefer", "wait=0")
    };
    let asked = Instant::now();
    let answer = ask().send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers().contains_key("retry-after"));
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "it waited {:?}",
        asked.elapsed()
    );

    let stream = link(&workout, "stream");
    let looked = server.request(Method::HEAD, stream).send().await.unwrap();
    assert_eq!(
        (looked.status(), looked.headers()["content-type"].as_bytes()),
        (StatusCode::OK, &b"video/mp4"[..])
    );
    std::fs::write(server.folder().join("go"), "").unwrap();
    let response = server.get(stream).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let duration: f64 = response.headers()["x-workout-duration"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(Some(duration), workout["duration"].as_f64());
    let bytes = response.bytes().await.unwrap();
    assert_eq!(&bytes[4..8], b"ftyp");
    // The stream has prepared the loop.
    let deadline = Instant::now() + Duration::from_secs(30);
    while ask().send().await.unwrap().status() != StatusCode::OK {
        assert!(Instant::now() < deadline, "the file never comes");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn hls_leads_from_the_master_playlist_to_every_segment() {
    let server = server();
    let workout = linked(&server).await;
    let master = link(&workout, "hls");
    let folder = master.trim_end_matches("master.m3u8");
    let text = async |name: &str| {
        let response = server.get(&format!("{folder}{name}")).await;
        assert_eq!(response.status(), StatusCode::OK, "{name}");
        assert_eq!(
            response.headers()["content-type"],
            "application/vnd.apple.mpegurl",
            "{name}"
        );
        response.text().await.unwrap()
    };
    let playlists = text("master.m3u8").await;
    assert!(playlists.contains("video.m3u8"), "{playlists}");
    // The workout's own language is first; each entry names an existing file.
    let subtitles: Vec<&str> = playlists
        .lines()
        .filter(|line| line.starts_with("#EXT-X-MEDIA:TYPE=SUBTITLES"))
        .collect();
    assert_eq!(subtitles.len(), 2, "{playlists}");
    for (line, (tag, name, next)) in subtitles
        .iter()
        .zip([("en", "English", "Next: "), ("fr", "Français", "Ensuite\u{a0}: ")])
    {
        let playlist = format!("captions-{tag}.m3u8");
        for said in [
            format!("NAME=\"{name}\""),
            format!("LANGUAGE=\"{tag}\""),
            format!("\"{playlist}\""),
        ] {
            assert!(line.contains(&said), "{line}");
        }
        let captions = text(&playlist).await;
        let file = captions.lines().find(|line| !line.starts_with('#'));
        let file = format!("{folder}{}", file.expect("a file"));
        let captions = server.get(&file).await;
        assert_eq!(captions.status(), StatusCode::OK, "{file}");
        let captions = captions.text().await.unwrap();
        assert!(captions.contains(next), "{captions}");
    }
    assert_eq!(
        server.get(&format!("{folder}captions-de.m3u8")).await.status(),
        StatusCode::NOT_FOUND
    );
    let media = text("video.m3u8").await;
    let segments: Vec<&str> = media.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(!segments.is_empty(), "{media}");
    for segment in segments {
        let response = server.get(&format!("{folder}{segment}")).await;
        assert_eq!(response.status(), StatusCode::OK, "{segment}");
        let kept = response.headers()["cache-control"].to_str().unwrap().to_owned();
        assert!(kept.contains("immutable"), "{segment}: {kept}");
        assert!(response.bytes().await.unwrap().len() > 1000, "{segment}");
    }
    assert_eq!(
        server.get(&format!("{folder}99-nothing.m4s")).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn nonsense_under_hls_is_refused_before_anything_is_prepared() {
    let server = server();
    let workout = linked(&server).await;
    let folder = link(&workout, "hls").trim_end_matches("master.m3u8");
    let nonsense = [
        "x",
        "master.m3u",
        "captions-de.m3u8",
        "0-nothing.m4s",
        "00-0123456789abcdef.m4s",
        "0-0123456789ABCDEF.m4s",
        "99999-0123456789abcdef.m4s",
        "init-0123456789abcde.mp4",
        "%2e%2e%2fvideo.mp4",
    ];
    for name in nonsense {
        let started = server.get(&format!("{folder}{name}")).await;
        assert_eq!(started.status(), StatusCode::NOT_FOUND, "{name}");
        assert!(server.children().is_empty(), "{name} starts FFmpeg");
        // The server does not read the token of such an address, either.
        let broken = server.get(&format!("{WORKOUTS}/nonsense/hls/{name}")).await;
        let problem: Value = broken.json().await.unwrap();
        assert_eq!(problem["type"], "/problems/not-found", "{name}");
    }
    let loops = std::fs::read_dir(server.folder().join("cache/loops")).unwrap();
    assert_eq!(loops.count(), 0, "loops were prepared");
    // The length of the subtitles needs no loops, either.
    let captions = server.get(&format!("{folder}captions-fr.m3u8")).await;
    assert_eq!(captions.status(), StatusCode::OK);
    assert!(server.children().is_empty());
}

#[tokio::test]
async fn a_workout_whose_names_are_the_same_in_both_languages_has_a_bar_in_each() {
    let folder = furnished();
    let path = folder.path().join("exercises.json");
    let mut catalogue: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for exercise in catalogue["exercises"].as_array_mut().unwrap() {
        // Both languages use the same name, as for Burpee, Crunch and Superman.
        exercise["translations"]["fr"]["name"] = exercise["name"].clone();
    }
    std::fs::write(&path, catalogue.to_string()).unwrap();
    let server = Server::start_in(folder, &[]);
    let mut videos = Vec::new();
    for language in ["fr", "en"] {
        let body = json!({"exercise_names": ["Push-ups"], "config": {"language": language, "rounds": 2,
            "resolution": "480p", "intervals": {"work_time": 6, "rest_time": 5}}});
        let workout: Value = create(&server, &body).await.json().await.unwrap();
        assert_eq!(workout["exercises"], json!(["Push-ups"]));
        let answer = server.get(link(&workout, "video")).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
        let file = server.folder().join(format!("{language}.mp4"));
        std::fs::write(&file, answer.bytes().await.unwrap()).unwrap();
        // The HUD alone: the lowest 64 lines of the frame.
        let file = file.to_str().unwrap();
        let bar = [
            "-i",
            file,
            "-frames:v",
            "1",
            "-vf",
            "crop=854:64:0:416",
            "-f",
            "rawvideo",
            "-",
        ];
        let hls = link(&workout, "hls").replace("master", "video");
        let segments = server.get(&hls).await.text().await.unwrap();
        videos.push((tag, ffmpeg(&bar), segments));
    }
    assert!(
        videos[0].1 != videos[1].1,
        "whoever comes second gets the other's bar"
    );
    assert_ne!(videos[0].0, videos[1].0, "one tag for two videos");
    let named = |playlist: &str| {
        playlist
            .lines()
            .find(|line| line.contains(".m4s"))
            .map(str::to_owned)
    };
    assert_ne!(
        named(&videos[0].2),
        named(&videos[1].2),
        "one name for two segments"
    );
}

#[tokio::test]
async fn a_french_workout_is_french_and_can_be_told_in_english() {
    let server = server();
    let made = async |language: &str| -> Value {
        let body = json!({"exercise_names": ["Air Squat", "Push-ups"], "config": {"language": language,
            "resolution": "480p", "intervals": {"work_time": 6, "rest_time": 5}}});
        create(&server, &body).await.json().await.unwrap()
    };
    let (french, english) = (made("fr").await, made("en").await);
    assert_ne!(french["token"], english["token"]);
    assert_eq!(french["language"], "fr");
    assert_eq!(french["exercises"], json!(["Squat", "Pompes"]));
    let timeline: Value = server.get(link(&french, "timeline")).await.json().await.unwrap();
    assert_eq!(timeline["language"], "fr");
    let squat = &timeline["intervals"][1];
    assert_eq!(
        [&squat["name"], &squat["kind"], &squat["exercise"]],
        ["Squat", "work", "air-squat"]
    );
    assert_eq!(squat["upcoming"]["name"], "Pompes");

    let told = async |path: String| {
        let response = server.get(&path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let tag = response.headers()["etag"].to_str().unwrap().to_owned();
        (tag, response.text().await.unwrap())
    };
    for (what, in_french, in_english) in [
        ("captions", "Ensuite\u{a0}: Pompes", "Next: Push-ups"),
        ("chapters", "\nPréparez-vous\n", "\nGet ready\n"),
        ("summary", "- Pompes 0:06", "- Push-ups 0:06"),
    ] {
        let (own, other) = (link(&french, what), link(&english, what));
        let (tag, text) = told(own.to_owned()).await;
        assert!(text.contains(in_french) && !text.contains(in_english), "{text}");
        // The same text has the same tag under every address; another text has another tag.
        assert_eq!(
            told(format!("{own}?language=fr")).await,
            (tag.clone(), text.clone())
        );
        assert_eq!(told(format!("{other}?language=FR")).await, (tag.clone(), text));
        let translated = told(format!("{own}?language=en")).await;
        assert!(translated.1.contains(in_english), "{translated:?}");
        assert_ne!(translated.0, tag);
        assert_eq!(told(other.to_owned()).await, translated);

        let refused = server.get(&format!("{own}?language=de")).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{what}");
        assert_eq!(refused.headers()["content-type"], "application/problem+json");
        let problem: Value = refused.json().await.unwrap();
        assert_eq!(problem["errors"][0]["parameter"], "language", "{problem}");
        let detail = problem["errors"][0]["detail"].as_str().unwrap();
        assert_eq!(detail, "Unknown: de. Known are: en, fr.");
    }

    // The saved file has tracks of texts, chapters and a title.
    let video = server.get(link(&french, "video")).await;
    assert_eq!(video.status(), StatusCode::OK);
    let path = server.folder().join("french.mp4");
    std::fs::write(&path, video.bytes().await.unwrap()).unwrap();
    let file = path.to_str().unwrap();
    let probe = ffprobe(&["-show_streams", "-show_format", "-show_chapters", file]);
    let streams = probe["streams"].as_array().unwrap();
    let languages: Vec<&Value> = streams.iter().map(|stream| &stream["tags"]["language"]).collect();
    assert_eq!(languages, ["und", "und", "fra", "fra"], "{probe:#}");
    assert_eq!(probe["chapters"][0]["tags"]["title"], "Préparez-vous");
    assert_eq!(probe["chapters"][1]["tags"]["title"], "Squat");
    let title = probe["format"]["tags"]["title"].as_str().unwrap();
    assert!(title.starts_with("Séance, 0:25"), "{title}");
    let subtitles = ffmpeg(&["-i", file, "-map", "0:s", "-f", "webvtt", "-"]);
    let subtitles = String::from_utf8(subtitles).unwrap();
    assert!(subtitles.contains("Ensuite\u{a0}: Pompes"), "{subtitles}");
    assert!(!subtitles.contains("Next"), "{subtitles}");
}
