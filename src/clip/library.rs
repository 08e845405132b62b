//! The library: the clips of a catalogue that can be shown, by exercise.
//!
//! The renderers and the planner look clips up here. [`Library::inspect`] inspects all clips of a list;
//! [`super::Clips`] keeps a library up to date while the server runs. This module does not watch files.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use futures_util::StreamExt as _;

use super::inspect::{Clip, ClipError, Depth, Inspector};
use crate::catalogue::{Catalogue, Exercise, ExerciseId, LoopLengths};

/// Number of clips between two progress lines in the log; 25 clips take a few seconds.
const PROGRESS: usize = 25;

/// The clips that can be shown, by exercise.
#[derive(Debug, Clone, Default)]
pub struct Library {
    clips: HashMap<ExerciseId, Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    clip: Arc<Clip>,
    version: u64,
}

/// The result of inspecting one exercise's clip.
#[derive(Debug)]
pub struct Diagnosis {
    /// The exercise that the clip shows.
    pub exercise: ExerciseId,
    /// Name of the clip's file in the videos folder.
    pub file: String,
    /// The clip, or why it cannot be shown.
    pub outcome: Result<Clip, ClipError>,
}

impl Library {
    /// Inspects the clips of these exercises, as many at the same time as the
    /// machine has cores. The results are in the order of the exercises.
    pub async fn inspect(exercises: &[Exercise], inspector: &Inspector, depth: Depth) -> Vec<Diagnosis> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let all = exercises.len();
        let mut diagnoses = Vec::with_capacity(all);
        let mut each = futures_util::stream::iter(exercises)
            .map(|exercise| async move {
                Diagnosis {
                    exercise: exercise.id.clone(),
                    file: exercise.video.clone(),
                    outcome: inspector
                        .inspect(&exercise.video, exercise.loop_range, depth)
                        .await,
                }
            })
            .buffered(cores);
        while let Some(diagnosis) = each.next().await {
            diagnoses.push(diagnosis);
            if diagnoses.len().is_multiple_of(PROGRESS) {
                tracing::info!("looked at {} of {all} clips", diagnoses.len());
            }
        }
        inspector.save_probe_cache();
        diagnoses
    }

    /// Builds a library of the clips that can be shown. Marks the exercises of
    /// all others as unavailable in the catalogue, and logs the reasons.
    #[must_use]
    pub fn new(diagnoses: Vec<Diagnosis>, catalogue: &mut Catalogue) -> Self {
        let mut library = Self::default();
        for diagnosis in diagnoses {
            match diagnosis.outcome {
                Ok(clip) => library.insert(diagnosis.exercise, clip, 0),
                Err(error) => {
                    let cause = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::warn!(exercise = %diagnosis.exercise, file = diagnosis.file, %error, cause, "clip unavailable");
                    catalogue.mark_unavailable(diagnosis.exercise, error.to_string());
                }
            }
        }
        library
    }

    /// Adds or replaces the clip of an exercise. `version` must differ for each state of the clip's file.
    pub(super) fn insert(&mut self, exercise: ExerciseId, clip: Clip, version: u64) {
        let clip = Arc::new(clip);
        self.clips.insert(exercise, Entry { clip, version });
    }

    pub(super) fn remove(&mut self, exercise: &ExerciseId) {
        self.clips.remove(exercise);
    }

    /// The clip of an exercise; `None` when the exercise cannot be shown.
    #[must_use]
    pub fn get(&self, exercise: &ExerciseId) -> Option<&Arc<Clip>> {
        self.clips.get(exercise).map(|entry| &entry.clip)
    }

    /// A number that changes when the exercise's clip is replaced while the program runs.
    #[must_use]
    pub fn version(&self, exercise: &ExerciseId) -> Option<u64> {
        self.clips.get(exercise).map(|entry| entry.version)
    }

    /// The exercises whose clip is this file.
    pub(super) fn shown_by<'l>(&'l self, path: &'l Path) -> impl Iterator<Item = &'l ExerciseId> {
        let clips = self.clips.iter();
        clips
            .filter(move |(_, entry)| entry.clip.path == path)
            .map(|(exercise, _)| exercise)
    }

    /// Length of one pass of each clip's loop, in output frames.
    #[must_use]
    pub fn loop_lengths(&self) -> LoopLengths {
        let lengths = self.clips.iter();
        lengths
            .map(|(exercise, entry)| (exercise.clone(), entry.clip.frames()))
            .collect()
    }

    /// The files that FFmpeg reads to show the clips: clips, or the cuts of their loop ranges.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.clips.values().map(|entry| entry.clip.path.as_path())
    }
}
