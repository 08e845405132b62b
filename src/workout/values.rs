//! The named values of a note or a violation.
//!
//! For clients that write sentences in other words or languages than the planner's own English ones.

use std::collections::BTreeMap;

use serde_json::Value;

/// Numbers, texts and lists of texts by name.
pub type Values = BTreeMap<String, Value>;

/// Returns the fields of a JSON object. Fields that are null stand for unknown values and are removed.
pub(crate) fn values(object: Value) -> Values {
    match object {
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Values::new(),
    }
}
