//! Chooses the exercises of a session from its pool.
//!
//! For `session`. The choice is balanced twice: within a session, each muscle group has its turn; over the
//! week, the exercises that came least often come next. A seeded random generator decides between equals.

use std::collections::HashMap;

use super::focus::{Focus, MuscleGroup, groups};
use super::request::Goal;
use crate::catalogue::{Category, Exercise, ExerciseId};
use crate::workout::choose::circuit;
use crate::workout::seeded_rng::SeededRng;

/// Number of further draws to find a session that differs from those before it. A pool of four
/// exercises has two dozen orders.
const TRIES: usize = 30;

/// The exercises of the sessions that were chosen before.
#[derive(Debug, Default)]
pub(super) struct History {
    times: HashMap<ExerciseId, u32>,
    sessions: Vec<Vec<ExerciseId>>,
}

impl History {
    fn had(&self, session: &[&Exercise]) -> bool {
        let same = |before: &Vec<ExerciseId>| before.iter().eq(session.iter().map(|e| &e.id));
        self.sessions.iter().any(same)
    }

    fn add(&mut self, session: &[&Exercise]) {
        for exercise in session {
            *self.times.entry(exercise.id.clone()).or_default() += 1;
        }
        self.sessions.push(session.iter().map(|e| e.id.clone()).collect());
    }
}

/// Returns `count` exercises in order. They differ from every session before if the pool allows it. `cyclic`:
/// the first exercise follows the last one again.
pub(super) fn choose<'c>(
    pool: &[&'c Exercise],
    count: usize,
    cyclic: bool,
    (goal, focus): (Goal, Focus),
    history: &mut History,
    rng: &mut SeededRng,
) -> Vec<&'c Exercise> {
    let mut draw = || {
        let chosen = balanced(pool, count, cardio_of(goal, focus), history, rng);
        circuit(chosen, count, cyclic, rng)
    };
    let mut session = draw();
    for _ in 0..TRIES {
        if !history.had(&session) {
            break;
        }
        session = draw();
    }
    history.add(&session);
    session
}

/// Returns n if one in n exercises should be cardio; `None` if their number does not matter.
fn cardio_of(goal: Goal, focus: Focus) -> Option<usize> {
    match (goal, focus) {
        (_, Focus::Easy) | (Goal::Strength | Goal::Mobility, _) => None,
        (Goal::Weight, _) => Some(2),
        (Goal::Fitness, _) => Some(3),
    }
}

/// Chooses `count` exercises of a pool one by one. Prefers, in this order: an exercise with a new
/// muscle group; an exercise that keeps the share of cardio; the muscle group that was trained
/// least; the exercise that came least.
fn balanced<'c>(
    pool: &[&'c Exercise],
    count: usize,
    cardio: Option<usize>,
    history: &History,
    rng: &mut SeededRng,
) -> Vec<&'c Exercise> {
    let mut left = pool.to_vec();
    rng.shuffle(&mut left);
    let mut chosen: Vec<&Exercise> = Vec::new();
    let mut trained: HashMap<MuscleGroup, u32> = HashMap::new();
    while chosen.len() < count {
        let had = chosen.iter().filter(|e| e.category == Category::Cardio).count();
        let wants = cardio.map(|one_in| one_in * had <= chosen.len());
        let new = |exercise: &Exercise| groups(exercise).any(|g| !trained.contains_key(&g));
        let some_new = left.iter().any(|e| new(e));
        let key = |exercise: &Exercise| {
            let amiss = wants.is_some_and(|wants| wants != (exercise.category == Category::Cardio));
            let group = groups(exercise)
                .map(|g| trained.get(&g).copied().unwrap_or(0))
                .max();
            let before = history.times.get(&exercise.id).copied().unwrap_or(0);
            (some_new && !new(exercise), amiss, group, before)
        };
        // Of equal exercises, takes the first in the shuffled order.
        let Some(best) = (0..left.len()).min_by_key(|i| key(left[*i])) else {
            break;
        };
        let exercise = left.remove(best);
        for group in groups(exercise) {
            *trained.entry(group).or_default() += 1;
        }
        chosen.push(exercise);
    }
    chosen
}
