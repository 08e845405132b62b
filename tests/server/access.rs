//! Which requests the server answers (host, origin, timeouts), and the headers for browsers.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::program::Server;

const LIST: &str = "/api/exercises";
const WORK: [&str; 4] = [
    "/api/generate-workout-video",
    "/api/plan",
    "/api/week-plan",
    "/api/workouts",
];

/// Sends raw request bytes, and reads the answer to its end.
async fn raw(server: &Server, request: &str) -> (u16, String) {
    let mut client = TcpStream::connect(server.address()).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.get(9..12).and_then(|status| status.parse().ok());
    (status.unwrap_or_else(|| panic!("{answer:?}")), answer)
}

/// Sends a GET with these header lines on a connection of its own.
async fn asked(server: &Server, line: &str, headers: &[&str]) -> (u16, String) {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    raw(server, &format!("{line}\r\n{headers}Connection: close\r\n\r\n")).await
}

#[tokio::test]
async fn a_host_is_named_once_and_is_a_loopback_one_on_a_loopback_address() {
    let server = Server::start(&[]);
    let list = format!("GET {LIST} HTTP/1.1");
    for (line, headers, expected) in [
        (list.as_str(), &["Host: localhost:8000"][..], 200),
        (&list, &["hOST: LocalHost."], 200),
        (&list, &["Host: coach.localhost"], 200),
        (&list, &["Host: 127.5.5.5:1"], 200),
        (&list, &["Host: [::1]:8000"], 200),
        (&list, &["Host: [::ffff:127.0.0.1]"], 200),
        (&list, &[], 400),
        (&list, &["Host: localhost", "Host: localhost"], 400),
        (&list, &["Host: localhost", "Host: evil.example"], 400),
        (&list, &["Host:"], 400),
        (&list, &["Host: user@localhost"], 400),
        (&list, &["Host: localhost, evil.example"], 400),
        (&list, &["Host: localhost:99999"], 400),
        (&list, &["Host: [::1"], 400),
        (&list, &["Host: 127.1"], 400),
        (&list, &["Host: evil.example"], 421),
        (&list, &["Host: localhost.evil.example"], 421),
        (&list, &["Host: 127.0.0.1.evil.example"], 421),
        (&list, &["Host: 192.168.1.5:8000"], 421),
        (&list, &["Host: 0.0.0.0"], 421),
        (&list, &["Host: [::]"], 421),
        (
            &list,
            &[
                "Host: evil.example",
                "X-Forwarded-Host: localhost",
                "Forwarded: host=localhost",
            ],
            421,
        ),
        (
            "GET http://evil.example/api/exercises HTTP/1.1",
            &["Host: localhost"],
            421,
        ),
        (
            "GET http://localhost/api/exercises HTTP/1.1",
            &["Host: evil.example"],
            200,
        ),
        ("GET http://localhost/api/exercises HTTP/1.1", &[], 400),
        (
            "GET http://a@localhost/api/exercises HTTP/1.1",
            &["Host: localhost"],
            400,
        ),
        ("GET /api/exercises HTTP/1.0", &[], 200),
        ("GET /api/exercises HTTP/1.0", &["Host: evil.example"], 421),
        ("POST /api/plan HTTP/1.1", &["Host: evil.example"], 421),
        ("OPTIONS /api/plan HTTP/1.1", &["Host: evil.example"], 421),
        ("GET / HTTP/1.1", &["Host: evil.example"], 421),
        // Health checkers may use any address.
        ("GET /health HTTP/1.1", &["Host: 10.1.2.3:8000"], 200),
        ("GET /ready HTTP/1.1", &["Host: coach-7f9c"], 200),
        ("GET /health HTTP/1.1", &[], 400),
    ] {
        let (status, answer) = asked(&server, line, headers).await;
        assert_eq!(status, expected, "{line} {headers:?}: {answer}");
        let slug = match expected {
            400 => "bad-host",
            421 => "unknown-host",
            _ => continue,
        };
        assert!(
            answer.contains(&format!("/problems/{slug}")),
            "{line} {headers:?}: {answer}"
        );
        assert!(answer.contains("application/problem+json"), "{answer}");
        assert_eq!(expected == 421, answer.contains("COACH_HOSTS"), "{answer}");
    }
}

#[tokio::test]
async fn hosts_and_origins_that_are_set_are_served_and_no_others() {
    let set = [
        "--hosts",
        "Coach.example, 10.0.0.5",
        "--origins",
        "https://app.example:8443",
    ];
    let server = Server::start(&set);
    for (host, expected) in [
        ("coach.example", 200),
        ("coach.example:8443", 200),
        ("10.0.0.5:8000", 200),
        ("localhost", 200),
        ("www.coach.example", 421),
        ("10.0.0.6", 421),
    ] {
        let (status, answer) = asked(
            &server,
            &format!("GET {LIST} HTTP/1.1"),
            &[&format!("Host: {host}")],
        )
        .await;
        assert_eq!(status, expected, "{host}: {answer}");
    }
    for (host, origin, expected) in [
        ("coach.example", "https://coach.example", 415),
        ("coach.example", "http://coach.example", 415),
        ("coach.example:8080", "http://coach.example:8080", 415),
        ("coach.example", "https://app.example:8443", 415),
        ("coach.example", "https://app.example", 403),
        ("coach.example", "http://app.example:8443", 403),
        ("coach.example", "http://coach.example:8080", 403),
        // Another name of the same server is another origin.
        ("coach.example", "http://10.0.0.5", 403),
    ] {
        let headers = [
            format!("Host: {host}"),
            format!("Origin: {origin}"),
            "Content-Length: 0".to_owned(),
        ];
        let (status, answer) = asked(
            &server,
            "POST /api/plan HTTP/1.1",
            &headers.each_ref().map(String::as_str),
        )
        .await;
        assert_eq!(status, expected, "{origin} at {host}: {answer}");
    }
    let open = Server::start(&["--hosts", "*", "--origins", "*"]);
    let headers = ["Host: evil.example", "Origin: null", "Content-Length: 0"];
    assert_eq!(asked(&open, "POST /api/plan HTTP/1.1", &headers).await.0, 415);
    for wrong in [["--hosts", "coach.example:80"], ["--origins", "coach.example"]] {
        let refused = crate::program::command(server.folder(), &wrong).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{wrong:?} was taken");
    }
}

#[tokio::test]
async fn pages_of_other_origins_start_no_work() {
    let server = Server::start(&[]);
    let own = format!("http://{}", server.address());
    let allowed: [&[(&str, &str)]; 9] = [
        &[],
        &[("origin", &own)],
        &[("origin", "http://localhost:3000")],
        &[("origin", "https://127.0.0.1")],
        &[("origin", "http://[::1]:5173"), ("sec-fetch-site", "cross-site")],
        // A request through a proxy that sends another host.
        &[
            ("origin", "https://coach.example"),
            ("sec-fetch-site", "same-origin"),
        ],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "same-site")],
    ];
    let foreign: [&[(&str, &str)]; 7] = [
        &[("origin", "https://evil.example")],
        &[
            ("origin", "https://localhost.evil.example"),
            ("sec-fetch-site", "cross-site"),
        ],
        &[("origin", "null")],
        &[("origin", "null"), ("sec-fetch-site", "same-origin")],
        &[("origin", "http://localhost"), ("origin", "https://evil.example")],
        &[("origin", "chrome-extension://abc")],
        &[("sec-fetch-site", "cross-site")],
    ];
    let send = async |method: Method, path: &str, headers: &[(&str, &str)]| {
        // A form or `fetch` sends this without a preflight request.
        let mut request = server
            .request(method, path)
            .header("content-type", "text/plain")
            .body("{}");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    };
    for path in WORK {
        for headers in allowed {
            let status = send(Method::POST, path, headers).await.status();
            assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path} {headers:?}");
        }
        for headers in foreign {
            let answer = send(Method::POST, path, headers).await;
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert!(
                !answer.headers().contains_key("access-control-allow-origin"),
                "{path} {headers:?}"
            );
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["type"], "/problems/foreign-origin", "{path} {headers:?}");
            assert!(
                problem["detail"].as_str().unwrap().contains("COACH_ORIGINS"),
                "{problem}"
            );
        }
    }
    // A method that the API does not have yet.
    let headers = [("origin", "https://evil.example")];
    assert_eq!(
        send(Method::DELETE, LIST, &headers).await.status(),
        StatusCode::FORBIDDEN
    );
    // Every page may read.
    for headers in foreign {
        let answer = send(Method::GET, LIST, headers).await;
        assert_eq!(answer.status(), StatusCode::OK, "{headers:?}");
        assert_eq!(
            answer.headers()["access-control-allow-origin"],
            "*",
            "{headers:?}"
        );
    }
    // The server answers without waiting for the body.
    let head = "POST /api/plan HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nContent-Length: 500000\r\n\
                Connection: close\r\n\r\n";
    let refused = tokio::time::timeout(std::time::Duration::from_secs(20), raw(&server, head)).await;
    assert_eq!(refused.expect("it waits for the body").0, 403);
}

#[tokio::test]
async fn preflights_are_answered_as_the_request_would_be() {
    let server = Server::start(&[]);
    let preflight = async |path: &str, origin: &str, method: &str| {
        let request = server
            .request(Method::OPTIONS, path)
            .header("origin", origin)
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "content-type");
        let answer = request.send().await.unwrap();
        (
            answer.status().as_u16(),
            answer.headers().contains_key("access-control-allow-origin"),
        )
    };
    for path in WORK {
        assert_eq!(
            preflight(path, "https://evil.example", "POST").await,
            (403, false),
            "{path}"
        );
        assert_eq!(
            preflight(path, "http://localhost:3000", "POST").await,
            (200, true),
            "{path}"
        );
    }
    assert_eq!(preflight(LIST, "https://evil.example", "GET").await, (200, true));
    assert_eq!(preflight("/health", "null", "HEAD").await, (200, true));
}

#[tokio::test]
async fn the_stream_of_a_link_is_no_other_site_s_to_start() {
    let server = Server::start(&[]);
    let body = json!({"exercise_names": ["Push-ups"], "config": {"resolution": "480p", "intervals": {"work_time": 1}}});
    let made = server
        .request(Method::POST, "/api/workouts")
        .json(&body)
        .send()
        .await
        .unwrap();
    let links: Value = made.json().await.unwrap();
    let ask = async |link: &str, headers: &[(&str, &str)]| {
        let mut request = server.request(Method::HEAD, links["links"][link].as_str().unwrap());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().status().as_u16()
    };
    let elsewhere = ("sec-fetch-site", "cross-site");
    let opened = [
        elsewhere,
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    let framed = [
        elsewhere,
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "iframe"),
    ];
    for (headers, expected) in [
        (&[][..], 200),
        (&[("sec-fetch-site", "same-origin")], 200),
        (&[("origin", "http://localhost:3000")], 200),
        (&opened, 200),
        (&framed, 403),
        (&[elsewhere, ("sec-fetch-dest", "video")], 403),
        (&[("origin", "https://evil.example")], 403),
    ] {
        assert_eq!(ask("stream", headers).await, expected, "{headers:?}");
    }
    for link in ["self", "captions", "timeline", "poster", "video", "hls"] {
        assert_eq!(ask(link, &[elsewhere]).await, 200, "{link}");
    }
}

#[tokio::test]
async fn addresses_queries_and_lists_of_errors_are_bounded() {
    let server = Server::start(&[]);
    let problem = async |path: String| {
        let answer = server.get(&path).await;
        let status = answer.status().as_u16();
        (status, answer.text().await.unwrap())
    };
    let padded = |length: usize| format!("{LIST}?text={}", "x".repeat(length - LIST.len() - "text=".len()));
    let (status, text) = problem(padded(8_000)).await;
    assert!(
        status == 422 && text.contains("200 characters"),
        "{status}: {text}"
    );
    for long in [
        padded(8_001),
        format!("/{}", "x".repeat(8_000)),
        format!("/health?{}", "x".repeat(9_000)),
    ] {
        let (status, text) = problem(long).await;
        assert_eq!(status, 414, "{text}");
        assert!(text.contains("/problems/address-too-long"), "{text}");
    }
    for path in [LIST, "/health", "/nothing"] {
        let (status, text) = problem(format!("{path}?{}", "a=1&".repeat(16))).await;
        assert!(
            status == 422 && text.contains("query parameters"),
            "{path}: {status}: {text}"
        );
    }
    for (count, named, more) in [(50, 50, false), (60, 50, true)] {
        for (body, status) in [
            (json!({"exercise_names": vec!["Plonk"; count]}), 404),
            (json!({"exercise_names": vec![7; count]}), 422),
        ] {
            let ask = server.request(Method::POST, "/api/plan").json(&body);
            let answer = ask.send().await.unwrap();
            assert_eq!(answer.status(), status);
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["errors"].as_array().unwrap().len(), named, "{problem}");
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.starts_with(&count.to_string()), "{detail}");
            assert_eq!(detail.contains("10 more are left out"), more, "{detail}");
        }
    }
}

#[tokio::test]
async fn names_with_invisible_characters_are_refused() {
    let server = Server::start(&[]);
    let body = json!({"exercise_names": ["Push-ups"], "config": {"intervals": {"work_time": 1}}});
    let made = server
        .request(Method::POST, "/api/workouts")
        .json(&body)
        .send()
        .await
        .unwrap();
    let links: Value = made.json().await.unwrap();
    let video = links["links"]["video"].as_str().unwrap();
    for (name, code) in [
        ("gpj.%E2%80%AE4pm", "U+202E"),
        ("a%E2%81%A6b", "U+2066"),
        ("a%E2%80%8Fb", "U+200F"),
        ("a%D8%9Cb", "U+061C"),
        ("a%E2%80%8Bb", "U+200B"),
        ("a%0D%0Ab", "U+000D"),
        ("a%1B%5B31m", "U+001B"),
        ("a%EF%BB%BFb", "U+FEFF"),
    ] {
        let answer = server.get(&format!("{video}?download={name}")).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["errors"][0]["parameter"], "download", "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(code), "{problem}");
    }
    let twice = server.get(&format!("{video}?download=a&download=b")).await;
    assert_eq!(twice.status(), StatusCode::UNPROCESSABLE_ENTITY);
    for c in ["\u{202e}", "\u{2066}", "\u{200e}", "\u{200b}", "\u{ad}"] {
        let name = format!("Push{c}-ups");
        for (path, body, pointer) in [
            (
                "/api/workouts",
                json!({"exercise_names": [name]}),
                "/exercise_names/0",
            ),
            (
                "/api/generate-workout-video",
                json!({"exercises": [{"id": name}]}),
                "/exercises/0/id",
            ),
            (
                "/api/plan",
                json!({"config": {"equipment": [name]}}),
                "/config/equipment/0",
            ),
            ("/api/week-plan", json!({"equipment": [name]}), "/equipment/0"),
        ] {
            let answer = server
                .request(Method::POST, path)
                .json(&body)
                .send()
                .await
                .unwrap();
            assert_eq!(
                answer.status(),
                StatusCode::UNPROCESSABLE_ENTITY,
                "{path} {name:?}"
            );
            let text = answer.text().await.unwrap();
            assert!(text.contains(pointer) && text.contains("invisible"), "{text}");
            assert!(!text.contains(c), "{path} repeats {name:?}: {text}");
        }
    }
    let field = json!({"exercise_names": ["Push-ups"], "config": {"a\u{202e}b": 1}});
    let plan = server
        .request(Method::POST, "/api/plan")
        .json(&field)
        .send()
        .await
        .unwrap();
    let text = plan.text().await.unwrap();
    assert!(text.contains("u{202e}") && !text.contains('\u{202e}'), "{text}");
}

#[tokio::test]
async fn browsers_are_told_what_an_answer_is_and_what_it_may_load() {
    let server = Server::start(&[]);
    let ask = async |path: &str| {
        let request = server.request(Method::GET, path).header("accept", "text/html");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{path}");
        let policy = answer.headers().get("content-security-policy");
        let policy = policy.map(|policy| policy.to_str().unwrap().to_owned());
        (policy, answer.text().await.unwrap())
    };
    for path in [
        "/",
        "/no/such/page",
        "/docs",
        "/docs/",
        "/problems/capacity",
        "/problems/none",
        LIST,
        "/api/exercises/plonk",
        "/health",
        "/openapi.json",
    ] {
        let policy = ask(path)
            .await
            .0
            .unwrap_or_else(|| panic!("{path} has no policy"));
        for part in [
            "default-src 'none'",
            "frame-ancestors '",
            "base-uri 'none'",
            "form-action 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(
            !policy.contains("unsafe-eval") && !policy.contains('*'),
            "{path}: {policy}"
        );
    }
    // The scripts of the OpenAPI page are files of this server, so its policy lets them run.
    let (policy, page) = ask("/docs/").await;
    assert!(policy.unwrap().contains("script-src 'self';"));
    let scripts: Vec<&str> = page.split("<script").skip(1).collect();
    assert!(!scripts.is_empty(), "{page}");
    for script in scripts {
        let (attributes, rest) = script.split_once('>').unwrap();
        assert!(
            attributes.contains("src=\"./") && rest.trim_start().starts_with("</script>"),
            "{script}"
        );
    }
    assert!(
        !page.contains(" onload=") && !page.contains("javascript:"),
        "{page}"
    );
    // A browser shows an image or video in elements of its own, and a worker obeys the policy of
    // its script.
    for path in ["/api/exercises/push-ups/poster.jpg", "/docs/swagger-ui.css"] {
        assert_eq!(ask(path).await.0.is_some(), path.starts_with("/docs"), "{path}");
    }
}
