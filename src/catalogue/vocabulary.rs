//! The words that a catalogue may use for muscles and equipment.
//!
//! For the catalogue's checks and the planner's. The names are those of free-exercise-db, so that
//! its entries can be taken over as they are.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

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

/// What a search for equipment may say for exercises that need none; the second is free-exercise-db's name.
pub const NO_EQUIPMENT: [&str; 2] = ["none", "body only"];

/// A piece of equipment in a request. For the OpenAPI document only.
#[derive(Debug)]
pub struct EquipmentName;

/// A piece of equipment, or none, in a search. For the OpenAPI document only.
#[derive(Debug)]
pub struct EquipmentFilter;

/// A muscle in a search. For the OpenAPI document only.
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
        // A pattern says the same as a list, and leaves the type of clients a text: they take such names from exercises,
        // whose equipment are texts, too.
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

/// The form in which names are compared: without outer white space and letter case.
pub(crate) fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The candidates nearest to `wanted`, best first: at most three, none that is not alike at all.
pub(crate) fn nearest<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<String> {
    /// Below this likeness two names share little more than a few letters.
    const ALIKE: f64 = 0.7;
    /// What is so much less alike than the best one is not what was meant.
    const BEHIND: f64 = 0.1;
    /// Bytes; names are shorter, and the comparison takes the product of both lengths.
    const LONGEST: usize = 120;
    if wanted.len() > LONGEST {
        return Vec::new();
    }
    let wanted = NameWords::of(wanted);
    let mut scored: Vec<(f64, &str)> = candidates
        .map(|name| (wanted.likeness(&NameWords::of(name)), name))
        .filter(|(score, _)| *score >= ALIKE)
        .collect();
    // Stable: names equally near stay in the order of the catalogue.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let best = scored.first().map_or(0.0, |(score, _)| *score);
    scored
        .into_iter()
        .take_while(|(score, _)| best - score <= BEHIND)
        .take(3)
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// A name as it is compared with others: people leave words out and write plurals and dashes freely.
struct NameWords {
    /// Folded, in the singular.
    words: Vec<String>,
    /// All of them without what was between them.
    joined: String,
}

impl NameWords {
    /// More words say no more; every one is compared with every other.
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

    /// From 0 to 1: as wholes or by the words that both have, whichever is more.
    fn likeness(&self, other: &Self) -> f64 {
        let whole = strsim::jaro_winkler(&self.joined, &other.joined);
        whole.max(self.in_common(other))
    }

    /// Nothing without a word in common; one of many is just alike, all of both is the same.
    fn in_common(&self, other: &Self) -> f64 {
        /// Shorter words ("up", "in") say nothing by themselves.
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

/// From 0 to 1: the same word, one with another ending (march, marching), or with a slip of the pen.
fn word_likeness(a: &str, b: &str) -> f64 {
    /// A stem of fewer letters begins too many words.
    const STEM: usize = 4;
    /// One slip in four letters.
    const SLIP: f64 = 0.75;
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    if a == b {
        1.0
    } else if a.chars().next() != b.chars().next() || short * 2 < long {
        // Few slip at the first letter; this is here to be quick with thousands of names.
        0.0
    } else if short >= STEM && (a.starts_with(b) || b.starts_with(a)) {
        0.9
    } else {
        let likeness = strsim::normalized_damerau_levenshtein(a, b);
        if likeness >= SLIP { likeness } else { 0.0 }
    }
}

/// English plurals, roughly: both sides of a comparison are treated alike.
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
