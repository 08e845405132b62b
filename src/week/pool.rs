//! Finds the exercises from which a session may choose.
//!
//! For `session`. No exercise of a pool is harder than the level, avoided, or in need of equipment that is
//! not at hand. All others come in tiers, and those that suit the goal best come first. The next tier is
//! added only if the tiers before have too few exercises, or if none of their exercises trains a muscle group
//! that the session should train. In the second case, only exercises for such a group are added.

use std::collections::BTreeSet;

use serde_json::json;

use super::focus::{Focus, MuscleGroup, groups};
use super::request::{Goal, Goals};
use crate::catalogue::{Catalogue, Category, Difficulty, Exercise};
use crate::workout::{Avoid, PlanError, Violation, ViolationCode};

/// A pool with fewer exercises takes in the whole next tier.
const ENOUGH: usize = 4;
/// Fewest exercises of a session. With fewer, a session would repeat the same ones over and over.
pub(super) const MIN: usize = 3;

/// The limits of the person, which are the same for each session.
#[derive(Debug, Clone, Copy)]
struct Bounds<'a> {
    level: Difficulty,
    avoid: &'a [Avoid],
    /// Equipment at hand; `None` stands for all equipment.
    equipment: Option<&'a [String]>,
}

impl<'a> Bounds<'a> {
    fn of(goals: &'a Goals) -> Self {
        Self {
            level: goals.level,
            avoid: &goals.avoid,
            equipment: Some(&goals.equipment),
        }
    }

    fn allow(&self, exercise: &Exercise) -> bool {
        let at_hand = |all: &[String]| exercise.equipment.iter().all(|needed| all.contains(needed));
        exercise.difficulty <= self.level
            && !self.avoid.iter().any(|thing| thing.leaves_out(exercise))
            && self.equipment.is_none_or(at_hand)
    }

    /// Returns all exercises that suit, in the order of the tiers, and in that of the catalogue
    /// within a tier.
    fn pool<'c>(&self, goal: Goal, focus: Focus, catalogue: &'c Catalogue) -> Vec<&'c Exercise> {
        let mut pool: Vec<&Exercise> = Vec::new();
        for tier in tiers(goal, focus, self.level) {
            let enough = pool.len() >= ENOUGH;
            let trained: BTreeSet<MuscleGroup> = pool.iter().flat_map(|e| groups(e)).collect();
            let missing = |group: MuscleGroup| focus.wants().contains(&group) && !trained.contains(&group);
            pool.extend(catalogue.exercises().iter().filter(|exercise| {
                tier.holds(exercise)
                    && (!enough || groups(exercise).any(missing))
                    && focus.holds(exercise)
                    && self.allow(exercise)
                    && catalogue.unavailable(&exercise.id).is_none()
            }));
        }
        pool
    }
}

/// The exercises of some categories and difficulties.
struct Tier {
    categories: &'static [Category],
    levels: &'static [Difficulty],
}

impl Tier {
    fn holds(&self, exercise: &Exercise) -> bool {
        self.categories.contains(&exercise.category) && self.levels.contains(&exercise.difficulty)
    }
}

/// Returns the tiers of a session, the most suitable first. No exercise is in two of them.
fn tiers(goal: Goal, focus: Focus, level: Difficulty) -> Vec<Tier> {
    use Category::{Cardio, CoolDown, Core, Strength, WarmUp};
    use Difficulty::{Easy, Hard, Medium};
    let tier = |categories, levels| Tier { categories, levels };
    if focus == Focus::Easy {
        return vec![tier(&[WarmUp, CoolDown], &[Easy, Medium, Hard])];
    }
    // At level hard, medium and hard exercises come before easy ones.
    let levels: &[&[Difficulty]] = match level {
        Hard => &[&[Medium, Hard], &[Easy]],
        _ => &[&[Easy, Medium]],
    };
    let kinds: &[&[Category]] = match goal {
        Goal::Strength => &[&[Strength, Core], &[Cardio]],
        _ => &[&[Strength, Cardio, Core]],
    };
    let work = kinds
        .iter()
        .flat_map(|categories| levels.iter().map(move |levels| tier(categories, levels)));
    work.chain([tier(&[WarmUp], &[Easy, Medium, Hard])]).collect()
}

/// Returns the exercises for a session with a focus. They may be fewer than [`MIN`].
pub(super) fn pool<'c>(goals: &Goals, focus: Focus, catalogue: &'c Catalogue) -> Vec<&'c Exercise> {
    Bounds::of(goals).pool(goals.goal, focus, catalogue)
}

/// Returns the error for a pool with too few exercises. Its sentence says how many there would be
/// without one of the client's demands.
pub(super) fn too_few(goals: &Goals, focus: Focus, catalogue: &Catalogue) -> PlanError {
    let bounds = Bounds::of(goals);
    let found = |bounds: Bounds<'_>| bounds.pool(goals.goal, focus, catalogue).len();
    let left = found(bounds);
    let mut looser = Vec::new();
    for thing in &goals.avoid {
        let mut avoid = goals.avoid.clone();
        avoid.retain(|other| other != thing);
        let count = found(Bounds {
            avoid: &avoid,
            ..bounds
        });
        let value = match thing {
            Avoid::Jumps => "with_jumps",
            Avoid::Floor => "with_floor",
            Avoid::Kneeling => "with_kneeling",
        };
        looser.push((count, value, "/avoid", format!("allow {}", thing.word())));
    }
    let harder = [
        (Difficulty::Medium, "with_medium", "ask for level medium"),
        (Difficulty::Hard, "with_hard", "ask for level hard"),
    ];
    for (level, value, advice) in harder.into_iter().filter(|(level, ..)| *level > goals.level) {
        let count = found(Bounds { level, ..bounds });
        looser.push((count, value, "/level", advice.to_owned()));
    }
    let everything = Bounds {
        equipment: None,
        ..bounds
    };
    looser.push((
        found(everything),
        "with_any_equipment",
        "/equipment",
        "have more equipment at hand".to_owned(),
    ));
    looser.retain(|(count, ..)| *count >= MIN);
    let advice: Vec<String> = looser
        .iter()
        .map(|(count, _, _, advice)| format!("{advice} ({count} would be left)"))
        .collect();
    let what = match (focus, goals.goal) {
        (Focus::Easy, Goal::Mobility) => "of warm-ups and stretches",
        (Focus::Easy, _) => "of warm-ups and stretches, for an easy session between two of work,",
        _ => "of work",
    };
    let few = match left {
        0 => format!("no exercise {what} is left"),
        1 => format!("only one exercise {what} is left, and a session needs {MIN}"),
        n => format!("only {n} exercises {what} are left, and a session needs {MIN}"),
    };
    let fewer_days = advice.is_empty() && focus == Focus::Easy && goals.goal != Goal::Mobility;
    let hint = if fewer_days {
        "ask for fewer days, with rest between".to_owned()
    } else if advice.is_empty() {
        "nothing in the request would change that: the catalogue has too few".to_owned()
    } else {
        advice.join(", or ")
    };
    let pointer = looser.first().map_or("", |(_, _, pointer, _)| *pointer);
    let mut values = json!({"left": left, "needed": MIN, "fewer_days": fewer_days});
    for (count, value, ..) in &looser {
        values[*value] = json!(count);
    }
    let violation = Violation::new(pointer, format!("{few}: {hint}"));
    PlanError::Invalid(vec![violation.coded(ViolationCode::TooFewExercises, values)])
}
