//! [`Problem`]: every failure that a client can meet, as RFC 9457 `application/problem+json`.
//!
//! For all handlers, which return a [`Problem`] as their error. A problem keeps the text for the
//! client (`detail`, `errors`) apart from the `cause`, which only the log may hold.
//! [`super::envelope`] writes the body, because only the envelope knows the request id. The errors of
//! planning and rendering are converted here.

mod kind;

pub use kind::{ProblemInfo, ProblemKind};

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::ffmpeg::FfmpegError;
use crate::render::RenderError;
use crate::workout::{PlanError, RequestError, UnknownExercise, Values, Violation, ViolationCode};

/// Prefix of the URLs of problem types, below the base path: `/problems/unknown-exercise`.
pub const PROBLEMS: &str = "/problems/";

/// Seconds after which a client may ask again, if nothing better is known.
///
/// A rendering runs several times faster than playback, so a permit becomes free within seconds.
const RETRY_AFTER_SECONDS: u32 = 10;

/// Most faults that a response lists. A person corrects a few at a time, and a body may have thousands.
const MAX_ERRORS: usize = 50;

/// One value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct Fault {
    /// JSON pointer of the value in the body; empty for the body as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/config/intervals/work_time")]
    pub pointer: Option<String>,
    /// Name of the query parameter, when the value came with the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is wrong with it and what would work, in English.
    pub detail: String,
    /// What it is about, where that depends on several settings or on the catalogue; a value that is
    /// wrong by itself has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<ViolationCode>,
    /// What a sentence about the code needs: numbers, texts and lists of texts by name.
    #[serde(skip_serializing_if = "Values::is_empty")]
    #[schema(value_type = BTreeMap<String, Value>)]
    pub values: Values,
    /// The nearest names that exist, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<String>,
}

impl Fault {
    /// A fault of the value at the JSON pointer `pointer` of the body.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            detail: detail.into(),
            ..Self::default()
        }
    }

    /// A fault of the query parameter `name`.
    pub fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            parameter: Some(name.into()),
            detail: detail.into(),
            ..Self::default()
        }
    }
}

impl From<Violation> for Fault {
    fn from(violation: Violation) -> Self {
        Self {
            code: violation.code,
            values: violation.values,
            ..Self::at(violation.pointer, violation.message)
        }
    }
}

/// A failure: the text for the client, and the cause for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The type, which decides status and title.
    pub kind: ProblemKind,
    /// A sentence about this occurrence that says what to do.
    pub detail: Cow<'static, str>,
    /// Every value that cannot be used. The body of the response lists 50 of them at most.
    pub errors: Vec<Fault>,
    /// The cause, for the log only: it may hold paths, messages of FFmpeg, or the message of a panic.
    pub cause: Option<String>,
    /// Seconds after which the client may ask again. `None` for the usual time of the kind.
    pub wait: Option<u32>,
}

impl Problem {
    /// A problem without a cause and without faults.
    pub fn new(kind: ProblemKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            cause: None,
            wait: None,
        }
    }

    /// A bug of this server. The client does not see `cause`; the log does.
    pub fn internal(cause: impl Into<String>) -> Self {
        Self::new(
            ProblemKind::Internal,
            "The server made a mistake; its log says more under the request id.",
        )
        .because(cause)
    }

    /// A queue is full. There should be room again in `seconds`.
    #[must_use]
    pub fn busy(seconds: u32) -> Self {
        let detail = format!("Too much is waiting to be made; ask again in {seconds} seconds.");
        Self {
            wait: Some(seconds),
            ..Self::new(ProblemKind::Capacity, detail)
        }
    }

    /// A request with values that cannot be used. `errors` should have all of them.
    #[must_use]
    pub fn invalid(errors: Vec<Fault>) -> Self {
        let detail = match errors.as_slice() {
            [only] => format!("One value cannot be used: {}", only.detail),
            all if all.len() <= MAX_ERRORS => {
                format!("{} values cannot be used; `errors` names each.", all.len())
            }
            all => format!("{} values cannot be used.", all.len()),
        };
        Self {
            errors,
            ..Self::new(ProblemKind::InvalidRequest, detail)
        }
    }

    /// The body of the request is longer than `limit` bytes.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self::new(
            ProblemKind::BodyTooLarge,
            format!("The body is longer than the {limit} bytes allowed; a workout config needs far less."),
        )
    }

    /// The machine has too little memory, disk, file descriptors or processes left.
    #[must_use]
    pub fn starved() -> Self {
        Self::new(
            ProblemKind::Capacity,
            format!(
                "The server has too little memory, disk or open files left for this; ask again in {RETRY_AFTER_SECONDS} seconds."
            ),
        )
    }

    /// The server is shutting down.
    #[must_use]
    pub fn shutting_down() -> Self {
        Self::new(
            ProblemKind::ShuttingDown,
            "The server is stopping; ask again when it is back.",
        )
    }

    /// Adds the cause, which only the log may hold.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The seconds of the `Retry-After` header. `None` for a kind that a repeated request does not help.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        let may_ask_again = matches!(
            self.kind,
            ProblemKind::Capacity | ProblemKind::ShuttingDown | ProblemKind::Starting
        );
        may_ask_again.then_some(self.wait.unwrap_or(RETRY_AFTER_SECONDS))
    }

    /// The problem for a status that an inner layer answered without a problem.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::new(
                ProblemKind::NotFound,
                "There is nothing at this address; the docs page lists all that exist.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(
                ProblemKind::MethodNotAllowed,
                "This address takes only the methods that the Allow header names.",
            ),
            // Handlers and body extractors return problems of their own, so a bare 400 comes
            // from the extractor of the path.
            StatusCode::BAD_REQUEST => Self::new(
                ProblemKind::MalformedAddress,
                "The address is not percent-encoded UTF-8 as this server reads it.",
            ),
            StatusCode::RANGE_NOT_SATISFIABLE => Self::new(
                ProblemKind::RangeNotSatisfiable,
                "The file ends before that range; the Content-Range header gives its length.",
            ),
            StatusCode::INTERNAL_SERVER_ERROR => Self::internal("answered 500 without a problem"),
            other => Self::new(
                ProblemKind::Other(other),
                other.canonical_reason().unwrap_or("Refused."),
            ),
        }
    }

    /// Builds the response body. `errors` is cut to 50 entries, and `detail` counts the rest.
    #[must_use]
    pub fn body(&self, base_path: &str, request_id: &str) -> ProblemBody {
        let info = self.kind.info();
        let about = match self.kind {
            ProblemKind::Other(_) => info.slug.to_owned(),
            _ => format!("{base_path}{PROBLEMS}{}", info.slug),
        };
        let mut detail = self.detail.to_string();
        let left_out = self.errors.len().saturating_sub(MAX_ERRORS);
        if left_out > 0 {
            detail.push_str(&format!(
                " `errors` names the first {MAX_ERRORS}; {left_out} more are left out."
            ));
        }
        ProblemBody {
            about,
            title: info.title.to_owned(),
            status: info.status.as_u16(),
            detail,
            request_id: request_id.to_owned(),
            errors: self.errors.iter().take(MAX_ERRORS).cloned().collect(),
        }
    }
}

/// A failure as clients read it: RFC 9457 `application/problem+json`.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Problem, example = json!({
    "type": "/problems/unknown-exercise",
    "title": "There is no such exercise",
    "status": 404,
    "detail": "There is no exercise \"Pushup\"; the nearest is Push-ups. The list of exercises has all.",
    "request_id": "5f1c9a0e7d3b4826",
    "errors": [{"pointer": "/exercise_names/0", "detail": "There is no exercise \"Pushup\".", "code": "unknown_exercise",
        "values": {"name": "Pushup"}, "nearest": ["Push-ups"]}]
}))]
pub struct ProblemBody {
    /// Address of the type, relative to this server; stable. GET says what to do.
    #[serde(rename = "type")]
    pub about: String,
    /// The type's name for people.
    pub title: String,
    /// Status of the response.
    pub status: u16,
    /// A sentence about this occurrence that says what to do.
    pub detail: String,
    /// The `X-Request-Id` of the response; the server's log says more under it.
    pub request_id: String,
    /// The values at fault, 50 at most; `detail` counts those that are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub errors: Vec<Fault>,
}

impl IntoResponse for Problem {
    /// Makes a response with the status only and attaches the problem. [`super::envelope`] writes the body.
    fn into_response(self) -> Response {
        let mut response = self.kind.info().status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::TooLarge { limit } => Self::too_large(limit),
            RequestError::Malformed(_) => Self::new(ProblemKind::MalformedJson, sentence(&error.to_string())),
            RequestError::WrongType { pointer, message } => Self::invalid(vec![Fault::at(pointer, message)]),
        }
    }
}

impl From<PlanError> for Problem {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::NoExercise => Self::new(
                ProblemKind::NoExercise,
                "The request names no exercise: name at least one, or leave the list out to have exercises chosen.",
            ),
            PlanError::UnknownExercises(unknown) => Self::unknown_exercises(unknown),
            PlanError::Invalid(violations) => {
                Self::invalid(violations.into_iter().map(Fault::from).collect())
            }
        }
    }
}

impl From<RenderError> for Problem {
    fn from(error: RenderError) -> Self {
        let cause = error.to_string();
        match error {
            RenderError::Capacity { limit } => Self::new(
                ProblemKind::Capacity,
                format!(
                    "All {limit} places for renderings are taken; ask again in {RETRY_AFTER_SECONDS} seconds."
                ),
            ),
            RenderError::Preparing => Self::new(
                ProblemKind::Capacity,
                format!(
                    "The loops or the sound of this workout are being prepared; ask again in {RETRY_AFTER_SECONDS} seconds."
                ),
            ),
            RenderError::Busy { seconds } => Self::busy(seconds),
            RenderError::Starved(_) => Self::starved(),
            RenderError::Timeout { seconds } => Self::new(
                ProblemKind::RenderTimeout,
                format!(
                    "Generation fell more than {seconds} seconds behind playback; ask for a smaller \
                     resolution, or again when the server has less to do."
                ),
            ),
            RenderError::Ffmpeg(ref error) if matches!(**error, FfmpegError::Overdue { .. }) => Self::new(
                ProblemKind::RenderTimeout,
                "FFmpeg took too long; ask for a smaller resolution, or again when the server has less to do.",
            ),
            RenderError::Ffmpeg(_) | RenderError::Output(_) | RenderError::Stitch(_) => Self::new(
                ProblemKind::RenderFailed,
                "FFmpeg could not make the video; the server's log says why under the request id.",
            ),
            // The client chose this renderer by name, so the sentence is for the client.
            RenderError::NotStitchable(why) => return Self::invalid(vec![Fault::at("/renderer", why)]),
            RenderError::ClipGone { exercise, reason } => Self::new(
                ProblemKind::ClipUnavailable,
                format!("{exercise} has no usable clip: {reason}"),
            ),
            RenderError::NoClip(_) | RenderError::Internal(_) => return Self::internal(cause),
        }
        .because(cause)
    }
}

impl Problem {
    /// The problem of a request with exercises that the catalogue does not have. `errors` lists each of them.
    #[must_use]
    pub fn unknown_exercises(unknown: Vec<UnknownExercise>) -> Self {
        let detail = match unknown.as_slice() {
            [only] => format!(
                "{} The list of exercises has all.",
                no_exercise(&only.name, &only.nearest)
            ),
            all => format!(
                "{} exercises are unknown; the list of exercises has all.",
                all.len()
            ),
        };
        let errors = unknown
            .into_iter()
            .map(|name| Fault {
                nearest: name.nearest.clone(),
                detail: no_exercise(&name.name, &name.nearest),
                ..Fault::from(name.violation())
            })
            .collect();
        Self {
            errors,
            ..Self::new(ProblemKind::UnknownExercise, detail)
        }
    }

    /// The problem of a URL with an exercise that the catalogue does not have.
    /// `nearest` are similar names, best first.
    #[must_use]
    pub fn unknown_exercise(name: &str, nearest: &[String]) -> Self {
        Self::new(
            ProblemKind::UnknownExercise,
            format!("{} The list of exercises has all.", no_exercise(name, nearest)),
        )
    }
}

/// Builds a sentence such as: There is no exercise "Pushup"; the nearest are Push-ups and Plank.
fn no_exercise(name: &str, nearest: &[String]) -> String {
    let name: String = name.chars().take(64).collect();
    match nearest {
        [] => format!("There is no exercise {name:?}."),
        [only] => format!("There is no exercise {name:?}; the nearest is {only}."),
        [most @ .., last] => {
            format!(
                "There is no exercise {name:?}; the nearest are {} and {last}.",
                most.join(", ")
            )
        }
    }
}

/// Returns `text` with a capital first letter and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}
