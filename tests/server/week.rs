//! A week over HTTP: clients can request its links and configs, and its documentation is complete.

use std::collections::BTreeSet;
use std::path::Path;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use virtual_coach::http::openapi;

use crate::program::Server;

const WEEK: &str = "/api/week-plan";
const DOCS: &str = include_str!("../../docs/week-plan.md");

/// All included exercises, each with the same small clip.
fn all_exercises() -> TempDir {
    let folder = crate::program::furnished();
    let mut catalogue: Value = serde_json::from_str(include_str!("../../exercises.json")).unwrap();
    for exercise in catalogue["exercises"].as_array_mut().unwrap() {
        exercise["video"] = json!("push-ups.mp4");
        exercise.as_object_mut().unwrap().remove("loop_range");
    }
    std::fs::write(
        Path::new(folder.path()).join("exercises.json"),
        catalogue.to_string(),
    )
    .unwrap();
    folder
}

async fn asked(server: &Server, path: &str, body: &Value) -> (StatusCode, Value) {
    let response = server
        .request(Method::POST, path)
        .json(body)
        .send()
        .await
        .unwrap();
    (response.status(), response.json().await.unwrap())
}

#[tokio::test]
async fn every_session_of_a_week_is_a_workout_of_this_server() {
    let server = Server::start_in(all_exercises(), &["--base-path", "/coach"]);
    let goals = json!({"days": 5, "minutes": 25, "avoid": ["jumps"], "weight_kg": 80, "nonsense": 1});
    let (status, week) = asked(&server, &format!("/coach{WEEK}"), &goals).await;
    assert_eq!(status, StatusCode::OK, "{week}");
    let note =
        json!({"code": "ignored_field", "values": {"field": "/nonsense"}, "text": "ignored: /nonsense"});
    assert_eq!(week["notes"], json!([note]));
    let mut sessions = 0;
    for session in week["days"].as_array().unwrap().iter().map(|day| &day["session"]) {
        if session.is_null() {
            continue;
        }
        sessions += 1;
        assert_eq!(session["duration"], 1500.0);
        let (status, workout) = asked(&server, "/coach/api/workouts", &session["config"]).await;
        assert_eq!(status, StatusCode::CREATED, "{workout}");
        assert_eq!(workout["links"]["self"], session["link"]);
        assert_eq!(workout["duration"], session["duration"]);
        assert_eq!(workout["kcal"], session["kcal"]);
        assert_eq!(workout["notes"], json!([]));
    }
    assert_eq!((sessions, &week["sessions"]), (5, &json!(5)));

    let mut french = goals.clone();
    (french["language"], french["seed"]) = (json!("fr"), week["seed"].clone());
    let (_, other) = asked(&server, &format!("/coach{WEEK}"), &french).await;
    let sessions = |week: &Value| -> Vec<Value> {
        let days = week["days"].as_array().unwrap().iter();
        days.map(|day| day["session"].clone())
            .filter(|session| !session.is_null())
            .collect()
    };
    let all = |week: &Value, what: &str| -> Vec<Value> {
        let sessions = sessions(week);
        let exercises = sessions
            .iter()
            .flat_map(|session| session["exercises"].as_array().unwrap());
        exercises.map(|exercise| exercise[what].clone()).collect()
    };
    assert_eq!(all(&other, "id"), all(&week, "id"));
    // Some names are the same in both languages, but not all of a week.
    assert_ne!(all(&other, "name"), all(&week, "name"));
    for session in sessions(&other) {
        assert_eq!(session["config"]["config"]["language"], "fr");
        let (_, workout) = asked(&server, "/coach/api/workouts", &session["config"]).await;
        assert_eq!(workout["links"]["self"], session["link"]);
        assert_eq!(workout["language"], "fr");
    }

    let mut again = goals;
    again["seed"] = week["seed"].clone();
    assert_eq!(asked(&server, &format!("/coach{WEEK}"), &again).await.1, week);
}

#[tokio::test]
async fn what_cannot_be_planned_is_a_problem_that_says_what_to_loosen() {
    // Only Push-ups and Air Squat have clips, too few for a session.
    let server = Server::start(&[]);
    for (body, pointer) in [
        (json!({"days": 9}), "/days"),
        (json!({"goal": "fame"}), "/goal"),
        (json!({"language": "de"}), "/language"),
        (json!({}), ""),
    ] {
        let (status, problem) = asked(&server, WEEK, &body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(problem["type"], "/problems/invalid-request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let (_, problem) = asked(&server, WEEK, &json!({})).await;
    assert_eq!(problem["errors"][0]["code"], "too_few_exercises", "{problem}");
    assert_eq!(problem["errors"][0]["values"]["needed"], 3, "{problem}");
    let (status, problem) = asked(&server, WEEK, &json!([])).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
}

/// First cells of the rows of all tables, without backticks.
fn told() -> BTreeSet<String> {
    let rows = DOCS.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = rows.map(|row| row.split(" | ").next().unwrap());
    cells
        .flat_map(|cell| cell.split(", "))
        .map(|name| name.trim_matches('`').to_owned())
        .collect()
}

#[test]
fn every_field_title_and_reason_is_told() {
    let spec = serde_json::to_value(openapi("")).unwrap();
    let schemas = &spec["components"]["schemas"];
    let told = told();
    let fields = schemas["WeekRequest"]["properties"].as_object().unwrap();
    assert_eq!(fields.len(), 11);
    for (field, schema) in fields {
        assert!(told.contains(field), "docs/week-plan.md: {field} has no row");
        if let (Some(least), Some(most)) = (schema.get("minimum"), schema.get("maximum")) {
            let row = DOCS
                .lines()
                .find(|line| line.starts_with(&format!("| `{field}`")))
                .unwrap();
            assert!(row.contains(&format!("{least} to {most}")), "{row}");
        }
    }
    let names = |schema: &str| -> Vec<String> {
        let schema = &schemas[schema];
        let listed = schema["enum"].as_array().into_iter().flatten();
        let described = schema["oneOf"].as_array().into_iter().flatten();
        let described = described.flat_map(|one| one["enum"].as_array().into_iter().flatten());
        listed
            .chain(described)
            .map(|name| name.as_str().unwrap().to_owned())
            .collect()
    };
    let codes = names("ReasonCode");
    assert!(codes.len() > 10, "{codes:?}");
    for code in codes {
        assert!(told.contains(&code), "docs/week-plan.md: {code} has no row");
    }
    let words = [
        names("Title"),
        names("Goal"),
        names("MuscleGroup"),
        names("Avoid"),
        names("Weekday"),
    ]
    .concat();
    assert!(words.len() > 20, "{words:?}");
    for word in words {
        assert!(
            DOCS.contains(&format!("`{word}`")),
            "docs/week-plan.md does not name {word}"
        );
    }
}
