//! The routes that make a video or a plan from a workout config.
//!
//! For clients that send a config with POST. [`crate::workout`] plans, and [`crate::render`] makes the video;
//! this module sets the headers and streams the body. `streamed` also serves the stream of a link.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::body::WorkoutBody;
use super::delivery::RenderingBody;
use super::memory_response::Binary;
use super::minimum_rate::MinimumRate;
use super::notes_header::{self, WORKOUT_NOTES};
use super::problem::{Problem, ProblemBody};
use super::{
    AppState, WORKOUT_CODECS, WORKOUT_DURATION, WORKOUT_LINK, WORKOUT_RENDERER, WORKOUT_SEED, links, snapshot,
};
use crate::clip::Snapshot;
use crate::units::Seconds;
use crate::workout::{Plan, PlanView, WorkoutRequest, link, plan};

/// Make a workout video.
///
/// Answers when FFmpeg has made the first fragment, and streams while it makes the rest: a
/// fragmented MP4 that a player can start at once. The stream ends early only with a broken
/// connection, never as if it were whole.
#[utoipa::path(
    post,
    path = "/api/generate-workout-video",
    tag = "workouts",
    request_body(content = WorkoutRequest, description = "Everything is optional; `{}` gives a workout of the default length.",
        example = json!({"exercise_names": ["Push-ups", "Air Squat", "Plank"], "config": {"intervals": {"work_time": 40, "rest_time": 20}}})),
    responses(
        (status = 200, description = "The video, H.264 and AAC.", content_type = "video/mp4", body = Binary, headers(
            ("X-Workout-Duration" = f64, description = "Length in seconds, such as 95.0."),
            ("X-Workout-Codecs" = String, description = "For a player's MediaSource, such as avc1.42C01F,mp4a.40.2."),
            ("X-Workout-Seed" = u64, description = "Send it as `seed` to get the same workout again."),
            ("X-Workout-Renderer" = String, description = "Who makes it: `graph`, encoded as a whole by FFmpeg, or `stitch`, put together from loops that were encoded before."),
            ("X-Workout-Link" = String, description = "Path of this workout's link, see `POST /api/workouts`; missing when the workout is too long for one."),
            ("X-Workout-Notes" = String, description = "What was decided that you may not expect, such as fields that were ignored; missing when there is nothing. Divided by commas, each entry percent-encoded, 1 KiB at most; POST /api/plan has all."),
        )),
        (status = 400, description = "Not JSON (`malformed-json`), or an empty list of exercises (`no-exercise`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "An exercise that does not exist (`unknown-exercise`); `errors` gives the nearest names. Or a clip that can no longer be read (`clip-unavailable`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body did not arrive in time (`body-timeout`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large (`body-too-large`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not declared as JSON (`unsupported-media-type`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Values that cannot be used (`invalid-request`), all of them in `errors`; also a `renderer` that cannot make this workout.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 500, description = "FFmpeg failed (`render-failed`), or this server did (`internal`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "All places are taken (`capacity`), the server is stopping (`shutting-down`), or it was started just now and has not looked at the clips yet (`starting`).", body = ProblemBody, content_type = "application/problem+json", headers(
            ("Retry-After" = u32, description = "Seconds to wait before asking again."),
        )),
        (status = 504, description = "FFmpeg took too long (`render-timeout`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn generate(
    State(state): State<AppState>,
    WorkoutBody(request): WorkoutBody,
) -> Result<Response, Problem> {
    let now = snapshot::for_request(&state, &request).await?;
    let (plan, token) = link(&request, &now.catalogue, &now.lengths, fresh_seed())?;
    let mut response = streamed(&state, &now, Arc::new(plan)).await?;
    // A workout that is too long for a link still gives a video.
    if let Ok(token) = token
        && let Ok(link) = HeaderValue::from_str(&links::address(&state.base_path, &token))
    {
        response.headers_mut().insert(WORKOUT_LINK, link);
    }
    Ok(response)
}

/// Answers with the video of a plan. Returns when the first fragment is ready; the body streams the rest
/// while the renderer makes it.
pub(super) async fn streamed(state: &AppState, now: &Snapshot, plan: Arc<Plan>) -> Result<Response, Problem> {
    let renderer = state.renderer.with_clips(&now.library);
    let rendering = tokio::select! {
        started = renderer.start(Arc::clone(&plan)) => snapshot::check_clips_after(state, started)?,
        () = state.shutdown.cancelled() => return Err(Problem::shutting_down()),
    };
    let codecs = HeaderValue::from_str(&rendering.codecs)
        .map_err(|_| Problem::internal(format!("codecs {:?} are no header", rendering.codecs)))?;
    let duration = HeaderValue::from_str(&decimal(plan.length().seconds()))
        .map_err(|error| Problem::internal(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("video/mp4")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("inline; filename=\"workout.mp4\""),
        ),
        // Tells nginx and similar proxies not to buffer the stream.
        (
            header::HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
        (WORKOUT_DURATION, duration),
        (WORKOUT_CODECS, codecs),
        (WORKOUT_SEED, plan.seed.into()),
        (WORKOUT_RENDERER, HeaderValue::from_static(rendering.renderer)),
    ];
    let minimum_rate = rendering
        .holds_permit()
        .then(|| MinimumRate::new(state.stall, rendering.progress()));
    let delivery = RenderingBody::new(rendering, state.shutdown.clone()).at_least(minimum_rate);
    let body = Body::from_stream(delivery);
    let mut response = (headers, body).into_response();
    if let Some(notes) = notes_header::header(&plan.notes) {
        response.headers_mut().insert(WORKOUT_NOTES, notes);
    }
    Ok(response)
}

/// Show a workout's timeline.
///
/// Decides all that a video of the same config would show, without making it.
#[utoipa::path(
    post,
    path = "/api/plan",
    tag = "workouts",
    request_body(content = WorkoutRequest, description = "The same config as for a video.",
        example = json!({"exercise_names": ["Push-ups", "Air Squat", "Plank"], "config": {"intervals": {"work_time": 40, "rest_time": 20}}})),
    responses(
        (status = 200, description = "Every interval, with start and length.", body = PlanView, headers(
            ("X-Workout-Seed" = u64, description = "Send it as `seed` to get the same workout again."),
        )),
        (status = 400, description = "Not JSON (`malformed-json`), or an empty list of exercises (`no-exercise`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "An exercise that does not exist (`unknown-exercise`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "The body did not arrive in time (`body-timeout`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large (`body-too-large`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is not declared as JSON (`unsupported-media-type`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "Values that cannot be used (`invalid-request`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "The server was started just now and has not looked at the clips yet (`starting`); `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn show_plan(
    State(state): State<AppState>,
    WorkoutBody(request): WorkoutBody,
) -> Result<Response, Problem> {
    let now = snapshot::for_request(&state, &request).await?;
    let plan = plan(&request, &now.catalogue, &now.lengths, fresh_seed())?;
    let seed = [(WORKOUT_SEED, HeaderValue::from(plan.seed))];
    Ok((seed, Json(plan.view())).into_response())
}

/// A random seed for a request without a seed. It has 32 bits, so that JavaScript reads it exactly.
#[must_use]
pub fn fresh_seed() -> u64 {
    rand::random::<u32>().into()
}

/// Formats seconds to the millisecond, with at least one decimal: `95.0`, `95.033`.
fn decimal(seconds: Seconds) -> String {
    format!("{:?}", (seconds.0 * 1000.0).round() / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Frames;

    #[test]
    fn durations_are_written_with_a_decimal_and_no_noise() {
        let written = |frames| decimal(Frames(frames).seconds());
        assert_eq!(written(2850), "95.0");
        assert_eq!(written(2851), "95.033");
        assert_eq!(written(108_000), "3600.0");
    }
}
