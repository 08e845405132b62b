//! Reads JSON objects by hand and reports all mistakes of a file at once, each with its JSON pointer.
//!
//! For the reader of the catalogue. A derived `Deserialize` would stop at the first mistake. A method that
//! finds a wrong value notes the mistake and returns `None`. The caller then reads the next field.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde_json::{Map, Value};

use super::characters::{code_point, invisible};

/// The mistakes that the reader has found so far.
#[derive(Debug, Default)]
pub(super) struct Mistakes(RefCell<Vec<String>>);

impl Mistakes {
    /// Largest number of mistakes in a report, which only counts the others. Without this bound, a file of
    /// another kind would fill the screen.
    const MAX_REPORTED: usize = 100;

    /// Notes a mistake at a JSON pointer.
    pub(super) fn note(&self, pointer: &str, message: impl Display) {
        let place = if pointer.is_empty() { "the file" } else { pointer };
        self.0.borrow_mut().push(format!("{place}: {message}"));
    }

    /// All mistakes, in the order in which the reader found them.
    pub(super) fn into_vec(self) -> Vec<String> {
        let mut all = self.0.into_inner();
        if all.len() > Self::MAX_REPORTED {
            let more = all.len() - Self::MAX_REPORTED;
            all.truncate(Self::MAX_REPORTED);
            all.push(format!("and {more} more"));
        }
        all
    }
}

/// A JSON object that is being read.
pub(super) struct ObjectReader<'a> {
    map: &'a Map<String, Value>,
    /// JSON pointer of the object.
    pub(super) pointer: String,
    /// The list that receives the mistakes.
    pub(super) mistakes: &'a Mistakes,
}

impl<'a> ObjectReader<'a> {
    /// Opens `value`, which must be an object. Notes each field that is not one of `known`.
    pub(super) fn open(
        value: &'a Value,
        pointer: String,
        known: &[&str],
        mistakes: &'a Mistakes,
    ) -> Option<Self> {
        let Some(map) = value.as_object() else {
            mistakes.note(&pointer, "must be an object");
            return None;
        };
        for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
            let near = super::vocabulary::nearest(name, known.iter().copied());
            let hint = near
                .first()
                .map_or(String::new(), |n| format!("; did you mean {n}?"));
            mistakes.note(
                &format!("{pointer}/{}", escaped(name)),
                format_args!("is not a known field{hint}"),
            );
        }
        Some(Self {
            map,
            pointer,
            mistakes,
        })
    }

    /// The JSON pointer of a field of this object.
    pub(super) fn at(&self, field: &str) -> String {
        format!("{}/{field}", self.pointer)
    }

    /// Notes a mistake in a field. Always returns `None`.
    pub(super) fn wrong<T>(&self, field: &str, message: impl Display) -> Option<T> {
        self.mistakes.note(&self.at(field), message);
        None
    }

    /// The value of a field that may be missing.
    pub(super) fn optional(&self, field: &str) -> Option<&'a Value> {
        self.map.get(field)
    }

    /// The value of a required field.
    pub(super) fn required(&self, field: &str) -> Option<&'a Value> {
        self.optional(field).or_else(|| self.wrong(field, "is missing"))
    }

    /// Reads a text of 1 to `longest` characters, without control characters, invisible characters,
    /// and white space at its ends.
    pub(super) fn text(&self, field: &str, longest: usize) -> Option<String> {
        let Some(text) = self.required(field)?.as_str() else {
            return self.wrong(field, "must be a text");
        };
        if text.is_empty() || text.chars().count() > longest {
            self.wrong(field, format_args!("must have 1 to {longest} characters"))
        } else if text.trim() != text {
            self.wrong(field, "must not begin or end with white space")
        } else if text.chars().any(char::is_control) {
            self.wrong(field, "must not contain control characters")
        } else if let Some(c) = invisible(text) {
            let message = format_args!("must not contain the invisible character {}", code_point(c));
            self.wrong(field, message)
        } else {
            Some(text.to_owned())
        }
    }

    /// Reads a number within `bounds`.
    pub(super) fn number(&self, field: &str, bounds: &RangeInclusive<f64>) -> Option<f64> {
        // The number is never NaN or infinite, because JSON cannot express these.
        let number = self.required(field)?.as_f64();
        number.filter(|n| bounds.contains(n)).or_else(|| {
            let (least, most) = (bounds.start(), bounds.end());
            self.wrong(field, format_args!("must be a number from {least} to {most}"))
        })
    }

    /// Reads `true` or `false`.
    pub(super) fn flag(&self, field: &str) -> Option<bool> {
        let flag = self.required(field)?.as_bool();
        flag.or_else(|| self.wrong(field, "must be true or false"))
    }

    /// Reads an enum's variant by its name. `names` lists all names, for the message.
    pub(super) fn choice<T: DeserializeOwned>(&self, field: &str, names: &str) -> Option<T> {
        // Accepts only texts, because serde would also accept {"easy": null}.
        let name = self.required(field)?.as_str();
        let choice = name.and_then(|name| {
            let name: StrDeserializer<'_, ValueError> = name.into_deserializer();
            T::deserialize(name).ok()
        });
        choice.or_else(|| self.wrong(field, format_args!("must be one of {names}")))
    }

    /// Reads a list of different words from `vocabulary`, at least `fewest` of them.
    pub(super) fn words(&self, field: &str, vocabulary: &[&str], fewest: usize) -> Option<Vec<String>> {
        let Some(list) = self.required(field)?.as_array() else {
            return self.wrong(field, "must be a list");
        };
        if list.len() < fewest {
            return self.wrong(field, format_args!("must name at least {fewest}"));
        }
        let mut words = Vec::new();
        for (i, item) in list.iter().enumerate().take(vocabulary.len() + 1) {
            match item.as_str() {
                Some(word) if words.iter().any(|w| w == word) => {
                    return self.wrong(&format!("{field}/{i}"), format_args!("{word} is named twice"));
                }
                Some(word) if vocabulary.contains(&word) => words.push(word.to_owned()),
                _ => {
                    return self.wrong(
                        &format!("{field}/{i}"),
                        format_args!("must be one of {}", vocabulary.join(", ")),
                    );
                }
            }
        }
        Some(words)
    }

    /// Opens the object in a required field.
    pub(super) fn object(&self, field: &str, known: &[&str]) -> Option<Self> {
        Self::open(self.required(field)?, self.at(field), known, self.mistakes)
    }
}

/// Returns a field's name as a segment of a JSON pointer (RFC 6901), cut after 60 characters.
pub(super) fn escaped(name: &str) -> String {
    let cut: String = name.chars().take(60).collect();
    cut.replace('~', "~0").replace('/', "~1")
}
