//! [`ProblemKind`]: the table of all types of problem, with slug, status, title and advice.
//!
//! For the rest of [`super`], and for the page behind the URL of each type (`/problems/...`). To add a type,
//! add a variant, its row in [`ProblemKind::info`], and its place in [`ProblemKind::ALL`].

use axum::http::StatusCode;

/// A type of problem. Its slug is stable, because clients decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The body is not JSON.
    MalformedJson,
    /// The URL is not percent-encoded UTF-8.
    MalformedAddress,
    /// The URL is longer than any URL of this server.
    AddressTooLong,
    /// The request has no `Host` header, more than one, or one that is not a host.
    BadHost,
    /// The request is for a host that this server does not answer for.
    UnknownHost,
    /// The request comes from a page of another origin, and such a page may not start work.
    ForeignOrigin,
    /// The request has an empty list of exercises.
    NoExercise,
    /// The request has an exercise name or id that the catalogue does not have.
    UnknownExercise,
    /// The exercise exists, but its clip cannot be shown.
    ClipUnavailable,
    /// The token is incomplete, altered, or of another version of the format.
    UnknownWorkout,
    /// The token is valid, but the catalogue or the clips have changed and no longer give its workout.
    WorkoutChanged,
    /// The workout does not fit into a link.
    LinkTooLong,
    /// No route and no file has this path.
    NotFound,
    /// The path exists, but not with this method.
    MethodNotAllowed,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The body is longer than allowed.
    BodyTooLarge,
    /// The byte range begins beyond the end of the file.
    RangeNotSatisfiable,
    /// The content type of the body is not JSON.
    UnsupportedMediaType,
    /// The request has values that cannot be used or that contradict each other.
    InvalidRequest,
    /// All permits are taken, a queue is full, loops are still being prepared,
    /// or the machine lacks resources.
    Capacity,
    /// The server was started just now and has not inspected the needed clips yet.
    Starting,
    /// The server is shutting down.
    ShuttingDown,
    /// FFmpeg failed.
    RenderFailed,
    /// FFmpeg took too long.
    RenderTimeout,
    /// The server has a bug, or its machine failed.
    Internal,
    /// Any other refusal of the HTTP layer. Clients see only its status.
    Other(StatusCode),
}

/// The properties that all problems of a kind share.
#[derive(Debug, Clone, Copy)]
pub struct ProblemInfo {
    /// Last part of the type's URL.
    pub slug: &'static str,
    /// Status of the response.
    pub status: StatusCode,
    /// A short title for people.
    pub title: &'static str,
    /// Advice for the client: the text behind the type's URL. The text writes paths without the base path.
    pub advice: &'static str,
}

impl ProblemKind {
    /// Every kind that has a URL of its own: all but [`ProblemKind::Other`].
    pub const ALL: [Self; 25] = [
        Self::MalformedJson,
        Self::MalformedAddress,
        Self::AddressTooLong,
        Self::BadHost,
        Self::UnknownHost,
        Self::ForeignOrigin,
        Self::NoExercise,
        Self::UnknownExercise,
        Self::ClipUnavailable,
        Self::UnknownWorkout,
        Self::WorkoutChanged,
        Self::LinkTooLong,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::BodyTimeout,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::RangeNotSatisfiable,
        Self::InvalidRequest,
        Self::Capacity,
        Self::Starting,
        Self::ShuttingDown,
        Self::RenderFailed,
        Self::RenderTimeout,
        Self::Internal,
    ];

    /// Returns the row of the table for this kind.
    #[must_use]
    // The function is a table: it is long, but there is nothing to split.
    #[allow(clippy::too_many_lines)]
    pub fn info(self) -> ProblemInfo {
        let (slug, status, title, advice) = match self {
            Self::MalformedJson => (
                "malformed-json",
                StatusCode::BAD_REQUEST,
                "The body is not JSON",
                "Send one JSON object. `detail` says at which line and column reading stopped. The smallest \
                 body that works is {}.",
            ),
            Self::MalformedAddress => (
                "malformed-address",
                StatusCode::BAD_REQUEST,
                "The address cannot be read",
                "Write what is no plain letter in the address as UTF-8, percent-encoded: %C3%A9 for an e with an \
                 acute accent.",
            ),
            Self::AddressTooLong => (
                "address-too-long",
                StatusCode::URI_TOO_LONG,
                "The address is too long",
                "Every link and filter fits into 8,000 bytes: copy the link again, or send a shorter query.",
            ),
            Self::BadHost => (
                "bad-host",
                StatusCode::BAD_REQUEST,
                "The Host header is missing, doubled or no host",
                "Send the header `Host` once, with the name or address by which the server is asked, and its port \
                 if that is not the usual one.",
            ),
            Self::UnknownHost => (
                "unknown-host",
                StatusCode::MISDIRECTED_REQUEST,
                "The server does not answer for that host",
                "Ask by a name that is its own. Whoever runs the server can add names and addresses with \
                 COACH_HOSTS: one that is bound to a loopback address answers only for localhost and loopback \
                 addresses otherwise, so that no page on the web can reach it by a name of its own.",
            ),
            Self::ForeignOrigin => (
                "foreign-origin",
                StatusCode::FORBIDDEN,
                "Pages of other origins may not start work",
                "Reading is open to every page; making videos, plans and links is for the server's own. Whoever runs \
                 the server can allow other origins with COACH_ORIGINS, such as https://coach.example. Programs that \
                 are no browser send no `Origin` header.",
            ),
            Self::NoExercise => (
                "no-exercise",
                StatusCode::BAD_REQUEST,
                "No exercise was named",
                "Name at least one exercise, or leave `exercise_names` out to have exercises chosen for you. \
                 GET /api/exercises lists them.",
            ),
            Self::UnknownExercise => (
                "unknown-exercise",
                StatusCode::NOT_FOUND,
                "There is no such exercise",
                "Use an `id` or `name` from GET /api/exercises; letter case does not matter. `errors` gives the \
                 nearest names for each that is unknown.",
            ),
            Self::ClipUnavailable => (
                "clip-unavailable",
                StatusCode::NOT_FOUND,
                "The exercise has no usable clip",
                "The exercise is in the catalogue, but its clip is missing or broken. Choose another, or mend \
                 the clip: `virtual-coach doctor` says what is wrong with it.",
            ),
            Self::UnknownWorkout => (
                "unknown-workout",
                StatusCode::NOT_FOUND,
                "The link names no workout",
                "Copy the whole link: a part of it, or one that was altered, names nothing. Otherwise make it \
                 anew with POST /api/workouts.",
            ),
            Self::WorkoutChanged => (
                "workout-changed",
                StatusCode::GONE,
                "The catalogue has changed since the link was made",
                "An exercise of the workout is gone, renamed, filmed anew or without a usable clip; `detail` says \
                 which. Make the link anew with POST /api/workouts. Servers that share links need the same \
                 catalogue and clips.",
            ),
            Self::LinkTooLong => (
                "link-too-long",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The workout does not fit into a link",
                "List fewer different exercises, or give fewer of them a length or speed of their own. \
                 POST /api/generate-workout-video makes the video without a link.",
            ),
            Self::NotFound => (
                "not-found",
                StatusCode::NOT_FOUND,
                "There is nothing at this address",
                "Check the address: the docs page lists all that exist.",
            ),
            Self::MethodNotAllowed => (
                "method-not-allowed",
                StatusCode::METHOD_NOT_ALLOWED,
                "This address does not take that method",
                "Use a method that the `Allow` header names.",
            ),
            Self::BodyTimeout => (
                "body-timeout",
                StatusCode::REQUEST_TIMEOUT,
                "The body did not arrive in time",
                "Send the whole body at once, and check the length you declare.",
            ),
            Self::BodyTooLarge => (
                "body-too-large",
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body is too large",
                "A workout config takes a few kilobytes: send less. COACH_MAX_BODY sets the limit.",
            ),
            Self::UnsupportedMediaType => (
                "unsupported-media-type",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body must be JSON",
                "Send the header `Content-Type: application/json`.",
            ),
            Self::RangeNotSatisfiable => (
                "range-not-satisfiable",
                StatusCode::RANGE_NOT_SATISFIABLE,
                "The file has no such part",
                "Ask for a range that begins before the length in the `Content-Range` header, or for the whole \
                 file, without a `Range` header.",
            ),
            Self::InvalidRequest => (
                "invalid-request",
                StatusCode::UNPROCESSABLE_ENTITY,
                "Some values cannot be used",
                "`errors` names every value that cannot be used, by JSON pointer or query parameter, and says \
                 what would work.",
            ),
            Self::Capacity => (
                "capacity",
                StatusCode::SERVICE_UNAVAILABLE,
                "All places are taken",
                "Ask again after the seconds in the `Retry-After` header. Whoever runs the server can allow \
                 more renderings at once with COACH_MAX_RENDERS.",
            ),
            Self::Starting => (
                "starting",
                StatusCode::SERVICE_UNAVAILABLE,
                "The server is still looking at its clips",
                "Ask again after the seconds in the `Retry-After` header. GET /ready says how many clips it has \
                 looked at, and at which it is.",
            ),
            Self::ShuttingDown => (
                "shutting-down",
                StatusCode::SERVICE_UNAVAILABLE,
                "The server is stopping",
                "Ask again when it is back.",
            ),
            Self::RenderFailed => (
                "render-failed",
                StatusCode::INTERNAL_SERVER_ERROR,
                "The video could not be made",
                "FFmpeg failed. The server's log says why, under the `request_id`; `virtual-coach doctor` \
                 checks FFmpeg and all clips.",
            ),
            Self::RenderTimeout => (
                "render-timeout",
                StatusCode::GATEWAY_TIMEOUT,
                "The video took too long to make",
                "Ask for a smaller `resolution` or a shorter workout, or try when the server is less busy. \
                 Whoever runs it can allow more time with COACH_TIMEOUT.",
            ),
            Self::Internal => (
                "internal",
                StatusCode::INTERNAL_SERVER_ERROR,
                "The server made a mistake",
                "The server's log says why, under the `request_id`. Please report it with the request.",
            ),
            // RFC 9457: a problem without a type of its own has the type
            // `about:blank` and the title of its status.
            Self::Other(status) => {
                let title = status.canonical_reason().unwrap_or("The request was refused");
                ("about:blank", status, title, "The status says why.")
            }
        };
        ProblemInfo {
            slug,
            status,
            title,
            advice,
        }
    }
}
