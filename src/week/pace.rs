//! Sets work, rest and speed by goal, level and week.
//!
//! For `fit` and `session`. Work and rest together always take the same time. Each week, a part of the rest
//! becomes work. So a session demands a little more every week, with the same length, exercises and rounds.
//! Sources: the usual ratios of interval training, from 1:2 for beginners to 4:1 for trained people; rests of
//! about a minute between sets for strength.

use super::request::Goal;
use crate::catalogue::Difficulty;
use crate::workout::Intensity;

/// The lengths and the speed of a session, before `fit` makes the lengths fill the minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pace {
    /// Shortest length of an exercise, in seconds.
    pub(super) work: u64,
    /// Rest between two exercises, in seconds.
    pub(super) rest: u64,
    /// Shortest rest between two rounds, in seconds.
    pub(super) round_rest: u64,
    pub(super) intensity: Intensity,
}

/// Numbers of the weeks of a plan.
pub(super) const WEEKS: std::ops::RangeInclusive<u64> = 1..=4;

/// Returns the pace of a week, 1 to 4. For an easy session, `goal` is mobility, whatever the goal
/// of the request.
pub(super) fn pace(goal: Goal, level: Difficulty, week: u64) -> Pace {
    // All in seconds: work and rest together; work in week 1 by level; additional work in each
    // later week; rest between rounds.
    let (both, [easy, medium, hard], more, round_rest) = match goal {
        Goal::Fitness => (60, [25, 30, 35], 5, 45),
        Goal::Strength => (75, [30, 35, 40], 5, 60),
        Goal::Weight => (50, [20, 25, 28], 4, 40),
        Goal::Mobility => (50, [30, 33, 36], 3, 20),
    };
    let first = match level {
        Difficulty::Easy => easy,
        Difficulty::Medium => medium,
        Difficulty::Hard => hard,
    };
    let work = first + more * (week - WEEKS.start());
    Pace {
        work,
        rest: both - work,
        round_rest,
        intensity: intensity(goal, level, week),
    }
}

/// Returns the speed of a week. Mobility is always slow. At level easy, the other goals get faster half way
/// through, from slow to normal; at level hard, fitness and weight then get faster, from normal to fast. All
/// other sessions have normal speed.
fn intensity(goal: Goal, level: Difficulty, week: u64) -> Intensity {
    use Intensity::{HighIntensity, LowImpact, MediumIntensity};
    match (goal, level, week) {
        (Goal::Mobility, ..) | (_, Difficulty::Easy, 1..=2) => LowImpact,
        (Goal::Fitness | Goal::Weight, Difficulty::Hard, 3..) => HighIntensity,
        _ => MediumIntensity,
    }
}
