//! The numbers that the HUD shows: the seconds of the countdown, and the lit columns of the progress bar.
//!
//! The HUD and the tests use these functions, and so does all other code that must show the same values at
//! the same instant. This file draws no pixels.

use crate::units::{FPS, Frames};

/// The whole seconds that the countdown shows when `left` frames are left, including the current one.
///
/// The result is rounded up: an interval of 40 s shows 40 in its first second and 1 in its last second.
#[must_use]
pub fn seconds_left(left: Frames) -> u64 {
    left.0.div_ceil(u64::from(FPS))
}

/// The text of a countdown: `59` below a minute, `1:00` from a
/// minute on. It has no hours: 3600 s are `60:00`.
#[must_use]
pub fn countdown_text(seconds: u64) -> String {
    match seconds {
        0..60 => seconds.to_string(),
        _ => format!("{}:{:02}", seconds / 60, seconds % 60),
    }
}

/// Number of lit columns, from the left, in frame `frame` of a workout of `length`
/// frames. The progress bar has `width` columns.
///
/// Column `k` is lit if the frame ends at or after the instant for which column `k` stands:
/// `(k + 1) * length <= (frame + 1) * width`. So all columns are lit in the last frame.
#[must_use]
pub fn progress_columns(frame: Frames, length: Frames, width: u32) -> u32 {
    let shown = u128::from(frame.0) + 1;
    let columns = shown * u128::from(width) / u128::from(length.0.max(1));
    // The cast is safe: the result is at most `width`, which is a u32.
    columns.min(u128::from(width)) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forty_seconds_count_from_40_to_1() {
        let interval = Frames(40 * u64::from(FPS));
        let shown = |frame: u64| seconds_left(interval - Frames(frame));
        assert_eq!([0, 29, 30, 1169, 1170, 1199].map(shown), [40, 40, 39, 2, 1, 1]);
        assert_eq!(
            [1, 59, 60, 61, 754, 3600].map(countdown_text),
            ["1", "59", "1:00", "1:01", "12:34", "60:00"]
        );
    }

    proptest! {
        #[test]
        fn the_countdown_is_the_time_left_rounded_up(left in 1u64..10_000_000) {
            let seconds = seconds_left(Frames(left));
            prop_assert!(seconds * u64::from(FPS) >= left);
            prop_assert!((seconds - 1) * u64::from(FPS) < left);
        }

        #[test]
        fn progress_is_exact_rising_and_ends_full(length in 1u64..500_000, width in 1u32..2000, at in 0f64..1.0) {
            let frame = (at * length as f64) as u64;
            let lit = u64::from(progress_columns(Frames(frame), Frames(length), width));
            let width64 = u64::from(width);
            for k in [0, lit.saturating_sub(1), lit, lit + 1, width64 - 1] {
                if k < width64 {
                    prop_assert_eq!(k < lit, (k + 1) * length <= (frame + 1) * width64, "column {}", k);
                }
            }
            prop_assert!(lit <= u64::from(progress_columns(Frames(frame + 1), Frames(length), width)));
            prop_assert_eq!(progress_columns(Frames(length - 1), Frames(length), width), width);
        }
    }
}
