//! Failures from outside: each is a problem that says what to do, and the server documents each
//! type.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::program::Server;

const GENERATE: &str = "/api/generate-workout-video";
const NO_EXERCISE: &str = r#"{"exercise_names": []}"#;

/// A request that fails, and its expected problem.
struct Failure {
    what: &'static str,
    method: Method,
    path: &'static str,
    kind: Option<&'static str>,
    body: String,
    status: u16,
    slug: &'static str,
    /// Pointers, parameters and nearest names in the answer.
    names: &'static [&'static str],
}

fn post(what: &'static str, body: impl Into<String>, status: u16, slug: &'static str) -> Failure {
    Failure {
        what,
        method: Method::POST,
        path: GENERATE,
        kind: Some("application/json"),
        body: body.into(),
        status,
        slug,
        names: &[],
    }
}

fn get(what: &'static str, path: &'static str, status: u16, slug: &'static str) -> Failure {
    Failure {
        method: Method::GET,
        path,
        kind: None,
        ..post(what, "", status, slug)
    }
}

// A table; splitting it would not help.
#[allow(clippy::too_many_lines)]
fn failures() -> Vec<Failure> {
    let unknown = r#"{"exercise_names": ["Push-ups", "Plonk"]}"#;
    let wrong = r#"{"exercise_names": ["Push-ups"],
                    "config": {"speed": 9, "rounds": 0, "intervals": {"work_time": -1}}}"#;
    vec![
        post("no JSON", "{\"exercise_names\": [", 400, "malformed-json"),
        post("an empty body", "", 400, "malformed-json"),
        post("more after the end", "{} {}", 400, "malformed-json"),
        post("no exercise", NO_EXERCISE, 400, "no-exercise"),
        Failure {
            names: &["/exercise_names/1", "Plank"],
            ..post("an unknown exercise", unknown, 404, "unknown-exercise")
        },
        Failure {
            kind: None,
            ..post("no media type", "{}", 415, "unsupported-media-type")
        },
        Failure {
            kind: Some("text/plain"),
            ..post("another media type", "{}", 415, "unsupported-media-type")
        },
        post("a huge body", " ".repeat(5000), 413, "body-too-large"),
        post("a list", "[]", 422, "invalid-request"),
        Failure {
            names: &["/config/speed", "/config/rounds", "/config/intervals/work_time"],
            ..post("bad values, all at once", wrong, 422, "invalid-request")
        },
        Failure {
            names: &["/exercise_names"],
            ..post("a wrong type", r#"{"exercise_names": 7}"#, 422, "invalid-request")
        },
        Failure {
            names: &["/config/language", "en, fr", "klingon"],
            ..post(
                "an unknown language",
                r#"{"exercise_names": ["Push-ups"], "config": {"language": "klingon"}}"#,
                422,
                "invalid-request",
            )
        },
        Failure {
            path: "/api/plan",
            ..post("no exercise to plan", NO_EXERCISE, 400, "no-exercise")
        },
        Failure {
            names: &["category", "warm_up", "level", "difficulty"],
            ..get(
                "bad filters",
                "/api/exercises?category=arms&level=easy&no_jump=maybe",
                422,
                "invalid-request",
            )
        },
        Failure {
            names: &["Plank"],
            ..get(
                "an exercise that is not there",
                "/api/exercises/plonk",
                404,
                "unknown-exercise",
            )
        },
        get(
            "its poster",
            "/api/exercises/plonk/poster.jpg",
            404,
            "unknown-exercise",
        ),
        get(
            "a poster without clip",
            "/api/exercises/plank/poster.jpg",
            404,
            "clip-unavailable",
        ),
        get(
            "a preview without clip",
            "/api/exercises/plank/preview.mp4",
            404,
            "clip-unavailable",
        ),
        get(
            "a way out",
            "/api/exercises/..%2f..%2fetc%2fpasswd",
            404,
            "unknown-exercise",
        ),
        get(
            "an address that is no UTF-8",
            "/api/exercises/%ff",
            400,
            "malformed-address",
        ),
        get(
            "a poster at such an address",
            "/api/exercises/%ff/poster.jpg",
            400,
            "malformed-address",
        ),
        get("no address", "/api/nothing", 404, "not-found"),
        get("no page of the docs", "/docs/nothing.js", 404, "not-found"),
        get("no problem", "/problems/nothing", 404, "not-found"),
        Failure {
            names: &["Allow"],
            ..get("a wrong method", GENERATE, 405, "method-not-allowed")
        },
        Failure {
            method: Method::DELETE,
            ..get(
                "another wrong method",
                "/api/exercises",
                405,
                "method-not-allowed",
            )
        },
    ]
}

#[tokio::test]
async fn every_failure_is_a_problem_that_says_what_to_do() {
    let server = Server::start(&["--max-body", "4096"]);
    for failure in failures() {
        let what = failure.what;
        let mut request = server.request(failure.method, failure.path).body(failure.body);
        if let Some(kind) = failure.kind {
            request = request.header("content-type", kind);
        }
        let response = request.send().await.unwrap();
        let headers = response.headers().clone();
        assert_eq!(response.status(), failure.status, "{what}");
        assert_eq!(headers["content-type"], "application/problem+json", "{what}");
        assert_eq!(headers["access-control-allow-origin"], "*", "{what}");
        assert_eq!(headers.contains_key("allow"), failure.status == 405, "{what}");
        let text = response.text().await.unwrap();
        let problem: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            problem["type"],
            format!("/problems/{}", failure.slug),
            "{what}: {text}"
        );
        assert_eq!(problem["status"], failure.status, "{what}");
        assert_eq!(
            problem["request_id"],
            headers["x-request-id"].to_str().unwrap(),
            "{what}"
        );
        assert!(
            problem["title"].is_string() && problem["detail"].is_string(),
            "{what}: {text}"
        );
        for name in failure.names {
            assert!(
                text.contains(name),
                "{what}: the answer does not name {name}: {text}"
            );
        }
        let folder = server.folder().to_str().unwrap();
        assert!(!text.contains(folder), "{what}: the answer shows a path: {text}");
    }
}

#[tokio::test]
async fn a_refused_plan_says_why_by_code_and_values_and_a_bad_value_by_its_sentence() {
    let server = Server::start(&[]);
    let fault = async |body: Value| {
        let ask = server.request(Method::POST, "/api/plan").json(&body);
        let answer = ask.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        let problem: Value = answer.json().await.unwrap();
        problem["errors"][0].clone()
    };
    // Push-ups and Air Squat have clips.
    let long = fault(json!({"config": {"no_repeat": true, "target_duration": 30}})).await;
    assert_eq!(long["code"], "no_workout_of_length", "{long}");
    let (asked, below) = (&long["values"]["asked"], &long["values"]["below"]);
    assert_eq!(asked, 1800.0);
    assert!(below.as_f64().is_some_and(|below| below < 1800.0), "{long}");
    let one = fault(json!({"config": {"intensity_levels": ["hard"]}})).await;
    assert_eq!(
        (&one["pointer"], &one["code"]),
        (&json!(""), &json!("no_exercise_matches"))
    );
    assert_eq!(one["values"], json!({"with_any_level": 2}));
    let gone = fault(json!({"exercise_names": ["Plank"], "config": {"language": "fr"}})).await;
    assert_eq!(gone["code"], "not_available", "{gone}");
    assert_eq!(gone["values"], json!({"exercise": "plank", "name": "Planche"}));
    let bad = fault(json!({"config": {"speed": 9}})).await;
    let fields: Vec<&String> = bad.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["detail", "pointer"], "{bad}");
}

#[tokio::test]
async fn a_range_beyond_the_end_is_a_problem_that_tells_the_length() {
    let server = Server::start(&[]);
    let ask = server
        .request(Method::GET, "/api/exercises/push-ups/preview.mp4")
        .header("range", "bytes=99999999-");
    let answer = ask.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let place = answer.headers()["content-range"].to_str().unwrap().to_owned();
    assert!(place.starts_with("bytes */"), "{place}");
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["type"], "/problems/range-not-satisfiable");
    assert!(
        problem["detail"].as_str().unwrap().contains("Content-Range"),
        "{problem}"
    );
}

#[tokio::test]
async fn every_type_of_problem_can_be_read_up() {
    let server = Server::start(&[]);
    for kind in virtual_coach::http::problem::ProblemKind::ALL {
        let facts = kind.info();
        let page = server.get(&format!("/problems/{}", facts.slug)).await;
        assert_eq!(page.status(), StatusCode::OK, "{}", facts.slug);
        let text = page.text().await.unwrap();
        assert!(
            text.contains(facts.title) && text.contains(facts.advice),
            "{text}"
        );
    }
}
