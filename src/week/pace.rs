//! Work, rest and speed by goal, level and week.
//!
//! Work and rest together always take the same time; from week to week a part of the rest becomes work.
//! So the same session, as long as before, is a little more every week, and never changes its exercises or
//! rounds for it. Sources: the usual ratios of interval training, from 1:2 for beginners to 4:1 for
//! trained people; rests of about a minute between sets for strength.

use super::request::Goal;
use crate::catalogue::Difficulty;
use crate::workout::Intensity;

/// How a session is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pace {
    /// Seconds of an exercise, at least.
    pub(super) work: u64,
    /// Seconds between two exercises.
    pub(super) rest: u64,
    /// Seconds between two rounds, at least.
    pub(super) round_rest: u64,
    pub(super) intensity: Intensity,
}

/// Weeks of a plan.
pub(super) const WEEKS: std::ops::RangeInclusive<u64> = 1..=4;

/// The pace of a week, 1 to 4. An easy session of any goal goes at the pace of mobility.
pub(super) fn pace(goal: Goal, level: Difficulty, week: u64) -> Pace {
    // Seconds: an exercise with its rest; its work in week 1 by level; more of it each week; between rounds.
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

/// Slow is what strength and mobility are done at; other goals get faster half way through.
fn intensity(goal: Goal, level: Difficulty, week: u64) -> Intensity {
    use Intensity::{HighIntensity, LowImpact, MediumIntensity};
    match (goal, level, week) {
        (Goal::Mobility, ..) | (_, Difficulty::Easy, 1..=2) => LowImpact,
        (Goal::Fitness | Goal::Weight, Difficulty::Hard, 3..) => HighIntensity,
        _ => MediumIntensity,
    }
}
