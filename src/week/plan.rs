//! The week: every day with its session or its rest, and why.

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
    /// What for.
    pub goal: Goal,
    /// 1 to 4.
    pub week: u64,
    /// What the choices were made with.
    pub seed: u64,
    /// Seven, from Monday.
    pub days: Vec<Day>,
    /// Fields of the request that are not known.
    pub notes: Vec<Note>,
}

/// A day of a week.
#[derive(Debug, Clone)]
pub struct Day {
    /// Which one.
    pub weekday: Weekday,
    /// What to do; `None` on a day of rest.
    pub session: Option<Session>,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// Plans a week; `fresh_seed` is used when the request brings none, its lower 53 bits.
///
/// Pure: the same request, catalogue, loops and seed give the same week everywhere. The errors are those of
/// a workout, with pointers into the week's request.
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
        // A session has draws of its own: how many it takes changes no other one.
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

/// `sessions` on the days of `goals`, with rest between.
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
