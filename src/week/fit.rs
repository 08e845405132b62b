//! Finds rounds and lengths that fill the minutes of a session to the frame.
//!
//! For `session`. The number of exercises and rounds leaves little time over in any of the four weeks. The
//! time that is left over makes, in this order: each exercise longer, by whole seconds; the rests between
//! rounds longer, by whole seconds; and get-ready longer, by less than a minute.

use super::pace::{Pace, WEEKS};
use super::pool::MIN;
use crate::units::{FPS, Frames};

/// Get-ready (at least) and finish, before and after everything, in seconds.
const GET_READY: u64 = 5;
pub(super) const FINISH: u64 = 3;
/// Largest number of exercises per round, and the number that people like.
const MAX_STATIONS: u64 = 10;
const USUAL_STATIONS: u64 = 6;
/// Largest number of rounds, and the largest number that people like.
const MAX_ROUNDS: u64 = 50;
const USUAL_ROUNDS: u64 = 4;

/// The lengths of the warm-up and the cool-down around the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WarmUpCoolDown {
    /// Length of the warm-up; zero for none. The same holds for `cool_down`.
    pub(super) warm_up: Frames,
    pub(super) cool_down: Frames,
}

impl WarmUpCoolDown {
    /// Number of rests between the work and the parts around it.
    fn rests(self) -> u64 {
        u64::from(self.warm_up > Frames::ZERO) + u64::from(self.cool_down > Frames::ZERO)
    }

    /// Whether at least three quarters of the session are left for the work.
    pub(super) fn is_small(self, target: Frames) -> bool {
        (self.warm_up + self.cool_down) * 4 <= target
    }
}

/// The number of rounds, and of exercises per round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) rounds: u64,
    /// Exercises per round.
    pub(super) stations: u64,
}

/// The lengths of the intervals of a session: in seconds, but get-ready in frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lengths {
    pub(super) work: u64,
    pub(super) rest: u64,
    pub(super) round_rest: u64,
    pub(super) get_ready: Frames,
}

const fn seconds(count: u64) -> Frames {
    Frames(count * FPS as u64)
}

impl Shape {
    /// Number of work intervals in all rounds.
    fn works(self) -> u64 {
        self.rounds * self.stations
    }

    /// Returns the time that a session with this shape leaves over; `None` if the session takes
    /// longer than `target`.
    fn spare(self, pace: Pace, warm_up_cool_down: WarmUpCoolDown, target: Frames) -> Option<Frames> {
        let rests = self.rounds * (self.stations - 1) + warm_up_cool_down.rests();
        let whole = GET_READY
            + FINISH
            + self.works() * pace.work
            + rests * pace.rest
            + (self.rounds - 1) * pace.round_rest;
        let taken = seconds(whole) + warm_up_cool_down.warm_up + warm_up_cool_down.cool_down;
        Some(Frames(target.0.checked_sub(taken.0)?))
    }

    /// Returns the lengths with which the session takes exactly `target`; `None` if it takes longer.
    pub(super) fn fill(
        self,
        pace: Pace,
        warm_up_cool_down: WarmUpCoolDown,
        target: Frames,
    ) -> Option<Lengths> {
        let spare = self.spare(pace, warm_up_cool_down, target)?;
        let longer_work = spare.0 / seconds(self.works()).0;
        let left = spare - seconds(longer_work * self.works());
        let longer_rest = left.0.checked_div(seconds(self.rounds - 1).0).unwrap_or(0);
        Some(Lengths {
            work: pace.work + longer_work,
            rest: pace.rest,
            round_rest: pace.round_rest + longer_rest,
            get_ready: seconds(GET_READY) + (left - seconds(longer_rest * (self.rounds - 1))),
        })
    }
}

/// Returns the shape that suits best in all four weeks, with at most `pool` exercises per round;
/// `None` if no shape fits.
pub(super) fn shape(
    pace_of: impl Fn(u64) -> Pace,
    warm_up_cool_down: WarmUpCoolDown,
    target: Frames,
    pool: usize,
) -> Option<Shape> {
    let stations = MIN as u64..=MAX_STATIONS.min(pool as u64);
    let shapes = stations.flat_map(|stations| (1..=MAX_ROUNDS).map(move |rounds| Shape { rounds, stations }));
    let cost = |shape: &Shape| {
        let spares: Option<Vec<Frames>> = WEEKS
            .map(|week| shape.spare(pace_of(week), warm_up_cool_down, target))
            .collect();
        let most = spares?.into_iter().max()?;
        // An unusual shape is as bad as seconds left over: 12 for each exercise more or less than usual, and
        // 40 for each round above the usual number.
        let unusual =
            12 * shape.stations.abs_diff(USUAL_STATIONS) + 40 * shape.rounds.saturating_sub(USUAL_ROUNDS);
        Some(most + seconds(unusual))
    };
    shapes
        .filter_map(|shape| Some((cost(&shape)?, shape)))
        .min_by_key(|(cost, _)| *cost)
        .map(|(_, shape)| shape)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogue::Difficulty;
    use crate::week::Goal;
    use crate::week::pace::pace;

    proptest! {
        #[test]
        fn every_session_fills_its_time_and_works_more_every_week(
            goal in prop_oneof![Just(Goal::Fitness), Just(Goal::Strength), Just(Goal::Weight), Just(Goal::Mobility)],
            level in prop_oneof![Just(Difficulty::Easy), Just(Difficulty::Medium), Just(Difficulty::Hard)],
            minutes in 5..=90_u64, pool in 3..30_usize, warm_up in 0..5_400_u64, cool_down in 0..5_400_u64,
        ) {
            let target = seconds(minutes * 60);
            let warm_up_cool_down = WarmUpCoolDown { warm_up: Frames(warm_up), cool_down: Frames(cool_down) };
            let none = WarmUpCoolDown { warm_up: Frames::ZERO, cool_down: Frames::ZERO };
            let pace_of = |week| pace(goal, level, week);
            prop_assert!(shape(pace_of, none, target, pool).is_some());
            let Some(shape) = shape(pace_of, warm_up_cool_down, target, pool) else {
                prop_assert!(minutes < 10 || !warm_up_cool_down.is_small(target), "no shape");
                return Ok(());
            };
            let filled: Vec<Lengths> =
                WEEKS.map(|week| shape.fill(pace_of(week), warm_up_cool_down, target).unwrap()).collect();
            for lengths in &filled {
                let whole = seconds(shape.works() * lengths.work)
                    + seconds((shape.rounds * (shape.stations - 1) + warm_up_cool_down.rests()) * lengths.rest)
                    + seconds((shape.rounds - 1) * lengths.round_rest)
                    + lengths.get_ready + seconds(FINISH) + warm_up_cool_down.warm_up + warm_up_cool_down.cool_down;
                prop_assert_eq!(whole, target);
                prop_assert!(lengths.get_ready <= seconds(60) && lengths.round_rest <= 180, "{:?}", lengths);
            }
            for pair in filled.windows(2) {
                prop_assert!(pair[0].work < pair[1].work && pair[0].rest > pair[1].rest, "{:?}", filled);
            }
        }
    }
}
