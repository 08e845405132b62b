//! Tasks: the purposes of child processes, their names and their deadlines.
//!
//! Every child has a task. The task's name is stable: it is in the child's
//! environment variable [`VARIABLE`], in the log and on `/ready`.

use std::fmt;
use std::time::Duration;

/// The environment variable that holds the name of a child's task.
pub const VARIABLE: &str = "COACH_TASK";

/// Factor between the patience and the total time of long tasks. Long tasks show their progress.
const LONG: u32 = 30;
/// Maximum time to print a version; no child needs longer.
const VERSION: Duration = Duration::from_secs(10);

/// The purpose of a child process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Task {
    /// Prints a version, or the features of the program.
    Version,
    /// Reads the tracks of a clip, or the times of its frames.
    Probe,
    /// Decodes a clip to test whether that is possible.
    Decode,
    /// Cuts the loop range out of a clip.
    Cut,
    /// Encodes a loop.
    Loop,
    /// Decodes an encoded loop and fails on any error.
    Verify,
    /// Encodes cues.
    Cue,
    /// Makes a poster.
    Poster,
    /// Makes a preview.
    Preview,
    /// Renders the frames of a group of shots.
    RenderFrames,
    /// Decodes the sound of a group's clips.
    RenderSound,
    /// Encodes the sound of a whole workout.
    RenderAac,
    /// Tests whether some work is possible, whatever this work is (see [`super::Tools::on_trial`]).
    Trial,
}

/// The deadlines of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// Maximum time from start to end; `None` where a slow viewer may make the child wait for hours.
    pub total: Option<Duration>,
    /// Maximum time without output and without progress in the log, while a caller waits for the child.
    pub stall: Duration,
}

impl Task {
    /// All tasks.
    pub const ALL: [Self; 13] = [
        Self::Version,
        Self::Probe,
        Self::Decode,
        Self::Cut,
        Self::Loop,
        Self::Verify,
        Self::Cue,
        Self::Poster,
        Self::Preview,
        Self::RenderFrames,
        Self::RenderSound,
        Self::RenderAac,
        Self::Trial,
    ];

    /// The task's stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Probe => "probe",
            Self::Decode => "decode",
            Self::Cut => "cut",
            Self::Loop => "loop",
            Self::Verify => "verify",
            Self::Cue => "cue",
            Self::Poster => "poster",
            Self::Preview => "preview",
            Self::RenderFrames => "render-frames",
            Self::RenderSound => "render-sound",
            Self::RenderAac => "render-aac",
            Self::Trial => "trial",
        }
    }

    /// Whether an overdue child is started once more at once. So it is for tasks in the background: the
    /// first child may have met a busy moment, and a failure would have lasting effects.
    #[must_use]
    pub fn waits_for_second_try(self) -> bool {
        matches!(self, Self::Probe | Self::Decode | Self::Cut | Self::Verify)
    }

    /// The deadlines of this task, if a child may be without progress for `patience`.
    #[must_use]
    pub fn deadline(self, patience: Duration) -> Deadline {
        let total = match self {
            Self::Version => Some(patience.min(VERSION)),
            Self::Cue | Self::Preview | Self::Poster | Self::Trial => Some(patience),
            // A long clip takes long, and even longer on a busy machine.
            Self::Probe | Self::Decode | Self::Cut | Self::Loop | Self::Verify => Some(patience * LONG),
            // `render::Clock` bounds the time that a viewer waits, and ends
            // these children long before the stall deadline.
            Self::RenderFrames | Self::RenderSound | Self::RenderAac => None,
        };
        Deadline {
            total,
            stall: total.map_or(patience * LONG, |total| total.min(patience)),
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
