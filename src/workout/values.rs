//! What a sentence about a workout needs, by name: for clients that write one of their own.

use std::collections::BTreeMap;

use serde_json::Value;

/// Numbers, texts and lists of texts by name.
pub type Values = BTreeMap<String, Value>;

/// The fields of a JSON object, without those that are null: they are not known.
pub(crate) fn values(object: Value) -> Values {
    match object {
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Values::new(),
    }
}
