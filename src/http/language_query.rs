//! Reads the language that a client wants for a workout's texts, such as `?language=fr`.
//!
//! For the routes of [`super::links`] that send texts. The handlers choose
//! the language if the query has none.

use axum::extract::{FromRequestParts, RawQuery};
use axum::http::request::Parts;

use super::filter::choice;
use super::problem::{Fault, Problem};
use crate::workout::Language;

const PARAMETER: &str = "language";

/// The language of a query. `None` if the query has no `language`. Other parameters are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LanguageQuery(pub Option<Language>);

impl<S: Send + Sync> FromRequestParts<S> for LanguageQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let RawQuery(query) = RawQuery::from_request_parts(parts, state)
            .await
            .unwrap_or_else(|never| match never {});
        read(query.as_deref().unwrap_or_default())
            .map_err(|detail| Problem::invalid(vec![Fault::parameter(PARAMETER, detail)]))
    }
}

/// Reads the parameter, or returns a sentence that says what is wrong with it.
fn read(query: &str) -> Result<LanguageQuery, String> {
    let mut named = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == PARAMETER);
    let Some((_, value)) = named.next() else {
        return Ok(LanguageQuery(None));
    };
    if named.next().is_some() {
        return Err("It is given twice; give it once.".to_owned());
    }
    let known = Language::ALL.map(|language| (language.tag(), language));
    Ok(LanguageQuery(Some(choice(&value, &known)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_read_and_any_other_refused_with_the_choices() {
        assert_eq!(read(""), Ok(LanguageQuery(None)));
        assert_eq!(read("v=3&language=FR"), Ok(LanguageQuery(Some(Language::French))));
        for (query, told) in [
            ("language=de", "Unknown: de. Known are: en, fr."),
            ("language=", "Unknown: . Known are: en, fr."),
            ("language=fr&language=en", "It is given twice; give it once."),
        ] {
            assert_eq!(read(query), Err(told.to_owned()));
        }
    }
}
