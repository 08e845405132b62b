//! Which exercises match: the filters of the API's list.

use super::{Catalogue, Category, Difficulty, Exercise, folded};

/// What a list of exercises is narrowed to; every part that is set must match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this category.
    pub category: Option<Category>,
    /// Only this difficulty.
    pub difficulty: Option<Difficulty>,
    /// Trains this muscle, as a primary or a secondary one; letter case ignored.
    pub muscle: Option<String>,
    /// Needs this equipment; `none` or `body only` for exercises that need nothing.
    pub equipment: Option<String>,
    /// Leave out those with a jump.
    pub no_jump: bool,
    /// Every word of it occurs in the id, name, description or muscles; letter case ignored.
    pub text: Option<String>,
}

impl Filter {
    /// Whether an exercise matches.
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
    /// The exercises that match, in the order of the file; those that cannot be shown too.
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
