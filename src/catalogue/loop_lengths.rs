//! How long one pass of each exercise's loop is.
//!
//! Told by whoever looked at the clips, for the planner, which opens none. It knows no clip itself.

use std::collections::HashMap;

use super::ExerciseId;
use crate::units::Frames;

/// Exercise -> frames of one pass of its loop at normal speed. Exercises whose clip nobody looked
/// at, or whose clip cannot be shown, are not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoopLengths(HashMap<ExerciseId, Frames>);

impl LoopLengths {
    /// Frames of one pass; `None` when nobody knows.
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
