//! Notes: decisions of the planner that a client may not
//! expect, each with a code, values and an English sentence.
//!
//! For everything that plans. A client in another language
//! writes its own sentence from the code and the values.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::values::{Values, values};
use crate::catalogue::Category;

/// What a note is about. `docs/request.md` names the `values` of each, too; lengths are in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoteCode {
    /// A field that is not known was ignored: `field` is its JSON pointer, `nearest` that of the known
    /// field that may be meant.
    IgnoredField,
    /// Fields beyond those told were ignored: `count`, how many.
    IgnoredFields,
    /// `target_duration` does not count for listed exercises: they take `takes`; as many `rounds` as come
    /// nearest to it would take `would_take`.
    DurationNotUsed,
    /// `intensity_levels` does not count for listed exercises.
    LevelsNotUsed,
    /// No warm-up, for no exercise for it matches.
    NoExerciseForWarmUp,
    /// No cool-down, for no exercise for it matches.
    NoExerciseForCoolDown,
    /// No warm-up, for there is no room in `duration`.
    NoRoomForWarmUp,
    /// No cool-down, for there is no room in `duration`.
    NoRoomForCoolDown,
    /// Neither, for there is no room in `duration`.
    NoRoomForBoth,
    /// Each round rest is `longer` than asked for, so that the whole takes `duration`.
    LongerRoundRests,
    /// Get-ready is `longer` than asked for, so that the whole takes `duration`.
    LongerGetReady,
}

/// What was decided for the client that it may not expect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Note {
    /// What it is about.
    pub code: NoteCode,
    /// What a sentence about it needs: numbers and texts by name.
    #[schema(value_type = BTreeMap<String, Value>)]
    pub values: Values,
    /// The sentence, in English.
    pub text: String,
}

impl Note {
    pub(super) fn new(code: NoteCode, object: Value, text: impl Into<String>) -> Self {
        Self {
            code,
            values: values(object),
            text: text.into(),
        }
    }

    /// A note that no exercise of the warm-up's or the cool-down's category matches.
    pub(super) fn no_exercise_for(category: Category) -> Self {
        let (code, what) = if category == Category::WarmUp {
            (NoteCode::NoExerciseForWarmUp, "warm-up")
        } else {
            (NoteCode::NoExerciseForCoolDown, "cool-down")
        };
        Self::new(
            code,
            Value::Null,
            format!("no {what}: no exercise for it matches"),
        )
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
