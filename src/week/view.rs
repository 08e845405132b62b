//! The JSON form of a week, as the API answers it.

use serde::Serialize;
use serde_json::Value;

use super::days::Weekday;
use super::focus::MuscleGroup;
use super::reason::Reason;
use super::request::Goal;
use super::session::{Session, Title};
use super::{Day, Week};
use crate::workout::{Note, Token, WorkoutRequest};

/// A week of sessions.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WeekView {
    /// What for.
    pub goal: Goal,
    /// Which of the four.
    #[schema(minimum = 1, maximum = 4)]
    pub week: u64,
    /// What the choices were made with: send it as `seed` for the week after, too.
    pub seed: u64,
    /// Sessions.
    pub sessions: usize,
    /// Seconds of all sessions.
    pub duration: f64,
    /// Energy of all sessions in kilocalories, to a tenth.
    pub kcal: f64,
    /// Seven, from Monday.
    pub days: Vec<DayView>,
    /// Fields of the request that were ignored.
    pub notes: Vec<Note>,
}

/// A day of a week.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DayView {
    /// Which one.
    pub weekday: Weekday,
    /// What to do; null on a day of rest.
    #[schema(required = true)]
    pub session: Option<SessionView>,
    /// Why, the most important first.
    pub reasons: Vec<Reason>,
}

/// A session.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SessionView {
    /// What it is called, as a code.
    pub title: Title,
    /// The same in English.
    #[schema(example = "Lower body & cardio")]
    pub name: String,
    /// Nothing needs rest after it.
    pub easy: bool,
    /// What it trains.
    pub muscle_groups: Vec<MuscleGroup>,
    /// The exercises of a round, in order; warm-up and cool-down are not among them.
    pub exercises: Vec<ListedView>,
    /// Seconds in all: exactly the minutes of the request.
    pub duration: f64,
    /// Energy in kilocalories, to a tenth.
    pub kcal: f64,
    /// Body for `POST /api/generate-workout-video`, `/api/plan` and `/api/workouts`.
    #[schema(value_type = WorkoutRequest)]
    pub config: Value,
    /// Path of the workout's link, as `POST /api/workouts` gives it; null where it is too long for one.
    #[schema(required = true)]
    pub link: Option<String>,
}

/// An exercise of a session.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ListedView {
    /// Its slug.
    #[schema(example = "push-ups")]
    pub id: String,
    /// Its name, in the request's language.
    #[schema(example = "Push-ups")]
    pub name: String,
}

impl Week {
    /// Returns the JSON form of the week. `address` returns the path of a token's link.
    #[must_use]
    pub fn view(&self, address: impl Fn(&Token) -> String) -> WeekView {
        let days: Vec<DayView> = self.days.iter().map(|day| DayView::of(day, &address)).collect();
        let sessions: Vec<&Session> = self.days.iter().filter_map(|d| d.session.as_ref()).collect();
        WeekView {
            goal: self.goal,
            week: self.week,
            seed: self.seed,
            sessions: sessions.len(),
            duration: sessions.iter().map(|s| s.plan.length().seconds().0).sum(),
            kcal: tenths(sessions.iter().map(|s| s.plan.kcal).sum()),
            days,
            notes: self.notes.clone(),
        }
    }
}

impl DayView {
    fn of(day: &Day, address: &impl Fn(&Token) -> String) -> Self {
        Self {
            weekday: day.weekday,
            session: day.session.as_ref().map(|s| SessionView::of(s, address)),
            reasons: day.reasons.clone(),
        }
    }
}

impl SessionView {
    fn of(session: &Session, address: &impl Fn(&Token) -> String) -> Self {
        let listed = session.exercises.iter().map(|(id, name)| ListedView {
            id: id.to_string(),
            name: name.clone(),
        });
        Self {
            title: session.title,
            name: session.title.name().to_owned(),
            easy: session.easy,
            muscle_groups: session.muscle_groups.iter().copied().collect(),
            exercises: listed.collect(),
            duration: session.plan.length().seconds().0,
            kcal: tenths(session.plan.kcal),
            config: session.config.clone(),
            link: session.token.as_ref().map(address),
        }
    }
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
