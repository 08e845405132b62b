//! The reasons for each day of a week: a code with values, for clients in other languages, and an
//! English sentence.
//!
//! For `plan`. This module explains the decisions of the other files and makes none.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use super::days::Weekday;
use super::focus::{Focus, MuscleGroup};
use super::request::{Goal, Goals};
use super::session::Session;
use crate::units::Frames;
use crate::workout::Values;
use crate::workout::values::values;

/// What a reason is about. `values` of the reason are named in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// No session today.
    RestDay,
    /// The request named this day.
    ChosenDay,
    /// Rest came before: `days`, how many.
    AfterRest,
    /// A session came the day before, `previous`, which trained `muscle_groups`: today's does not.
    OtherMuscles,
    /// The session of the day before, `previous`, was easy: there is nothing to rest from.
    AfterEasyDay,
    /// Easy, so that what trained before can rest.
    Recovery,
    /// Rest on both sides, or an easy day: every muscle group may be trained.
    WholeBody,
    /// Only `muscle_groups`, for there is a session tomorrow or was one yesterday.
    Split,
    /// What the goal does to a session: `goal`.
    ForGoal,
    /// Movements of a warm-up stand in, for too few exercises suit.
    GentleMoves,
    /// The first week: `work` and `rest`, in seconds.
    FirstWeek,
    /// More work than the `week` before this one: `work` and `rest` in seconds, `work_before` and
    /// `rest_before`.
    MoreWork,
    /// Faster than the week before: `intensity`, as in a config.
    Faster,
    /// No room for a warm-up in so few `minutes`, or no exercise for one.
    NoWarmUp,
    /// The same of a cool-down.
    NoCoolDown,
}

/// Why something is as it is.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Reason {
    /// What it is about.
    pub code: ReasonCode,
    /// What a sentence about it needs: numbers, texts and lists of texts by name.
    #[schema(value_type = BTreeMap<String, Value>)]
    pub values: Values,
    /// The sentence, in English.
    pub text: String,
}

impl Reason {
    fn new(code: ReasonCode, object: Value, text: impl Into<String>) -> Self {
        Self {
            code,
            values: values(object),
            text: text.into(),
        }
    }
}

/// The session of the day before.
pub(super) struct Previous<'a> {
    pub(super) weekday: Weekday,
    pub(super) easy: bool,
    pub(super) groups: &'a BTreeSet<MuscleGroup>,
}

/// Returns the reason for a rest day.
pub(super) fn rest() -> Reason {
    Reason::new(
        ReasonCode::RestDay,
        Value::Null,
        "Rest: muscles grow between sessions, not during them.",
    )
}

/// Returns the reasons for a session: its day, its muscle groups, its lengths and speed, and its
/// missing parts.
pub(super) fn of_session(
    goals: &Goals,
    session: &Session,
    focus: Focus,
    rest_days: u64,
    previous: Option<&Previous<'_>>,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if goals.named {
        reasons.push(Reason::new(
            ReasonCode::ChosenDay,
            Value::Null,
            "You chose this day.",
        ));
    }
    reasons.push(why_this_day(session, rest_days, previous));
    reasons.push(why_these_groups(goals, session, focus));
    if session.gentle {
        reasons.push(Reason::new(
            ReasonCode::GentleMoves,
            Value::Null,
            "Movements of the warm-up are part of the work, for few exercises suit your goals.",
        ));
    }
    reasons.extend(progress(goals.week, session));
    reasons.extend(lacks(goals.minutes, session, focus));
    reasons
}

fn why_this_day(session: &Session, rest_days: u64, previous: Option<&Previous<'_>>) -> Reason {
    let Some(previous) = previous else {
        let plural = if rest_days == 1 { "" } else { "s" };
        return Reason::new(
            ReasonCode::AfterRest,
            json!({"days": rest_days}),
            format!("You come to it rested, after {rest_days} day{plural} without a session."),
        );
    };
    let (day, name) = (previous.weekday, previous.weekday.name());
    if previous.easy {
        return Reason::new(
            ReasonCode::AfterEasyDay,
            json!({"previous": day}),
            format!("{name}'s session was easy: there is nothing to rest from."),
        );
    }
    if session.easy {
        return Reason::new(
            ReasonCode::Recovery,
            json!({"previous": day}),
            format!("An easy session lets the muscles of {name}'s rest."),
        );
    }
    Reason::new(
        ReasonCode::OtherMuscles,
        json!({"previous": day, "muscle_groups": previous.groups}),
        format!(
            "{name} trained the {}, which can rest today.",
            listed(previous.groups)
        ),
    )
}

fn why_these_groups(goals: &Goals, session: &Session, focus: Focus) -> Reason {
    match focus {
        Focus::Easy => Reason::new(
            ReasonCode::ForGoal,
            json!({"goal": Goal::Mobility}),
            "Slow movements and stretches for the whole body keep joints supple.",
        ),
        Focus::Whole => match goals.goal {
            Goal::Strength => Reason::new(
                ReasonCode::ForGoal,
                json!({"goal": goals.goal}),
                "For strength: exercises against resistance for the whole body, with long rests so that each is done with full force.",
            ),
            Goal::Weight => Reason::new(
                ReasonCode::ForGoal,
                json!({"goal": goals.goal}),
                "To lose weight: as much cardio as suits you, with short rests that keep the pulse up.",
            ),
            Goal::Fitness | Goal::Mobility => Reason::new(
                ReasonCode::WholeBody,
                json!({"muscle_groups": session.muscle_groups}),
                "The whole body is trained, for it can rest before and after.",
            ),
        },
        Focus::Lower | Focus::UpperAndCore => Reason::new(
            ReasonCode::Split,
            json!({"muscle_groups": session.muscle_groups}),
            format!(
                "Only the {}, so that the sessions around it can train everything else.",
                listed(&session.muscle_groups)
            ),
        ),
    }
}

fn progress(week: u64, session: &Session) -> Vec<Reason> {
    let now = session.lengths;
    let Some((pace_before, before)) = session.before else {
        return vec![Reason::new(
            ReasonCode::FirstWeek,
            json!({"work": now.work, "rest": now.rest}),
            format!(
                "The first week begins with {} s of work and {} s of rest; every week some of the rest becomes work.",
                now.work, now.rest
            ),
        )];
    };
    let mut reasons = vec![Reason::new(
        ReasonCode::MoreWork,
        json!({"week": week, "work": now.work, "rest": now.rest,
            "work_before": before.work, "rest_before": before.rest}),
        format!(
            "Week {week}: {} s of work instead of {}, and {} s of rest instead of {}.",
            now.work, before.work, now.rest, before.rest
        ),
    )];
    if session.pace.intensity != pace_before.intensity {
        reasons.push(Reason::new(
            ReasonCode::Faster,
            json!({"intensity": session.pace.intensity}),
            format!(
                "The exercises are done faster than last week: at speed {} instead of {}.",
                session.pace.intensity.speed().as_f64(),
                pace_before.intensity.speed().as_f64()
            ),
        ));
    }
    reasons
}

fn lacks(minutes: u64, session: &Session, focus: Focus) -> Vec<Reason> {
    let why = |what: &str| format!("No {what}: {minutes} minutes have no room for it, or no exercise suits.");
    let mut reasons = Vec::new();
    if focus != Focus::Easy && session.warm_up_cool_down.warm_up == Frames::ZERO {
        let text = why("warm-up");
        reasons.push(Reason::new(
            ReasonCode::NoWarmUp,
            json!({"minutes": minutes}),
            text,
        ));
    }
    if focus != Focus::Easy && session.warm_up_cool_down.cool_down == Frames::ZERO {
        let text = why("cool-down");
        reasons.push(Reason::new(
            ReasonCode::NoCoolDown,
            json!({"minutes": minutes}),
            text,
        ));
    }
    reasons
}

/// Returns the names of some groups for a sentence: "lower body and core".
fn listed(groups: &BTreeSet<MuscleGroup>) -> String {
    let names: Vec<&str> = groups.iter().map(|group| group.name()).collect();
    match names.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}
