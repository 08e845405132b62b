//! Extractors that read a workout config or the goals of a week from a request's body.
//!
//! For the POST handlers. The extractors check the content type, bound the length and the time of arrival,
//! and parse the JSON. They do not check the values against the catalogue.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};

use super::AppState;
use super::problem::{Problem, ProblemKind};
use crate::week::WeekRequest;
use crate::workout::WorkoutRequest;

/// Time within which the whole body must arrive. A config has a few kilobytes, so only a
/// faulty or hostile client is slower.
const ARRIVAL: Duration = Duration::from_secs(30);

/// A workout config from the body of a request. Its values are not checked yet.
#[derive(Debug)]
pub struct WorkoutBody(pub WorkoutRequest);

/// The goals of a week from the body of a request. Their values are not checked yet.
#[derive(Debug)]
pub struct WeekBody(pub WeekRequest);

impl FromRequest<AppState> for WorkoutBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        Ok(Self(WorkoutRequest::from_json(&json(request, state).await?)?))
    }
}

impl FromRequest<AppState> for WeekBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        Ok(Self(WeekRequest::from_json(&json(request, state).await?)?))
    }
}

/// Reads the body. It must be declared as JSON, arrive in time and be no longer than the limit.
async fn json(request: Request, state: &AppState) -> Result<Bytes, Problem> {
    if !is_json(request.headers()) {
        return Err(Problem::new(
            ProblemKind::UnsupportedMediaType,
            "Send the config as JSON, with the header Content-Type: application/json.",
        ));
    }
    if declared_length(request.headers()).is_some_and(|length| length > state.max_body as u64) {
        return Err(Problem::too_large(state.max_body));
    }
    tokio::time::timeout(ARRIVAL, Bytes::from_request(request, state))
        .await
        .map_err(|_| {
            Problem::new(
                ProblemKind::BodyTimeout,
                format!("The body did not arrive within {} seconds.", ARRIVAL.as_secs()),
            )
        })?
        .map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(state.max_body),
            _ => Problem::new(
                ProblemKind::MalformedJson,
                "The body could not be read to its end.",
            )
            .because(rejection.body_text()),
        })
}

/// The value of `Content-Length`, in bytes. `None` for a chunked body.
fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether the content type is `application/json` or `application/...+json`, with any parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = declared
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    essence
        .strip_prefix("application/")
        .is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_any_spelling_is_taken_and_nothing_else() {
        let judge = |declared: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, declared.parse().unwrap());
            is_json(&headers)
        };
        for json in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/merge-patch+json",
        ] {
            assert!(judge(json), "{json} was refused");
        }
        for other in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "text/json",
            "json",
            "",
        ] {
            assert!(!judge(other), "{other} was taken");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
