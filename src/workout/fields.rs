//! Reading JSON field by field, so that all values of a wrong type are told at once.
//!
//! For the request. A derived `Deserialize` would stop at the first of them. What is not there and
//! what is `null` reads as nothing; what has the wrong type does so too, and is refused.

use serde_json::{Map, Value};

use super::Refusal;
use super::check::MAX_LISTED;
use super::refusals::{about, described};
use super::request::push;
use crate::catalogue::{code_point, invisible};

/// What was found beside the values.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Values of a wrong type.
    pub(crate) wrong: Vec<Refusal>,
    /// JSON pointers of fields that nobody took.
    pub(crate) unknown: Vec<String>,
}

/// What a field may hold.
pub(crate) trait Read: Sized {
    /// What JSON must have there, as clients call it.
    const KIND: &'static str;

    /// The value, or what was sent in its place. What is wrong inside the value goes to `found`.
    fn read(sent: Value, pointer: &str, found: &mut Found) -> Result<Self, Value>;
}

/// What is read from the fields of an object.
pub(crate) trait FromFields {
    /// Takes every field that it knows.
    fn from_fields(fields: &mut Fields<'_>) -> Self;
}

/// The fields of an object that were not taken yet.
pub(crate) struct Fields<'a> {
    sent: Map<String, Value>,
    pointer: &'a str,
    found: &'a mut Found,
}

impl Fields<'_> {
    /// The value of a field.
    pub(crate) fn take<T: Read>(&mut self, name: &str) -> Option<T> {
        let sent = self.sent.remove(name)?;
        if sent.is_null() {
            return None;
        }
        value(sent, &within(self.pointer, name), self.found)
    }
}

/// A value that must be there; `None` after noting that it is of another kind.
fn value<T: Read>(sent: Value, pointer: &str, found: &mut Found) -> Option<T> {
    T::read(sent, pointer, found)
        .map_err(|sent| found.wrong.push(wrong_type::<T>(pointer, &sent)))
        .ok()
}

/// Why `sent` is no `T`.
pub(crate) fn wrong_type<T: Read>(pointer: &str, sent: &Value) -> Refusal {
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

impl Read for f64 {
    const KIND: &'static str = "a number";

    fn read(sent: Value, _: &str, _: &mut Found) -> Result<Self, Value> {
        sent.as_f64().ok_or(sent)
    }
}

impl Read for bool {
    const KIND: &'static str = "true or false";

    fn read(sent: Value, _: &str, _: &mut Found) -> Result<Self, Value> {
        sent.as_bool().ok_or(sent)
    }
}

impl Read for String {
    const KIND: &'static str = "a text";

    fn read(sent: Value, pointer: &str, found: &mut Found) -> Result<Self, Value> {
        match sent {
            Value::String(text) => {
                // A control character is only another letter that no name has, and escaped where it is repeated.
                if let Some(c) = invisible(&text).filter(|c| !c.is_control()) {
                    let message = format_args!("must not contain the invisible character {}", code_point(c));
                    found.wrong.push(about(pointer, message));
                }
                Ok(text)
            }
            other => Err(other),
        }
    }
}

/// A list keeps the places of entries of a wrong type, so that the others keep their pointers.
impl<T: Read> Read for Vec<Option<T>> {
    const KIND: &'static str = "a list";

    fn read(sent: Value, pointer: &str, found: &mut Found) -> Result<Self, Value> {
        let Value::Array(entries) = sent else {
            return Err(sent);
        };
        // The check refuses longer lists as a whole; its answer is not to grow with them.
        let read = |(i, entry)| {
            (i < MAX_LISTED)
                .then(|| value(entry, &format!("{pointer}/{i}"), found))
                .flatten()
        };
        Ok(entries.into_iter().enumerate().map(read).collect())
    }
}

impl<T: FromFields> Read for T {
    const KIND: &'static str = "an object";

    fn read(sent: Value, pointer: &str, found: &mut Found) -> Result<Self, Value> {
        let Value::Object(sent) = sent else {
            return Err(sent);
        };
        let mut fields = Fields { sent, pointer, found };
        let read = T::from_fields(&mut fields);
        let Fields {
            sent: left, found, ..
        } = fields;
        found
            .unknown
            .extend(left.keys().map(|name| within(pointer, name)));
        Ok(read)
    }
}
