//! What somebody does not want to do, whatever the exercise is good for.
//!
//! For requests and for weeks. Where the catalogue does not say how far down an exercise goes, it is left
//! out for everybody to whom that matters: a promise is kept, not guessed.

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
    /// All of them, as a message names them.
    pub(crate) const NAMES: &str = "jumps, floor, kneeling";

    /// Whether an exercise is left out for who avoids this.
    #[must_use]
    pub fn leaves_out(self, exercise: &Exercise) -> bool {
        match self {
            Self::Jumps => exercise.has_jump,
            Self::Floor => exercise.position != Some(Position::Standing),
            Self::Kneeling => exercise.position.is_none_or(|p| p == Position::Kneeling),
        }
    }

    /// What is done without it, in a sentence: "without kneeling".
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Jumps => "jumps",
            Self::Floor => "floor exercises",
            Self::Kneeling => "kneeling",
        }
    }
}
