//! Shots: what each interval shows.

use std::sync::Arc;

use crate::catalogue::ExerciseId;
use crate::clip::{Clip, Library};
use crate::units::{Frames, SAMPLE_RATE, Samples, Speed};
use crate::workout::{Interval, Profile, Side, Timeline};

/// Memory for the decoded pictures of loops that one process may hold.
///
/// 85 pictures (2.8 s) at 720p. Two processes overlap for an instant between two groups, but only
/// the older one has its loop in memory by then, so this figure counts once: with about 90 MB for
/// each FFmpeg a workout stays below 300 MB.
pub const HOLD_BYTES: u64 = 100 << 20;

/// How a clip is made to last as long as its interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Decoded and fitted once, then repeated from memory: at most so many pictures.
    Hold(Frames),
    /// Read and decoded again in every pass: for clips too long to be held.
    Reread,
}

/// What one interval shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Shot {
    /// The clip.
    pub clip: Arc<Clip>,
    /// First picture of it in the timeline.
    pub start: Frames,
    /// How long.
    pub length: Frames,
    /// How fast.
    pub speed: Speed,
    /// Left and right exchanged.
    pub mirrored: bool,
    /// Whether the clip's own sound is heard.
    pub heard: bool,
}

impl Shot {
    fn new(interval: &Interval, clip: Arc<Clip>, clip_sound: bool) -> Self {
        let exercise = interval.kind.is_exercise();
        Self {
            start: interval.start,
            length: interval.length,
            speed: interval.shows.speed,
            mirrored: interval.shows.side == Some(Side::Right),
            heard: exercise && clip_sound && clip.facts.sound.is_some(),
            clip,
        }
    }

    /// How the clip is repeated in a picture area of this profile.
    #[must_use]
    pub fn repeat(&self, profile: &Profile) -> Repeat {
        let pictures = self.clip.pictures();
        if pictures.0.saturating_mul(picture_bytes(profile)) <= HOLD_BYTES {
            Repeat::Hold(pictures)
        } else {
            Repeat::Reread
        }
    }

    /// Memory that its repeated pictures take.
    #[must_use]
    pub fn held_bytes(&self, profile: &Profile) -> u64 {
        match self.repeat(profile) {
            Repeat::Hold(pictures) => pictures.0 * picture_bytes(profile),
            Repeat::Reread => 0,
        }
    }

    /// One pass of the loop in audio samples: as long as a pass of its pictures, so that both stay
    /// in step however often they are repeated.
    #[must_use]
    pub fn pass(&self, profile: &Profile) -> Samples {
        match self.repeat(profile) {
            Repeat::Hold(pictures) => pictures.samples(),
            Repeat::Reread => Samples((self.clip.length.0 * f64::from(SAMPLE_RATE)).round() as u64),
        }
    }
}

/// Bytes of one decoded picture area, 4:2:0.
fn picture_bytes(profile: &Profile) -> u64 {
    u64::from(profile.width) * u64::from(profile.area_height) * 3 / 2
}

/// The shots of a timeline, one for each interval; an exercise without a clip is the error.
pub fn shots(timeline: &Timeline, library: &Library, clip_sound: bool) -> Result<Vec<Shot>, ExerciseId> {
    timeline
        .intervals()
        .iter()
        .map(|interval| {
            let exercise = &interval.shows.exercise;
            let clip = library.get(exercise).ok_or_else(|| exercise.clone())?;
            Ok(Shot::new(interval, Arc::clone(clip), clip_sound))
        })
        .collect()
}
