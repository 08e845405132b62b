//! The words for muscles and equipment, and the comparison of names.
//!
//! For the checks of the catalogue and of the planner. The words are those of free-exercise-db, so that its
//! entries can be used unchanged.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// Names of muscles in a catalogue.
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

/// Names of equipment in a catalogue. `body only` is not one of them: an exercise that needs
/// nothing has an empty list.
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

/// Words for no equipment in a search or request. `body only` is the word of free-exercise-db.
pub const NO_EQUIPMENT: [&str; 2] = ["none", "body only"];

/// A piece of equipment in a request. This type exists only for the OpenAPI document.
#[derive(Debug)]
pub struct EquipmentName;

/// A piece of equipment, or none, in a search. This type exists only for the OpenAPI document.
#[derive(Debug)]
pub struct EquipmentFilter;

/// A muscle in a search. This type exists only for the OpenAPI document.
#[derive(Debug)]
pub struct MuscleName;

fn equipment_names() -> impl Iterator<Item = &'static str> {
    NO_EQUIPMENT.into_iter().chain(EQUIPMENT.iter().copied())
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String))
}

impl PartialSchema for EquipmentName {
    fn schema() -> RefOr<Schema> {
        // A pattern accepts the same texts as a list of values, but leaves clients the type string. Clients
        // take such names from exercises, whose equipment has the type string, too.
        let names: Vec<&str> = equipment_names().collect();
        let about = "Something to train with; `none` adds nothing.";
        let name = text().pattern(Some(format!("^({})$", names.join("|"))));
        name.description(Some(about)).into()
    }
}

impl PartialSchema for EquipmentFilter {
    fn schema() -> RefOr<Schema> {
        text().enum_values(Some(equipment_names())).into()
    }
}

impl PartialSchema for MuscleName {
    fn schema() -> RefOr<Schema> {
        text().enum_values(Some(MUSCLES.iter().copied())).into()
    }
}

impl ToSchema for EquipmentName {}
impl ToSchema for EquipmentFilter {}
impl ToSchema for MuscleName {}

/// The form of a name for comparisons: lower case, without outer white space.
pub(crate) fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Returns the candidates that are most similar to `wanted`, best first: at most three, and only
/// similar ones.
pub(crate) fn nearest<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<String> {
    /// Two names with a lower likeness share little more than a few letters.
    const ALIKE: f64 = 0.7;
    /// A candidate whose likeness is lower than the best by more than this is not what the client meant.
    const BEHIND: f64 = 0.1;
    /// Longest text to compare, in bytes. Names are shorter. The time of a comparison grows with
    /// the product of both lengths.
    const LONGEST: usize = 120;
    if wanted.len() > LONGEST {
        return Vec::new();
    }
    let wanted = NameWords::of(wanted);
    let mut scored: Vec<(f64, &str)> = candidates
        .map(|name| (wanted.likeness(&NameWords::of(name)), name))
        .filter(|(score, _)| *score >= ALIKE)
        .collect();
    // The sort is stable: equally similar names keep the order of the catalogue.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let best = scored.first().map_or(0.0, |(score, _)| *score);
    scored
        .into_iter()
        .take_while(|(score, _)| best - score <= BEHIND)
        .take(3)
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// A name, prepared for comparisons. People leave words out, and use plurals and dashes freely.
struct NameWords {
    /// The words of the name: folded, in the singular.
    words: Vec<String>,
    /// All words joined, without separators.
    joined: String,
}

impl NameWords {
    /// Largest number of words. More words add no information, and every word is compared with every other.
    const MAX: usize = 8;

    fn of(name: &str) -> Self {
        let name = folded(name).replace(['\'', '’'], "");
        let parts = name.split(|c: char| !c.is_alphanumeric());
        let words: Vec<String> = parts
            .filter(|part| !part.is_empty())
            .take(Self::MAX)
            .map(|part| singular(part).to_owned())
            .collect();
        Self {
            joined: words.concat(),
            words,
        }
    }

    /// Returns the likeness of two names, from 0 to 1: the likeness of the whole names or that of
    /// their words, whichever is greater.
    fn likeness(&self, other: &Self) -> f64 {
        let whole = strsim::jaro_winkler(&self.joined, &other.joined);
        whole.max(self.in_common(other))
    }

    /// Returns the likeness of the words: 0 without a common word, little more than 0.7 with one common word
    /// of many, and 1 if all words are common.
    fn in_common(&self, other: &Self) -> f64 {
        /// Shorter words ("up", "in") have too little meaning of their own.
        const TELLING: usize = 3;
        let (mut mine, mut theirs) = ([0.0_f64; Self::MAX], [0.0_f64; Self::MAX]);
        let mut told = false;
        for (word, best) in self.words.iter().zip(&mut mine) {
            for (other, others_best) in other.words.iter().zip(&mut theirs) {
                let likeness = word_likeness(word, other);
                *best = best.max(likeness);
                *others_best = others_best.max(likeness);
            }
            told |= *best > 0.0 && word.chars().count() >= TELLING;
        }
        if !told {
            return 0.0;
        }
        let share = |best: &[f64], of: &[String]| best.iter().sum::<f64>() / of.len() as f64;
        0.7 + 0.3 * share(&mine, &self.words) * share(&theirs, &other.words)
    }
}

/// Returns the likeness of two words, from 0 to 1: 1 for the same word, 0.9 for another ending (march,
/// marching), at least 0.75 for a typing mistake, and otherwise 0.
fn word_likeness(a: &str, b: &str) -> f64 {
    /// Shortest stem. Too many different words begin with the same shorter stem.
    const STEM: usize = 4;
    /// One wrong letter in four.
    const SLIP: f64 = 0.75;
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    if a == b {
        1.0
    } else if a.chars().next() != b.chars().next() || short * 2 < long {
        // Few people mistype the first letter. This test makes comparisons with thousands of names fast.
        0.0
    } else if short >= STEM && (a.starts_with(b) || b.starts_with(a)) {
        0.9
    } else {
        let likeness = strsim::normalized_damerau_levenshtein(a, b);
        if likeness >= SLIP { likeness } else { 0.0 }
    }
}

/// Removes the ending of an English plural, roughly: both sides of a comparison get the same treatment.
fn singular(word: &str) -> &str {
    let hissing = ["ches", "shes", "sses", "xes"];
    if hissing.iter().any(|ending| word.ends_with(ending)) {
        return &word[..word.len() - 2];
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.chars().count() > 1 && !stem.ends_with('s') => stem,
        _ => word,
    }
}
