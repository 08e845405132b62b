//! What a child process is for: its name, and how long it may take.
//!
//! Every child has a task. The name is stable: it is in the child's environment as [`VARIABLE`], in the log and on
//! `/ready`.

use std::fmt;
use std::time::Duration;

/// The environment variable that tells a child its task.
pub const VARIABLE: &str = "COACH_TASK";

/// Long tasks, which show their progress, may take so many times as long as they may be without it.
const LONG: u32 = 30;
/// No child needs longer to tell its version.
const VERSION: Duration = Duration::from_secs(10);

/// What a child process is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Task {
    /// Tells its version or what it has.
    Version,
    /// Reads what a clip is, or the times of its frames.
    Probe,
    /// Decodes a clip to see whether that works.
    Decode,
    /// Cuts the loop range out of a clip.
    Cut,
    /// Encodes a loop.
    Loop,
    /// Decodes an encoded loop strictly.
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
    /// Tries whether something can be done, whatever that is (see [`super::Tools::on_trial`]).
    Trial,
}

/// How long a child may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// From start to end; `None` where a slow viewer may make it wait for hours.
    pub total: Option<Duration>,
    /// While somebody waits for it: without output and without progress in its log.
    pub stall: Duration,
}

impl Task {
    /// All of them.
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

    /// Its stable name.
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

    /// Whether a child that was overdue is started once more at once: in the background, where the first may have met
    /// a busy moment, and a failure would last.
    #[must_use]
    pub fn waits_for_second_try(self) -> bool {
        matches!(self, Self::Probe | Self::Decode | Self::Cut | Self::Verify)
    }

    /// How long it may take, if a child may be without progress for `patience`.
    #[must_use]
    pub fn deadline(self, patience: Duration) -> Deadline {
        let total = match self {
            Self::Version => Some(patience.min(VERSION)),
            Self::Cue | Self::Preview | Self::Poster | Self::Trial => Some(patience),
            // A long clip takes long, and a busy machine longer.
            Self::Probe | Self::Decode | Self::Cut | Self::Loop | Self::Verify => Some(patience * LONG),
            // `render::Clock` knows how long a viewer may wait, and ends them long before this does.
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
