//! What a client can exclude from a workout: jumps, the floor, kneeling.
//!
//! For workout requests and week requests. If the catalogue does not give the
//! position of an exercise, `floor` and `kneeling` exclude that exercise: an
//! excluded position must never appear, so the planner does not guess.

use serde::{Deserialize, Serialize};

use crate::catalogue::{Exercise, Position};

/// A thing to avoid.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Avoid {
    /// Both feet leaving the floor; the same as `no_jump`.
    Jumps,
    /// Going down: only what is done standing is left.
    Floor,
    /// A knee on the floor.
    Kneeling,
}

impl Avoid {
    /// All names of [`Avoid`], as messages list them.
    pub(crate) const NAMES: &str = "jumps, floor, kneeling";

    /// Returns whether this setting excludes an exercise.
    #[must_use]
    pub fn leaves_out(self, exercise: &Exercise) -> bool {
        match self {
            Self::Jumps => exercise.has_jump,
            Self::Floor => exercise.position != Some(Position::Standing),
            Self::Kneeling => exercise.position.is_none_or(|p| p == Position::Kneeling),
        }
    }

    /// Returns the word that follows "without" in a sentence: "without kneeling".
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Jumps => "jumps",
            Self::Floor => "floor exercises",
            Self::Kneeling => "kneeling",
        }
    }
}
