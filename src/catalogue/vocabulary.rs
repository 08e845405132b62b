//! The words that a catalogue may use for muscles and equipment.
//!
//! For the catalogue's checks and the planner's. The names are those of free-exercise-db, so that
//! its entries can be taken over as they are.

/// Muscles.
pub const MUSCLES: &[&str] = &[
    "abdominals",
    "abductors",
    "adductors",
    "biceps",
    "calves",
    "chest",
    "forearms",
    "glutes",
    "hamstrings",
    "lats",
    "lower back",
    "middle back",
    "neck",
    "quadriceps",
    "shoulders",
    "traps",
    "triceps",
];

/// Equipment. `body only` is left out: an exercise that needs nothing has an empty list.
pub const EQUIPMENT: &[&str] = &[
    "dumbbell",
    "barbell",
    "kettlebells",
    "bands",
    "medicine ball",
    "exercise ball",
    "foam roll",
    "cable",
    "machine",
    "e-z curl bar",
    "other",
];

/// The form in which names are compared: without outer white space and letter case.
pub(crate) fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The candidates nearest to `wanted`, best first: at most three, none that is not alike at all.
pub(crate) fn nearest<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<String> {
    /// Below this Jaro-Winkler likeness two names share little more than a few letters.
    const ALIKE: f64 = 0.7;
    /// No name is longer, and the comparison takes the product of both lengths.
    const LONGEST: usize = 200;
    if wanted.len() > LONGEST {
        return Vec::new();
    }
    let wanted = folded(wanted);
    let mut scored: Vec<(f64, &str)> = candidates
        .map(|name| (strsim::jaro_winkler(&wanted, &folded(name)), name))
        .filter(|(score, _)| *score >= ALIKE)
        .collect();
    // Stable: names equally near stay in the order of the catalogue.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored
        .into_iter()
        .take(3)
        .map(|(_, name)| name.to_owned())
        .collect()
}
