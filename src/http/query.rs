//! Reads one parameter of a query.
//!
//! For routes that know few parameters and ignore all others: players and caches add their own.
//! [`super::filter`] reads the query of the exercise list and refuses unknown parameters.

use std::borrow::Cow;

use super::problem::{Fault, Problem};

/// Returns the value of a parameter. `None` if the query does not have it. A parameter that is given twice is
/// refused, because it is unclear which value counts.
pub(super) fn value<'q>(query: &'q str, name: &str) -> Result<Option<Cow<'q, str>>, Problem> {
    let mut named = form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name);
    let value = named.next().map(|(_, value)| value);
    if named.next().is_some() {
        return Err(refused(name, "It is given twice; give it once."));
    }
    Ok(value)
}

/// The problem of a parameter whose value cannot be used.
pub(super) fn refused(name: &str, detail: impl Into<String>) -> Problem {
    Problem::invalid(vec![Fault::parameter(name, detail)])
}
