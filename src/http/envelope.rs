//! The outermost layer: gives every request an id and log lines, and every response its security headers and,
//! if the request failed, a problem as its body.
//!
//! For the router. The layer is outside all other layers. So every failure (of a handler, a limit, a panic, a
//! route that does not exist) leaves as the same kind of problem, with the id under which the log describes
//! the failure. This module does not decide which problem a failure is; [`super::problem`] does.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::headers;
use super::problem::{Problem, ProblemKind};

/// The id of a request: clients may send it, and every response carries it.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id that the server accepts from a client, in characters.
const LONGEST_ID: usize = 64;

/// Layer that gives the request an id, logs the request, and writes the body of a problem.
pub async fn envelope(State(base_path): State<Arc<str>>, request: Request, next: Next) -> Response {
    let id = request_id(request.headers().get(&REQUEST_ID));
    let method = request.method().clone();
    let span = tracing::info_span!("request", id = %id.to_str().unwrap_or_default());
    async {
        let started = Instant::now();
        let path = request.uri().path().to_owned();
        let mut response = next.run(request).await;
        if let Some(problem) = problem_of(&mut response) {
            log_problem(&problem);
            response = with_problem(response, &problem, &base_path, &id, &method);
        }
        tracing::info!(
            %method,
            path,
            status = response.status().as_u16(),
            milliseconds = started.elapsed().as_millis() as u64,
            "answered"
        );
        let status = response.status();
        headers::protect(status, response.headers_mut());
        response.headers_mut().insert(REQUEST_ID, id.clone());
        response
    }
    .instrument(span)
    .await
}

/// Returns the client's id if it is harmless in a log and in a header, else a new random id.
fn request_id(received: Option<&HeaderValue>) -> HeaderValue {
    let harmless = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    match received {
        Some(id) if (1..=LONGEST_ID).contains(&id.len()) && id.as_bytes().iter().all(harmless) => id.clone(),
        _ => {
            let id = format!("{:016x}", rand::random::<u64>());
            // Hexadecimal digits are always a legal header value, so the fallback is never used.
            HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("0"))
        }
    }
}

/// Takes the problem that a handler attached to the response. If there is none and the status is an
/// error, makes a problem from the status: an inner layer refused the request with an empty or
/// plain-text body. A JSON or HTML body is kept, because a handler wrote it, such as the report of
/// `/ready` or the page for unknown URLs.
fn problem_of(response: &mut Response) -> Option<Problem> {
    let status = response.status();
    let attached = response.extensions_mut().remove::<Problem>();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let speaks =
        kind.is_some_and(|kind| kind == "application/json" || kind.as_bytes().starts_with(b"text/html"));
    let refused = status.is_client_error() || status.is_server_error();
    attached.or_else(|| (refused && !speaks).then(|| Problem::of_status(status)))
}

fn log_problem(problem: &Problem) {
    let slug = problem.kind.info().slug;
    let cause = problem.cause.as_deref().unwrap_or_default();
    if problem.kind == ProblemKind::Capacity || !problem.kind.info().status.is_server_error() {
        // `Debug` escapes the text: `detail` may repeat a client's text, and a log line must stay one line.
        tracing::info!(problem = slug, detail = ?problem.detail, "refused");
    } else {
        tracing::error!(problem = slug, cause, "failed");
    }
}

/// Replaces the body with the problem. Keeps the headers of the response, such as `Allow`.
fn with_problem(
    response: Response,
    problem: &Problem,
    base_path: &str,
    id: &HeaderValue,
    method: &Method,
) -> Response {
    let body = problem.body(base_path, id.to_str().unwrap_or_default());
    // The body has strings and numbers only, so serialising it cannot fail. If it did, an empty
    // body would still carry the status.
    let json = serde_json::to_vec(&body).unwrap_or_default();
    let (mut parts, _) = response.into_parts();
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    parts
        .headers
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    parts.headers.insert(header::CONTENT_LENGTH, json.len().into());
    if let Some(seconds) = problem.retry_after() {
        parts.headers.insert(header::RETRY_AFTER, seconds.into());
    }
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        json.into()
    };
    Response::from_parts(parts, body)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::to_bytes;
    use axum::http::StatusCode;
    use axum::routing::get;
    use serde_json::json;
    use tower::ServiceExt;

    use super::*;
    use crate::http::problem::Fault;
    use crate::render::RenderError;
    use crate::workout::{
        PlanError, RequestError, TokenError, TooLong, UnknownExercise, Violation, ViolationCode,
    };

    /// A cause, which must never be sent to a client.
    const SECRET: &str = "/srv/secret/clip.mov: moov atom not found";

    async fn leaving(problem: Problem) -> (Response<()>, serde_json::Value) {
        let router =
            Router::new()
                .route("/", get(async || problem))
                .layer(axum::middleware::from_fn_with_state(
                    Arc::from("/coach"),
                    envelope,
                ));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        (
            Response::from_parts(parts, ()),
            serde_json::from_slice(&body).unwrap(),
        )
    }

    /// Every kind of failure, as the other modules report it.
    fn all() -> Vec<Problem> {
        let unknown = |name: &str, nearest: &[&str]| UnknownExercise {
            pointer: "/exercise_names/0".to_owned(),
            name: name.to_owned(),
            nearest: nearest.iter().map(|&near| near.to_owned()).collect(),
        };
        vec![
            RequestError::Malformed("expected value at line 1 column 2".to_owned()).into(),
            RequestError::WrongType {
                pointer: "/config/rounds".to_owned(),
                message: "Write a number.".to_owned(),
            }
            .into(),
            RequestError::TooLarge { limit: 1000 }.into(),
            PlanError::NoExercise.into(),
            PlanError::UnknownExercises(vec![unknown("Pushup", &["Push-ups", "Plank"])]).into(),
            PlanError::UnknownExercises(vec![unknown("Pushup", &["Push-ups"]), unknown("?", &[])]).into(),
            PlanError::Invalid(vec![
                Violation::new("/config/speed", "It must lie between 0.5 and 2."),
                Violation::new("/config/rounds", "Three rounds contradict no_repeat.")
                    .coded(ViolationCode::RoundsRepeat, json!({"rounds": 3})),
            ])
            .into(),
            Problem::unknown_exercise("plonk", &["Plank".to_owned()]),
            Problem::new(
                ProblemKind::ClipUnavailable,
                "Plank has no usable clip: the file is missing.",
            )
            .because(SECRET),
            TokenError::Broken.into(),
            TokenError::OtherVersion.into(),
            TokenError::Impossible("rounds").into(),
            TokenError::Changed("the catalogue no longer has the exercise \"plank\"".to_owned()).into(),
            TooLong { characters: 2_345 }.into(),
            Problem::new(
                ProblemKind::BodyTimeout,
                "The body did not arrive within 30 seconds.",
            ),
            Problem::new(ProblemKind::UnsupportedMediaType, "Send JSON."),
            Problem::invalid(vec![Fault::parameter("category", "There is no such category.")]),
            Problem::of_status(StatusCode::BAD_REQUEST),
            Problem::new(ProblemKind::BadHost, "The header Host is missing."),
            Problem::new(
                ProblemKind::UnknownHost,
                "This server does not answer for the host evil.example.",
            ),
            Problem::new(
                ProblemKind::ForeignOrigin,
                "Only pages of this server may start work on it.",
            ),
            Problem::new(
                ProblemKind::AddressTooLong,
                "The address has 9000 bytes; 8000 is the most.",
            ),
            Problem::of_status(StatusCode::NOT_FOUND),
            Problem::of_status(StatusCode::METHOD_NOT_ALLOWED),
            Problem::of_status(StatusCode::RANGE_NOT_SATISFIABLE),
            RenderError::Capacity { limit: 4 }.into(),
            RenderError::Timeout { seconds: 300 }.into(),
            RenderError::NotStitchable(
                "A workout with clip_sound cannot be stitched: take renderer graph or auto.".to_owned(),
            )
            .into(),
            RenderError::Output(SECRET.to_owned()).into(),
            RenderError::Internal(SECRET.to_owned()).into(),
            Problem::new(ProblemKind::Starting, "The clips are still being looked at."),
            Problem::shutting_down(),
        ]
    }

    #[tokio::test]
    async fn every_failure_leaves_as_a_problem_without_its_cause() {
        let mut table = Vec::new();
        for problem in all() {
            let (response, body) = leaving(problem.clone()).await;
            let headers = response.headers();
            assert_eq!(
                headers[header::CONTENT_TYPE],
                "application/problem+json",
                "{problem:?}"
            );
            assert_eq!(body["status"], response.status().as_u16(), "{problem:?}");
            assert_eq!(
                body["request_id"],
                headers[&REQUEST_ID].to_str().unwrap(),
                "{problem:?}"
            );
            assert!(!body.to_string().contains("secret"), "the cause leaks: {body}");
            let wait = headers
                .get(header::RETRY_AFTER)
                .map_or("-", |wait| wait.to_str().unwrap());
            let mut shown = body.clone();
            shown
                .as_object_mut()
                .unwrap()
                .retain(|key, _| !["request_id", "title", "status"].contains(&key.as_str()));
            table.push(format!(
                "{} {} (retry after {wait})
{shown:#}
",
                body["status"], body["title"]
            ));
        }
        insta::assert_snapshot!(table.join("\n"));
    }

    #[tokio::test]
    async fn a_report_keeps_its_body_and_a_bare_refusal_gets_one() {
        let report = || async { (StatusCode::SERVICE_UNAVAILABLE, axum::Json("not ready")) };
        let router = Router::new()
            .route("/report", get(report))
            .route(
                "/bare",
                get(async || (StatusCode::BAD_REQUEST, "Invalid URL: of axum's own")),
            )
            .layer(axum::middleware::from_fn_with_state(Arc::from(""), envelope));
        let asked = async |path: &str| {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let body = router.clone().oneshot(request).await.unwrap().into_body();
            String::from_utf8(to_bytes(body, 1000).await.unwrap().to_vec()).unwrap()
        };
        assert_eq!(asked("/report").await, "\"not ready\"");
        let bare = asked("/bare").await;
        assert!(
            bare.contains("malformed-address") && !bare.contains("axum"),
            "{bare}"
        );
    }

    #[test]
    fn no_kind_is_left_out() {
        let shown = all();
        for kind in ProblemKind::ALL {
            assert!(
                shown.iter().any(|problem| problem.kind == kind),
                "{kind:?} is not shown"
            );
        }
    }

    #[test]
    fn only_harmless_ids_are_taken_over() {
        let kept = |id: &str| {
            let received = HeaderValue::from_str(id).unwrap();
            request_id(Some(&received)) == received
        };
        assert!(kept("a-B_9.c"));
        assert!(kept(&"x".repeat(64)));
        for hostile in ["", "a b", "a\"b", "<script>", "a;b", &"x".repeat(65)] {
            assert!(!kept(hostile), "{hostile:?} was taken over");
        }
        assert_eq!(request_id(None).len(), 16);
        assert_ne!(request_id(None), request_id(None));
    }
}
