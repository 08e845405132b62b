//! Reads JSON field by field and reports all values of a wrong type at once.
//!
//! For workout requests and week requests. A derived `Deserialize` stops at the first wrong value. A missing
//! field and a `null` both read as `None`. A field with a value of a wrong type also reads as `None`, and its
//! violation goes to [`Diagnostics`].

use serde_json::{Map, Value};

use super::Violation;
use super::check::MAX_LISTED;
use super::request::push;
use super::violations::{about, described};
use crate::catalogue::{code_point, invisible};

/// What the reader found besides the values.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    /// Values of a wrong type.
    pub(crate) wrong: Vec<Violation>,
    /// JSON pointers of fields that no reader took.
    pub(crate) unknown: Vec<String>,
}

/// A type that a JSON value can be read as.
pub(crate) trait FromJson: Sized {
    /// The expected JSON type, in words that clients understand.
    const KIND: &'static str;

    /// Returns the value, or `sent` unchanged if its type is
    /// wrong. Mistakes inside the value go to `diagnostics`.
    fn read(sent: Value, pointer: &str, diagnostics: &mut Diagnostics) -> Result<Self, Value>;
}

/// A type that is read from the fields of a JSON object.
pub(crate) trait FromFields {
    /// Takes every field that the type knows.
    fn from_fields(fields: &mut RequestFields<'_>) -> Self;
}

/// The fields of an object that no reader has taken yet.
pub(crate) struct RequestFields<'a> {
    sent: Map<String, Value>,
    pointer: &'a str,
    diagnostics: &'a mut Diagnostics,
}

impl RequestFields<'_> {
    /// Removes a field and returns its value. Returns `None`
    /// if the field is missing, null or of a wrong type.
    pub(crate) fn take<T: FromJson>(&mut self, name: &str) -> Option<T> {
        let sent = self.sent.remove(name)?;
        if sent.is_null() {
            return None;
        }
        value(sent, &within(self.pointer, name), self.diagnostics)
    }
}

/// Reads a value that is not null. If its type is wrong, adds a violation and returns `None`.
fn value<T: FromJson>(sent: Value, pointer: &str, diagnostics: &mut Diagnostics) -> Option<T> {
    T::read(sent, pointer, diagnostics)
        .map_err(|sent| diagnostics.wrong.push(wrong_type::<T>(pointer, &sent)))
        .ok()
}

/// Creates the violation for a value that is not a `T`.
pub(crate) fn wrong_type<T: FromJson>(pointer: &str, sent: &Value) -> Violation {
    about(
        pointer,
        format_args!("must be {}, not {}", T::KIND, described(sent)),
    )
}

fn within(pointer: &str, segment: &str) -> String {
    let mut longer = pointer.to_owned();
    push(&mut longer, segment);
    longer
}

impl FromJson for f64 {
    const KIND: &'static str = "a number";

    fn read(sent: Value, _: &str, _: &mut Diagnostics) -> Result<Self, Value> {
        sent.as_f64().ok_or(sent)
    }
}

impl FromJson for bool {
    const KIND: &'static str = "true or false";

    fn read(sent: Value, _: &str, _: &mut Diagnostics) -> Result<Self, Value> {
        sent.as_bool().ok_or(sent)
    }
}

impl FromJson for String {
    const KIND: &'static str = "a text";

    fn read(sent: Value, pointer: &str, diagnostics: &mut Diagnostics) -> Result<Self, Value> {
        match sent {
            Value::String(text) => {
                // A control character needs no violation here: no name contains one, so the name is unknown,
                // and messages escape it.
                if let Some(c) = invisible(&text).filter(|c| !c.is_control()) {
                    let message = format_args!("must not contain the invisible character {}", code_point(c));
                    diagnostics.wrong.push(about(pointer, message));
                }
                Ok(text)
            }
            other => Err(other),
        }
    }
}

/// An entry of a wrong type becomes `None` and keeps its
/// place, so that the other entries keep their JSON pointers.
impl<T: FromJson> FromJson for Vec<Option<T>> {
    const KIND: &'static str = "a list";

    fn read(sent: Value, pointer: &str, diagnostics: &mut Diagnostics) -> Result<Self, Value> {
        let Value::Array(entries) = sent else {
            return Err(sent);
        };
        // `check` refuses longer lists as a whole. The answer must
        // not grow with their length, so later entries are not read.
        let read = |(i, entry)| {
            (i < MAX_LISTED)
                .then(|| value(entry, &format!("{pointer}/{i}"), diagnostics))
                .flatten()
        };
        Ok(entries.into_iter().enumerate().map(read).collect())
    }
}

impl<T: FromFields> FromJson for T {
    const KIND: &'static str = "an object";

    fn read(sent: Value, pointer: &str, diagnostics: &mut Diagnostics) -> Result<Self, Value> {
        let Value::Object(sent) = sent else {
            return Err(sent);
        };
        let mut fields = RequestFields {
            sent,
            pointer,
            diagnostics,
        };
        let read = T::from_fields(&mut fields);
        let RequestFields {
            sent: left,
            diagnostics,
            ..
        } = fields;
        diagnostics
            .unknown
            .extend(left.keys().map(|name| within(pointer, name)));
        Ok(read)
    }
}
