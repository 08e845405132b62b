//! Goals as clients POST them, and goals as this module has checked them.
//!
//! For the API and the other files of `week`. The rules are those of a workout's request: every field may be
//! missing, each unknown field gives a note, and all wrong values are reported at once, each with its JSON
//! pointer. `docs/week-plan.md` describes each field.

use serde::{Deserialize, Serialize};

use super::days::{Weekday, spread};
use crate::catalogue::{Difficulty, EquipmentName};
use crate::workout::check::{avoid, equipment};
use crate::workout::request::read_body;
use crate::workout::request_reader::{FromFields, RequestFields};
use crate::workout::unknown::notes_among;
use crate::workout::violations::Violations;
use crate::workout::{Avoid, Language, MAX_SEED, Note, PlanError, RequestError, Violation};

/// JSON pointers of all fields. A test checks that none is missing.
pub(super) const FIELDS: &[&str] = &[
    "/goal",
    "/level",
    "/days",
    "/weekdays",
    "/minutes",
    "/equipment",
    "/avoid",
    "/weight_kg",
    "/language",
    "/week",
    "/seed",
];

/// What somebody trains for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// A bit of everything.
    #[default]
    Fitness,
    /// Work against resistance, with long rests.
    Strength,
    /// Losing weight: half of the work raises the pulse, with short rests.
    Weight,
    /// Slow movements and stretches.
    Mobility,
}

/// Goals as clients POST them. Everything may be missing.
#[derive(Debug, Clone, Default, PartialEq, utoipa::ToSchema)]
#[schema(example = json!({"goal": "strength", "level": "medium", "days": 3, "minutes": 30, "avoid": ["jumps"]}))]
pub struct WeekRequest {
    /// What for.
    #[schema(value_type = Option<Goal>, default = "fitness")]
    pub goal: Option<String>,
    /// The most difficult exercises that may come.
    #[schema(value_type = Option<Difficulty>, default = "medium")]
    pub level: Option<String>,
    /// Sessions a week.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 7, default = 3)]
    pub days: Option<f64>,
    /// On which days, each once; by default they are spread over the week. With `days`, as many as it says.
    // This field has no example, because it would contradict the one of `days`.
    #[schema(value_type = Option<HashSet<Weekday>>, min_items = 1, max_items = 7)]
    pub weekdays: Option<Vec<Option<String>>>,
    /// Whole minutes of a session, met to the frame.
    #[schema(value_type = Option<u32>, minimum = 5, maximum = 90, default = 30)]
    pub minutes: Option<f64>,
    /// Equipment at hand; none by default.
    #[schema(value_type = Option<Vec<EquipmentName>>, max_items = 22, example = json!(["dumbbell"]))]
    pub equipment: Option<Vec<Option<String>>>,
    /// What not to do.
    #[schema(value_type = Option<Vec<Avoid>>, max_items = 6, example = json!(["jumps"]))]
    pub avoid: Option<Vec<Option<String>>>,
    /// Kilograms, for the energy.
    #[schema(minimum = 20, maximum = 300, default = 70)]
    pub weight_kg: Option<f64>,
    /// What the sessions' videos say, and names of exercises, are in.
    #[schema(value_type = Option<Language>, default = "en")]
    pub language: Option<String>,
    /// Which week of the four.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 4, default = 1)]
    pub week: Option<f64>,
    /// What the choices are made with: keep it from week to week. Default: a new one, told in the answer.
    #[schema(value_type = Option<u64>, minimum = 0, maximum = 9_007_199_254_740_991_u64, example = 7)]
    pub seed: Option<f64>,
    /// What the body said that this program does not know.
    #[schema(ignore)]
    pub ignored: Vec<Note>,
    /// Values of a wrong type; their fields are `None`, and planning refuses them with the rest.
    #[schema(ignore)]
    pub wrong: Vec<Violation>,
}

impl WeekRequest {
    /// Reads the JSON body of a request. Wrong values are no error here; `wrong` collects them.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let (mut request, diagnostics) = read_body::<Self>(body)?;
        request.ignored = notes_among(&diagnostics.unknown, FIELDS);
        request.wrong = diagnostics.wrong;
        Ok(request)
    }
}

impl FromFields for WeekRequest {
    fn from_fields(fields: &mut RequestFields<'_>) -> Self {
        Self {
            goal: fields.take("goal"),
            level: fields.take("level"),
            days: fields.take("days"),
            weekdays: fields.take("weekdays"),
            minutes: fields.take("minutes"),
            equipment: fields.take("equipment"),
            avoid: fields.take("avoid"),
            weight_kg: fields.take("weight_kg"),
            language: fields.take("language"),
            week: fields.take("week"),
            seed: fields.take("seed"),
            ignored: Vec::new(),
            wrong: Vec::new(),
        }
    }
}

/// Goals whose values are all legal.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Goals {
    pub(super) goal: Goal,
    pub(super) level: Difficulty,
    /// In the order of the week, at least one.
    pub(super) days: Vec<Weekday>,
    /// Whether the client chose the days.
    pub(super) named: bool,
    pub(super) minutes: u64,
    pub(super) equipment: Vec<String>,
    pub(super) avoid: Vec<Avoid>,
    /// Body weight in kilograms.
    pub(super) weight: f64,
    pub(super) language: Language,
    /// Number of the week, 1 to 4.
    pub(super) week: u64,
    pub(super) seed: Option<u64>,
}

/// Checks every value. The error holds all violations.
pub(super) fn check(request: &WeekRequest) -> Result<Goals, PlanError> {
    let mut violations = Violations(request.wrong.clone());
    let goals = Goals {
        goal: violations
            .choice(
                "/goal",
                request.goal.as_ref(),
                "fitness, strength, weight, mobility",
            )
            .unwrap_or_default(),
        level: violations
            .choice("/level", request.level.as_ref(), "easy, medium, hard")
            .unwrap_or(Difficulty::Medium),
        days: days(request, &mut violations),
        named: request.weekdays.is_some(),
        minutes: violations
            .whole("/minutes", request.minutes, &(5..=90))
            .unwrap_or(30),
        equipment: equipment("/equipment", request.equipment.as_deref(), &mut violations).unwrap_or_default(),
        avoid: avoid("/avoid", request.avoid.as_deref(), &mut violations),
        weight: violations.number("/weight_kg", request.weight_kg, &(20.0..=300.0), 70.0),
        language: violations
            .choice("/language", request.language.as_ref(), Language::TAGS)
            .unwrap_or_default(),
        week: violations.whole("/week", request.week, &(1..=4)).unwrap_or(1),
        seed: violations.whole("/seed", request.seed, &(0..=MAX_SEED)),
    };
    if violations.0.is_empty() {
        Ok(goals)
    } else {
        Err(PlanError::Invalid(violations.0))
    }
}

fn days(request: &WeekRequest, violations: &mut Violations) -> Vec<Weekday> {
    let count = violations.whole("/days", request.days, &(1..=7));
    let Some(sent) = &request.weekdays else {
        return spread(count.unwrap_or(3));
    };
    if !(1..=7).contains(&sent.len()) {
        violations.about("/weekdays", "must name one to seven days");
        return Vec::new();
    }
    let mut named: Vec<Weekday> = Vec::new();
    for (i, name) in sent.iter().enumerate() {
        let pointer = format!("/weekdays/{i}");
        match violations.choice(&pointer, name.as_ref(), Weekday::NAMES) {
            Some(day) if named.contains(&day) => violations.about(&pointer, "is a day that was named before"),
            Some(day) => named.push(day),
            None => {}
        }
    }
    if count.is_some_and(|count| count != sent.len() as u64) {
        violations.about("/days", "contradicts /weekdays: send one of the two");
    }
    named.sort();
    named
}
