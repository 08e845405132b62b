//! Maps an interval to frames of its loop: which frame is shown, and when.
//!
//! For [`StitchedFrames`](super::StitchedFrames), [`StitchedVideo`](super::StitchedVideo) and
//! [`Segmentation`](super::Segmentation). Pure integer arithmetic. A playback begins and ends
//! exactly with its interval, at any speed. The frames of the loop are spread evenly over the
//! interval, and each begins at a whole number of ticks.

use super::gops::Gops;
use crate::units::Ticks;
use crate::workout::Interval;

/// The form in which a video shows a frame of a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameForm {
    /// The first frame of a GOP as it was encoded: an IDR frame. It needs no earlier frame.
    Key,
    /// The first frame of a GOP in its restart form. The exercise refers to no other frame, but the HUD
    /// continues that of the previous frame.
    Restart,
    /// Any other frame of the loop. It may refer to earlier frames of its GOP.
    Predicted,
}

/// A loop that is shown from the start to the end of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Playback {
    start: Ticks,
    length: Ticks,
    frames: u64,
    gops: Gops,
}

impl Playback {
    /// The playback of a loop with these GOPs in an interval.
    ///
    /// At speed s, the playback has s times as many frames as the interval, rounded to the nearest whole
    /// number. With whole repetitions (`fit_reps`) this product is whole.
    #[must_use]
    pub fn new(interval: &Interval, gops: Gops) -> Self {
        let (above, below) = (
            u128::from(interval.movement.speed.numerator()),
            u128::from(interval.movement.speed.denominator()),
        );
        let frames = (u128::from(interval.length.0) * above * 2 + below) / (2 * below);
        Self {
            start: interval.start.ticks(),
            length: interval.length.ticks(),
            // This fits: the intervals of a plan last hours at most, and its speeds are in the tens at most.
            frames: (frames as u64).max(1),
            gops,
        }
    }

    /// Number of coded frames of the playback; at least one.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// The frame of the loop that frame `number` of the playback shows.
    #[must_use]
    pub fn loop_frame(&self, number: u64) -> u64 {
        number % self.gops.frames()
    }

    /// The start time of frame `number` of the playback. For `number` =
    /// [`frames`](Self::frames), the end of the playback.
    #[must_use]
    pub fn begins(&self, number: u64) -> Ticks {
        let (number, all) = (u128::from(number), u128::from(self.frames));
        let offset = (number * u128::from(self.length.0) * 2 + all) / (2 * all);
        self.start + Ticks(offset as u64)
    }

    /// Whether frame `number` of the playback is the first frame of a GOP of the loop.
    #[must_use]
    pub fn begins_gop(&self, number: u64) -> bool {
        self.gops.begins(self.loop_frame(number))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogue::ExerciseId;
    use crate::units::{Frames, Speed};
    use crate::workout::{IntervalKind, Movement};

    pub(crate) fn interval(start: u64, length: u64, speed: Speed) -> Interval {
        Interval {
            index: 0,
            kind: IntervalKind::Work,
            start: Frames(start),
            length: Frames(length),
            movement: Movement {
                exercise: ExerciseId::new("an-exercise").expect("a slug"),
                name: String::new(),
                side: None,
                speed,
            },
            round_position: None,
        }
    }

    proptest! {
        #[test]
        fn a_run_fills_its_interval_exactly_and_evenly(
            start in 0u64..100_000, length in 2u64..20_000, above in 40u32..=220, pass in 1u64..600,
        ) {
            let speed = Speed::new(above, 100).expect("a speed");
            let interval = interval(start, length, speed);
            let playback = Playback::new(&interval, Gops::of(Frames(pass)));
            prop_assert_eq!(playback.begins(0), interval.start.ticks());
            prop_assert_eq!(playback.begins(playback.frames()), interval.end().ticks());
            let usual = length as f64 * 3000.0 / playback.frames() as f64;
            for number in 0..playback.frames().min(2000) {
                let lasts = playback.begins(number + 1).0 - playback.begins(number).0;
                prop_assert!((lasts as f64 - usual).abs() <= 1.0, "picture {} lasts {}", number, lasts);
                // The frame is the one due at this instant at this speed, to within 0.51 frames.
                let asked = (playback.begins(number) - playback.begins(0)).0 as f64 / 3000.0 * speed.as_f64();
                prop_assert!((asked - number as f64).abs() <= 0.51, "{} instead of {}", number, asked);
            }
        }
    }
}
