//! Finds the rounds and exercises per round that fill a given time to the frame.
//!
//! For `auto_select`. The solver knows lengths, not exercises. Lengths of work and rest are always as
//! requested. The solver tries all shapes (rounds x exercises per round) and takes the one of least cost.
//! Within a shape, it puts the remainder of the time, in this order, into
//!
//! 1. the warm-up and the cool-down, evenly, each between [`MIN_BLOCK`] and its maximum,
//! 2. the round rests, up to [`MAX_ROUND_REST`] each,
//! 3. get-ready, by at most one work and its rest: a longer wait could hold another exercise.
//!
//! Without a warm-up and a cool-down, the remainder goes into the last two only.

use super::check::{MAX_ROUNDS, Times};
use crate::units::{FPS, Frames};

const fn seconds(count: u64) -> Frames {
    Frames(count * FPS as u64)
}

/// Shortest warm-up or cool-down: one exercise, long enough to get used to it.
pub(super) const MIN_BLOCK: Frames = seconds(15);
/// Longest warm-up or cool-down: a third of the half hour that clients mostly ask for.
pub(super) const MAX_BLOCK: Frames = seconds(600);
/// Longest round rest that the solver makes: long enough to drink, too short to cool down.
const MAX_ROUND_REST: Frames = seconds(120);
/// The most that get-ready grows, even if the work is longer.
const MAX_WAIT: Frames = seconds(300);
/// Most work exercises in all rounds. With both sides and the rests, they stay below the limit of intervals.
const MAX_WORKS: u32 = 600;
/// The usual number of exercises in a round.
const USUAL_ROUND: u32 = 8;
/// A round of fewer exercises feels like one exercise repeated.
const MIN_STATIONS: u32 = 4;

/// Bounds for the length of the warm-up or the cool-down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LengthBounds {
    pub(super) least: Frames,
    pub(super) most: Frames,
}

impl LengthBounds {
    /// The bounds of a block that is left out.
    pub(super) const NONE: Self = Self {
        least: Frames::ZERO,
        most: Frames::ZERO,
    };

    fn is_some(self) -> bool {
        self.most > Frames::ZERO
    }

    /// The usual length: a tenth of the workout, at most five minutes, within the bounds.
    fn usual(self, target: Frames) -> Frames {
        Frames(target.0 / 10)
            .min(seconds(300))
            .clamp(self.least, self.most)
    }
}

/// The time to fill and the settings for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct SolverInput {
    pub(super) target: Frames,
    pub(super) times: Times,
    /// Number of different work exercises to choose from.
    pub(super) pool: u32,
    /// The requested number of rounds; `None` allows any number.
    pub(super) rounds: Option<u32>,
    pub(super) warm_up: LengthBounds,
    pub(super) cool_down: LengthBounds,
}

/// A shape, and where its remainder goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Solution {
    pub(super) rounds: u32,
    /// Exercises per round.
    pub(super) stations: u32,
    pub(super) warm_up: Frames,
    pub(super) cool_down: Frames,
    /// Sum of the frames by which all round rests are longer than requested.
    pub(super) longer_round_rests: Frames,
    /// Frames by which get-ready is longer than requested.
    pub(super) longer_get_ready: Frames,
}

/// The possible lengths nearest to the target: the longest below it and the shortest above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct NearestLengths {
    pub(super) below: Option<Frames>,
    pub(super) above: Option<Frames>,
}

impl SolverInput {
    /// Returns the solution of least cost. If there is none, returns the nearest lengths that have one.
    pub(super) fn solve(&self) -> Result<Solution, NearestLengths> {
        let best = self
            .shapes()
            .filter_map(|shape| self.solution_of(shape))
            .min_by_key(|(cost, _)| *cost);
        best.map(|(_, solution)| solution).ok_or_else(|| self.nearest())
    }

    /// All shapes (rounds, stations) to try.
    fn shapes(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let rounds = self.rounds.map_or(1..=MAX_ROUNDS, |r| r..=r);
        rounds.flat_map(|r| (1..=self.pool.min(MAX_WORKS / r)).map(move |p| (r, p)))
    }

    /// Length of a shape without warm-up, cool-down and any growth.
    fn fixed(&self, (rounds, stations): (u32, u32)) -> Frames {
        let (r, p) = (u64::from(rounds), u64::from(stations));
        let around = u64::from(self.warm_up.is_some()) + u64::from(self.cool_down.is_some());
        self.times.get_ready
            + self.times.work * (r * p)
            + self.times.rest * (r * (p - 1) + around)
            + self.times.round_rest * (r - 1)
            + self.times.finish
    }

    /// The most by which all round rests together may grow.
    fn round_rests_grow(&self, rounds: u32) -> Frames {
        MAX_ROUND_REST.saturating_sub(self.times.round_rest) * u64::from(rounds - 1)
    }

    /// The most by which get-ready may grow.
    fn get_ready_grows(&self) -> Frames {
        (self.times.work + self.times.rest).min(MAX_WAIT)
    }

    /// The shortest and the longest length that a shape can have.
    fn reach(&self, shape: (u32, u32)) -> (Frames, Frames) {
        let fixed = self.fixed(shape);
        let most = fixed
            + self.warm_up.most
            + self.cool_down.most
            + self.round_rests_grow(shape.0)
            + self.get_ready_grows();
        (fixed + self.warm_up.least + self.cool_down.least, most)
    }

    /// Distributes the remainder of a shape. Returns the cost and the
    /// solution; `None` if the shape cannot have the target length.
    fn solution_of(&self, shape: (u32, u32)) -> Option<(u64, Solution)> {
        let (least, most) = self.reach(shape);
        if !(least..=most).contains(&self.target) {
            return None;
        }
        let remainder = self.target - self.fixed(shape);
        let in_blocks = remainder.min(self.warm_up.most + self.cool_down.most);
        let (warm_up, cool_down) = halves(in_blocks, self.warm_up, self.cool_down);
        let longer_round_rests = (remainder - in_blocks).min(self.round_rests_grow(shape.0));
        let solution = Solution {
            rounds: shape.0,
            stations: shape.1,
            warm_up,
            cool_down,
            longer_round_rests,
            longer_get_ready: remainder - in_blocks - longer_round_rests,
        };
        Some((self.cost(&solution), solution))
    }

    /// Returns the cost of a solution. The cost says how far a solution is from what users like, in frames:
    ///
    /// - 1 for each frame of warm-up and cool-down more or less than usual,
    /// - 2 for each frame that the round rests are longer than requested,
    /// - 4 for each frame that get-ready is longer than requested,
    /// - five seconds for each exercise more or less than in a usual round,
    /// - ten minutes for each exercise that a varied round lacks,
    ///   so that a round is monotonous only if nothing else fits.
    fn cost(&self, solution: &Solution) -> u64 {
        let usual = self.warm_up.usual(self.target) + self.cool_down.usual(self.target);
        let varied = MIN_STATIONS.min(self.pool);
        (solution.warm_up + solution.cool_down).0.abs_diff(usual.0)
            + 2 * solution.longer_round_rests.0
            + 4 * solution.longer_get_ready.0
            + seconds(5).0 * u64::from(solution.stations.abs_diff(USUAL_ROUND))
            + seconds(600).0 * u64::from(varied.saturating_sub(solution.stations))
    }

    fn nearest(&self) -> NearestLengths {
        let mut nearest = NearestLengths::default();
        for (least, most) in self.shapes().map(|shape| self.reach(shape)) {
            if most < self.target {
                nearest.below = nearest.below.max(Some(most));
            } else {
                nearest.above = Some(nearest.above.map_or(least, |above| above.min(least)));
            }
        }
        nearest
    }
}

/// Divides `total` between two blocks as evenly as their
/// bounds allow. `total` must be within the sum of the bounds.
fn halves(total: Frames, a: LengthBounds, b: LengthBounds) -> (Frames, Frames) {
    let least = a.least.max(total.saturating_sub(b.most));
    let most = a.most.min(total.saturating_sub(b.least));
    let first = Frames(total.0.div_ceil(2)).clamp(least, most.max(least));
    (first, total - first)
}

/// Divides the length of a block into exercises of about half a minute, none longer than a minute. Uses at
/// most `pool` exercises, unless the length needs more.
pub(super) fn cut(total: Frames, pool: usize) -> Vec<Frames> {
    let count_of = |length: Frames| total.0 / length.0;
    let fewest = total.0.div_ceil(seconds(60).0);
    let usual = (total.0 + seconds(15).0) / seconds(30).0;
    let count = usual.min(pool as u64).min(count_of(MIN_BLOCK)).max(fewest).max(1);
    (0..count)
        .map(|i| Frames(total.0 / count + u64::from(i < total.0 % count)))
        .collect()
}
