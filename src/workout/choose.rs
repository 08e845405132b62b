//! Chooses exercises: the pool that a request allows, and
//! an order in which neighbours train different muscles.
//!
//! For the planner and the week planner. This module does not know lengths.

use super::Avoid;
use super::check::Options;
use super::seeded_rng::SeededRng;
use crate::catalogue::{Catalogue, Category, Difficulty, Exercise, MUSCLES};

/// The categories of exercises that are chosen for the work.
pub(super) const WORK: &[Category] = &[Category::Strength, Category::Cardio, Category::Core];

/// What an exercise must be to be chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Constraints<'a> {
    pub(super) categories: &'a [Category],
    pub(super) no_jump: bool,
    pub(super) avoid: &'a [Avoid],
    /// Allowed difficulties; `None` allows all.
    pub(super) levels: Option<&'a [Difficulty]>,
    /// Equipment at hand; `None` allows all equipment.
    pub(super) equipment: Option<&'a [String]>,
}

impl<'a> Constraints<'a> {
    /// Constraints for work exercises. Equipment that the request does not name counts as not at hand.
    pub(super) fn for_work(options: &'a Options) -> Self {
        Self {
            categories: WORK,
            no_jump: options.no_jump,
            avoid: &options.avoid,
            levels: options.levels.as_deref(),
            equipment: Some(options.equipment.as_deref().unwrap_or_default()),
        }
    }

    /// Constraints for the warm-up or the cool-down: those for work, but with every difficulty, because the
    /// difficulty of an exercise does not matter in a warm-up.
    pub(super) fn for_category(category: &'a [Category], options: &'a Options) -> Self {
        Self {
            categories: category,
            levels: None,
            ..Self::for_work(options)
        }
    }

    /// Returns whether an exercise meets the constraints. Whether its clip is available does not matter here.
    pub(super) fn met_by(&self, exercise: &Exercise) -> bool {
        let at_hand = |all: &[String]| {
            exercise
                .equipment
                .iter()
                .all(|needed| all.iter().any(|have| have == needed))
        };
        self.categories.contains(&exercise.category)
            && !(self.no_jump && exercise.has_jump)
            && !self.avoid.iter().any(|thing| thing.leaves_out(exercise))
            && self
                .levels
                .is_none_or(|levels| levels.contains(&exercise.difficulty))
            && self.equipment.is_none_or(at_hand)
    }

    /// Returns all available exercises that meet the constraints, in the order of the catalogue.
    pub(super) fn pool<'c>(&self, catalogue: &'c Catalogue) -> Vec<&'c Exercise> {
        let shown = |e: &&Exercise| catalogue.unavailable(&e.id).is_none();
        let all = catalogue.exercises().iter();
        all.filter(shown).filter(|e| self.met_by(e)).collect()
    }
}

/// Chooses `count` different exercises at random and orders
/// them so that neighbours have no primary muscle in common.
///
/// If `cyclic` is true, the first exercise follows the last one again, so these two are neighbours, too. If
/// the pool does not allow such an order, as few neighbours as possible have a muscle in common. The minimum
/// is exact for pools of up to seven exercises; for larger pools it is the best that a bounded search finds.
pub(crate) fn circuit<'a>(
    mut pool: Vec<&'a Exercise>,
    count: usize,
    cyclic: bool,
    rng: &mut SeededRng,
) -> Vec<&'a Exercise> {
    rng.shuffle(&mut pool);
    let muscles: Vec<u32> = pool.iter().map(|e| primary_muscles(e)).collect();
    let search = Search {
        muscles: &muscles,
        count: count.min(pool.len()),
        cyclic,
    };
    // The four searches (0 to 3 clashes) take a millisecond. Nobody sees the difference between orders with
    // more than three clashes, so `greedy` makes those.
    let order = (0..=3).find_map(|clashes| search.with_clashes(clashes));
    let order = order.unwrap_or_else(|| search.greedy());
    order.into_iter().map(|i| pool[i]).collect()
}

/// Returns a bit set of an exercise's primary muscles.
fn primary_muscles(exercise: &Exercise) -> u32 {
    let bit = |name: &String| MUSCLES.iter().position(|m| m == name).map_or(0, |i| 1 << i);
    exercise
        .muscles
        .primary
        .iter()
        .map(bit)
        .fold(0, |all, one| all | one)
}

struct Search<'a> {
    /// The primary muscles of each exercise in the pool, in shuffled order.
    muscles: &'a [u32],
    count: usize,
    cyclic: bool,
}

impl Search<'_> {
    /// Steps after which a search gives up. This is more than
    /// a search through every order of seven exercises takes.
    const LOOKS: u32 = 200_000;

    /// Returns how many neighbours clash (have a primary
    /// muscle in common) when candidate `i` follows `chosen`.
    fn clashes(&self, chosen: &[usize], i: usize) -> u32 {
        let shared = |other: &usize| u32::from(self.muscles[*other] & self.muscles[i] != 0);
        let closes = self.cyclic && chosen.len() + 1 == self.count;
        chosen.last().map_or(0, shared)
            + if closes {
                chosen.first().map_or(0, shared)
            } else {
                0
            }
    }

    /// Returns the first order (in shuffled order) with at most
    /// `allowed` clashes. Depth-first search with backtracking.
    fn with_clashes(&self, allowed: u32) -> Option<Vec<usize>> {
        let mut chosen: Vec<usize> = Vec::new();
        let mut spent: Vec<u32> = Vec::new();
        let mut used = vec![false; self.muscles.len()];
        let mut candidate = 0;
        for _ in 0..Self::LOOKS {
            if chosen.len() == self.count {
                return Some(chosen);
            }
            if candidate == self.muscles.len() {
                let last = chosen.pop()?;
                spent.pop();
                used[last] = false;
                candidate = last + 1;
                continue;
            }
            let total = spent.last().unwrap_or(&0) + self.clashes(&chosen, candidate);
            if !used[candidate] && total <= allowed {
                used[candidate] = true;
                chosen.push(candidate);
                spent.push(total);
                candidate = 0;
            } else {
                candidate += 1;
            }
        }
        None
    }

    /// Repeatedly takes the first exercise that does not clash
    /// with the one before it, or the first exercise if all clash.
    fn greedy(&self) -> Vec<usize> {
        let mut left: Vec<usize> = (0..self.muscles.len()).collect();
        let mut chosen = Vec::new();
        while chosen.len() < self.count {
            let fits = left.iter().position(|&i| self.clashes(&chosen, i) == 0);
            // `count` is at most the size of the pool, so `left` is not empty here.
            chosen.push(left.remove(fits.unwrap_or(0)));
        }
        chosen
    }
}
