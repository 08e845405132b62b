//! Reading JSON field by field, so that all values of a wrong type are told at once.
//!
//! For the request. A derived `Deserialize` would stop at the first of them. What is not there and
//! what is `null` reads as nothing; what has the wrong type does so too, and is refused.

use serde_json::{Map, Value};

use super::Violation;
use super::check::MAX_LISTED;
use super::request::push;
use super::violations::{about, described};
use crate::catalogue::{code_point, invisible};

/// What was found beside the values.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    /// Values of a wrong type.
    pub(crate) wrong: Vec<Violation>,
    /// JSON pointers of fields that nobody took.
    pub(crate) unknown: Vec<String>,
}

/// What a field may hold.
pub(crate) trait FromJson: Sized {
    /// What JSON must have there, as clients call it.
    const KIND: &'static str;

    /// The value, or what was sent in its place. What is wrong inside the value goes to `diagnostics`.
    fn read(sent: Value, pointer: &str, diagnostics: &mut Diagnostics) -> Result<Self, Value>;
}

/// What is read from the fields of an object.
pub(crate) trait FromFields {
    /// Takes every field that it knows.
    fn from_fields(fields: &mut RequestFields<'_>) -> Self;
}

/// The fields of an object that were not taken yet.
pub(crate) struct RequestFields<'a> {
    sent: Map<String, Value>,
    pointer: &'a str,
    diagnostics: &'a mut Diagnostics,
}

impl RequestFields<'_> {
    /// The value of a field.
    pub(crate) fn take<T: FromJson>(&mut self, name: &str) -> Option<T> {
        let sent = self.sent.remove(name)?;
        if sent.is_null() {
            return None;
        }
        value(sent, &within(self.pointer, name), self.diagnostics)
    }
}

/// A value that must be there; `None` after noting that it is of another kind.
fn value<T: FromJson>(sent: Value, pointer: &str, diagnostics: &mut Diagnostics) -> Option<T> {
    T::read(sent, pointer, diagnostics)
        .map_err(|sent| diagnostics.wrong.push(wrong_type::<T>(pointer, &sent)))
        .ok()
}

/// Why `sent` is no `T`.
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
                // A control character is only another letter that no name has, and escaped where it is repeated.
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

/// A list keeps the places of entries of a wrong type, so that the others keep their pointers.
impl<T: FromJson> FromJson for Vec<Option<T>> {
    const KIND: &'static str = "a list";

    fn read(sent: Value, pointer: &str, diagnostics: &mut Diagnostics) -> Result<Self, Value> {
        let Value::Array(entries) = sent else {
            return Err(sent);
        };
        // The check refuses longer lists as a whole; its answer is not to grow with them.
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
