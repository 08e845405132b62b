//! What can be shown, for one request: taken once, after the clips that the request needs were looked at.

use std::sync::Arc;
use std::time::Duration;

use super::AppState;
use super::problem::{Problem, ProblemKind};
use crate::clip::{InspectionProgress, Needs, Snapshot};
use crate::render::RenderError;
use crate::workout::{WorkoutRequest, depends_on};

/// How long a request waits for clips that were not looked at yet, after the server's start.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a list waits for them before it says of each that it is being looked at.
const LIST_PATIENCE: Duration = Duration::from_secs(5);

/// What can be shown, with all that a request may come to show. What is chosen waits for the whole catalogue, so
/// that a request and a seed give the same workout however young the server is.
pub(super) async fn for_request(
    state: &AppState,
    request: &WorkoutRequest,
) -> Result<Arc<Snapshot>, Problem> {
    let needs = depends_on(request, &state.clips.current().catalogue).into();
    with(state, &needs).await
}

/// What can be shown, once all that is needed was looked at.
pub(super) async fn with(state: &AppState, needs: &Needs) -> Result<Arc<Snapshot>, Problem> {
    let snapshot = state.clips.with(needs, PATIENCE).await;
    snapshot.ok_or_else(|| Problem::starting(&state.clips.progress()))
}

/// What can be shown, for a list that says of each exercise whether it can.
pub(super) async fn for_list(state: &AppState) -> Arc<Snapshot> {
    let complete = state.clips.with(&Needs::All, LIST_PATIENCE).await;
    complete.unwrap_or_else(|| state.clips.current())
}

/// The outcome of a rendering; if a clip turned out to be gone, the clips are checked soon.
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
    /// Clips that a request needs were not looked at yet.
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
