//! One exercise as the catalogue describes it.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::units::Seconds;

/// An exercise's slug: lower-case letters, digits and single dashes. Checked when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ExerciseId(Arc<str>);

impl ExerciseId {
    /// `None` unless `slug` is 1 to 64 of `a-z`, `0-9` and `-`, without a dash at either end.
    #[must_use]
    pub fn new(slug: &str) -> Option<Self> {
        let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        let ok = (1..=64).contains(&slug.len())
            && slug.bytes().all(legal)
            && !slug.starts_with('-')
            && !slug.ends_with('-');
        ok.then(|| Self(slug.into()))
    }

    /// The slug itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExerciseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A language's tag: two lower-case letters (ISO 639-1). Checked when it is made. Any language: which of them
/// a workout can be told in is not the catalogue's matter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct LanguageTag(Arc<str>);

impl LanguageTag {
    /// `None` unless `tag` is two of `a-z`. Whether there is such a language is not asked.
    #[must_use]
    pub fn new(tag: &str) -> Option<Self> {
        let ok = tag.len() == 2 && tag.bytes().all(|c| c.is_ascii_lowercase());
        ok.then(|| Self(tag.into()))
    }

    /// The tag itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A map of translations is asked by the plain tag, too. The derived order and hash are those of the text.
impl Borrow<str> for LanguageTag {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// An exercise's texts in another language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Translation {
    /// Name in that language; it need not be unique, and requests do not take it.
    #[schema(example = "Pompes")]
    pub name: String,
    /// How to do it right, in that language.
    pub description: String,
}

/// Where in a workout an exercise belongs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Before the work.
    WarmUp,
    /// Work against resistance.
    Strength,
    /// Work that raises the pulse.
    Cardio,
    /// Work for the trunk.
    Core,
    /// After the work.
    CoolDown,
}

/// How demanding an exercise is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Difficulty {
    /// Anybody.
    Easy,
    /// Some practice.
    Medium,
    /// Trained people.
    Hard,
}

/// The lowest position that an exercise takes one into.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// Nothing but the feet touches the floor.
    Standing,
    /// On hands or forearms and feet, as in a plank.
    Supported,
    /// A knee touches the floor, whatever else does.
    Kneeling,
    /// On the seat.
    Sitting,
    /// On the back, the belly or a side.
    Lying,
}

/// How an exercise uses the two sides of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// Both at once.
    Both,
    /// Left and right in turn, within the clip.
    Alternating,
    /// One, then the other: the interval is split and its second half mirrored.
    PerSide,
}

/// Muscles by the free-exercise-db names ("abdominals", "lower back", ...).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Muscles {
    /// What the exercise is for.
    pub primary: Vec<String>,
    /// What helps.
    #[serde(default)]
    pub secondary: Vec<String>,
}

/// The part of a clip that is repeated, in seconds from its first frame.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LoopRange {
    /// First instant that is shown.
    #[schema(value_type = f64)]
    pub start: Seconds,
    /// First instant that is no longer shown.
    #[schema(value_type = f64)]
    pub end: Seconds,
}

/// Who made a clip and text, and what others may do with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Attribution {
    /// SPDX identifier, such as `CC0-1.0`.
    pub license: String,
    /// Person or project.
    pub author: String,
    /// Where it came from: an address or a sentence.
    pub source: String,
}

/// A checked exercise.
#[derive(Debug, Clone, PartialEq)]
pub struct Exercise {
    /// Unique slug.
    pub id: ExerciseId,
    /// Unique name (letter case ignored), as the HUD shows it.
    pub name: String,
    /// How to do it right, one or two sentences.
    pub description: String,
    /// Name and description in other languages; empty for none.
    pub translations: BTreeMap<LanguageTag, Translation>,
    /// One emoji or a short icon name.
    pub icon: String,
    /// File name in the videos folder: relative, no `..`, no separator at its start.
    pub video: String,
    /// Where in a workout it belongs.
    pub category: Category,
    /// How demanding it is.
    pub difficulty: Difficulty,
    /// Both feet leave the floor.
    pub has_jump: bool,
    /// How far down it goes; `None` where the catalogue does not say.
    pub position: Option<Position>,
    /// How it uses the two sides of the body.
    pub sides: Sides,
    /// What it trains.
    pub muscles: Muscles,
    /// What it needs; empty for none.
    pub equipment: Vec<String>,
    /// Metabolic equivalent of task (Compendium of Physical Activities).
    pub met: f64,
    /// Usual length of one interval of it.
    pub default_duration: Seconds,
    /// Part of the clip to repeat; the whole clip when missing.
    pub loop_range: Option<LoopRange>,
    /// The frame that a poster is made of, counted from the first one that is shown; without it, one is
    /// chosen.
    pub poster: Option<Seconds>,
    /// Who made it.
    pub attribution: Attribution,
}
