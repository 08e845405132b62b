//! Whole repetitions: changes an exercise's speed slightly, so that
//! the interval does not end in the middle of a pass of its loop.
//!
//! For the planner, after the timeline is built. Only speeds
//! of exercises change. Lengths, starts and previews stay.

use super::Timeline;
use crate::catalogue::LoopLengths;
use crate::units::{Frames, Speed};

/// The largest change of a speed is 1 / `PART`, so 5 %. Viewers do not notice a change of that size. It is
/// enough to fit every interval of ten or more passes.
const PART: u128 = 20;

/// Fits the speeds of all exercises. The two sides of an exercise are two intervals, and each is fitted
/// separately. An exercise whose loop has no known length keeps its speed.
pub(super) fn fit(timeline: &mut Timeline, loop_lengths: &LoopLengths) {
    timeline.set_speeds(|interval| {
        let pass = loop_lengths
            .get(&interval.movement.exercise)
            .filter(|_| interval.kind.is_exercise())?;
        whole_passes(interval.movement.speed, interval.length, pass)
    });
}

/// Returns the speed nearest to `asked` at which a whole number of passes, at
/// least one, fills the interval. If two speeds are equally near, returns the
/// slower one. Returns `None` if no such speed is within the bound of [`PART`].
fn whole_passes(asked: Speed, interval: Frames, pass: Frames) -> Option<Speed> {
    // Both products are frames of the clip times the denominator of `asked`: `shown` for the interval at the
    // asked speed, `one` for one pass. Neither product can overflow 128 bits.
    let shown = u128::from(interval.0) * u128::from(asked.numerator());
    let one = u128::from(pass.0) * u128::from(asked.denominator());
    // Rounds `shown / one` to the nearest whole number, and a half down. A pass of zero length gives `None`.
    let passes = (2 * shown + one).checked_sub(1)?.checked_div(2 * one)?;
    let off = (passes * one).abs_diff(shown);
    if passes == 0 || off * PART > shown {
        return None;
    }
    // The new speed is at most 5 % above a legal speed, and an interval lasts at most a few hours, so both
    // parts normally fit into 32 bits. If they do not fit, the clip keeps its speed.
    let numerator = u32::try_from(passes * u128::from(pass.0)).ok()?;
    Speed::new(numerator, u32::try_from(interval.0).ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn speed(above: u32, below: u32) -> Speed {
        Speed::new(above, below).unwrap()
    }

    fn fitted(asked: (u32, u32), interval: u64, pass: u64) -> Option<String> {
        let fitted = whole_passes(speed(asked.0, asked.1), Frames(interval), Frames(pass));
        fitted.map(|speed| speed.to_string())
    }

    #[test]
    fn the_nearest_whole_number_of_passes_fills_the_interval() {
        let told = |asked, interval, pass| fitted(asked, interval, pass).unwrap_or_else(|| "-".to_owned());
        // 40 s of a loop of 2 s are exactly twenty passes.
        assert_eq!(told((1, 1), 1200, 60), "1");
        // 1200 frames are 10.43 passes of 115 frames: ten passes, 4.2 % slower.
        assert_eq!(told((1, 1), 1200, 115), "23/24");
        // 1200 frames are 17.14 passes of 70 frames at normal speed and 20.57 at speed 1.2: 17 and 21 passes.
        assert_eq!(told((1, 1), 1200, 70), "119/120");
        assert_eq!(told((6, 5), 1200, 70), "49/40");
        // 10.5 passes: ten and eleven are equally near, so the slower speed wins.
        assert_eq!(told((1, 1), 210, 20), "20/21");
        // The example in docs/request.md: 41 s of a loop of 2 s.
        assert_eq!(told((1, 1), 1230, 60), "40/41");
        // 3.4 passes: neither 3 nor 4 is near enough. 0.9 passes: 1 is not near enough.
        assert_eq!(told((1, 1), 340, 100), "-");
        assert_eq!(told((1, 1), 90, 100), "-");
        // Exactly at the bound: 1/1.05 and 1/0.95 of a pass. One frame more or less is out of bounds.
        assert_eq!(told((1, 1), 2000, 2100), "21/20");
        assert_eq!(told((1, 1), 2000, 2101), "-");
        assert_eq!(told((1, 1), 2000, 1900), "19/20");
        assert_eq!(told((1, 1), 2000, 1899), "-");
        // The new speed may exceed the bounds of a client's speed (0.5 to 2) by these 5 %.
        assert_eq!(told((2, 1), 1000, 2100), "21/10");
        assert_eq!(told((1, 2), 2000, 950), "19/40");
    }

    #[test]
    fn nothing_is_fitted_to_nothing() {
        assert_eq!(fitted((1, 1), 0, 60), None);
        assert_eq!(fitted((1, 1), 60, 0), None);
        assert_eq!(fitted((1, 1), 60, u64::MAX), None);
        assert_eq!(fitted((u32::MAX, 1), u64::MAX, 1), None);
    }

    proptest! {
        #[test]
        fn a_fitted_speed_is_near_and_its_passes_are_whole(
            hundredths in 50..=200_u32, interval in 1..108_000_u64, pass in 1..5_000_u64,
        ) {
            let asked = speed(hundredths, 100);
            let tried = |passes: u64| (passes * pass) as f64 / interval as f64 / asked.as_f64();
            let about = (interval as f64 * asked.as_f64() / pass as f64) as u64;
            let near = |passes: u64| (tried(passes) - 1.0).abs();
            let best = [about, about + 1].into_iter().filter(|n| *n > 0).map(near).fold(f64::INFINITY, f64::min);
            match whole_passes(asked, Frames(interval), Frames(pass)) {
                Some(fitted) => {
                    let passes = u128::from(interval) * u128::from(fitted.numerator());
                    prop_assert_eq!(passes % (u128::from(fitted.denominator()) * u128::from(pass)), 0);
                    let off = (fitted.as_f64() / asked.as_f64() - 1.0).abs();
                    prop_assert!(off <= 0.05 + 1e-9 && (off - best).abs() < 1e-9, "{} off, {} at best", off, best);
                }
                None => prop_assert!(best > 0.05 - 1e-9, "{best} is near enough"),
            }
        }
    }
}
