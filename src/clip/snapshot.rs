//! Snapshots: the exercises and their clips at one instant.
//!
//! [`super::Clips`] publishes a new snapshot whenever a clip was inspected or has changed. A
//! request takes one snapshot and uses it to its end. This module does not inspect any clip.

use std::sync::Arc;

use super::library::Library;
use crate::catalogue::{Catalogue, ExerciseId, LoopLengths};

/// The exercises and their clips at one instant. A snapshot is immutable. A request takes
/// one snapshot and uses it to its end, so that all parts of the response agree.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Grows with each new snapshot.
    pub revision: u64,
    /// The exercises, and which of them cannot be shown and why.
    pub catalogue: Catalogue,
    /// The clips. An exercise that is no longer available may still have its last clip here,
    /// because the loops that were prepared from this clip can still be used.
    pub library: Arc<Library>,
    /// Length of one pass of each clip's loop.
    pub lengths: LoopLengths,
    /// Number of exercises whose clips have not been inspected yet.
    pub pending: usize,
}

/// The exercises whose clips a caller needs to be inspected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needs {
    /// All exercises of the catalogue, because any of them may be selected.
    All,
    /// Only these exercises.
    Only(Vec<ExerciseId>),
}

impl From<Option<Vec<ExerciseId>>> for Needs {
    fn from(exercises: Option<Vec<ExerciseId>>) -> Self {
        exercises.map_or(Self::All, Self::Only)
    }
}

impl Snapshot {
    /// A snapshot of a catalogue of which no clip has been inspected yet.
    #[must_use]
    pub fn new(catalogue: Catalogue) -> Self {
        Self {
            pending: catalogue.exercises().len(),
            catalogue,
            ..Self::default()
        }
    }

    /// Whether an exercise's clip has not been inspected yet.
    #[must_use]
    pub fn is_pending(&self, exercise: &ExerciseId) -> bool {
        self.catalogue.unavailable(exercise).is_none() && self.library.get(exercise).is_none()
    }

    /// Whether all clips that `needs` names have been inspected.
    #[must_use]
    pub fn meets(&self, needs: &Needs) -> bool {
        match needs {
            _ if self.pending == 0 => true,
            Needs::All => false,
            Needs::Only(exercises) => !exercises.iter().any(|exercise| self.is_pending(exercise)),
        }
    }

    /// Number of exercises that can be shown.
    #[must_use]
    pub fn available(&self) -> usize {
        let exercises = self.catalogue.exercises().iter();
        exercises
            .filter(|exercise| self.is_available(&exercise.id))
            .count()
    }

    /// Whether an exercise can be shown. An exercise whose clip has not been inspected yet counts as no.
    #[must_use]
    pub fn is_available(&self, exercise: &ExerciseId) -> bool {
        self.catalogue.unavailable(exercise).is_none() && self.library.get(exercise).is_some()
    }
}
