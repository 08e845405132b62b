//! Whole repetitions: the speed of an exercise gives way a little, so that no pass of its loop is
//! broken off where the interval ends.
//!
//! For the planner, after everything is laid. Only speeds change: no length, no start, no preview.

use super::Timeline;
use crate::catalogue::LoopLengths;
use crate::units::{Frames, Speed};

/// The most that a speed gives way, as one part in so many: a twentieth is 5 %. Faster or slower by that much
/// nobody notices; it fits every interval of ten passes or more.
const PART: u128 = 20;

/// Lets the speeds of all exercises give way. The two sides of an exercise are two intervals, each
/// fitted for itself. An exercise whose loop has no known length keeps its speed.
pub(super) fn fit(timeline: &mut Timeline, loop_lengths: &LoopLengths) {
    timeline.set_speeds(|interval| {
        let pass = loop_lengths
            .get(&interval.movement.exercise)
            .filter(|_| interval.kind.is_exercise())?;
        whole_passes(interval.movement.speed, interval.length, pass)
    });
}

/// The speed nearest to `asked` at which a whole number of passes, at least one, fills the interval;
/// of two equally near the slower one. `None` where none is near enough.
fn whole_passes(asked: Speed, interval: Frames, pass: Frames) -> Option<Speed> {
    // Both in frames of the clip, times the denominator: what the interval shows of it at the asked
    // speed, and one pass. Neither comes near the end of 128 bits.
    let shown = u128::from(interval.0) * u128::from(asked.numerator());
    let one = u128::from(pass.0) * u128::from(asked.denominator());
    // shown / one rounded to the nearest whole number, a half down; no pass at all is a pass of nothing.
    let passes = (2 * shown + one).checked_sub(1)?.checked_div(2 * one)?;
    let off = (passes * one).abs_diff(shown);
    if passes == 0 || off * PART > shown {
        return None;
    }
    // The speed is at most 5 % above one whose parts fit, and the interval is a few hours: so these do,
    // too; a clip for which they do not keeps its speed.
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
        // 40 s of a loop of 2 s: twenty passes as they are.
        assert_eq!(told((1, 1), 1200, 60), "1");
        // 1200 frames are 10.43 passes of 115: ten, slower by 4.2 %.
        assert_eq!(told((1, 1), 1200, 115), "23/24");
        // 17.14 passes of 70 at normal speed, 20.57 at 1.2: seventeen and twenty-one.
        assert_eq!(told((1, 1), 1200, 70), "119/120");
        assert_eq!(told((6, 5), 1200, 70), "49/40");
        // 10.5 passes: ten or eleven are equally near; the slower one.
        assert_eq!(told((1, 1), 210, 20), "20/21");
        // The example of docs/request.md: 41 s of a loop of 2 s.
        assert_eq!(told((1, 1), 1230, 60), "40/41");
        // Neither 3 nor 4 of 3.4 passes is near enough, nor is one of 0.9.
        assert_eq!(told((1, 1), 340, 100), "-");
        assert_eq!(told((1, 1), 90, 100), "-");
        // At the bound itself: 0.95 and 1.05 of a pass, and a frame beyond.
        assert_eq!(told((1, 1), 2000, 2100), "21/20");
        assert_eq!(told((1, 1), 2000, 2101), "-");
        assert_eq!(told((1, 1), 2000, 1900), "19/20");
        assert_eq!(told((1, 1), 2000, 1899), "-");
        // The bounds of a client's speed may be exceeded by those 5 %.
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
