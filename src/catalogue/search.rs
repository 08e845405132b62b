//! Search in the catalogue, with the filters of the API's list of exercises.
//!
//! For the API. The search knows nothing of HTTP.

use super::{Catalogue, Category, Difficulty, Exercise, folded};

/// The conditions of a search. An exercise must meet every condition that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The exercise has this category.
    pub category: Option<Category>,
    /// The exercise has this difficulty.
    pub difficulty: Option<Difficulty>,
    /// The exercise trains this muscle, as a primary or a secondary muscle. Letter case is ignored.
    pub muscle: Option<String>,
    /// The exercise needs this equipment. `none` and `body only` stand for exercises that need nothing.
    pub equipment: Option<String>,
    /// The exercise has no jump.
    pub no_jump: bool,
    /// Every word of this text occurs in the id, name, description or muscles. Letter case is ignored.
    pub text: Option<String>,
}

impl Filter {
    /// Whether an exercise meets all conditions.
    #[must_use]
    pub fn matches(&self, exercise: &Exercise) -> bool {
        self.category.is_none_or(|c| c == exercise.category)
            && self.difficulty.is_none_or(|d| d == exercise.difficulty)
            && !(self.no_jump && exercise.has_jump)
            && self.muscle.as_deref().is_none_or(|m| trains(exercise, m))
            && self.equipment.as_deref().is_none_or(|e| needs(exercise, e))
            && self.text.as_deref().is_none_or(|t| mentions(exercise, t))
    }
}

impl Catalogue {
    /// Returns the exercises that match, in the order of the file. They include the unavailable ones.
    pub fn search(&self, filter: &Filter) -> impl Iterator<Item = &Exercise> {
        self.exercises()
            .iter()
            .filter(|exercise| filter.matches(exercise))
    }
}

fn muscles(exercise: &Exercise) -> impl Iterator<Item = &String> {
    exercise.muscles.primary.iter().chain(&exercise.muscles.secondary)
}

fn trains(exercise: &Exercise, muscle: &str) -> bool {
    let muscle = folded(muscle);
    muscles(exercise).any(|m| *m == muscle)
}

fn needs(exercise: &Exercise, equipment: &str) -> bool {
    match folded(equipment).as_str() {
        "none" | "body only" => exercise.equipment.is_empty(),
        wanted => exercise.equipment.iter().any(|e| e == wanted),
    }
}

fn mentions(exercise: &Exercise, text: &str) -> bool {
    let mut all = format!("{} {} {}", exercise.id, exercise.name, exercise.description);
    for muscle in muscles(exercise) {
        all.push(' ');
        all.push_str(muscle);
    }
    let all = all.to_lowercase();
    text.to_lowercase()
        .split_whitespace()
        .all(|word| all.contains(word))
}
