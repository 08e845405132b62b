//! The plan: everything that is decided about a workout before a picture exists.

use crate::catalogue::Catalogue;
use crate::units::Frames;
use crate::workout::{Profile, Timeline, WorkoutRequest};

/// Which parts of the HUD are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shows {
    /// Countdown of the interval.
    pub timer: bool,
    /// Progress bar of the whole workout.
    pub progress_bar: bool,
    /// Name of the exercise (and "Next: ..." in rests).
    pub exercise_name: bool,
    /// Round and position.
    pub round: bool,
}

impl Shows {
    /// Whether there is a HUD at all.
    #[must_use]
    pub fn any(self) -> bool {
        self.timer || self.progress_bar || self.exercise_name || self.round
    }
}

/// How a clip is brought into the picture area.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Whole clip; what room it leaves is filled by a blurred, darkened copy of itself.
    #[default]
    Contain,
    /// Whole area; what does not fit is cut off.
    Cover,
}

/// A checked workout: nothing in it can be refused any more.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Every interval.
    pub timeline: Timeline,
    /// What the choices were made with; the same seed gives the same workout.
    pub seed: u64,
    /// Energy for a person of the request's weight, in kilocalories.
    pub kcal: f64,
    /// Sizes of the output picture.
    pub profile: Profile,
    /// Parts of the HUD.
    pub shows: Shows,
    /// How clips fill the picture area.
    pub fit: Fit,
    /// Beeps and ticks.
    pub cues: bool,
    /// The clips' own sound.
    pub clip_sound: bool,
    /// What was decided for the client that it may not expect, a sentence each.
    pub notes: Vec<String>,
}

impl Plan {
    /// Pictures in all.
    #[must_use]
    pub fn length(&self) -> Frames {
        self.timeline.length()
    }
}

/// One reason why a request cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// JSON pointer of the value, empty for the request as a whole.
    pub pointer: String,
    /// What is wrong and what would work.
    pub message: String,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// An empty list of exercises (400).
    #[error("the request names no exercise")]
    NoExercise,
    /// Names that the catalogue does not have (404).
    #[error("unknown exercise: {}", .0.iter().map(|u| u.name.as_str()).collect::<Vec<_>>().join(", "))]
    UnknownExercises(Vec<UnknownExercise>),
    /// Bad or contradictory values, all of them (422).
    #[error("{} values cannot be used", .0.len())]
    Refused(Vec<Refusal>),
}

/// A name that the catalogue does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownExercise {
    /// JSON pointer of the name.
    pub pointer: String,
    /// The name as the client wrote it.
    pub name: String,
    /// The nearest names that exist, best first.
    pub nearest: Vec<String>,
}

/// Plans a workout; `fresh_seed` is used when the request brings none.
pub fn plan(request: &WorkoutRequest, catalogue: &Catalogue, fresh_seed: u64) -> Result<Plan, PlanError> {
    todo!("{request:?} {catalogue:?} {fresh_seed}")
}
