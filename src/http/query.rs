//! Reading one parameter of a query.
//!
//! For routes that take few and let others be: players and caches add their own.

use std::borrow::Cow;

use super::problem::{Fault, Problem};

/// The value of a parameter; `None` where it is not there. Given twice, it is refused: which one counts would be
/// anybody's guess.
pub(super) fn value<'q>(query: &'q str, name: &str) -> Result<Option<Cow<'q, str>>, Problem> {
    let mut named = form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name);
    let value = named.next().map(|(_, value)| value);
    if named.next().is_some() {
        return Err(refused(name, "It is given twice; give it once."));
    }
    Ok(value)
}

/// The problem of a parameter with a value that cannot be used.
pub(super) fn refused(name: &str, detail: impl Into<String>) -> Problem {
    Problem::invalid(vec![Fault::parameter(name, detail)])
}
