//! Shots: what each interval shows.

use std::sync::Arc;

use crate::catalogue::ExerciseId;
use crate::clip::{Clip, Library};
use crate::units::{Frames, Samples, Speed};
use crate::workout::{Interval, Profile, Side, Timeline};

/// Memory for the decoded frames of loops that one process may hold.
///
/// 85 frames (2.8 s) at 720p. Two processes overlap for an instant between two groups, but only
/// the older one has its loop in memory by then, so this figure counts once: with about 90 MB for
/// each FFmpeg a workout stays below 300 MB.
pub const HOLD_BYTES: u64 = 100 << 20;

/// How far into a frame of the loop a shot begins: so many parts of the speed's denominator, less than its numerator.
///
/// A shot that begins with a later pass begins with an output frame, and the pass at any time before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offset(pub u64);

/// What one interval shows, or a part of it that one pass of its clip fills.
#[derive(Debug, Clone, PartialEq)]
pub struct Shot {
    /// The clip.
    pub clip: Arc<Clip>,
    /// First frame of it in the timeline.
    pub start: Frames,
    /// How long.
    pub length: Frames,
    /// How fast.
    pub speed: Speed,
    /// Left and right exchanged.
    pub mirrored: bool,
    /// Whether the clip's own sound is heard.
    pub heard: bool,
    /// Where in the loop it begins; zero for all but parts of an interval.
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

    /// Whether the clip is decoded and fitted once, then repeated from memory. Any other is read in each pass.
    #[must_use]
    pub fn held(&self, profile: &Profile) -> bool {
        self.clip.frames().0.saturating_mul(frame_bytes(profile)) <= HOLD_BYTES
    }

    /// Memory that its repeated frames take.
    #[must_use]
    pub fn held_bytes(&self, profile: &Profile) -> u64 {
        if self.held(profile) {
            self.clip.frames().0 * frame_bytes(profile)
        } else {
            0
        }
    }

    /// The shots that show it one after the other: one for each pass of its clip, or itself if that is held.
    #[must_use]
    pub fn passes(&self, profile: &Profile) -> Vec<Self> {
        if self.held(profile) {
            return vec![self.clone()];
        }
        let (above, below) = (self.speed.numerator(), self.speed.denominator());
        // In frames of the loop times the speed's denominator.
        let pass = self.clip.frames().0 * u64::from(below);
        let mut passes = Vec::new();
        let (mut number, mut at) = (0, Frames::ZERO);
        while at < self.length {
            // The first output frame that the next pass has begun with or before. Lengths are hours at most: it fits.
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

    /// One pass of the loop in audio samples: as long as a pass of its frames, so that both stay
    /// in step however often they are repeated.
    #[must_use]
    pub fn pass(&self) -> Samples {
        self.clip.frames().samples()
    }
}

/// Bytes of one decoded exercise area, 4:2:0.
fn frame_bytes(profile: &Profile) -> u64 {
    u64::from(profile.width) * u64::from(profile.area_height) * 3 / 2
}

/// The shots of a timeline, one for each interval; an exercise without a clip is the error.
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
