//! The routes of the catalogue: the list of exercises, one exercise, its poster and its preview.
//!
//! For clients that let people choose exercises. [`super::filter`] reads the query of the list, and
//! [`super::view`] defines the JSON. [`Thumbnails`](crate::render::Thumbnails) makes the images.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::filter::QueryFilter;
use super::memory_response::{self, Binary};
use super::problem::{Problem, ProblemBody, ProblemKind};
use super::view::ExerciseView;
use super::{AppState, snapshot};
use crate::catalogue::{Catalogue, Category, Difficulty, EquipmentFilter, Exercise, MuscleName};
use crate::clip::{Needs, Snapshot};
use crate::ffmpeg::FfmpegError;
use crate::render::RenderError;

/// List exercises.
///
/// In the order of the catalogue; also those whose clip cannot be shown (`available` is false).
#[utoipa::path(
    get,
    path = "/api/exercises",
    tag = "exercises",
    params(
        ("category" = Option<Category>, Query, description = "Only this category."),
        ("difficulty" = Option<Difficulty>, Query, description = "Only this difficulty."),
        ("muscle" = inline(Option<MuscleName>), Query, description = "Trains this muscle."),
        ("equipment" = inline(Option<EquipmentFilter>), Query, description = "Needs this equipment; `none` and `body only` are exercises that need nothing."),
        ("no_jump" = Option<bool>, Query, description = "Leave out exercises with a jump."),
        ("text" = Option<String>, Query, max_length = 200, description = "Every word occurs in id, name, description or muscles."),
        ("q" = Option<String>, Query, max_length = 200, description = "Short for `text`; with both, the words of both occur."),
    ),
    responses(
        (status = 200, description = "The exercises that match.", body = Vec<ExerciseView>),
        (status = 422, description = "A filter that cannot be used (`invalid-request`).", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(state): State<AppState>,
    QueryFilter(filter): QueryFilter,
) -> Json<Vec<ExerciseView>> {
    let now = snapshot::for_list(&state).await;
    let view = |exercise| ExerciseView::new(exercise, &now, &state.base_path);
    Json(now.catalogue.search(&filter).map(view).collect())
}

/// Show one exercise.
#[utoipa::path(
    get,
    path = "/api/exercises/{id}",
    tag = "exercises",
    params(("id" = String, Path, min_length = 1, description = "Id or name.", example = "push-ups")),
    responses(
        (status = 200, description = "The exercise.", body = ExerciseView),
        (status = 400, description = "An address that cannot be read (`malformed-address`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is none (`unknown-exercise`); `detail` gives the nearest names.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<ExerciseView>, Problem> {
    let now = snapshot::for_list(&state).await;
    let exercise = found(&now.catalogue, &id)?;
    Ok(Json(ExerciseView::new(exercise, &now, &state.base_path)))
}

/// An image of an exercise.
#[utoipa::path(
    get,
    path = "/api/exercises/{id}/poster.jpg",
    tag = "exercises",
    params(("id" = String, Path, min_length = 1, description = "Id or name.", example = "push-ups")),
    responses(
        (status = 200, description = "A JPEG.", content_type = "image/jpeg", body = Binary),
        (status = 206, description = "The range that was asked for.", content_type = "image/jpeg", body = Binary),
        (status = 400, description = "An address that cannot be read (`malformed-address`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No such exercise (`unknown-exercise`), or its clip cannot be shown (`clip-unavailable`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 416, description = "A byte range beyond the end (`range-not-satisfiable`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 500, description = "FFmpeg failed (`render-failed`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Too many images wait to be made (`capacity`), or the server was started just now and has not looked at the clip yet (`starting`); `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn poster(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (now, exercise) = looked_at(&state, &id).await?;
    let thumbnails = state.thumbnails.with_clips(&now.library);
    let image = of_clip(&now, &exercise, thumbnails.poster(&exercise).await)?;
    memory_response::answer(&headers, "image/jpeg", &image)
}

/// A short clip of an exercise, for browsers.
#[utoipa::path(
    get,
    path = "/api/exercises/{id}/preview.mp4",
    tag = "exercises",
    params(("id" = String, Path, min_length = 1, description = "Id or name.", example = "push-ups")),
    responses(
        (status = 200, description = "A short MP4 that loops; byte ranges are answered with 206.", content_type = "video/mp4", body = Binary),
        (status = 206, description = "The range that was asked for.", content_type = "video/mp4", body = Binary),
        (status = 400, description = "An address that cannot be read (`malformed-address`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "No such exercise (`unknown-exercise`), or its clip cannot be shown (`clip-unavailable`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 416, description = "A byte range beyond the end (`range-not-satisfiable`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 500, description = "FFmpeg failed (`render-failed`).", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Too many images wait to be made (`capacity`), or the server was started just now and has not looked at the clip yet (`starting`); `Retry-After` says when to ask again.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn preview(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (now, exercise) = looked_at(&state, &id).await?;
    let thumbnails = state.thumbnails.with_clips(&now.library);
    let clip = of_clip(&now, &exercise, thumbnails.preview(&exercise.id).await)?;
    memory_response::answer(&headers, "video/mp4", &clip)
}

fn found<'c>(catalogue: &'c Catalogue, id: &str) -> Result<&'c Exercise, Problem> {
    let found = catalogue.find(id);
    found.map_err(|nearest| Problem::unknown_exercise(id, &nearest))
}

/// Finds an exercise by id or name, waits until its clip is inspected, and returns a snapshot with it. The
/// returned exercise is a copy from an earlier snapshot.
async fn looked_at(state: &AppState, id: &str) -> Result<(Arc<Snapshot>, Exercise), Problem> {
    let exercise = found(&state.clips.current().catalogue, id)?.clone();
    let now = snapshot::with(state, &Needs::Only(vec![exercise.id.clone()])).await?;
    Ok((now, exercise))
}

/// Returns the bytes that were made from an exercise's clip, or a problem. A cached image stays
/// usable after the clip has become unusable; if no image is cached then, the problem gives the
/// reason why the clip is unusable.
pub(super) fn of_clip(
    now: &Snapshot,
    exercise: &Exercise,
    made: Option<Result<Bytes, Arc<RenderError>>>,
) -> Result<Bytes, Problem> {
    let unavailable = |reason: &str| {
        Problem::new(
            ProblemKind::ClipUnavailable,
            format!("{} has no usable clip: {reason}", exercise.name),
        )
    };
    let reason = now.catalogue.unavailable(&exercise.id);
    match (made, reason) {
        (Some(Ok(bytes)), _) => Ok(bytes),
        (_, Some(reason)) => Err(unavailable(reason)),
        (Some(Err(error)), None) => match &*error {
            RenderError::ClipGone { reason, .. } => Err(unavailable(reason)),
            RenderError::Busy { .. } | RenderError::Starved(_) => Err((*error).clone().into()),
            RenderError::Ffmpeg(cause) if matches!(**cause, FfmpegError::Overdue { .. }) => Err(Problem::new(
                ProblemKind::RenderTimeout,
                "FFmpeg took too long to make it from the clip; ask again when the server has less to do.",
            )
            .because(error.to_string())),
            error => Err(Problem::new(
                ProblemKind::RenderFailed,
                "FFmpeg could not make it from the clip; the server's log says why under the request id.",
            )
            .because(error.to_string())),
        },
        (None, None) => Err(Problem::internal("an available exercise without a clip")),
    }
}
