//! The types of one exercise, as the catalogue describes it.
//!
//! For all code that reads the catalogue. `read` creates the values and checks them.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::units::Seconds;

/// The slug of an exercise: lower-case letters, digits and dashes. Checked when it is created.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ExerciseId(Arc<str>);

impl ExerciseId {
    /// Returns `None` unless `slug` has 1 to 64 of the characters `a-z`, `0-9` and `-`, without a
    /// dash at either end.
    #[must_use]
    pub fn new(slug: &str) -> Option<Self> {
        let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        let ok = (1..=64).contains(&slug.len())
            && slug.bytes().all(legal)
            && !slug.starts_with('-')
            && !slug.ends_with('-');
        ok.then(|| Self(slug.into()))
    }

    /// The slug as a text.
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

/// The tag of a language: two lower-case letters (ISO 639-1). Checked when it is created. A tag may be of any
/// language, not only of those in which the program can present a workout.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct LanguageTag(Arc<str>);

impl LanguageTag {
    /// Returns `None` unless `tag` is two of the letters `a-z`. Does not check that the language exists.
    #[must_use]
    pub fn new(tag: &str) -> Option<Self> {
        let ok = tag.len() == 2 && tag.bytes().all(|c| c.is_ascii_lowercase());
        ok.then(|| Self(tag.into()))
    }

    /// The tag as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Lets a map of translations be searched by a plain text. The derived order and hash equal those of
/// the text, as `Borrow` requires.
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
    /// Slug, unique in the catalogue.
    pub id: ExerciseId,
    /// Name as the HUD shows it, unique in the catalogue if letter case is ignored.
    pub name: String,
    /// Instructions: how to do the exercise right, in one or two sentences.
    pub description: String,
    /// Name and description in other languages; empty if there are none.
    pub translations: BTreeMap<LanguageTag, Translation>,
    /// One emoji or a short icon name, at most 32 characters.
    pub icon: String,
    /// Path of the clip in the videos folder: relative, without `..` and without a separator at its start.
    pub video: String,
    /// The part of a workout to which the exercise belongs.
    pub category: Category,
    /// How demanding the exercise is.
    pub difficulty: Difficulty,
    /// Whether both feet leave the floor.
    pub has_jump: bool,
    /// Lowest position of the body; `None` if the catalogue does not state it.
    pub position: Option<Position>,
    /// How the exercise uses the two sides of the body.
    pub sides: Sides,
    /// Muscles that the exercise trains.
    pub muscles: Muscles,
    /// Equipment that the exercise needs; empty if it needs none.
    pub equipment: Vec<String>,
    /// Metabolic equivalent of task, 0.5 to 25 (Compendium of Physical Activities).
    pub met: f64,
    /// Usual length of one interval of the exercise, 5 to 600 seconds.
    pub default_duration: Seconds,
    /// The part of the clip that is repeated; `None` for the whole clip.
    pub loop_range: Option<LoopRange>,
    /// Time of the frame for the poster, counted from the first frame that is shown. If `None`, the
    /// program chooses a frame.
    pub poster: Option<Seconds>,
    /// Author, licence and source of the clip and the text.
    pub attribution: Attribution,
}
