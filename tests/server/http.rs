//! Tests of the API from outside: the real program over a socket. Other files test failures and
//! renderings.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::program::Server;

const GENERATE: &str = "/api/generate-workout-video";
#[tokio::test]
async fn ids_of_requests_are_kept_when_harmless_and_else_replaced() {
    let server = Server::start(&[]);
    let answered = async |id: &str| {
        let request = server.request(Method::GET, "/health").header("x-request-id", id);
        let response = request.send().await.unwrap();
        response.headers()["x-request-id"].to_str().unwrap().to_owned()
    };
    assert_eq!(answered("job-17.a_b").await, "job-17.a_b");
    for hostile in ["", "a b", "\"};drop", &"x".repeat(65)] {
        let id = answered(hostile).await;
        assert!(
            id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()),
            "{hostile:?} became {id:?}"
        );
    }
}

#[tokio::test]
async fn pages_of_other_origins_may_read_and_those_of_this_machine_ask() {
    let server = Server::start(&[]);
    let preflight = server
        .request(Method::OPTIONS, GENERATE)
        .header("origin", "http://localhost:3000")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type")
        .send()
        .await
        .unwrap();
    assert_eq!(preflight.status(), StatusCode::OK);
    assert_eq!(preflight.headers()["access-control-allow-origin"], "*");
    assert_eq!(preflight.headers()["access-control-allow-headers"], "*");
    let methods = preflight.headers()["access-control-allow-methods"]
        .to_str()
        .unwrap();
    assert!(methods.contains("POST"), "{methods}");
    let exposed = server.get("/health").await.headers()["access-control-expose-headers"].clone();
    for header in [
        "x-workout-duration",
        "x-workout-codecs",
        "x-workout-seed",
        "x-workout-renderer",
        "x-workout-notes",
        "x-request-id",
    ] {
        assert!(
            exposed.to_str().unwrap().contains(header),
            "{header} is not exposed: {exposed:?}"
        );
    }
}

#[tokio::test]
async fn exercises_are_listed_filtered_and_shown() {
    let server = Server::start(&[]);
    let list = async |query: &str| -> Vec<String> {
        let list: Value = server
            .get(&format!("/api/exercises{query}"))
            .await
            .json()
            .await
            .unwrap();
        let ids = list
            .as_array()
            .unwrap()
            .iter()
            .map(|exercise| exercise["id"].as_str().unwrap().to_owned());
        ids.collect()
    };
    assert_eq!(list("").await, ["push-ups", "air-squat", "plank"]);
    assert_eq!(list("?text=PUSH").await, ["push-ups"]);
    assert_eq!(list("?muscle=chest&category=strength").await, ["push-ups"]);
    assert!(list("?equipment=dumbbell").await.is_empty());

    let shown: Value = server.get("/api/exercises/PUSH-UPS").await.json().await.unwrap();
    assert_eq!(shown["name"], "Push-ups");
    assert_eq!(shown["translations"]["fr"]["name"], "Pompes");
    assert!(shown["translations"]["fr"]["description"].is_string());
    assert_eq!(shown["available"], true);
    assert_eq!(shown["video_url"], "/api/exercises/push-ups/preview.mp4");
    assert_eq!(shown["thumbnail_url"], "/api/exercises/push-ups/poster.jpg");
    let older = shown["metadata"].as_object().unwrap();
    assert!(
        older["muscles_targeted"]
            .as_array()
            .unwrap()
            .contains(&json!("chest"))
    );
    assert!(older["equipment_needed"].is_array());
    // kcal = MET x kg x hours, for 70 kg and one minute.
    let expected = shown["met"].as_f64().unwrap() * 70.0 / 60.0;
    let calories = older["calories_per_min"].as_f64().unwrap();
    assert!((calories - expected).abs() < 0.051, "{calories} for {expected}");

    let broken: Value = server.get("/api/exercises/plank").await.json().await.unwrap();
    assert_eq!(broken["available"], false);
    assert!(broken["unavailable_reason"].is_string());
    assert_eq!(broken["video_url"], Value::Null);
}

#[tokio::test]
async fn a_plan_shows_the_speed_at_which_whole_repetitions_fill_an_exercise() {
    let server = Server::start(&[]);
    let speeds = async |fit_reps: bool| {
        // The clips last one second.
        let body = json!({"exercises": [{"id": "push-ups", "work_time": 20.5}, {"id": "air-squat", "work_time": 2.5}],
            "config": {"fit_reps": fit_reps}});
        let ask = server.request(Method::POST, "/api/plan").json(&body);
        let plan: Value = ask.send().await.unwrap().json().await.unwrap();
        let intervals = plan["intervals"].as_array().unwrap().iter();
        intervals
            .map(|i| i["speed"].as_f64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(speeds(true).await, [0.5, 0.976, 0.5, 1.0, 0.5]);
    assert_eq!(speeds(false).await, [0.5, 1.0, 0.5, 1.0, 0.5]);
}

#[tokio::test]
async fn a_plan_is_shown_without_a_video() {
    let server = Server::start(&[]);
    let config = json!({"exercise_names": ["Push-ups", "Air Squat"], "config": {"seed": 7}});
    let response = server
        .request(Method::POST, "/api/plan")
        .json(&config)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["x-workout-seed"], "7");
    let plan: Value = response.json().await.unwrap();
    let intervals = plan["intervals"].as_array().unwrap();
    let sum: u64 = intervals
        .iter()
        .map(|interval| interval["frames"].as_u64().unwrap())
        .sum();
    assert_eq!(plan["frames"], sum);
    assert_eq!(plan["seed"], 7);
}

#[tokio::test]
async fn the_server_tells_how_it_is() {
    let server = Server::start(&[]);
    let health: Value = server.get("/health").await.json().await.unwrap();
    assert_eq!(health["status"], "healthy");
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    let ready = server.get("/ready").await;
    let status = ready.status();
    let report: Value = ready.json().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{report:#}");
    assert_eq!(
        report["catalogue"],
        json!({"ok": true, "exercises": 3, "available": 2, "unavailable": ["plank"]})
    );
    assert_eq!(report["cache"]["ok"], true);
}

#[tokio::test]
async fn a_server_that_cannot_work_says_what_is_missing() {
    let server = Server::start(&["--ffprobe", "/nowhere/ffprobe"]);
    let ready = server.get("/ready").await;
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
    let report: Value = ready.json().await.unwrap();
    assert_eq!(report["status"], "not_ready");
    assert_eq!(report["ffprobe"], json!({"ok": false, "missing": []}));
    assert_eq!(report["ffmpeg"]["ok"], true);
    assert!(!report.to_string().contains("nowhere"), "{report}");
}

#[tokio::test]
async fn the_docs_load_nothing_from_elsewhere() {
    let server = Server::start(&[]);
    let moved = server.get("/docs").await;
    assert_eq!(moved.headers()["location"], "docs/");
    let page = server.get("/docs/").await.text().await.unwrap();
    let script = server
        .get("/docs/swagger-initializer.js")
        .await
        .text()
        .await
        .unwrap();
    for text in [&page, &script] {
        assert!(!text.contains("http://") && !text.contains("https://"), "{text}");
    }
    assert!(script.contains("../openapi.json"), "{script}");
    assert!(script.contains("\"validatorUrl\": \"none\""), "{script}");
    let files = page.split('"').filter(|part| part.starts_with("./"));
    let mut loaded = 0;
    for file in files {
        let response = server.get(&format!("/docs/{}", &file[2..])).await;
        assert_eq!(response.status(), StatusCode::OK, "{file}");
        loaded += 1;
    }
    assert!(loaded >= 4, "the page names {loaded} files: {page}");
    let spec: Value = server.get("/openapi.json").await.json().await.unwrap();
    let about = spec.to_string();
    assert!(
        about.contains("avc1.42C01F,mp4a.40.2"),
        "the codecs are not those of the usual preset"
    );
    assert!(
        spec["openapi"].as_str().unwrap().starts_with("3."),
        "{}",
        spec["openapi"]
    );
}

#[tokio::test]
async fn the_first_page_leads_on() {
    let server = Server::start(&["--base-path", "/coach"]);
    let page = server.get("/coach/").await.text().await.unwrap();
    let links: Vec<&str> = page
        .split('<')
        // This link only names a host.
        .filter(|tag| !tag.contains("rel=\"preconnect\""))
        .filter_map(|tag| tag.split_once("href=\"")?.1.split('"').next())
        // This link points into the page itself.
        .filter(|link| !link.starts_with('#'))
        .collect();
    assert!(links.len() >= 3, "{page}");
    for link in links {
        let status = server.get(link).await.status();
        assert!(
            status.is_success() || status.is_redirection(),
            "{link} answers {status}"
        );
    }
    let exercise: Value = server
        .get("/coach/api/exercises/push-ups")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(exercise["video_url"], "/coach/api/exercises/push-ups/preview.mp4");
    let outside = server.get("/api/exercises").await;
    assert_eq!(outside.status(), StatusCode::NOT_FOUND);
    let problem: Value = outside.json().await.unwrap();
    assert_eq!(problem["type"], "/coach/problems/not-found");
    let advice = server.get("/coach/problems/unknown-exercise").await;
    let advice = advice.text().await.unwrap();
    assert!(advice.contains("GET /coach/api/exercises"), "{advice}");
    for path in [
        "/coach/api/exercises/plonk",
        "/coach/nothing",
        "/coach/api/exercises?x=1",
    ] {
        let problem: Value = server.get(path).await.json().await.unwrap();
        let detail = problem["detail"].as_str().unwrap();
        assert!(!detail.contains("/api") && !detail.contains("/docs"), "{detail}");
    }
}

#[tokio::test]
async fn json_is_compressed_for_those_who_take_it() {
    let server = Server::start(&[]);
    let ask = server
        .request(Method::GET, "/openapi.json")
        .header("accept-encoding", "gzip");
    assert_eq!(ask.send().await.unwrap().headers()["content-encoding"], "gzip");
    assert!(
        !server
            .get("/openapi.json")
            .await
            .headers()
            .contains_key("content-encoding")
    );
}

#[tokio::test]
async fn a_server_whose_log_nobody_reads_goes_on_and_ends_in_order() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    // At level `trace` everything is logged, and every line fails to be written.
    let mut server = Server::start_logging(&["--log", "trace"], writer.into());
    drop(reader);
    for _ in 0..3 {
        assert_eq!(server.get("/health").await.status(), 200);
    }
    assert!(server.terminate().success());
}

#[test]
fn a_signal_ends_the_server_in_order() {
    let mut server = Server::start(&[]);
    let end = server.terminate();
    assert!(end.success(), "it ended with {end}");
}

#[test]
fn a_port_in_use_is_refused_with_advice() {
    let server = Server::start(&[]);
    let second = crate::program::command(server.folder(), &["--bind", server.address()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(
        said.contains("another program has this port") && said.contains("COACH_BIND"),
        "{said}"
    );
}

#[tokio::test]
async fn no_request_forges_a_line_of_the_log() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let mut server = Server::start_logging(&["--log", "info"], writer.into());
    let forged = "%0AINFO%20forged%1B%5B31m";
    for path in [
        format!("/api/exercises?muscle=x{forged}"),
        format!("/api/exercises?x{forged}=1"),
        format!("/api/exercises/x{forged}"),
        format!("/x{forged}"),
    ] {
        let answer = server.get(&path).await;
        assert!(answer.status().is_client_error(), "{path}");
        let problem: Value = answer.json().await.unwrap();
        let detail = problem["detail"].as_str().unwrap();
        assert!(!detail.contains(char::is_control), "{path}: {detail:?}");
    }
    let body = r#"{"exercise_names": ["x\nINFO forged\u001b[31m"]}"#;
    let request = server
        .request(Method::POST, GENERATE)
        .header("content-type", "application/json");
    assert_eq!(request.body(body).send().await.unwrap().status(), 404);
    assert!(server.terminate().success());
    let log = std::io::read_to_string(reader).unwrap();
    assert!(log.contains("refused"), "{log}");
    assert!(!log.contains('\u{1b}'), "{log:?}");
    for line in log.lines() {
        assert!(!line.starts_with("INFO forged"), "a forged line: {log}");
    }
}

#[tokio::test]
async fn a_body_declared_too_large_is_refused_before_it_is_sent() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let server = Server::start(&["--max-body", "4096"]);
    let mut client = tokio::net::TcpStream::connect(server.address()).await.unwrap();
    let head = format!(
        "POST {GENERATE} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 4097\r\n\r\n"
    );
    client.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    let read = client.read_exact(&mut answer);
    let read = tokio::time::timeout(std::time::Duration::from_secs(5), read).await;
    read.expect("it waits for the body").unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[tokio::test]
async fn a_video_tells_of_a_field_that_was_ignored() {
    let server = Server::start(&["--preset", "ultrafast"]);
    let ask = async |config: Value| {
        let body = json!({"exercise_names": ["Push-ups"], "config": config});
        let answer = server
            .request(Method::POST, GENERATE)
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.headers().get("x-workout-notes").cloned()
    };
    let told = ask(json!({"resolution": "480p", "sped": 2}))
        .await
        .expect("notes");
    assert!(told.to_str().unwrap().contains("/config/sped"), "{told:?}");
    assert_eq!(ask(json!({"resolution": "480p"})).await, None);
    let spec = server.get("/openapi.json").await.text().await.unwrap();
    for header in ["X-Workout-Notes", "X-Workout-Renderer"] {
        assert!(spec.contains(header), "{header} is not documented");
    }
}
