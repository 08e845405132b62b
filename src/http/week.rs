//! The route that plans a week of sessions from goals.
//!
//! For clients that offer a training plan. [`crate::week`] does the planning; this module adds fresh seeds,
//! the snapshot and the links.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::body::WeekBody;
use super::problem::{Problem, ProblemBody};
use super::{AppState, WORKOUT_SEED, links, snapshot, workouts};
use crate::clip::Needs;
use crate::week::{self, WeekRequest, WeekView};

/// Plan a week of sessions.
///
/// Spreads sessions over the days, balances muscle groups over the week, and makes every week of four a
/// little more than the one before. Every session is a complete config, with the length and energy that its
/// video has. Nothing is stored: the same goals and seed give the same week.
#[utoipa::path(
    post,
    path = "/api/week-plan",
    tag = "weeks",
    request_body(content = WeekRequest, description = "Everything is optional; `{}` gives three sessions of 30 minutes.",
        example = json!({"goal": "strength", "level": "medium", "days": 3, "minutes": 30, "avoid": ["jumps"], "week": 1})),
    responses(
        (status = 200, description = "Seven days, each a session or rest, and why.", body = WeekView, headers(
            ("X-Workout-Seed" = u64, description = "Send it as `seed` to get the same week again, or the one after it."),
        )),
        (status = 400, description = "Not JSON (`malformed-json`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body did not arrive in time (`body-timeout`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large (`body-too-large`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not declared as JSON (`unsupported-media-type`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Values that cannot be used, or too few exercises that suit (`invalid-request`); `errors` says what would work.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The server was started just now and has not looked at all clips yet (`starting`); `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn plan_week(
    State(state): State<AppState>,
    WeekBody(request): WeekBody,
) -> Result<Response, Problem> {
    let fresh_seed = workouts::fresh_seed();
    let now = snapshot::with(&state, &Needs::All).await?;
    let week = week::plan_week(&request, &now.catalogue, &now.lengths, fresh_seed)?;
    let view = week.view(|token| links::address(&state.base_path, token));
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (WORKOUT_SEED, HeaderValue::from(week.seed)),
    ];
    Ok((headers, Json(view)).into_response())
}
