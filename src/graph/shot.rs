//! Shots: what each interval shows, as input for the filter graphs.
//!
//! For the graphs and the groups. Built from a timeline and the library of clips. Pure.

use std::sync::Arc;

use crate::catalogue::ExerciseId;
use crate::clip::{Clip, Library};
use crate::units::{Frames, Samples, Speed};
use crate::workout::{Interval, Profile, Side, Timeline};

/// The most bytes of decoded loop frames that one process may hold.
///
/// 100 MiB are 85 frames (2.8 s) at 720p. Two processes overlap for a moment between two groups, but by then
/// only the older one has its loop in memory, so this figure counts once. With about 90 MB for each FFmpeg a
/// workout stays below 300 MB.
pub const HOLD_BYTES: u64 = 100 << 20;

/// How far into its first loop frame a shot begins, in units of a loop frame divided by the speed's
/// denominator. Always less than the speed's numerator, which is what one output frame advances the loop.
///
/// A shot for a later pass begins with an output frame, but its pass begins at any time up to that frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offset(pub u64);

/// What one interval shows, or the part of it that one pass of its clip fills.
#[derive(Debug, Clone, PartialEq)]
pub struct Shot {
    /// The clip that is shown.
    pub clip: Arc<Clip>,
    /// The shot's first frame in the timeline.
    pub start: Frames,
    /// The shot's length in output frames.
    pub length: Frames,
    /// The clip's playback speed.
    pub speed: Speed,
    /// Whether left and right are exchanged.
    pub mirrored: bool,
    /// Whether the clip's own sound is heard.
    pub heard: bool,
    /// Where in its first frame of the loop the shot begins. Zero unless the shot is a later pass of an
    /// interval.
    pub offset: Offset,
}

impl Shot {
    fn new(interval: &Interval, clip: Arc<Clip>, clip_sound: bool) -> Self {
        let exercise = interval.kind.is_exercise();
        Self {
            start: interval.start,
            length: interval.length,
            speed: interval.movement.speed,
            mirrored: interval.movement.side == Some(Side::Right),
            heard: exercise && clip_sound && clip.facts.sound.is_some(),
            clip,
            offset: Offset::default(),
        }
    }

    /// Whether the clip is decoded and fitted once, then repeated from memory. All other clips are read again
    /// in each pass.
    #[must_use]
    pub fn held(&self, profile: &Profile) -> bool {
        self.clip.frames().0.saturating_mul(frame_bytes(profile)) <= HOLD_BYTES
    }

    /// Bytes of memory for the repeated frames; zero when the clip is not held.
    #[must_use]
    pub fn held_bytes(&self, profile: &Profile) -> u64 {
        if self.held(profile) {
            self.clip.frames().0 * frame_bytes(profile)
        } else {
            0
        }
    }

    /// Divides the shot into one shot for each pass of its clip, in order. A shot whose clip is held stays
    /// whole.
    #[must_use]
    pub fn passes(&self, profile: &Profile) -> Vec<Self> {
        if self.held(profile) {
            return vec![self.clone()];
        }
        let (above, below) = (self.speed.numerator(), self.speed.denominator());
        // Length of a pass, in frames of the loop times the speed's denominator.
        let pass = self.clip.frames().0 * u64::from(below);
        let mut passes = Vec::new();
        let (mut number, mut at) = (0, Frames::ZERO);
        while at < self.length {
            // The first output frame at or after the start of the next pass. Lengths are at most hours, so
            // the product fits.
            let next = Frames(((number + 1) * pass).div_ceil(above.into())).min(self.length);
            if next > at {
                passes.push(Self {
                    start: self.start + at,
                    length: next - at,
                    offset: Offset(at.0 * u64::from(above) - number * pass),
                    ..self.clone()
                });
            }
            (number, at) = (number + 1, next);
        }
        passes
    }

    /// Length of one pass of the loop in audio samples, at normal speed. A pass of sound is as long as a pass
    /// of frames, so that both stay in step however often they are repeated.
    #[must_use]
    pub fn pass(&self) -> Samples {
        self.clip.frames().samples()
    }
}

/// Bytes of one decoded frame of the exercise area, in 4:2:0.
fn frame_bytes(profile: &Profile) -> u64 {
    u64::from(profile.width) * u64::from(profile.area_height) * 3 / 2
}

/// The shots of a timeline, one for each interval. The error is an exercise that has no clip in `library`.
pub fn shots(timeline: &Timeline, library: &Library, clip_sound: bool) -> Result<Vec<Shot>, ExerciseId> {
    timeline
        .intervals()
        .iter()
        .map(|interval| {
            let exercise = &interval.movement.exercise;
            let clip = library.get(exercise).ok_or_else(|| exercise.clone())?;
            Ok(Shot::new(interval, Arc::clone(clip), clip_sound))
        })
        .collect()
}
