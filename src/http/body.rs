//! Reading a workout config, or goals, from a request's body, with its limits.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};

use super::AppState;
use super::problem::{Problem, ProblemKind};
use crate::week::WeekRequest;
use crate::workout::WorkoutRequest;

/// Time for a body to arrive: a config is a few kilobytes, so a slower sender means no good.
const ARRIVAL: Duration = Duration::from_secs(30);

/// The body of a request as a workout config, not yet checked against the catalogue.
#[derive(Debug)]
pub struct WorkoutBody(pub WorkoutRequest);

/// The body of a request as goals, not yet checked.
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

/// The bytes of a body that is declared as JSON, arrives in time and is not too long.
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

/// What `Content-Length` says; nothing for a body that comes in chunks.
fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// `application/json` or any type built on it (`application/...+json`), whatever its parameters.
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
