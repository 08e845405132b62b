//! Reads the query of the exercise list as a [`Filter`].
//!
//! For `GET /api/exercises`. Unknown parameters and values are refused, and one problem names all of them.
//! The other query extractors use `choice` and `switch`; the search itself is [`Catalogue::search`].
//!
//! [`Catalogue::search`]: crate::catalogue::Catalogue::search

use axum::extract::{FromRequestParts, RawQuery};
use axum::http::request::Parts;

use super::problem::{Fault, Problem};
use crate::catalogue::{
    Category, Difficulty, EQUIPMENT, Filter, MUSCLES, NO_EQUIPMENT, folded, nearest, visible,
};

/// All query parameters of the list. `q` is short for `text`.
const PARAMETERS: [&str; 7] = [
    "category",
    "difficulty",
    "muscle",
    "equipment",
    "no_jump",
    "text",
    "q",
];
/// The values of `category`: the same names as in exercises.json and in the API's JSON.
const CATEGORIES: [(&str, Category); 5] = [
    ("warm_up", Category::WarmUp),
    ("strength", Category::Strength),
    ("cardio", Category::Cardio),
    ("core", Category::Core),
    ("cool_down", Category::CoolDown),
];
/// The values of `difficulty`: the same names as in exercises.json and in the API's JSON.
const DIFFICULTIES: [(&str, Difficulty); 3] = [
    ("easy", Difficulty::Easy),
    ("medium", Difficulty::Medium),
    ("hard", Difficulty::Hard),
];
/// Longest search text, in characters.
const LONGEST_TEXT: usize = 200;

/// The filter of a request's query. A query with mistakes is refused with a problem that names all of them.
#[derive(Debug)]
pub struct QueryFilter(pub Filter);

impl<S: Send + Sync> FromRequestParts<S> for QueryFilter {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let RawQuery(query) = RawQuery::from_request_parts(parts, state)
            .await
            .unwrap_or_else(|never| match never {});
        parse(query.as_deref().unwrap_or_default())
            .map(Self)
            .map_err(Problem::invalid)
    }
}

fn parse(query: &str) -> Result<Filter, Vec<Fault>> {
    let mut filter = Filter::default();
    let mut faults = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if seen.iter().any(|known| *known == name) {
            faults.push(Fault::parameter(
                shortened(&name),
                "It is given twice; give it once.",
            ));
            continue;
        }
        if let Err(fault) = set(&mut filter, &name, &value) {
            faults.push(*fault);
        }
        seen.push(name.into_owned());
    }
    if faults.is_empty() {
        Ok(filter)
    } else {
        Err(faults)
    }
}

fn set(filter: &mut Filter, name: &str, value: &str) -> Result<(), Box<Fault>> {
    let fault = |detail: String| Box::new(Fault::parameter(name, detail));
    match name {
        "category" => filter.category = Some(choice(value, &CATEGORIES).map_err(fault)?),
        "difficulty" => filter.difficulty = Some(choice(value, &DIFFICULTIES).map_err(fault)?),
        "muscle" => filter.muscle = Some(word(value, MUSCLES).map_err(fault)?),
        "equipment" => {
            let known: Vec<&str> = NO_EQUIPMENT.iter().chain(EQUIPMENT).copied().collect();
            let named = word(value, &known).map_err(fault)?;
            let nothing = NO_EQUIPMENT.contains(&named.as_str());
            filter.equipment = Some(if nothing { "none".to_owned() } else { named });
        }
        "no_jump" => filter.no_jump = switch(value).map_err(fault)?,
        // If a query has both parameters, an exercise must contain the words of both.
        "text" | "q" => {
            let more = text(value).map_err(fault)?;
            filter.text = Some(match filter.text.take() {
                Some(before) => format!("{before} {more}"),
                None => more,
            });
        }
        _ => return Err(Box::new(unknown(name))),
    }
    Ok(())
}

/// Returns the value of `table` with the name `value`, or a sentence that lists the
/// names. Letter case does not matter.
pub(super) fn choice<T: Copy>(value: &str, table: &[(&str, T)]) -> Result<T, String> {
    let names: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
    let name = word(value, &names)?;
    let found = table.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| *value).ok_or(name)
}

/// Returns `value` in lower case if `known` has it, else a sentence that lists `known`.
fn word(value: &str, known: &[&str]) -> Result<String, String> {
    let value = folded(value);
    if known.contains(&value.as_str()) {
        Ok(value)
    } else {
        Err(format!(
            "Unknown: {}. Known are: {}.",
            shortened(&value),
            known.join(", ")
        ))
    }
}

/// Reads a boolean. A parameter without a value is true.
pub(super) fn switch(value: &str) -> Result<bool, String> {
    match folded(value).as_str() {
        "" | "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err("Write true or false.".to_owned()),
    }
}

fn text(value: &str) -> Result<String, String> {
    if value.chars().count() > LONGEST_TEXT {
        return Err(format!("It may have {LONGEST_TEXT} characters at most."));
    }
    Ok(value.to_owned())
}

fn unknown(name: &str) -> Fault {
    let known = PARAMETERS.join(", ");
    Fault {
        nearest: nearest(name, PARAMETERS.into_iter()),
        ..Fault::parameter(
            shortened(name),
            format!("There is no such parameter. There are: {known}."),
        )
    }
}

/// A client's text, safe to send back and to log: at most 200 characters, with escapes for characters that
/// could control a terminal or forge a log line.
fn shortened(text: &str) -> String {
    let short: String = text.chars().take(200).collect();
    visible(&short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_is_read() {
        let filter = parse(
            "category=warm_up&difficulty=easy&muscle=Lower%20Back&equipment=body+only&no_jump&q=push%20up",
        );
        assert_eq!(
            filter,
            Ok(Filter {
                category: Some(Category::WarmUp),
                difficulty: Some(Difficulty::Easy),
                muscle: Some("lower back".to_owned()),
                equipment: Some("none".to_owned()),
                no_jump: true,
                text: Some("push up".to_owned()),
            })
        );
        assert_eq!(parse(""), Ok(Filter::default()));
        let both = parse("q=push&text=chest").unwrap();
        assert_eq!(both.text.as_deref(), Some("push chest"));
    }

    #[test]
    fn what_a_client_wrote_steers_no_terminal_and_no_log() {
        let faults =
            parse("muscle=a%0AINFO%20forged%1B%5B31m%7F%C2%85%E2%80%AE&x%0Ay=1&x%0Ay=2&category=%0d")
                .unwrap_err();
        assert!(faults.len() >= 3, "{faults:?}");
        for fault in faults {
            let told = format!("{} {}", fault.parameter.unwrap_or_default(), fault.detail);
            let raw = told.chars().find(|c| c.is_control() || *c == '\u{202e}');
            assert_eq!(raw, None, "{told:?}");
        }
        assert_eq!(shortened("a\nb\u{1b}é"), "a\\nb\\u{1b}é");
    }

    #[test]
    fn letter_case_does_not_matter_and_a_refusal_lists_the_choices() {
        let filter = parse("category=STRENGTH&difficulty=Easy&muscle=Chest&equipment=None").unwrap();
        assert_eq!(
            (filter.category, filter.difficulty),
            (Some(Category::Strength), Some(Difficulty::Easy))
        );
        let faults = parse("category=arms&difficulty=tough").unwrap_err();
        assert_eq!(
            faults[0].detail,
            "Unknown: arms. Known are: warm_up, strength, cardio, core, cool_down."
        );
        assert_eq!(faults[1].detail, "Unknown: tough. Known are: easy, medium, hard.");
    }

    #[test]
    fn the_names_of_the_tables_are_those_of_the_answers() {
        for (name, category) in CATEGORIES {
            assert_eq!(serde_json::to_value(category).unwrap(), name);
        }
        for (name, difficulty) in DIFFICULTIES {
            assert_eq!(serde_json::to_value(difficulty).unwrap(), name);
        }
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let faults = parse("category=arms&dificulty=easy&no_jump=maybe&muscle=toe&no_jump=true").unwrap_err();
        let named: Vec<_> = faults
            .iter()
            .filter_map(|fault| fault.parameter.as_deref())
            .collect();
        assert_eq!(named, ["category", "dificulty", "no_jump", "muscle", "no_jump"]);
        assert!(faults[0].detail.contains("warm_up"), "{}", faults[0].detail);
        assert_eq!(faults[1].nearest.first().map(String::as_str), Some("difficulty"));
    }
}
