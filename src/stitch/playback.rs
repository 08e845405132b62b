//! One interval as a run of a loop's coded frames: which frame when.
//!
//! Pure arithmetic on whole numbers. A run keeps the interval's first and last instant exactly, at any
//! speed: the loop's frames are spread evenly over it, each a whole number of ticks from the start.

use super::gops::Gops;
use crate::units::Ticks;
use crate::workout::Interval;

/// How a coded frame of a loop is used at one place of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameForm {
    /// A GOP's first frame as it was encoded: IDR. Nothing before it is needed.
    Key,
    /// A GOP's first frame, which refers to nothing, in its second form: the HUD below it goes on.
    Restart,
    /// Any other frame of the loop; it may refer to those before it in its part.
    Predicted,
}

/// A loop shown from the start to the end of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Playback {
    start: Ticks,
    length: Ticks,
    frames: u64,
    gops: Gops,
}

impl Playback {
    /// The interval's run of a loop that is so divided.
    ///
    /// At speed s it shows s times as many of the loop's frames as the interval has of the output's,
    /// to the nearest whole one: with whole repetitions (`fit_reps`) exactly as many.
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
            // A plan's intervals have at most hours and its speeds at most tens: it fits.
            frames: (frames as u64).max(1),
            gops,
        }
    }

    /// Coded frames of the run; at least one.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Which frame of the loop the run's frame `number` is.
    #[must_use]
    pub fn loop_frame(&self, number: u64) -> u64 {
        number % self.gops.frames()
    }

    /// When the run's frame `number` begins; for `number` = [`frames`](Self::frames) the run's end.
    #[must_use]
    pub fn begins(&self, number: u64) -> Ticks {
        let (number, all) = (u128::from(number), u128::from(self.frames));
        let offset = (number * u128::from(self.length.0) * 2 + all) / (2 * all);
        self.start + Ticks(offset as u64)
    }

    /// Whether a GOP of the loop begins with the run's frame `number`.
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
                // The frame is the one that plays at that instant at that speed, to within one.
                let asked = (playback.begins(number) - playback.begins(0)).0 as f64 / 3000.0 * speed.as_f64();
                prop_assert!((asked - number as f64).abs() <= 0.51, "{} instead of {}", number, asked);
            }
        }
    }
}
