//! Takes the snapshot for one request, after the clips that the request needs are inspected.
//!
//! For the handlers, which take one snapshot per request and pass it on. After a start, inspection
//! takes some time: until then requests wait or get the problem `starting`.
//! [`Clips`](crate::clip::Clips) does the inspection.

use std::sync::Arc;
use std::time::Duration;

use super::AppState;
use super::problem::{Problem, ProblemKind};
use crate::clip::{InspectionProgress, Needs, Snapshot};
use crate::render::RenderError;
use crate::workout::{WorkoutRequest, depends_on};

/// Time for which a request waits for the inspection of its clips.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time for which a list of exercises waits for the inspection of all clips. After it, the list marks the
/// other exercises as not inspected yet.
const LIST_PATIENCE: Duration = Duration::from_secs(5);

/// Returns a snapshot in which all clips that the request may show are inspected. If the request leaves
/// a choice of exercises, this is the whole catalogue, so that a request and a seed give the same
/// workout even just after a start.
pub(super) async fn for_request(
    state: &AppState,
    request: &WorkoutRequest,
) -> Result<Arc<Snapshot>, Problem> {
    let needs = depends_on(request, &state.clips.current().catalogue).into();
    with(state, &needs).await
}

/// Returns a snapshot in which the needed clips are inspected, or the problem
/// `starting` if that takes too long.
pub(super) async fn with(state: &AppState, needs: &Needs) -> Result<Arc<Snapshot>, Problem> {
    let snapshot = state.clips.with(needs, PATIENCE).await;
    snapshot.ok_or_else(|| Problem::starting(&state.clips.progress()))
}

/// Returns a snapshot for a list, which may have clips that are not inspected yet.
pub(super) async fn for_list(state: &AppState) -> Arc<Snapshot> {
    let complete = state.clips.with(&Needs::All, LIST_PATIENCE).await;
    complete.unwrap_or_else(|| state.clips.current())
}

/// Returns the outcome of a rendering unchanged. If the rendering found a clip missing or changed, requests
/// an early check of the clips.
pub(super) fn check_clips_after<T>(
    state: &AppState,
    outcome: Result<T, RenderError>,
) -> Result<T, RenderError> {
    if let Err(RenderError::ClipGone { .. }) = &outcome {
        state.clips.check_soon();
    }
    outcome
}

impl Problem {
    /// The problem of a request whose clips are not inspected yet.
    fn starting(progress: &InspectionProgress) -> Self {
        let InspectionProgress { looked_at, all, .. } = progress;
        Self::new(
            ProblemKind::Starting,
            format!(
                "The server was started just now, and has looked at {looked_at} of {all} clips; ask again when it \
                 has looked at those of this workout."
            ),
        )
    }
}
