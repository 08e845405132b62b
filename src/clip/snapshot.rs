//! What can be shown at one instant.

use std::sync::Arc;

use super::library::Library;
use crate::catalogue::{Catalogue, ExerciseId, LoopLengths};

/// The exercises and their clips at one instant; never changed. A request takes one, and uses it to its end, so
/// that all parts of its answer agree.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Higher in each later snapshot.
    pub revision: u64,
    /// The exercises, and which of them cannot be shown.
    pub catalogue: Catalogue,
    /// The clips. An exercise that cannot be shown any more may still have its last clip here: what was made of it
    /// before can still be used.
    pub library: Arc<Library>,
    /// How long one pass of each clip is.
    pub lengths: LoopLengths,
    /// How many exercises were not looked at yet.
    pub pending: usize,
}

/// The exercises whose clips somebody needs to know about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needs {
    /// All of the catalogue: for whatever is chosen from it.
    All,
    /// These.
    Only(Vec<ExerciseId>),
}

impl From<Option<Vec<ExerciseId>>> for Needs {
    fn from(exercises: Option<Vec<ExerciseId>>) -> Self {
        exercises.map_or(Self::All, Self::Only)
    }
}

impl Snapshot {
    /// Of exercises at none of which anybody has looked.
    #[must_use]
    pub fn new(catalogue: Catalogue) -> Self {
        Self {
            pending: catalogue.exercises().len(),
            catalogue,
            ..Self::default()
        }
    }

    /// Whether nobody has looked at an exercise's clip yet.
    #[must_use]
    pub fn is_pending(&self, exercise: &ExerciseId) -> bool {
        self.catalogue.unavailable(exercise).is_none() && self.library.get(exercise).is_none()
    }

    /// Whether everything that is needed was looked at.
    #[must_use]
    pub fn meets(&self, needs: &Needs) -> bool {
        match needs {
            _ if self.pending == 0 => true,
            Needs::All => false,
            Needs::Only(exercises) => !exercises.iter().any(|exercise| self.is_pending(exercise)),
        }
    }

    /// How many exercises can be shown.
    #[must_use]
    pub fn available(&self) -> usize {
        let exercises = self.catalogue.exercises().iter();
        exercises
            .filter(|exercise| self.is_available(&exercise.id))
            .count()
    }

    /// Whether an exercise can be shown, as far as is known by now.
    #[must_use]
    pub fn is_available(&self, exercise: &ExerciseId) -> bool {
        self.catalogue.unavailable(exercise).is_none() && self.library.get(exercise).is_some()
    }
}
