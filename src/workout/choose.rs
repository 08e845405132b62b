//! Which exercises: the pool that a request allows, and an order in which neighbours differ.
//!
//! For the planner. Knows nothing of lengths.

use super::Avoid;
use super::check::Options;
use super::seeded_rng::SeededRng;
use crate::catalogue::{Catalogue, Category, Difficulty, Exercise, MUSCLES};

/// The categories that the work is chosen from.
pub(super) const WORK: &[Category] = &[Category::Strength, Category::Cardio, Category::Core];

/// What an exercise must be to be chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Constraints<'a> {
    pub(super) categories: &'a [Category],
    pub(super) no_jump: bool,
    pub(super) avoid: &'a [Avoid],
    /// `None`: any.
    pub(super) levels: Option<&'a [Difficulty]>,
    /// What is at hand; `None`: everything.
    pub(super) equipment: Option<&'a [String]>,
}

impl<'a> Constraints<'a> {
    /// Those on the work. Who says nothing of equipment has none.
    pub(super) fn for_work(options: &'a Options) -> Self {
        Self {
            categories: WORK,
            no_jump: options.no_jump,
            avoid: &options.avoid,
            levels: options.levels.as_deref(),
            equipment: Some(options.equipment.as_deref().unwrap_or_default()),
        }
    }

    /// Those on the warm-up or the cool-down: the same, but of any difficulty, for there is no hard
    /// way to warm up.
    pub(super) fn for_category(category: &'a [Category], options: &'a Options) -> Self {
        Self {
            categories: category,
            levels: None,
            ..Self::for_work(options)
        }
    }

    /// Whether an exercise may be chosen, if it can be shown.
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

    /// All that may be chosen, in the order of the catalogue.
    pub(super) fn pool<'c>(&self, catalogue: &'c Catalogue) -> Vec<&'c Exercise> {
        let shown = |e: &&Exercise| catalogue.unavailable(&e.id).is_none();
        let all = catalogue.exercises().iter();
        all.filter(shown).filter(|e| self.met_by(e)).collect()
    }
}

/// Draws `count` different exercises and orders them so that neighbours share no primary muscle.
///
/// `cyclic`: the last one is followed by the first one again. Where the pool does not allow it, as
/// few neighbours as possible share one: the order is exact for the pools of up to seven, for larger ones
/// the best that a bounded search finds.
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
    // Four rounds of search take a millisecond; beyond three clashes nobody sees the difference.
    let order = (0..=3).find_map(|clashes| search.with_clashes(clashes));
    let order = order.unwrap_or_else(|| search.greedy());
    order.into_iter().map(|i| pool[i]).collect()
}

/// One bit for each primary muscle.
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
    /// Primary muscles of the pool, in drawn order.
    muscles: &'a [u32],
    count: usize,
    cyclic: bool,
}

impl Search<'_> {
    /// Looks at candidates until there is no more; more than enough for every order of seven.
    const LOOKS: u32 = 200_000;

    /// How many neighbours clash when candidate `i` comes after `chosen`.
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

    /// The first order, by drawn order, with at most `allowed` clashes: depth first, stepping back.
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

    /// Takes the first that does not clash with the one before, or else the first.
    fn greedy(&self) -> Vec<usize> {
        let mut left: Vec<usize> = (0..self.muscles.len()).collect();
        let mut chosen = Vec::new();
        while chosen.len() < self.count {
            let fits = left.iter().position(|&i| self.clashes(&chosen, i) == 0);
            // `count` is at most the pool's size, so something is left.
            chosen.push(left.remove(fits.unwrap_or(0)));
        }
        chosen
    }
}
