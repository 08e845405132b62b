//! Why there is no video, in types that HTTP and the command line tell apart.

use std::sync::Arc;

use crate::catalogue::ExerciseId;
use crate::ffmpeg::{FfmpegError, is_starved};
use crate::mp4;
use crate::single_flight::SingleFlightError;
use crate::stitch::{PrepareError, StitchError};

/// Why there is no video, or no more of it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RenderError {
    /// As many renderings as allowed are running (503).
    #[error("all {limit} places are taken")]
    Capacity {
        /// How many are allowed.
        limit: usize,
    },
    /// The loops or the sound of a video are not there yet (503). Their preparation goes on.
    #[error("the video is still being prepared")]
    Preparing,
    /// As many loops, posters and previews wait to be made as may (503).
    #[error("too much is waiting to be made")]
    Busy {
        /// When there will be room again, roughly.
        seconds: u32,
    },
    /// The machine has no more memory, disk, descriptors or processes at present (503). The text is for the log.
    #[error("the machine is short of memory, disk, descriptors or processes: {0}")]
    Starved(String),
    /// FFmpeg took too long (504).
    #[error("generation fell more than {seconds} s behind playback")]
    Timeout {
        /// The limit.
        seconds: u64,
    },
    /// FFmpeg failed (500). The text is for the log, never for the client.
    #[error("FFmpeg failed: {0}")]
    Ffmpeg(Arc<FfmpegError>),
    /// FFmpeg wrote something that cannot be read (500).
    #[error("FFmpeg's output cannot be read: {0}")]
    Output(String),
    /// It was to be stitched by name, and cannot be (422). A sentence for the client: why not, and what
    /// would work. It holds no path.
    #[error("{0}")]
    NotStitchable(String),
    /// The plan shows an exercise whose clip is not there (500: the planner should have refused).
    #[error("there is no clip of {0}")]
    NoClip(ExerciseId),
    /// A clip of the plan can no longer be read (404). The reason is for the client.
    #[error("the clip of {exercise} cannot be read: {reason}")]
    ClipGone {
        /// Whose clip.
        exercise: ExerciseId,
        /// Why.
        reason: String,
    },
    /// Stitching failed (500).
    #[error("stitching failed: {0}")]
    Stitch(StitchError),
    /// Another failure of this server (500).
    #[error("rendering failed: {0}")]
    Internal(String),
}

impl RenderError {
    /// Of a clip's file that cannot be opened. Where the machine has too little of something, that says nothing about
    /// the clip.
    pub(super) fn of_clip(exercise: &ExerciseId, error: &std::io::Error) -> Self {
        if is_starved(error) {
            return Self::Starved(error.to_string());
        }
        Self::ClipGone {
            exercise: exercise.clone(),
            reason: error.to_string(),
        }
    }

    /// Whether it says nothing about what was to be shown, and the same may work the next time: FFmpeg was killed or
    /// could not be started, or the machine has too little of something.
    #[must_use]
    pub fn is_of_machine(&self) -> bool {
        match self {
            Self::Capacity { .. }
            | Self::Preparing
            | Self::Busy { .. }
            | Self::Starved(_)
            | Self::Timeout { .. } => true,
            Self::Stitch(StitchError::Prepare(error))
                if matches!(**error, PrepareError::File(_) | PrepareError::Cancelled) =>
            {
                true
            }
            error => error.of_ffmpeg().is_some_and(FfmpegError::is_of_machine),
        }
    }

    /// What FFmpeg failed at, if it was FFmpeg.
    pub(super) fn of_ffmpeg(&self) -> Option<&FfmpegError> {
        match self {
            Self::Ffmpeg(error) => Some(error),
            Self::Stitch(StitchError::Prepare(error)) => match &**error {
                PrepareError::Ffmpeg(error) => Some(error),
                _ => None,
            },
            _ => None,
        }
    }
}

impl From<FfmpegError> for RenderError {
    fn from(error: FfmpegError) -> Self {
        if error.is_starved() {
            return Self::Starved(error.to_string());
        }
        Self::Ffmpeg(Arc::new(error))
    }
}

impl From<StitchError> for RenderError {
    fn from(error: StitchError) -> Self {
        match error {
            StitchError::Unfit { .. } => Self::NotStitchable(error.to_string()),
            StitchError::Busy { seconds } => Self::Busy { seconds },
            // The next who asks has it made of the new clip.
            StitchError::Prepare(error) if matches!(*error, PrepareError::Replaced) => Self::Preparing,
            other if other.is_starved() => Self::Starved(other.to_string()),
            other => Self::Stitch(other),
        }
    }
}

impl From<SingleFlightError> for RenderError {
    fn from(error: SingleFlightError) -> Self {
        match error {
            // Those under way come to their ends: whoever asks again finds a place.
            SingleFlightError::Full => Self::Preparing,
            SingleFlightError::Broken => Self::Internal(error.to_string()),
        }
    }
}

impl From<mp4::ReadError> for RenderError {
    fn from(error: mp4::ReadError) -> Self {
        Self::Output(error.to_string())
    }
}

impl From<mp4::AdtsError> for RenderError {
    fn from(error: mp4::AdtsError) -> Self {
        Self::Output(error.to_string())
    }
}

impl From<mp4::WriteError> for RenderError {
    fn from(error: mp4::WriteError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<std::io::Error> for RenderError {
    fn from(error: std::io::Error) -> Self {
        FfmpegError::Pipe(error).into()
    }
}
