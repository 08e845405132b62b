//! The catalogue: which exercises there are.
//!
//! For the planner (selection), the API (lists and search) and the renderer (which file shows an
//! exercise). It reads and checks `exercises.json`; it never opens a clip.

mod exercise;

pub use exercise::*;

use std::collections::HashMap;
use std::path::Path;

/// All exercises, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    exercises: Vec<Exercise>,
    unavailable: HashMap<ExerciseId, String>,
}

/// What is wrong with a catalogue file.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// It cannot be read.
    #[error("cannot read the catalogue: {0}")]
    Read(#[from] std::io::Error),
    /// It breaks the rules: each with its JSON pointer.
    #[error("the catalogue has {} mistakes: {}", .0.len(), .0.join("; "))]
    Invalid(Vec<String>),
}

impl Catalogue {
    /// Reads and checks a catalogue file.
    pub fn load(path: &Path) -> Result<Self, CatalogueError> {
        Self::parse(&std::fs::read_to_string(path)?)
    }

    /// Checks the text of a catalogue.
    pub fn parse(json: &str) -> Result<Self, CatalogueError> {
        todo!("{json}")
    }

    /// All of them, in the order of the file.
    #[must_use]
    pub fn exercises(&self) -> &[Exercise] {
        &self.exercises
    }

    /// By id.
    #[must_use]
    pub fn get(&self, id: &ExerciseId) -> Option<&Exercise> {
        self.exercises.iter().find(|e| e.id == *id)
    }

    /// Declares that an exercise cannot be shown, and why (a sentence for the client).
    pub fn mark_unavailable(&mut self, id: ExerciseId, reason: String) {
        self.unavailable.insert(id, reason);
    }

    /// Why an exercise cannot be shown; `None` when it can.
    #[must_use]
    pub fn unavailable(&self, id: &ExerciseId) -> Option<&str> {
        self.unavailable.get(id).map(String::as_str)
    }
}
