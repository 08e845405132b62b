//! From a request over HTTP to the video: the video shows what its plan says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::fixture::{
    decode_strictly, ffmpeg, ffprobe, frames, numbered_from, numbers, numbers_on_grid, on_grid, times,
};
use crate::program::Server;
use reqwest::Method;
use serde_json::{Value, json};

/// Frames of each exercise's clip, and the distance between the first numbers of two clips.
const PASS: u64 = 40;

/// Every check here applies to both renderers.
const RENDERERS: [&str; 2] = ["graph", "stitch"];

/// A server with six distinguishable exercises: each clip has numbers of its own.
struct Gym {
    server: Server,
    first_numbers: BTreeMap<&'static str, u64>,
}

const EXERCISES: [&str; 6] = [
    "march-in-place",
    "push-ups",
    "air-squat",
    "reverse-lunge",
    "plank",
    "childs-pose",
];

impl Gym {
    fn open(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut catalogue: Value = serde_json::from_str(include_str!("../../exercises.json")).unwrap();
        let exercises = catalogue["exercises"].as_array_mut().unwrap();
        exercises.retain(|e| EXERCISES.iter().any(|id| e["id"] == *id));
        for exercise in exercises.iter_mut() {
            exercise["video"] = format!("{}.mp4", exercise["id"].as_str().unwrap()).into();
        }
        std::fs::write(folder.path().join("exercises.json"), catalogue.to_string()).unwrap();
        let videos = folder.path().join("videos");
        std::fs::create_dir(&videos).unwrap();
        let mut first_numbers = BTreeMap::new();
        for (n, id) in EXERCISES.iter().enumerate() {
            let first = n as u64 * PASS;
            let path = videos.join(format!("{id}.mp4"));
            let source = numbered_from(first, PASS);
            let mut arguments = vec!["-f", "lavfi", "-i", &source];
            arguments.extend(crate::fixture::H264);
            arguments.push(path.to_str().unwrap());
            ffmpeg(&arguments);
            first_numbers.insert(*id, first);
        }
        let mut all = vec!["--preset", "ultrafast"];
        all.extend(arguments);
        Self {
            server: Server::start_in(folder, &all),
            first_numbers,
        }
    }

    /// The plan of a request, its video, and the length in the answer's header.
    async fn make(&self, request: &Value, renderer: &str) -> (Value, PathBuf, f64) {
        let answer = self
            .server
            .request(Method::POST, "/api/plan")
            .json(request)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
        let plan: Value = answer.json().await.unwrap();
        let mut request = request.clone();
        request["config"]["seed"] = plan["seed"].clone();
        request["renderer"] = renderer.into();
        let video = self
            .server
            .request(Method::POST, "/api/generate-workout-video")
            .json(&request);
        let answer = video.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "video/mp4");
        assert_eq!(header("x-workout-seed"), plan["seed"].to_string());
        assert_eq!(header("x-workout-renderer"), renderer);
        assert!(
            header("x-workout-codecs").starts_with("avc1."),
            "{}",
            header("x-workout-codecs")
        );
        let length = header("x-workout-duration").parse().unwrap();
        let path = self.server.folder().join(format!("{renderer}.mp4"));
        std::fs::write(&path, answer.bytes().await.expect("a whole video")).unwrap();
        (plan, path, length)
    }

    /// Checks every frame of every interval against the plan.
    fn check(&self, plan: &Value, video: &Path, crop: &str) {
        let seen = numbers_on_grid(video, crop);
        assert_eq!(
            seen.len() as u64,
            plan["frames"].as_u64().unwrap(),
            "pictures in all"
        );
        let mut end = 0;
        for interval in plan["intervals"].as_array().unwrap() {
            let (start, frames) = (
                interval["start_frame"].as_u64().unwrap(),
                interval["frames"].as_u64().unwrap(),
            );
            assert_eq!(start, end, "a gap before {interval}");
            end = start + frames;
            let id = interval["exercise"].as_str().or(interval["next"].as_str());
            let speed = exact_speed(interval);
            for within in 0..frames {
                let frame = start + within;
                let Some(seen) = seen[frame as usize] else {
                    panic!("picture {frame} shows no number, in {interval}");
                };
                assert_eq!(
                    seen.mirrored,
                    interval["side"] == "right",
                    "picture {frame}, in {interval}"
                );
                // The finish names no exercise in the plan, so it may show any clip.
                let Some(id) = id else { continue };
                let Some(number) = seen
                    .number
                    .checked_sub(self.first_numbers[id])
                    .filter(|n| *n < PASS)
                else {
                    panic!(
                        "picture {frame} shows another clip ({}) than {id}, in {interval}",
                        seen.number
                    );
                };
                let expected = (within as f64 * speed) % PASS as f64;
                let off = (number as f64 - expected).abs();
                assert!(
                    off <= 1.0 || off >= PASS as f64 - 1.0,
                    "picture {frame} shows {number} instead of {expected}, in {interval}"
                );
            }
        }
    }
}

/// The exact speed of an interval, of which a plan states thousandths: the speed at which whole
/// passes fill the interval, if it rounds to the same thousandths; else the stated speed.
fn exact_speed(interval: &Value) -> f64 {
    let told = interval["speed"].as_f64().unwrap();
    let passes_a_speed = interval["frames"].as_f64().unwrap() / PASS as f64;
    let whole = (told * passes_a_speed).round() / passes_a_speed;
    if (whole - told).abs() <= 0.0005 {
        whole
    } else {
        told
    }
}

/// Checks the length of each track in its own ticks, and decodes the video with FFmpeg's strict
/// decoder.
fn check_file(video: &Path, plan: &Value, length: f64) {
    let file = video.to_str().unwrap();
    let frames = plan["frames"].as_u64().unwrap();
    let probe = ffprobe(&["-show_streams", "-show_format", file]);
    let ticks = |track: usize| probe["streams"][track]["duration_ts"].as_u64();
    assert_eq!(
        (ticks(0), ticks(1)),
        (Some(frames * 3000), Some(frames * 1600)),
        "{probe:#}"
    );
    assert!((length - plan["duration"].as_f64().unwrap()).abs() < 0.001);
    assert!((length * 30.0 - frames as f64).abs() < 0.05);
    decode_strictly(video);
    let times = times(video);
    assert!(
        times.is_sorted_by(|a, b| a < b),
        "two pictures at once: {times:?}"
    );
    assert_eq!((times[0], times[times.len() - 1]), (0, frames * 3000));
    // Every interval begins with a frame of its own, so there is no gap and no overlap at a joint.
    for interval in plan["intervals"].as_array().unwrap() {
        let start = interval["start_frame"].as_u64().unwrap() * 3000;
        assert!(
            times.binary_search(&start).is_ok(),
            "no picture begins {interval}"
        );
    }
}

const AREA: &str = "854:400:0:16";

#[tokio::test(flavor = "multi_thread")]
async fn the_request_that_clients_send_gives_the_workout_that_it_plans() {
    let gym = Gym::open(&[]);
    let request = json!({
        "exercise_names": ["Push-ups", "AIR SQUAT", "plank", "Reverse Lunge"],
        "config": {
            "intensity": "high_intensity",
            "intervals": {"work_time": 4, "rest_time": 2},
            "no_jump": false, "no_repeat": false,
            "exercice_intensity_levels": ["easy", "medium", "hard"],
            "include_warm_up": true, "include_cool_down": true,
            "target_duration": 30,
            "show_timer": true, "show_progress_bar": true, "show_exercise_name": true,
            "rounds": 2, "resolution": "480p",
        }
    });
    for renderer in RENDERERS {
        let (plan, video, length) = gym.make(&request, renderer).await;
        let kinds: Vec<&str> = plan["intervals"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|i| i["kind"].as_str())
            .collect();
        for kind in [
            "get_ready",
            "warm_up",
            "work",
            "rest",
            "round_rest",
            "cool_down",
            "finish",
        ] {
            assert!(kinds.contains(&kind), "no {kind} in {kinds:?}");
        }
        check_file(&video, &plan, length);
        gym.check(&plan, &video, AREA);
        let probe = ffprobe(&["-show_streams", video.to_str().unwrap()]);
        assert_eq!(
            (&probe["streams"][0]["width"], &probe["streams"][0]["height"]),
            (&json!(854), &json!(480))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_one_interval_to_a_hundred_and_twenty_every_length_is_exact() {
    let gym = Gym::open(&[]);
    let one = json!({
        "exercises": [{"id": "push-ups", "work_time": 1.1, "speed": 0.5}],
        "config": {"intervals": {"get_ready": 0, "finish": 0}, "resolution": "480p"}
    });
    let names: Vec<&str> = EXERCISES[1..3].iter().copied().cycle().take(20).collect();
    let many = json!({
        "exercise_names": names,
        "config": {"rounds": 3, "resolution": "480p",
                   "intervals": {"work_time": 1.3, "rest_time": 0.5, "get_ready": 1, "finish": 0}}
    });
    for renderer in RENDERERS {
        let (plan, video, length) = gym.make(&one, renderer).await;
        assert_eq!(
            (plan["intervals"].as_array().unwrap().len(), &plan["frames"]),
            (1, &json!(33))
        );
        check_file(&video, &plan, length);
        gym.check(&plan, &video, AREA);

        let (plan, video, length) = gym.make(&many, renderer).await;
        assert_eq!(plan["intervals"].as_array().unwrap().len(), 120);
        check_file(&video, &plan, length);
        gym.check(&plan, &video, AREA);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_workout_is_as_long_as_asked_and_upright_when_asked() {
    let gym = Gym::open(&[]);
    let request = json!({"config": {
        "target_duration": 1, "seed": 11, "include_warm_up": false, "include_cool_down": false,
        "intervals": {"work_time": 7, "rest_time": 3},
        "orientation": "portrait", "resolution": "480p", "fit": "contain"
    }});
    for renderer in RENDERERS {
        let (plan, video, length) = gym.make(&request, renderer).await;
        assert!((length - 60.0).abs() < 0.001, "{length}");
        assert_eq!(plan["frames"], 1800);
        check_file(&video, &plan, length);
        // The area is 480x752, and the clip 480x270 in its middle.
        gym.check(&plan, &video, "480:200:0:276");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hud_counts_every_second_and_every_switch_off_leaves_the_whole_frame() {
    let gym = Gym::open(&[]);
    let request = json!({
        "exercise_names": ["push-ups", "plank"],
        "config": {"intervals": {"work_time": 12, "rest_time": 3, "get_ready": 3}, "resolution": "720p"}
    });
    let mut bare = request.clone();
    for switch in [
        "show_timer",
        "show_progress_bar",
        "show_exercise_name",
        "show_round",
    ] {
        bare["config"][switch] = json!(false);
    }
    for renderer in RENDERERS {
        let (plan, video, _) = gym.make(&request, renderer).await;
        // The right end of the HUD below the progress bar, where the countdown is.
        let crop = "crop=180:64:1100:654,scale=45:16:flags=area,format=gray";
        let decoded = on_grid(&frames(&video, crop, 45 * 16), &times(&video));
        let difference = |a: &[u8], b: &[u8]| {
            let sum: u64 = a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            sum as f64 / a.len() as f64
        };
        for interval in plan["intervals"].as_array().unwrap() {
            let (start, frames) = (
                interval["start_frame"].as_u64().unwrap(),
                interval["frames"].as_u64().unwrap(),
            );
            for within in 1..frames {
                let at = (start + within) as usize;
                let change = difference(&decoded[at - 1], &decoded[at]);
                // The countdown shows the whole seconds that are left, so it changes once per second.
                let due = within % 30 == 0 && interval["kind"] != "finish";
                assert_eq!(
                    change > 2.0,
                    due,
                    "picture {at}: a change of {change:.2}, in {interval}"
                );
            }
        }
        let (plan, video, length) = gym.make(&bare, renderer).await;
        check_file(&video, &plan, length);
        gym.check(&plan, &video, "1280:720:0:0");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_makes_the_same_video() {
    let gym = Gym::open(&[]);
    let request = json!({
        "exercise_names": ["push-ups", "plank"],
        "config": {"seed": 5, "resolution": "480p", "intervals": {"work_time": 3, "rest_time": 1, "get_ready": 1}}
    });
    for renderer in RENDERERS {
        let (plan, served, length) = gym.make(&request, renderer).await;
        let folder = gym.server.folder();
        let mut request = request.clone();
        request["renderer"] = renderer.into();
        std::fs::write(folder.join("request.json"), request.to_string()).unwrap();
        let arguments = [
            "generate",
            "request.json",
            "-o",
            "made.mp4",
            "--preset",
            "ultrafast",
        ];
        let output = crate::program::command(folder, &arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let made = folder.join("made.mp4");
        check_file(&made, &plan, length);
        let frames = |file: &Path| ffmpeg(&["-i", file.to_str().unwrap(), "-map", "0:v", "-f", "md5", "-"]);
        assert_eq!(
            frames(&made),
            frames(&served),
            "the same request gives other pictures"
        );
        std::fs::remove_file(made).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn posters_and_previews_can_be_looked_at() {
    let gym = Gym::open(&[]);
    for (file, codec) in [("poster.jpg", "mjpeg"), ("preview.mp4", "h264")] {
        let answer = gym.server.get(&format!("/api/exercises/air-squat/{file}")).await;
        assert_eq!(answer.status(), 200);
        let path = gym.server.folder().join(file);
        std::fs::write(&path, answer.bytes().await.unwrap()).unwrap();
        let probe = ffprobe(&["-show_streams", path.to_str().unwrap()]);
        assert_eq!(probe["streams"][0]["codec_name"], codec);
        let seen = numbers(&path, "854:480:0:0");
        let first = gym.first_numbers["air-squat"];
        assert!(
            seen.iter()
                .all(|s| s.is_some_and(|s| (first..first + PASS).contains(&s.number))),
            "{seen:?}"
        );
        assert_eq!(seen.len(), if file == "poster.jpg" { 1 } else { PASS as usize });
    }
}
