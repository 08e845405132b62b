//! Violations: the reasons why a request cannot be planned. Each has a JSON pointer and an English sentence,
//! and some have a code and values.
//!
//! For the API and the command line. A value that is wrong by itself has no code, because a client that knows
//! the bounds does not send it. A reason that depends on several settings or on the catalogue has a code and
//! values, so that a client can write its own sentence.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::values::{Values, values};

/// What a violation is about. `docs/request.md` names the `values` of each, too; lengths are in seconds. Of an
/// exercise, `exercise` is the id and `name` its name in the request's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RefusalCode)] // the name in the API's document
pub enum ViolationCode {
    /// Nothing takes exactly `asked`: of what could be asked for, `below` and `above` come nearest. As many
    /// `exercises` match, and `no_repeat` says whether each may come only once.
    NoWorkoutOfLength,
    /// No exercise matches. How many would: `with_any_level`, `with_jumps`, `with_any_equipment`,
    /// `with_nothing_avoided`.
    NoExerciseMatches,
    /// It would take `takes`, and `most` is possible: as many `rounds` fit.
    TooLong,
    /// It would have as many `intervals`, and `most` are possible: as many `rounds` fit.
    TooManyIntervals,
    /// As many `rounds` contradict `no_repeat`.
    RoundsRepeat,
    /// There is no exercise of this `name`.
    UnknownExercise,
    /// The clip of `exercise` cannot be shown.
    NotAvailable,
    /// `exercise` is not without what is to be avoided: `avoid`, as in a config; `jumps` also for `no_jump`.
    Avoided,
    /// `exercise` is listed again, which contradicts `no_repeat`.
    Repeated,
    /// `exercise` needs `equipment`, which is not at hand.
    NeedsEquipment,
    /// Of a week: as many exercises as `left` suit a session, which needs `needed`. How many would:
    /// `with_jumps`, `with_floor`, `with_kneeling`, `with_medium`, `with_hard`, `with_any_equipment`.
    /// `fewer_days` is true where only more rest between the sessions would help.
    TooFewExercises,
}

/// A reason why a request cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer of the value; empty for the request as a whole.
    pub pointer: String,
    /// An English sentence that says what is wrong and what would work.
    pub message: String,
    /// The kind of reason; `None` for a value that is wrong by itself.
    pub code: Option<ViolationCode>,
    /// The values that a client's own sentence needs; empty without a code.
    pub values: Values,
}

impl Violation {
    /// Creates a violation without a code.
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            message: message.into(),
            code: None,
            values: Values::new(),
        }
    }

    /// Adds a code, and the fields of a JSON object as values.
    pub(crate) fn coded(self, code: ViolationCode, object: Value) -> Self {
        Self {
            code: Some(code),
            values: values(object),
            ..self
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        f.write_str(&self.message)
    }
}
