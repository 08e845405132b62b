//! Plans the whole week: each day with its session or its rest, and the reasons.
//!
//! For the API. The other files of `week` make the single decisions.

use super::choose::History;
use super::days::{Weekday, rests_before};
use super::focus::{Focus, focuses};
use super::pool::{MIN, pool};
use super::reason::{self, Reason};
use super::request::{Goal, Goals, WeekRequest, check};
use super::session::{Session, SessionContext};
use crate::catalogue::{Catalogue, LoopLengths};
use crate::workout::seeded_rng::SeededRng;
use crate::workout::{MAX_SEED, Note, PlanError};

/// A planned week.
#[derive(Debug, Clone)]
pub struct Week {
    /// Goal of the request, or the default.
    pub goal: Goal,
    /// Number of the week, 1 to 4.
    pub week: u64,
    /// Seed of all choices, at most 53 bits.
    pub seed: u64,
    /// The seven days, from Monday.
    pub days: Vec<Day>,
    /// Notes on unknown fields of the request.
    pub notes: Vec<Note>,
}

/// A day of a week.
#[derive(Debug, Clone)]
pub struct Day {
    /// Day of the week.
    pub weekday: Weekday,
    /// The session; `None` on a rest day.
    pub session: Option<Session>,
    /// Reasons for the session or the rest.
    pub reasons: Vec<Reason>,
}

/// Plans a week. If the request has no seed, the lower 53 bits of `fresh_seed` are the seed.
///
/// This function is pure: the same request, catalogue, loop lengths and seed give the same week everywhere.
/// The errors are those of a workout, with pointers into the week's request.
pub fn plan_week(
    request: &WeekRequest,
    catalogue: &Catalogue,
    loop_lengths: &LoopLengths,
    fresh_seed: u64,
) -> Result<Week, PlanError> {
    let goals = check(request)?;
    let seed = goals.seed.unwrap_or(fresh_seed & MAX_SEED);
    let common = SessionContext {
        goals: &goals,
        catalogue,
        loop_lengths,
    };
    let focuses = focuses_of(&goals, catalogue);
    let (mut history, mut rng) = (History::default(), SeededRng::new(seed));
    let mut sessions = Vec::new();
    for focus in &focuses {
        // Each session has its own random numbers. The number of draws in one session does not
        // change the other sessions.
        let mut own = SeededRng::new(rng.seed());
        sessions.push(common.session(*focus, &mut history, &mut own)?);
    }
    Ok(Week {
        goal: goals.goal,
        week: goals.week,
        seed,
        days: days(&goals, &focuses, sessions),
        notes: request.ignored.clone(),
    })
}

fn focuses_of(goals: &Goals, catalogue: &Catalogue) -> Vec<Focus> {
    if goals.goal == Goal::Mobility {
        return vec![Focus::Easy; goals.days.len()];
    }
    let enough = |focus| pool(goals, focus, catalogue).len() >= MIN;
    focuses(&goals.days, enough(Focus::Lower) && enough(Focus::UpperAndCore))
}

/// Places `sessions` on the days of `goals`, with rest days between them.
fn days(goals: &Goals, focuses: &[Focus], sessions: Vec<Session>) -> Vec<Day> {
    let rests = rests_before(&goals.days);
    let mut trained: Vec<Option<Session>> = sessions.into_iter().map(Some).collect();
    let groups: Vec<_> = trained
        .iter()
        .flatten()
        .map(|session| session.muscle_groups.clone())
        .collect();
    let day = |weekday: Weekday| {
        let Some(i) = goals.days.iter().position(|day| *day == weekday) else {
            return Day {
                weekday,
                session: None,
                reasons: vec![reason::rest()],
            };
        };
        let before = (i + goals.days.len() - 1) % goals.days.len();
        let session = trained[i].take();
        let reasons = session.as_ref().map(|session| {
            let previous = (rests[i] == 0).then(|| reason::Previous {
                weekday: goals.days[before],
                easy: focuses[before] == Focus::Easy,
                groups: &groups[before],
            });
            reason::of_session(goals, session, focuses[i], rests[i], previous.as_ref())
        });
        Day {
            weekday,
            session,
            reasons: reasons.unwrap_or_default(),
        }
    };
    Weekday::ALL.into_iter().map(day).collect()
}
