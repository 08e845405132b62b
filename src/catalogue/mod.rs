//! The catalogue: which exercises there are.
//!
//! For the planner (selection), the API (lists and search) and the renderer (which file shows an
//! exercise). It reads and checks `exercises.json`; it never opens a clip.

mod characters;
mod exercise;
mod loop_lengths;
mod object_reader;
mod read;
mod search;
#[cfg(test)]
mod tests;
mod vocabulary;

pub(crate) use characters::{code_point, invisible, visible};
pub use exercise::*;
pub use loop_lengths::LoopLengths;
pub use read::{MAX_EXERCISES, MAX_FILE_BYTES};
pub use search::Filter;
pub use vocabulary::{EQUIPMENT, EquipmentFilter, EquipmentName, MUSCLES, MuscleName, NO_EQUIPMENT};
pub(crate) use vocabulary::{folded, nearest};

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::files::open_regular;

/// All exercises, in the order of the file. Clones share them; which of them are unavailable is each clone's own.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    exercises: Arc<[Exercise]>,
    /// Folded id or name -> position in `exercises`.
    positions: Arc<HashMap<String, usize>>,
    unavailable: HashMap<ExerciseId, String>,
}

/// What is wrong with a catalogue file.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Read(std::io::Error),
    /// It breaks the rules: each with its JSON pointer.
    #[error("it breaks the rules: {}", .0.join("; "))]
    Invalid(Vec<String>),
}

impl From<std::io::Error> for CatalogueError {
    fn from(error: std::io::Error) -> Self {
        Self::Read(error)
    }
}

impl Catalogue {
    /// Reads and checks a catalogue file.
    pub fn load(path: &Path) -> Result<Self, CatalogueError> {
        let mut json = String::new();
        // One byte more than is allowed is enough for `parse` to refuse the file.
        open_regular(path)?
            .take(MAX_FILE_BYTES + 1)
            .read_to_string(&mut json)?;
        Self::parse(&json)
    }

    /// Checks the text of a catalogue.
    pub fn parse(json: &str) -> Result<Self, CatalogueError> {
        let exercises = read::exercises(json).map_err(CatalogueError::Invalid)?;
        let names = exercises
            .iter()
            .enumerate()
            .flat_map(|(i, exercise)| [(folded(&exercise.name), i), (exercise.id.as_str().to_owned(), i)]);
        Ok(Self {
            positions: Arc::new(names.collect()),
            exercises: exercises.into(),
            unavailable: HashMap::new(),
        })
    }

    /// All of them, in the order of the file.
    #[must_use]
    pub fn exercises(&self) -> &[Exercise] {
        &self.exercises
    }

    /// By id.
    #[must_use]
    pub fn get(&self, id: &ExerciseId) -> Option<&Exercise> {
        // Ids and names share no entry but an exercise's own: the reader refuses all others.
        self.named(id.as_str())
    }

    /// By id or name; letter case and outer white space are ignored.
    #[must_use]
    pub fn named(&self, name_or_id: &str) -> Option<&Exercise> {
        let position = self.positions.get(&folded(name_or_id))?;
        self.exercises.get(*position)
    }

    /// By id or name, like [`Self::named`]; the error is the nearest names, best first, at most three.
    pub fn find(&self, name_or_id: &str) -> Result<&Exercise, Vec<String>> {
        self.named(name_or_id)
            .ok_or_else(|| nearest(name_or_id, self.exercises.iter().map(|e| e.name.as_str())))
    }

    /// Declares that an exercise cannot be shown, and why (a sentence for the client).
    pub fn mark_unavailable(&mut self, id: ExerciseId, reason: String) {
        self.unavailable.insert(id, reason);
    }

    /// Takes back that an exercise cannot be shown.
    pub fn mark_available(&mut self, id: &ExerciseId) {
        self.unavailable.remove(id);
    }

    /// Why an exercise cannot be shown; `None` when it can.
    #[must_use]
    pub fn unavailable(&self, id: &ExerciseId) -> Option<&str> {
        self.unavailable.get(id).map(String::as_str)
    }
}
