//! [`ExerciseView`]: the JSON of an exercise, with our fields and with the names that older clients read.
//!
//! For [`super::exercises`]. Doc comments of the fields are texts of the OpenAPI document.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::catalogue::{
    Attribution, Category, Difficulty, Exercise, LanguageTag, Muscles, Position, Sides, Translation,
};
use crate::clip::Snapshot;

/// Body weight for `calories_per_min`, in kilograms: the usual reference weight.
const REFERENCE_WEIGHT: f64 = 70.0;

/// An exercise.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Exercise)]
pub struct ExerciseView {
    /// Unique slug; requests take it as well as the name.
    #[schema(example = "push-ups")]
    pub id: String,
    /// Unique name.
    #[schema(example = "Push-ups")]
    pub name: String,
    /// How to do it right.
    pub description: String,
    /// Name and description in other languages, by the language's two letters (ISO 639-1); empty for none.
    #[schema(value_type = BTreeMap<String, Translation>)]
    pub translations: BTreeMap<LanguageTag, Translation>,
    /// One emoji or a short icon name.
    pub icon: String,
    /// Where in a workout it belongs.
    pub category: Category,
    /// How demanding it is.
    pub difficulty: Difficulty,
    /// Both feet leave the floor.
    pub has_jump: bool,
    /// The lowest position that it takes one into; `null` where the catalogue does not say.
    #[schema(required = true)]
    pub position: Option<Position>,
    /// How it uses the two sides of the body.
    pub sides: Sides,
    /// What it trains.
    pub muscles: Muscles,
    /// What it needs; empty for none.
    pub equipment: Vec<String>,
    /// Metabolic equivalent of task.
    #[schema(example = 3.8)]
    pub met: f64,
    /// Usual length of one interval of it, in seconds.
    #[schema(example = 40.0)]
    pub default_duration: f64,
    /// Who made it.
    pub attribution: Attribution,
    /// Whether its clip can be shown.
    pub available: bool,
    /// Why not, when it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unavailable_reason: Option<String>,
    /// Address of a short MP4 of it, on this server; `null` when it is not available.
    #[schema(example = "/api/exercises/push-ups/preview.mp4")]
    pub video_url: Option<String>,
    /// Address of a JPEG of it, on this server; `null` when it is not available.
    #[schema(example = "/api/exercises/push-ups/poster.jpg")]
    pub thumbnail_url: Option<String>,
    /// The same facts under older names.
    pub metadata: ExerciseMetadata,
}

/// Facts under the names that older clients read.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ExerciseMetadata {
    /// All muscles, primary first.
    pub muscles_targeted: Vec<String>,
    /// What it needs; empty for none.
    pub equipment_needed: Vec<String>,
    /// Kilocalories a minute for a person of 70 kg.
    #[schema(example = 4.4)]
    pub calories_per_min: f64,
}

impl ExerciseView {
    /// Makes the view of an exercise in the snapshot `now`. Its URLs begin with `base_path`.
    #[must_use]
    pub fn new(exercise: &Exercise, now: &Snapshot, base_path: &str) -> Self {
        let unavailable = if now.is_pending(&exercise.id) {
            Some("its clip is still being looked at")
        } else {
            now.catalogue.unavailable(&exercise.id)
        };
        let address = |file: &str| {
            unavailable
                .is_none()
                .then(|| format!("{base_path}/api/exercises/{}/{file}", exercise.id))
        };
        let Muscles { primary, secondary } = &exercise.muscles;
        Self {
            id: exercise.id.to_string(),
            name: exercise.name.clone(),
            description: exercise.description.clone(),
            translations: exercise.translations.clone(),
            icon: exercise.icon.clone(),
            category: exercise.category,
            difficulty: exercise.difficulty,
            has_jump: exercise.has_jump,
            position: exercise.position,
            sides: exercise.sides,
            muscles: exercise.muscles.clone(),
            equipment: exercise.equipment.clone(),
            met: exercise.met,
            default_duration: exercise.default_duration.0,
            attribution: exercise.attribution.clone(),
            available: unavailable.is_none(),
            unavailable_reason: unavailable.map(str::to_owned),
            video_url: address("preview.mp4"),
            thumbnail_url: address("poster.jpg"),
            metadata: ExerciseMetadata {
                muscles_targeted: primary.iter().chain(secondary).cloned().collect(),
                equipment_needed: exercise.equipment.clone(),
                calories_per_min: calories_per_minute(exercise.met),
            },
        }
    }
}

/// Kilocalories a minute, to a tenth: MET x kilograms x hours, for the reference weight.
fn calories_per_minute(met: f64) -> f64 {
    (met * REFERENCE_WEIGHT / 60.0 * 10.0).round() / 10.0
}
