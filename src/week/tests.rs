//! Tests of whole weeks: weeks as a person would read them, and rules that every week must keep.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value, json};
use utoipa::PartialSchema;

use super::request::FIELDS;
use super::*;
use crate::catalogue::{Catalogue, Difficulty, LoopLengths};
use crate::workout::{Avoid, IntervalKind, PlanError, Violation, WorkoutRequest, plan};

fn shipped() -> Catalogue {
    Catalogue::parse(include_str!("../../exercises.json")).unwrap()
}

fn read(body: &Value) -> WeekRequest {
    WeekRequest::from_json(body.to_string().as_bytes()).unwrap()
}

fn answer(body: &Value, catalogue: &Catalogue) -> Result<Week, PlanError> {
    plan_week(&read(body), catalogue, &LoopLengths::default(), 7)
}

fn planned(body: &Value) -> Week {
    answer(body, &shipped()).unwrap_or_else(|error| panic!("{body}: {error}"))
}

fn refused(body: &Value, catalogue: &Catalogue) -> String {
    match answer(body, catalogue) {
        Err(PlanError::Invalid(violations)) => {
            let line = |violation: &Violation| match violation.code {
                Some(code) => format!("{violation}\n  {}", json!([code, violation.values])),
                None => violation.to_string(),
            };
            violations.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        other => panic!("{body}: {other:?}"),
    }
}

/// Returns a week as a text, like a calendar.
fn shown(week: &Week) -> String {
    let mut lines = vec![format!("week {}, seed {}", week.week, week.seed)];
    for day in &week.days {
        lines.push(String::new());
        match &day.session {
            None => lines.push(format!("{}: rest", day.weekday.name())),
            Some(session) => {
                let config = &session.config["config"];
                let times = &config["intervals"];
                let names: Vec<&str> = session.exercises.iter().map(|(_, name)| name.as_str()).collect();
                lines.push(format!(
                    "{}: {}, {}, {:.0} kcal",
                    day.weekday.name(),
                    session.title.name(),
                    session.plan.length().seconds(),
                    session.plan.kcal
                ));
                lines.push(format!("  {} x {}", config["rounds"], names.join(", ")));
                lines.push(format!(
                    "  work {} rest {} round rest {} ready {}, {}",
                    times["work_time"],
                    times["rest_time"],
                    times["round_rest_time"],
                    times["get_ready"],
                    config["intensity"].as_str().unwrap()
                ));
            }
        }
        lines.extend(day.reasons.iter().map(|reason| format!("  - {}", reason.text)));
    }
    lines.join("\n")
}

#[test]
fn a_typical_week() {
    insta::assert_snapshot!(shown(&planned(&json!({"days": 4, "minutes": 30, "week": 2}))));
}

#[test]
fn a_week_of_somebody_who_stays_on_the_feet() {
    let body = json!({"goal": "weight", "level": "easy", "minutes": 12, "avoid": ["jumps", "floor", "kneeling"],
        "weekdays": ["saturday", "sunday", "wednesday"], "week": 3});
    insta::assert_snapshot!(shown(&planned(&body)));
}

#[test]
fn a_week_of_somebody_strong_who_trains_every_day() {
    let body = json!({"goal": "strength", "level": "hard", "minutes": 45, "days": 7, "week": 4});
    insta::assert_snapshot!(shown(&planned(&body)));
}

#[test]
fn a_session_as_json() {
    let week = planned(&json!({"days": 1, "minutes": 20, "weight_kg": 62.5}));
    let mut view =
        serde_json::to_value(week.view(|token| format!("/coach/{}", token.to_string().len()))).unwrap();
    view["days"].as_array_mut().unwrap().truncate(2);
    insta::assert_json_snapshot!(view);
}

#[test]
fn all_bad_values_are_refused_at_once() {
    let catalogue = shipped();
    let bad = json!({"goal": "fame", "level": 3, "days": 8, "weekdays": ["monday", "Monday", "funday"], "minutes": 4,
        "equipment": ["dumbell"], "avoid": ["stairs"], "weight_kg": 10, "week": 5, "seed": -1});
    let told = [
        refused(&bad, &catalogue),
        refused(&json!({"days": 3, "weekdays": ["monday"]}), &catalogue),
        refused(&json!({"weekdays": []}), &catalogue),
    ];
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn every_field_is_known_and_others_are_told() {
    let schema = serde_json::to_value(WeekRequest::schema()).unwrap();
    let documented: BTreeSet<String> = schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(|name| format!("/{name}"))
        .collect();
    assert_eq!(documented, FIELDS.iter().map(|f| (*f).to_owned()).collect());
    let all: Value = FIELDS.iter().map(|f| (f[1..].to_owned(), Value::Null)).collect();
    assert_eq!(read(&all), WeekRequest::default());
    let ignored = read(&json!({"gaol": "strength"})).ignored;
    let told: Vec<&str> = ignored.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(told, ["ignored: /gaol; did you mean /goal?"]);
    let wrong: Value = FIELDS.iter().map(|f| (f[1..].to_owned(), json!({}))).collect();
    assert_eq!(read(&wrong).wrong.len(), FIELDS.len());
}

#[test]
fn where_too_few_exercises_suit_it_is_said_what_to_loosen() {
    let mut file: Value = serde_json::from_str(include_str!("../../exercises.json")).unwrap();
    for exercise in file["exercises"].as_array_mut().unwrap() {
        if exercise["position"] == "standing" && exercise["has_jump"] == false {
            exercise["equipment"] = json!(["bands"]);
        }
    }
    let catalogue = Catalogue::parse(&file.to_string()).unwrap();
    let only = |keep: &dyn Fn(&Value) -> bool| {
        let mut file = file.clone();
        file["exercises"].as_array_mut().unwrap().retain(|e| keep(e));
        Catalogue::parse(&file.to_string()).unwrap()
    };
    let work = only(&|e| e["category"] != "warm_up" && e["category"] != "cool_down");
    let crunch = only(&|e| e["id"] == "crunch");
    let told = [
        refused(&json!({"avoid": ["floor", "jumps"], "level": "easy"}), &catalogue),
        refused(&json!({"goal": "mobility"}), &work),
        refused(&json!({"days": 7}), &work),
        refused(&json!({}), &crunch),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

/// Random goals: any goal, level, minutes, avoided things, seed and days, but no week.
fn goals() -> impl Strategy<Value = Value> {
    (
        prop::sample::select(vec!["fitness", "strength", "weight", "mobility"]),
        prop::sample::select(vec!["easy", "medium", "hard"]),
        5..=90_u64,
        subsequence(vec!["jumps", "floor", "kneeling"], 0..=3),
        0..1_000_000_u64,
        prop_oneof![
            (1..=7_u64).prop_map(|days| json!({ "days": days })),
            subsequence(Weekday::ALL.to_vec(), 1..=7).prop_map(|days| json!({ "weekdays": days })),
        ],
    )
        .prop_map(|(goal, level, minutes, avoid, seed, mut days)| {
            days["goal"] = json!(goal);
            days["level"] = json!(level);
            days["minutes"] = json!(minutes);
            days["avoid"] = json!(avoid);
            days["seed"] = json!(seed);
            days
        })
}

fn sessions(week: &Week) -> Vec<(Weekday, &Session)> {
    let days = week.days.iter();
    days.filter_map(|day| Some((day.weekday, day.session.as_ref()?)))
        .collect()
}

fn seconds(session: &Session, field: &str) -> f64 {
    session.config["config"]["intervals"][field].as_f64().unwrap()
}

/// Checks that no exercise is avoided or too hard, and that the session has the length of the request.
fn suits(session: &Session, body: &Value, catalogue: &Catalogue) {
    let avoid: Vec<Avoid> = serde_json::from_value(body["avoid"].clone()).unwrap();
    let level: Difficulty = serde_json::from_value(body["level"].clone()).unwrap();
    assert_eq!(session.plan.length().0, body["minutes"].as_u64().unwrap() * 1800);
    for interval in session.plan.timeline.intervals() {
        let exercise = catalogue.get(&interval.movement.exercise).unwrap();
        let avoided = avoid.iter().any(|thing| thing.leaves_out(exercise));
        assert!(!avoided, "{} in {body}", exercise.name);
        assert!(
            interval.kind != IntervalKind::Work || exercise.difficulty <= level,
            "{} in {body}",
            exercise.name
        );
    }
}

/// Checks that the config alone gives the same session, whatever seed the server would draw.
fn is_its_config(session: &Session, catalogue: &Catalogue) {
    let request = WorkoutRequest::from_json(session.config.to_string().as_bytes()).unwrap();
    assert_eq!(request.ignored, []);
    let again = plan(&request, catalogue, &LoopLengths::default(), 99).unwrap();
    assert_eq!(again, session.plan);
    assert_eq!(again.notes, []);
    let opened = session
        .token
        .as_ref()
        .unwrap()
        .open(catalogue, &LoopLengths::default());
    assert_eq!(opened.unwrap().timeline, session.plan.timeline);
}

/// Checks that no group is trained on two successive days (apart from easy sessions), and that the groups are
/// trained about equally often over the week.
fn is_balanced(week: &Week, body: &Value) {
    let days: BTreeMap<Weekday, &Session> = sessions(week).into_iter().collect();
    let mut often: BTreeMap<MuscleGroup, usize> = BTreeMap::new();
    for (i, day) in Weekday::ALL.iter().enumerate() {
        let Some(today) = days.get(day).filter(|s| !s.easy) else {
            continue;
        };
        for group in &today.muscle_groups {
            *often.entry(*group).or_default() += 1;
        }
        if let Some(next) = days.get(&Weekday::ALL[(i + 1) % 7]).filter(|s| !s.easy) {
            assert!(
                today.muscle_groups.is_disjoint(&next.muscle_groups),
                "{day:?} of {body}: {:?}, then {:?}",
                today.muscle_groups,
                next.muscle_groups
            );
        }
    }
    let (least, most) = (often.values().min(), often.values().max());
    if let (Some(least), Some(most)) = (least, most) {
        assert!(most - least <= 1, "{body}: {often:?}");
    }
}

/// Checks that a session has the same exercises and rounds as a week before, with more work.
fn is_more(before: &Session, after: &Session, body: &Value) {
    assert_eq!(before.exercises, after.exercises);
    assert_eq!(
        before.config["config"]["rounds"],
        after.config["config"]["rounds"]
    );
    assert!(
        seconds(before, "work_time") < seconds(after, "work_time"),
        "{body}"
    );
    assert!(
        seconds(before, "rest_time") > seconds(after, "rest_time"),
        "{body}"
    );
    assert!(before.pace.intensity.speed().as_f64() <= after.pace.intensity.speed().as_f64());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_week_keeps_all_laws(body in goals()) {
        let catalogue = shipped();
        let weeks: Vec<Week> = (1..=4)
            .map(|week| {
                let mut body = body.clone();
                body["week"] = json!(week);
                answer(&body, &catalogue).unwrap_or_else(|error| panic!("{body}: {error}"))
            })
            .collect();
        for week in &weeks {
            let asked = body["days"].as_u64().or(body["weekdays"].as_array().map(|d| d.len() as u64));
            prop_assert_eq!(sessions(week).len() as u64, asked.unwrap());
            let order: Vec<Weekday> = week.days.iter().map(|day| day.weekday).collect();
            prop_assert_eq!(&order[..], &Weekday::ALL[..]);
            for (weekday, session) in sessions(week) {
                suits(session, &body, &catalogue);
                is_its_config(session, &catalogue);
                if let Some(named) = body["weekdays"].as_array() {
                    prop_assert!(named.contains(&json!(weekday)));
                }
            }
            is_balanced(week, &body);
            let lists: HashSet<String> =
                sessions(week).iter().map(|(_, s)| s.config["exercise_names"].to_string()).collect();
            prop_assert_eq!(lists.len(), sessions(week).len(), "{}: two sessions are the same", &body);
            prop_assert!(week.days.iter().all(|day| !day.reasons.is_empty()));
        }
        for pair in weeks.windows(2) {
            for ((_, before), (_, after)) in sessions(&pair[0]).into_iter().zip(sessions(&pair[1])) {
                is_more(before, after, &body);
            }
        }
        let mut again = body.clone();
        again["week"] = json!(4);
        let view = |week: &Week| serde_json::to_value(week.view(ToString::to_string)).unwrap();
        prop_assert_eq!(view(&weeks[3]), view(&answer(&again, &catalogue).unwrap()));
    }
}
