//! Collects everything that is wrong with a request, so that the client gets all of it at once.
//!
//! For `check`, `from_list` and the week planner. Also formats the client's values for messages.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde_json::Value;

use super::Violation;
use super::check::MAX_SEED;
use crate::catalogue::folded;

/// All violations found so far.
#[derive(Debug, Default)]
pub(crate) struct Violations(pub(crate) Vec<Violation>);

impl Violations {
    /// Adds a violation without a code. To add one with a code, push it to the list directly.
    pub(crate) fn note(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.0.push(Violation::new(pointer, message));
    }

    /// Adds a violation whose sentence begins with the name of the value.
    pub(crate) fn about(&mut self, pointer: &str, predicate: impl Display) {
        self.0.push(about(pointer, predicate));
    }

    /// Returns `value` if it is within `bounds`. If the value is missing or refused, returns `default`.
    pub(crate) fn number(
        &mut self,
        pointer: &str,
        value: Option<f64>,
        bounds: &RangeInclusive<f64>,
        default: f64,
    ) -> f64 {
        match value {
            None => default,
            Some(number) if bounds.contains(&number) => number,
            Some(number) => {
                let (least, most) = (bounds.start(), bounds.end());
                self.about(
                    pointer,
                    format_args!("must be from {least} to {most}{}", not(number)),
                );
                default
            }
        }
    }

    /// Returns `value` if it is a whole number within `bounds`.
    /// If the value is missing or refused, returns `None`.
    pub(crate) fn whole(
        &mut self,
        pointer: &str,
        value: Option<f64>,
        bounds: &RangeInclusive<u64>,
    ) -> Option<u64> {
        let number = value?;
        // Both bounds are below 2^53, so the comparison and the cast are exact.
        let within = (*bounds.start() as f64..=*bounds.end() as f64).contains(&number);
        if within && number.fract() == 0.0 {
            return Some(number as u64);
        }
        let (least, most) = (bounds.start(), bounds.end());
        self.about(
            pointer,
            format_args!("must be a whole number from {least} to {most}{}", not(number)),
        );
        None
    }

    /// Returns the enum variant with this name. Letter case does
    /// not matter. `names` lists all names for the message.
    pub(crate) fn choice<T>(&mut self, pointer: &str, value: Option<&String>, names: &str) -> Option<T>
    where
        T: for<'de> Deserialize<'de>,
    {
        let name = folded(value?);
        let deserializer: StrDeserializer<'_, ValueError> = name.as_str().into_deserializer();
        let choice = T::deserialize(deserializer).ok();
        if choice.is_none() {
            self.about(
                pointer,
                format_args!("must be one of {names}, not {}", quoted(&name)),
            );
        }
        choice
    }
}

/// Creates a violation whose sentence begins with the name of
/// the value, so that the sentence is clear without the pointer.
pub(crate) fn about(pointer: &str, predicate: impl Display) -> Violation {
    let name = pointer.strip_prefix("/config/").or(pointer.strip_prefix('/'));
    Violation::new(pointer, format!("{} {predicate}", name.unwrap_or("the request")))
}

/// Formats any JSON value for a message.
pub(crate) fn described(sent: &Value) -> String {
    match sent {
        Value::Null | Value::Bool(_) => sent.to_string(),
        // As in `not`: a larger number was rounded, so the message does not repeat it.
        Value::Number(number) => match number.as_f64() {
            Some(exact) if exact.abs() <= MAX_SEED as f64 => shown(exact),
            _ => "a number".to_owned(),
        },
        Value::String(text) => quoted(text),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// Returns the end of a sentence that says what a number must be. JSON parsing rounds numbers beyond
/// [`MAX_SEED`]. The message does not repeat them, because the client did not write the rounded number.
fn not(number: f64) -> String {
    if number.abs() <= MAX_SEED as f64 {
        format!(", not {}", shown(number))
    } else {
        String::new()
    }
}

/// Formats a client's number for a message. Rust's `Display` would write 1e-300 with all its zeros.
fn shown(number: f64) -> String {
    if number == 0.0 || number.abs() >= 1e-6 {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

/// Formats a client's text for a message: at most 60 characters, with escapes for everything that could act
/// on a terminal or forge a line of a log. Letters of any script stay as they are.
pub(crate) fn quoted(text: &str) -> String {
    let mut cut: String = text.chars().take(60).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    format!("\"{}\"", cut.escape_debug()).replace("\\'", "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_texts_cannot_act_on_a_terminal_and_stay_readable() {
        let shown = [
            ("Child's Pose", "\"Child's Pose\""),
            (
                "Élévation lat\u{e9}rale e\u{301} 深蹲",
                "\"Élévation latérale e\u{301} 深蹲\"",
            ),
            ("a\n\r\tb", r#""a\n\r\tb""#),
            ("\u{1b}[2J\u{7}\u{9b}", r#""\u{1b}[2J\u{7}\u{9b}""#),
            ("\u{202e}\u{2028}", r#""\u{202e}\u{2028}""#),
        ];
        for (text, wanted) in shown {
            assert_eq!(quoted(text), wanted);
        }
    }
}
