//! The errors of rendering, as types that HTTP and the command line can tell apart.
//!
//! For HTTP, which converts them to problems, and for the command line. The numbers in the comments are HTTP
//! statuses.

use std::sync::Arc;

use crate::catalogue::ExerciseId;
use crate::ffmpeg::{FfmpegError, is_starved};
use crate::mp4;
use crate::single_flight::SingleFlightError;
use crate::stitch::{PrepareError, StitchError};

/// Why there is no video, or why a video ends early.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RenderError {
    /// No permit for a rendering is free (503).
    #[error("all {limit} places are taken")]
    Capacity {
        /// The number of renderings that may run at once.
        limit: usize,
    },
    /// The loops or the sound of a video are not prepared yet (503). Their preparation goes on.
    #[error("the video is still being prepared")]
    Preparing,
    /// The queue of loops, or of posters and previews, is full (503).
    #[error("too much is waiting to be made")]
    Busy {
        /// A rough estimate of the seconds until there is room again.
        seconds: u32,
    },
    /// The machine is out of memory, disk space, file descriptors or processes at present (503). The text is
    /// for the log.
    #[error("the machine is short of memory, disk, descriptors or processes: {0}")]
    Starved(String),
    /// FFmpeg took too long (504).
    #[error("generation fell more than {seconds} s behind playback")]
    Timeout {
        /// The limit in seconds.
        seconds: u64,
    },
    /// FFmpeg failed (500; 504 if it exceeded its deadline). The text is for the log, never for the client.
    #[error("FFmpeg failed: {0}")]
    Ffmpeg(Arc<FfmpegError>),
    /// FFmpeg's output cannot be read (500).
    #[error("FFmpeg's output cannot be read: {0}")]
    Output(String),
    /// The request names the stitch renderer, but the plan cannot be stitched (422). A sentence for the
    /// client: the reason, and what would work instead. It contains no path.
    #[error("{0}")]
    NotStitchable(String),
    /// The plan shows an exercise without a clip (500: the planner should have refused it).
    #[error("there is no clip of {0}")]
    NoClip(ExerciseId),
    /// A clip of the plan can no longer be read (404). The reason is for the client.
    #[error("the clip of {exercise} cannot be read: {reason}")]
    ClipGone {
        /// The exercise of the clip.
        exercise: ExerciseId,
        /// Why the file cannot be read.
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
    /// Converts an error from opening the clip's file. An error because the machine is out of resources
    /// becomes [`RenderError::Starved`], since it says nothing about the clip.
    pub(super) fn of_clip(exercise: &ExerciseId, error: &std::io::Error) -> Self {
        if is_starved(error) {
            return Self::Starved(error.to_string());
        }
        Self::ClipGone {
            exercise: exercise.clone(),
            reason: error.to_string(),
        }
    }

    /// Whether the error says nothing about the content, so that the same request may succeed later: FFmpeg
    /// was killed or could not be started, or the machine is out of resources.
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

    /// The error of FFmpeg that caused this error, if there is one.
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
            // The next request prepares the loop from the new clip.
            StitchError::Prepare(error) if matches!(*error, PrepareError::Replaced) => Self::Preparing,
            other if other.is_starved() => Self::Starved(other.to_string()),
            other => Self::Stitch(other),
        }
    }
}

impl From<SingleFlightError> for RenderError {
    fn from(error: SingleFlightError) -> Self {
        match error {
            // The tasks in flight will end, so a later request finds room.
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
