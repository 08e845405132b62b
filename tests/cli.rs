//! The commands from outside: what they print, what they leave, how they end.

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
    // It may end without reading; what it says then is what the test looks at.
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
