//! Checks whether the clips of a plan can still be read: files come and go while a server runs.
//!
//! For the renderers. A prepared loop is shown even when its clip is gone. Work that needs the clip itself
//! fails here, with the exercise and the reason, before FFmpeg is started.

use std::collections::HashSet;
use std::sync::Arc;

use super::{RenderError, Renderer};
use crate::catalogue::ExerciseId;
use crate::stitch::Recipe;
use crate::workout::Plan;

impl Renderer {
    /// Fails if a clip of the plan cannot be read.
    pub(super) async fn check_clips(&self, plan: &Plan) -> Result<(), RenderError> {
        let mut checked = HashSet::new();
        for interval in plan.timeline.intervals() {
            let exercise = &interval.movement.exercise;
            if checked.insert(exercise) {
                self.check_clip(exercise).await?;
            }
        }
        Ok(())
    }

    /// Extends `key` by the versions of the clips that the plan shows at present, so that the key changes
    /// when a clip is replaced.
    pub(super) fn key_of_clips(&self, key: blake3::Hash, plan: &Plan) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(key.as_bytes());
        for interval in plan.timeline.intervals() {
            let version = self
                .library
                .version(&interval.movement.exercise)
                .unwrap_or_default();
            hasher.update(&version.to_be_bytes());
        }
        hasher.finalize()
    }

    async fn check_clip(&self, exercise: &ExerciseId) -> Result<(), RenderError> {
        let Some(clip) = self.library.get(exercise) else {
            return Err(RenderError::NoClip(exercise.clone()));
        };
        let checked = self.loop_preparer.digests().check(&clip.path).await;
        let checked = checked.map(|_| ());
        checked.map_err(|error| RenderError::of_clip(exercise, &error))
    }

    /// Fails if a clip of the plan cannot be read and its prepared loop is missing, too. `recipes` has one
    /// recipe for each interval of the plan.
    pub(super) async fn check_loops(&self, plan: &Plan, recipes: &[Recipe]) -> Result<(), RenderError> {
        let mut checked: Vec<&Recipe> = Vec::new();
        for (interval, recipe) in plan.timeline.intervals().iter().zip(recipes) {
            if checked.iter().any(|known| known.same_loop(recipe)) {
                continue;
            }
            checked.push(recipe);
            if let Err(gone) = self.check_clip(&interval.movement.exercise).await
                && !self.loop_preparer.has(recipe).await
            {
                return Err(gone);
            }
        }
        Ok(())
    }

    /// Returns the outcome. But if it is an error that a missing clip can cause, and a clip of the plan
    /// cannot be read, returns the error about that clip.
    pub(super) async fn explained<T>(
        &self,
        plan: &Arc<Plan>,
        outcome: Result<T, RenderError>,
    ) -> Result<T, RenderError> {
        match outcome {
            Err(
                RenderError::Ffmpeg(_)
                | RenderError::Output(_)
                | RenderError::Stitch(_)
                | RenderError::NotStitchable(_)
                | RenderError::Timeout { .. },
            ) => {
                self.check_clips(plan).await?;
                outcome
            }
            outcome => outcome,
        }
    }
}
