//! Every failure a client can meet, as RFC 9457 `application/problem+json`.
//!
//! For all handlers: they return a [`Problem`], which carries what the client may read (`detail`,
//! `errors`) and, apart from it, the `cause` that only the log may hold. The body is written in one
//! place, [`super::envelope`], where the request id is known.

mod kind;

pub use kind::{ProblemInfo, ProblemKind};

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::ffmpeg::FfmpegError;
use crate::render::RenderError;
use crate::workout::{PlanError, RequestError, UnknownExercise, Values, Violation, ViolationCode};

/// Where the types of problems live, below the base path: `/problems/unknown-exercise`.
pub const PROBLEMS: &str = "/problems/";

/// After how many seconds a client that found no free place may ask again.
///
/// A rendering runs several times faster than playback, so a place becomes free within seconds.
const RETRY_AFTER_SECONDS: u32 = 10;

/// Most values at fault that an answer names: a person mends a few at a time, and a body may hold thousands.
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
    /// About a value of the body.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            detail: detail.into(),
            ..Self::default()
        }
    }

    /// About a query parameter.
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

/// A failure: what the client reads and what the log keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its type.
    pub kind: ProblemKind,
    /// A sentence about this occurrence that says what to do.
    pub detail: Cow<'static, str>,
    /// Every value at fault.
    pub errors: Vec<Fault>,
    /// For the log only: paths, FFmpeg's words, panics.
    pub cause: Option<String>,
    /// Seconds after which the client may ask again, where that is known better than by the kind.
    pub wait: Option<u32>,
}

impl Problem {
    /// A problem without anything to hide.
    pub fn new(kind: ProblemKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            cause: None,
            wait: None,
        }
    }

    /// A fault of this server; `cause` goes to the log.
    pub fn internal(cause: impl Into<String>) -> Self {
        Self::new(
            ProblemKind::Internal,
            "The server made a mistake; its log says more under the request id.",
        )
        .because(cause)
    }

    /// A queue is full; there is room again in some `seconds`.
    #[must_use]
    pub fn busy(seconds: u32) -> Self {
        let detail = format!("Too much is waiting to be made; ask again in {seconds} seconds.");
        Self {
            wait: Some(seconds),
            ..Self::new(ProblemKind::Capacity, detail)
        }
    }

    /// Values that cannot be used, all of them.
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

    /// A body longer than `limit` bytes.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self::new(
            ProblemKind::BodyTooLarge,
            format!("The body is longer than the {limit} bytes allowed; a workout config needs far less."),
        )
    }

    /// The machine has no more memory, room on its disk, descriptors or processes.
    #[must_use]
    pub fn starved() -> Self {
        Self::new(
            ProblemKind::Capacity,
            format!(
                "The server has too little memory, disk or open files left for this; ask again in {RETRY_AFTER_SECONDS} seconds."
            ),
        )
    }

    /// The server is about to end.
    #[must_use]
    pub fn shutting_down() -> Self {
        Self::new(
            ProblemKind::ShuttingDown,
            "The server is stopping; ask again when it is back.",
        )
    }

    /// Adds what only the log may hold.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Seconds for a `Retry-After` header.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        let may_ask_again = matches!(
            self.kind,
            ProblemKind::Capacity | ProblemKind::ShuttingDown | ProblemKind::Starting
        );
        may_ask_again.then_some(self.wait.unwrap_or(RETRY_AFTER_SECONDS))
    }

    /// The problem for a status that some layer below answered without a word.
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
            // Handlers and their bodies bring problems of their own: what is left is the address.
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

    /// What the client reads.
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
    /// The status alone, with the problem attached: [`super::envelope`] writes the body.
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
            // What the client asked for by name; the sentence is for it.
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
    /// Names that the catalogue does not have.
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

    /// An exercise in an address that the catalogue does not have.
    #[must_use]
    pub fn unknown_exercise(name: &str, nearest: &[String]) -> Self {
        Self::new(
            ProblemKind::UnknownExercise,
            format!("{} The list of exercises has all.", no_exercise(name, nearest)),
        )
    }
}

/// "There is no exercise "Pushup"; the nearest are Push-ups and Plank."
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

/// `text` with a capital first letter and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}
