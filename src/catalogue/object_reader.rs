//! Reading JSON by hand, so that all mistakes of a file come at once, each with its JSON pointer.
//!
//! For the catalogue's reader. A derived `Deserialize` would stop at the first mistake. Every
//! method returns `None` after noting what is wrong; the caller goes on with the next field.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde_json::{Map, Value};

use super::characters::{code_point, invisible};

/// The mistakes found so far.
#[derive(Debug, Default)]
pub(super) struct Mistakes(RefCell<Vec<String>>);

impl Mistakes {
    /// More are counted but not told: a file of another kind would fill the screen.
    const MAX_REPORTED: usize = 100;

    /// Notes a mistake at a JSON pointer.
    pub(super) fn note(&self, pointer: &str, message: impl Display) {
        let place = if pointer.is_empty() { "the file" } else { pointer };
        self.0.borrow_mut().push(format!("{place}: {message}"));
    }

    /// All of them, in the order of the file.
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
    /// Where the object stands.
    pub(super) pointer: String,
    /// Where mistakes go.
    pub(super) mistakes: &'a Mistakes,
}

impl<'a> ObjectReader<'a> {
    /// Opens `value`, which must be an object with no fields but the `known` ones.
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

    /// The pointer of a field.
    pub(super) fn at(&self, field: &str) -> String {
        format!("{}/{field}", self.pointer)
    }

    /// Notes what is wrong with a field.
    pub(super) fn wrong<T>(&self, field: &str, message: impl Display) -> Option<T> {
        self.mistakes.note(&self.at(field), message);
        None
    }

    /// A field that may be missing.
    pub(super) fn optional(&self, field: &str) -> Option<&'a Value> {
        self.map.get(field)
    }

    /// A field that must be there.
    pub(super) fn required(&self, field: &str) -> Option<&'a Value> {
        self.optional(field).or_else(|| self.wrong(field, "is missing"))
    }

    /// Text of 1 to `longest` characters, without control characters or white space at its ends.
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

    /// A number within `bounds`.
    pub(super) fn number(&self, field: &str, bounds: &RangeInclusive<f64>) -> Option<f64> {
        // Never NaN or infinite: JSON cannot write them.
        let number = self.required(field)?.as_f64();
        number.filter(|n| bounds.contains(n)).or_else(|| {
            let (least, most) = (bounds.start(), bounds.end());
            self.wrong(field, format_args!("must be a number from {least} to {most}"))
        })
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, field: &str) -> Option<bool> {
        let flag = self.required(field)?.as_bool();
        flag.or_else(|| self.wrong(field, "must be true or false"))
    }

    /// One of an enum's names.
    pub(super) fn choice<T: DeserializeOwned>(&self, field: &str, names: &str) -> Option<T> {
        // Only texts: serde would take {"easy": null} as well.
        let name = self.required(field)?.as_str();
        let choice = name.and_then(|name| {
            let name: StrDeserializer<'_, ValueError> = name.into_deserializer();
            T::deserialize(name).ok()
        });
        choice.or_else(|| self.wrong(field, format_args!("must be one of {names}")))
    }

    /// A list of different words of a vocabulary, at least `fewest` of them.
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

    /// A nested object.
    pub(super) fn object(&self, field: &str, known: &[&str]) -> Option<Self> {
        Self::open(self.required(field)?, self.at(field), known, self.mistakes)
    }
}

/// A name as a segment of a JSON pointer (RFC 6901), cut where it is absurdly long.
pub(super) fn escaped(name: &str) -> String {
    let cut: String = name.chars().take(60).collect();
    cut.replace('~', "~0").replace('/', "~1")
}
