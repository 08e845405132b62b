//! Tests of the commands from outside: their output, the files that they leave, their exit codes.

mod program;

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use program::{command, furnished};
use serde_json::Value;

/// Runs a command with a config on its standard input.
fn fed(folder: &Path, arguments: &[&str], config: &str) -> Output {
    let mut child = command(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // The program may end without reading its input; the test checks its output then.
    let _ = stdin.write_all(config.as_bytes());
    drop(stdin);
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().expect("it was not killed");
    (code, text(&output.stdout), text(&output.stderr))
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

const CONFIG: &str = r#"{"exercise_names": ["Push-ups", "Plank"], "config": {"seed": 7}}"#;

#[test]
fn a_plan_is_printed_for_people_and_for_programs() {
    let folder = furnished();
    let (code, table, _) = said(&fed(folder.path(), &["plan", "-"], CONFIG));
    assert_eq!(code, 0);
    for part in ["Push-ups", "Plank", "seed 7", "\u{2588}"] {
        assert!(table.contains(part), "{part:?} is missing:\n{table}");
    }
    let file = folder.path().join("config.json");
    std::fs::write(&file, CONFIG).unwrap();
    let (code, json, _) = said(&fed(folder.path(), &["plan", "config.json", "--json"], ""));
    assert_eq!(code, 0);
    let plan: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(plan["seed"], 7);
}

#[test]
fn a_plan_shows_the_speed_of_the_video_or_says_that_it_cannot() {
    let folder = furnished();
    // The clip of push-ups lasts one second.
    let told = |exercise: &str, fit_reps: bool, arguments: &[&str]| {
        let config = format!(
            r#"{{"exercises": [{{"id": "{exercise}", "work_time": 20.5}}], "config": {{"fit_reps": {fit_reps}}}}}"#
        );
        let mut all = vec!["plan", "-", "--json"];
        all.extend(arguments);
        let (code, json, error) = said(&fed(folder.path(), &all, &config));
        assert_eq!(code, 0, "{error}");
        let plan: Value = serde_json::from_str(&json).unwrap();
        (plan["intervals"][1]["speed"].as_f64().unwrap(), error)
    };
    assert_eq!(told("push-ups", true, &[]), (0.976, String::new()));
    assert_eq!(told("push-ups", false, &[]), (1.0, String::new()));
    let (speed, error) = told("plank", true, &[]);
    assert!((speed - 1.0).abs() < 1e-9, "{speed}");
    assert!(
        error.contains("plank: the file plank.mp4 is not in the videos folder"),
        "{error}"
    );
    let nowhere = ["--ffmpeg", "/nowhere/ffmpeg", "--ffprobe", "/nowhere/ffprobe"];
    let (speed, error) = told("push-ups", true, &nowhere);
    assert!((speed - 1.0).abs() < 1e-9, "{speed}");
    assert!(error.contains("FFmpeg cannot be run"), "{error}");
    // Without `fit_reps` the command inspects no clip, so it needs no FFmpeg.
    assert_eq!(told("push-ups", false, &nowhere), (1.0, String::new()));
}

#[test]
fn every_mistake_in_a_config_is_named_with_its_place() {
    let folder = furnished();
    for (config, words) in [
        ("{", &["standard input", "not JSON"][..]),
        (
            r#"{"exercise_names": ["Plonk"]}"#,
            &["/exercise_names/0", "Plank"],
        ),
        (
            r#"{"config": {"speed": 9, "rounds": 0}}"#,
            &["/config/speed", "/config/rounds"],
        ),
        (r#"{"exercise_names": []}"#, &["no exercise"]),
    ] {
        let (code, printed, error) = said(&fed(folder.path(), &["plan", "-"], config));
        assert_eq!((code, printed.as_str()), (1, ""), "{config}");
        for word in words {
            assert!(
                error.contains(word),
                "{config} is refused without {word:?}: {error}"
            );
        }
    }
}

#[test]
fn a_refused_video_leaves_nothing_behind() {
    let folder = furnished();
    std::fs::write(folder.path().join("out.mp4"), "an older video").unwrap();
    let before = files(folder.path());
    let (code, _, error) = said(&fed(
        folder.path(),
        &["generate", "-", "-o", "out.mp4"],
        "{\"exercise_names\": [\"Plonk\"]}",
    ));
    assert_eq!(code, 1, "{error}");
    let after: Vec<String> = files(folder.path())
        .into_iter()
        .filter(|name| name != "cache")
        .collect();
    assert_eq!(after, before);
    assert_eq!(
        std::fs::read(folder.path().join("out.mp4")).unwrap(),
        b"an older video"
    );
}

#[test]
fn a_video_is_not_begun_when_it_could_not_be_written() {
    let folder = furnished();
    let (code, _, error) = said(&fed(
        folder.path(),
        &["generate", "-", "-o", "nowhere/out.mp4"],
        CONFIG,
    ));
    assert_eq!(code, 1);
    assert!(error.contains("cannot write to nowhere"), "{error}");
}

#[test]
fn the_doctor_shows_every_clip_and_fails_for_a_missing_one() {
    let folder = furnished();
    let (code, table, error) = said(&fed(folder.path(), &["doctor"], ""));
    assert_eq!(code, 1, "{error}");
    for part in [
        "ffmpeg ",
        "ffprobe ",
        "push-ups.mp4",
        "air-squat.mp4",
        "plank.mp4",
    ] {
        assert!(table.contains(part), "{part:?} is missing:\n{table}");
    }
}

/// A list of names does not show what a build can do: this FFmpeg lists everything and cannot
/// encode a loop.
#[test]
fn an_ffmpeg_that_lists_all_and_cannot_do_it_is_found_out() {
    let folder = furnished();
    let refuses = "case \"$*\" in *x264-params*) \
                   echo \"[error] Unrecognized option 'x264-params'.\" >&2; exit 1;; esac";
    let refusing = program::ffmpeg_that(folder.path(), program::Task::Trial, refuses);
    let arguments = ["doctor", "--ffmpeg", &refusing, "--ffprobe", "ffprobe"];
    let (code, table, error) = said(&fed(folder.path(), &arguments, ""));
    assert_eq!(code, 1, "{error}");
    let line = table.lines().next().unwrap_or_default();
    for part in [
        "it cannot prepare a loop",
        "Unrecognized option 'x264-params'",
        "4.2",
        "COACH_FFMPEG",
    ] {
        assert!(line.contains(part), "{part:?} is missing:\n{table}{error}");
    }
}

/// Runs with the FFmpeg that the tests are given: an old one, the system's, or the newest.
#[test]
fn every_way_makes_a_frame() {
    let folder = furnished();
    let (_, table, error) = said(&fed(folder.path(), &["doctor"], ""));
    let line = table.lines().next().unwrap_or_default();
    assert!(line.ends_with("has all that is needed"), "{table}{error}");
    for renderer in ["stitch", "graph"] {
        let config = format!(
            r#"{{"exercise_names": ["Push-ups"], "renderer": "{renderer}", "config": {{"seed": 7, "rounds": 1,
                "clip_sound": true, "resolution": "480p", "intervals": {{"work_time": 5, "rest_time": 0}}}}}}"#
        );
        let video = folder.path().join("out.mp4");
        let arguments = ["generate", "-", "-o", "out.mp4", "--preset", "ultrafast"];
        let (code, _, error) = said(&fed(folder.path(), &arguments, &config));
        assert_eq!(code, 0, "{renderer}: {error}");
        // The system's FFmpeg checks the result.
        let judged = std::process::Command::new("ffmpeg")
            .args(["-v", "error", "-xerror", "-err_detect", "explode", "-i"])
            .arg(&video)
            .args([
                "-map",
                "0:v",
                "-fps_mode",
                "passthrough",
                "-enc_time_base:v",
                "1:90000",
                "-f",
                "null",
                "-",
            ])
            .output()
            .expect("ffmpeg runs");
        let faults = String::from_utf8_lossy(&judged.stderr);
        assert!(
            judged.status.success() && faults.is_empty(),
            "{renderer}: {faults}"
        );
    }
}

#[test]
fn the_doctor_finds_a_cache_without_room() {
    let folder = furnished();
    // No file may grow beyond 100 blocks: a small file fits, the file of 1 MiB does not.
    let limited = "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\"";
    let output = std::process::Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_virtual-coach"), "doctor"])
        .current_dir(folder.path())
        .output();
    let (code, table, error) = said(&output.unwrap());
    assert_eq!(code, 1);
    assert!(table.contains("cache    cannot be written"), "{table}{error}");
    let (_, table, _) = said(&fed(folder.path(), &["doctor"], ""));
    assert!(table.contains("cache    can be written"), "{table}");
}

#[test]
fn settings_are_checked_before_anything_starts() {
    let folder = furnished();
    for (arguments, word) in [
        (&["serve", "--bind", "here"][..], "--bind"),
        (&["serve", "--backdrop", "#12"], "#d9dce1"),
        (&["serve", "--max-renders", "0"], "--max-renders"),
        (&["serve", "--base-path", "coach"], "begin with a slash"),
        (&["sing"], "sing"),
    ] {
        let (code, _, error) = said(&fed(folder.path(), arguments, ""));
        assert_eq!(code, 2, "{arguments:?}: {error}");
        assert!(
            error.contains(word),
            "{arguments:?} is refused without {word:?}: {error}"
        );
    }
    let (code, _, error) = said(&fed(
        folder.path(),
        &["plan", "-", "--catalogue", "none.json"],
        CONFIG,
    ));
    assert_eq!(code, 1);
    assert!(
        error.contains("none.json") && error.contains("COACH_CATALOGUE"),
        "{error}"
    );
}

#[test]
fn a_setting_may_be_a_variable_and_a_flag_wins() {
    let folder = furnished();
    let asked = |arguments: &[&str]| {
        let output = command(folder.path(), arguments)
            .env("COACH_BASE_PATH", "/variable")
            .output();
        let (code, spec, error) = said(&output.unwrap());
        assert_eq!(code, 0, "{error}");
        let spec: Value = serde_json::from_str(&spec).unwrap();
        spec["servers"][0]["url"].as_str().unwrap().to_owned()
    };
    assert_eq!(asked(&["openapi"]), "/variable");
    assert_eq!(asked(&["openapi", "--base-path", "/flag"]), "/flag");
}

const SHORT: &str = r#"{"exercise_names": ["Push-ups"], "config": {"resolution": "480p",
    "intervals": {"get_ready": 1, "work_time": 5, "finish": 1}}}"#;

/// Whether these bytes are a complete MP4 of ours: it begins with `ftyp` and has more than one
/// fragment.
fn is_video(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp") && bytes.windows(4).filter(|kind| kind == b"moof").count() > 1
}

#[test]
fn a_video_goes_to_standard_output() {
    let folder = furnished();
    let before = files(folder.path());
    let output = fed(
        folder.path(),
        &["generate", "-", "-o", "-", "--preset", "ultrafast"],
        SHORT,
    );
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    assert!(is_video(&output.stdout), "{} bytes: {error}", output.stdout.len());
    let mut after = files(folder.path());
    after.retain(|name| name != "cache");
    assert_eq!(after, before);
}

#[test]
fn a_pipe_is_written_to_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt as _;

    let folder = furnished();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    // Opened for reading and writing, so that the test does not block if the program never opens
    // the pipe.
    let mut reader = std::fs::File::options()
        .read(true)
        .write(true)
        .open(&pipe)
        .unwrap();
    let (sender, received) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut piece = vec![0; 1 << 16];
        while let Ok(count) = std::io::Read::read(&mut reader, &mut piece) {
            if sender.send(piece[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    let output = fed(
        folder.path(),
        &["generate", "-", "-o", "pipe", "--preset", "ultrafast"],
        SHORT,
    );
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let kind = std::fs::symlink_metadata(&pipe).unwrap().file_type();
    assert!(kind.is_fifo(), "the pipe was replaced");
    let patience = std::time::Duration::from_secs(2);
    let mut video = Vec::new();
    while let Ok(piece) = received.recv_timeout(patience) {
        video.extend(piece);
    }
    assert!(is_video(&video), "{} bytes came through", video.len());
}

#[test]
fn the_target_of_a_link_is_replaced_and_not_the_link() {
    let folder = furnished();
    let target = folder.path().join("videos/target.mp4");
    std::fs::write(&target, "an older video").unwrap();
    let link = folder.path().join("link.mp4");
    std::os::unix::fs::symlink("videos/target.mp4", &link).unwrap();
    let (code, _, error) = said(&fed(
        folder.path(),
        &["generate", "-", "-o", "link.mp4", "--preset", "ultrafast"],
        SHORT,
    ));
    assert_eq!(code, 0, "{error}");
    assert!(link.is_symlink(), "the link was replaced");
    assert!(is_video(&std::fs::read(&target).unwrap()));
    std::fs::remove_file(&target).unwrap();
    let (code, _, error) = said(&fed(folder.path(), &["generate", "-", "-o", "link.mp4"], SHORT));
    assert_eq!(code, 1);
    assert!(error.contains("a link to nothing"), "{error}");
}
