//! The catalogue: all exercises of `exercises.json`.
//!
//! For the planner (which selects exercises), the API (lists and search) and the renderer (which needs the
//! file that shows an exercise). This module reads and checks `exercises.json`. It never opens a clip.

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

/// All exercises, in the order of the file. Clones share the exercises, but each clone has its own
/// set of unavailable exercises.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    exercises: Arc<[Exercise]>,
    /// Folded id or folded name -> index in `exercises`.
    positions: Arc<HashMap<String, usize>>,
    unavailable: HashMap<ExerciseId, String>,
}

/// Why a catalogue file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Read(std::io::Error),
    /// The text of the file breaks the rules of a catalogue. Holds one message per mistake, with its JSON
    /// pointer; only the first 100 are listed.
    #[error("it breaks the rules: {}", .0.join("; "))]
    Invalid(Vec<String>),
}

impl From<std::io::Error> for CatalogueError {
    fn from(error: std::io::Error) -> Self {
        Self::Read(error)
    }
}

impl Catalogue {
    /// Reads and checks the catalogue file at `path`, which must be a regular file.
    pub fn load(path: &Path) -> Result<Self, CatalogueError> {
        let mut json = String::new();
        // `parse` refuses a file that is one byte too long, so this reads no further.
        open_regular(path)?
            .take(MAX_FILE_BYTES + 1)
            .read_to_string(&mut json)?;
        Self::parse(&json)
    }

    /// Checks `json`, the text of a catalogue file.
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

    /// All exercises, in the order of the file. They include the unavailable ones.
    #[must_use]
    pub fn exercises(&self) -> &[Exercise] {
        &self.exercises
    }

    /// Finds an exercise by its id.
    #[must_use]
    pub fn get(&self, id: &ExerciseId) -> Option<&Exercise> {
        // No id equals the id or name of another exercise: the reader refuses such a file.
        self.named(id.as_str())
    }

    /// Finds an exercise by its id or name. Ignores letter case and outer white space.
    #[must_use]
    pub fn named(&self, name_or_id: &str) -> Option<&Exercise> {
        let position = self.positions.get(&folded(name_or_id))?;
        self.exercises.get(*position)
    }

    /// Finds an exercise by its id or name, like [`Self::named`]. The error holds the nearest
    /// names, best first, at most three.
    pub fn find(&self, name_or_id: &str) -> Result<&Exercise, Vec<String>> {
        self.named(name_or_id)
            .ok_or_else(|| nearest(name_or_id, self.exercises.iter().map(|e| e.name.as_str())))
    }

    /// Marks an exercise as unavailable: it cannot be shown. `reason` is a sentence for the client.
    pub fn mark_unavailable(&mut self, id: ExerciseId, reason: String) {
        self.unavailable.insert(id, reason);
    }

    /// Marks an exercise as available again.
    pub fn mark_available(&mut self, id: &ExerciseId) {
        self.unavailable.remove(id);
    }

    /// The reason why an exercise cannot be shown; `None` if it can be shown.
    #[must_use]
    pub fn unavailable(&self, id: &ExerciseId) -> Option<&str> {
        self.unavailable.get(id).map(String::as_str)
    }
}
