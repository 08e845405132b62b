//! Reads which parts of the HUD a client wants in the video of a link, such as `?show_timer=false`.
//!
//! For [`super::links`]. The query changes the HUD parts of the link; the handler makes a new link from them.

use axum::extract::{FromRequestParts, RawQuery};
use axum::http::request::Parts;

use super::filter::switch;
use super::problem::{Fault, Problem};
use crate::workout::HudParts;

/// The HUD parts that a query sets. The parameters have the names of the workout config's fields. A part that
/// is `None` keeps the value of the link. Other parameters are ignored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HudQuery {
    timer: Option<bool>,
    progress_bar: Option<bool>,
    exercise_name: Option<bool>,
    round: Option<bool>,
}

impl HudQuery {
    /// Returns the HUD parts of a link with the changes of the query.
    pub fn over(self, link: HudParts) -> HudParts {
        HudParts {
            timer: self.timer.unwrap_or(link.timer),
            progress_bar: self.progress_bar.unwrap_or(link.progress_bar),
            exercise_name: self.exercise_name.unwrap_or(link.exercise_name),
            round: self.round.unwrap_or(link.round),
        }
    }

    fn part(&mut self, name: &str) -> Option<&mut Option<bool>> {
        match name {
            "show_timer" => Some(&mut self.timer),
            "show_progress_bar" => Some(&mut self.progress_bar),
            "show_exercise_name" => Some(&mut self.exercise_name),
            "show_round" => Some(&mut self.round),
            _ => None,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for HudQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let RawQuery(query) = RawQuery::from_request_parts(parts, state)
            .await
            .unwrap_or_else(|never| match never {});
        read(query.as_deref().unwrap_or_default()).map_err(Problem::invalid)
    }
}

fn read(query: &str) -> Result<HudQuery, Vec<Fault>> {
    let mut hud_query = HudQuery::default();
    let mut faults = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let Some(part) = hud_query.part(&name) else {
            continue;
        };
        if part.is_some() {
            faults.push(Fault::parameter(
                name.as_ref(),
                "It is given twice; give it once.",
            ));
            continue;
        }
        match switch(&value) {
            Ok(shown) => *part = Some(shown),
            Err(detail) => faults.push(Fault::parameter(name.as_ref(), detail)),
        }
    }
    if faults.is_empty() {
        Ok(hud_query)
    } else {
        Err(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_changed_one_by_one_and_anything_but_true_or_false_is_refused() {
        let over = |query: &str, link| read(query).map(|hud_query| hud_query.over(link));
        assert_eq!(over("", HudParts::ALL), Ok(HudParts::ALL));
        assert_eq!(over("language=fr", HudParts::NONE), Ok(HudParts::NONE));
        let timer = HudParts {
            timer: true,
            ..HudParts::NONE
        };
        assert_eq!(over("show_timer=true", HudParts::NONE), Ok(timer));
        let rest = "show_progress_bar=false&show_exercise_name=0&show_round=false";
        assert_eq!(over(rest, HudParts::ALL), Ok(timer));
        for query in ["show_round=maybe", "show_timer=true&show_timer=true"] {
            assert_eq!(read(query).map_err(|faults| faults.len()), Err(1));
        }
    }
}
