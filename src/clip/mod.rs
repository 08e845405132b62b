//! What a clip file is, and what is wrong with it.

use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::catalogue::{Catalogue, ExerciseId};

/// FFmpeg's programs.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The encoder.
    pub ffmpeg: PathBuf,
    /// The reader.
    pub ffprobe: PathBuf,
}

/// All clips of a catalogue.
#[derive(Debug)]
pub struct Library {}

/// Why there is no picture of a clip. The text is for the log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ClipError(pub String);

/// What `doctor` tells of a clip.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// Whose clip.
    pub exercise: ExerciseId,
    /// File name, as the catalogue has it.
    pub file: String,
    /// What it is: size, rate, codec, length.
    pub facts: String,
    /// What will be done to it.
    pub treatment: String,
    /// Why it cannot be shown.
    pub fault: Option<String>,
}

impl Library {
    /// Looks at every clip, and marks those exercises whose clip cannot be shown.
    pub async fn open(
        tools: &Tools,
        videos: &Path,
        cache: &Path,
        catalogue: &mut Catalogue,
    ) -> Result<Self, ClipError> {
        let _ = cache;
        for clip in inspect_all(tools, videos, catalogue).await {
            if let Some(fault) = clip.fault {
                catalogue.mark_unavailable(clip.exercise, fault);
            }
        }
        Ok(Self {})
    }

    /// A JPEG of an exercise.
    pub async fn poster(&self, id: &ExerciseId) -> Result<Bytes, ClipError> {
        std::future::ready(()).await;
        todo!("{id}")
    }

    /// A short MP4 of an exercise.
    pub async fn preview(&self, id: &ExerciseId) -> Result<Bytes, ClipError> {
        std::future::ready(()).await;
        todo!("{id}")
    }
}

/// Looks at every clip of a catalogue.
pub async fn inspect_all(_: &Tools, videos: &Path, catalogue: &Catalogue) -> Vec<Inspection> {
    std::future::ready(()).await;
    let inspect = |exercise: &crate::catalogue::Exercise| Inspection {
        exercise: exercise.id.clone(),
        file: exercise.video.clone(),
        facts: String::new(),
        treatment: String::new(),
        fault: (!videos.join(&exercise.video).is_file()).then(|| "The file is missing.".to_owned()),
    };
    catalogue.exercises().iter().map(inspect).collect()
}
