//! The length of one pass of each exercise's loop.
//!
//! For the planner, which opens no clip. The code that inspects the clips provides the lengths; this
//! module knows nothing of clips.

use std::collections::HashMap;

use super::ExerciseId;
use crate::units::Frames;

/// Exercise -> frames of one pass of its loop at normal speed. An exercise has no entry if its clip was
/// not inspected or cannot be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoopLengths(HashMap<ExerciseId, Frames>);

impl LoopLengths {
    /// Frames of one pass at normal speed; `None` if the length is unknown.
    #[must_use]
    pub fn get(&self, exercise: &ExerciseId) -> Option<Frames> {
        self.0.get(exercise).copied()
    }
}

impl FromIterator<(ExerciseId, Frames)> for LoopLengths {
    fn from_iter<I: IntoIterator<Item = (ExerciseId, Frames)>>(lengths: I) -> Self {
        Self(lengths.into_iter().collect())
    }
}
