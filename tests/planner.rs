//! The planner's laws, over random requests and catalogues, looked at from outside.

use std::cell::Cell;
use std::collections::HashSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use virtual_coach::catalogue::{Catalogue, Category, Difficulty, Exercise, Sides};
use virtual_coach::units::{Frames, Speed};
use virtual_coach::workout::{
    Interval, IntervalKind, Place, Plan, PlanError, RequestError, Side, WorkoutRequest, plan, strip, table,
};

// ---------------------------------------------------------------------------------------------
// Random catalogues and requests.

const EQUIPMENT: [&str; 3] = ["dumbbell", "bands", "foam roll"];

/// One exercise as JSON, and whether it can be shown.
fn an_exercise() -> impl Strategy<Value = (Value, bool)> {
    let muscles = proptest::sample::subsequence(vec!["chest", "glutes", "calves", "neck"], 1..=2);
    let category = prop_oneof![
        1 => Just("warm_up"), 2 => Just("strength"), 2 => Just("cardio"), 2 => Just("core"), 1 => Just("cool_down")
    ];
    let sides = prop_oneof![Just("both"), Just("alternating"), Just("per_side")];
    let difficulty = prop_oneof![3 => Just("easy"), 2 => Just("medium"), 1 => Just("hard")];
    let equipment = prop_oneof![
        3 => Just(Vec::new()),
        1 => proptest::sample::subsequence(EQUIPMENT.to_vec(), 1..=2),
    ];
    let numbers = (0.5..25.0_f64, 5.0..600.0_f64);
    (
        muscles,
        category,
        sides,
        difficulty,
        equipment,
        numbers,
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.9),
    )
        .prop_map(
            |(muscles, category, sides, difficulty, equipment, (met, length), jump, shown)| {
                let exercise = json!({
                    "description": "As it says.", "icon": "x", "video": "clip.mov",
                    "category": category, "difficulty": difficulty, "has_jump": jump, "sides": sides,
                    "muscles": {"primary": muscles}, "equipment": equipment, "met": met,
                    "default_duration": length,
                    "attribution": {"license": "CC0-1.0", "author": "x", "source": "x"}
                });
                (exercise, shown)
            },
        )
}

fn a_catalogue() -> impl Strategy<Value = Catalogue> {
    prop::collection::vec(an_exercise(), 1..16).prop_map(|exercises| {
        let (mut list, mut hidden) = (Vec::new(), Vec::new());
        for (i, (mut exercise, shown)) in exercises.into_iter().enumerate() {
            exercise["id"] = json!(format!("e{i}"));
            exercise["name"] = json!(format!("Exercise {i}"));
            list.push(exercise);
            hidden.extend((!shown).then_some(i));
        }
        let mut catalogue = Catalogue::parse(&json!({"version": 1, "exercises": list}).to_string())
            .expect("a legal catalogue");
        for i in hidden {
            let id = catalogue.exercises()[i].id.clone();
            catalogue.mark_unavailable(id, "its clip is broken".into());
        }
        catalogue
    })
}

/// A field that is sometimes missing.
fn sometimes<T: Into<Value> + Clone + std::fmt::Debug>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<Value>> {
    prop::option::of(value.prop_map(Into::into))
}

fn object(fields: Vec<(&'static str, Option<Value>)>) -> Value {
    let sent = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(sent.collect::<Map<_, _>>())
}

fn intervals() -> impl Strategy<Value = Value> {
    let decimals = |most: f64| prop_oneof![3 => (0..=(most as u32)).prop_map(f64::from), 1 => 0.0..=most];
    let work = prop_oneof![4 => (10..90_u32).prop_map(f64::from), 1 => 1.0..3600.0_f64];
    (
        sometimes(work),
        sometimes(decimals(60.0)),
        sometimes(decimals(60.0)),
        sometimes(decimals(180.0)),
        sometimes(decimals(30.0)),
    )
        .prop_map(|(work, rest, ready, round_rest, finish)| {
            object(vec![
                ("work_time", work),
                ("rest_time", rest),
                ("get_ready", ready),
                ("round_rest_time", round_rest),
                ("finish", finish),
            ])
        })
}

fn switches() -> impl Strategy<Value = Vec<(&'static str, Option<Value>)>> {
    let rare = || prop::option::weighted(0.5, prop::bool::weighted(0.4).prop_map(Value::from));
    (rare(), rare(), rare(), rare(), rare(), rare()).prop_map(|(jump, repeat, warm, cool, timer, cues)| {
        vec![
            ("no_jump", jump),
            ("no_repeat", repeat),
            ("include_warm_up", warm),
            ("include_cool_down", cool),
            ("show_timer", timer),
            ("cues", cues),
        ]
    })
}

/// A config in which every value is legal for itself.
fn a_config() -> impl Strategy<Value = Value> {
    let levels = proptest::sample::subsequence(vec!["easy", "Medium", "HARD"], 1..=3);
    let equipment = proptest::sample::subsequence(EQUIPMENT.to_vec(), 0..=3);
    let minutes = prop_oneof![3 => (1..61_u32).prop_map(f64::from), 1 => 1.0..180.0_f64];
    let intensity = prop_oneof![
        Just("low_impact"),
        Just("medium_intensity"),
        Just("High_Intensity")
    ];
    (
        switches(),
        prop::option::of(intervals()),
        sometimes(levels),
        sometimes(equipment),
        sometimes(minutes),
        sometimes(intensity),
        prop::option::weighted(0.2, (0.5..2.0_f64).prop_map(Value::from)),
        prop::option::weighted(
            0.4,
            prop_oneof![4 => 1..6_u32, 1 => 1..51_u32].prop_map(Value::from),
        ),
        sometimes(0..(1_u64 << 53)),
        sometimes(20.0..300.0_f64),
    )
        .prop_map(
            |(mut fields, intervals, levels, equipment, minutes, intensity, speed, rounds, seed, weight)| {
                fields.extend([
                    ("intervals", intervals),
                    ("intensity_levels", levels),
                    ("equipment", equipment),
                    ("target_duration", minutes),
                    ("intensity", intensity),
                    ("speed", speed),
                    ("rounds", rounds),
                    ("seed", seed),
                    ("weight", weight),
                ]);
                object(fields)
            },
        )
}

/// A request in which every value is legal for itself; half of them list exercises.
fn a_request() -> impl Strategy<Value = Value> {
    let name = || {
        (0..16_usize, prop::bool::ANY).prop_map(|(i, by_id)| {
            if by_id {
                format!("e{i}")
            } else {
                format!(" EXERCISE {i} ")
            }
        })
    };
    let own = (name(), sometimes(1.0..90.0_f64), sometimes(0.5..2.0_f64)).prop_map(|(id, work, speed)| {
        object(vec![
            ("id", Some(id.into())),
            ("work_time", work),
            ("speed", speed),
        ])
    });
    let lists = prop_oneof![
        4 => Just(vec![]),
        2 => prop::collection::vec(name(), 0..7).prop_map(|l| vec![("exercise_names", Some(json!(l)))]),
        2 => prop::collection::vec(own, 0..7).prop_map(|l| vec![("exercises", Some(json!(l)))]),
    ];
    (lists, prop::option::weighted(0.95, a_config())).prop_map(|(mut fields, config)| {
        fields.push(("config", config));
        object(fields)
    })
}

// ---------------------------------------------------------------------------------------------
// What the request says, read a second time and without the planner's code.

struct Asked<'a>(&'a Value);

impl Asked<'_> {
    fn config(&self, field: &str) -> &Value {
        &self.0["config"][field]
    }
    fn flag(&self, field: &str) -> bool {
        self.config(field).as_bool().unwrap_or(false)
    }
    fn seconds(&self, field: &str, default: f64) -> Frames {
        let seconds = self.config("intervals")[field].as_f64().unwrap_or(default);
        Frames((seconds * 30.0).round() as u64)
    }
    fn rest(&self) -> Frames {
        self.seconds("rest_time", 20.0)
    }
    fn round_rest(&self) -> Frames {
        match self.config("intervals")["round_rest_time"].as_f64() {
            Some(seconds) => Frames((seconds * 30.0).round() as u64),
            None => self.rest(),
        }
    }
    fn target(&self) -> Frames {
        let minutes = self.config("target_duration").as_f64().unwrap_or(30.0);
        Frames((minutes * 1800.0).round() as u64)
    }
    fn speed(&self) -> Speed {
        let by_intensity = match self.config("intensity").as_str() {
            Some("low_impact") => 0.8,
            Some("High_Intensity") => 1.2,
            _ => 1.0,
        };
        Speed::from_f64(self.config("speed").as_f64().unwrap_or(by_intensity)).unwrap()
    }
    fn equipment(&self) -> Option<Vec<&str>> {
        let list = self.config("equipment").as_array()?;
        Some(list.iter().filter_map(Value::as_str).collect())
    }
    fn allows_level(&self, level: Difficulty) -> bool {
        let name = format!("{level:?}").to_lowercase();
        let levels = self.config("intensity_levels").as_array();
        levels.is_none_or(|list| list.iter().any(|l| l.as_str().unwrap().to_lowercase() == name))
    }
    /// (name, work, speed) of every listed exercise.
    fn listed(&self) -> Option<Vec<(String, Frames, Speed)>> {
        let (work, speed) = (self.seconds("work_time", 40.0), self.speed());
        if let Some(names) = self.0["exercise_names"].as_array() {
            let name = |n: &Value| (n.as_str().unwrap().to_owned(), work, speed);
            return Some(names.iter().map(name).collect());
        }
        let own = |e: &Value| {
            let work = e["work_time"]
                .as_f64()
                .map_or(work, |s| Frames((s * 30.0).round() as u64));
            let speed = e["speed"].as_f64().map_or(speed, |s| Speed::from_f64(s).unwrap());
            (e["id"].as_str().unwrap().to_owned(), work, speed)
        };
        Some(self.0["exercises"].as_array()?.iter().map(own).collect())
    }
    /// Whether the planner may choose an exercise of the given categories.
    fn allows(&self, exercise: &Exercise, catalogue: &Catalogue) -> bool {
        let at_hand = self.equipment().unwrap_or_default();
        catalogue.unavailable(&exercise.id).is_none()
            && !(self.flag("no_jump") && exercise.has_jump)
            && exercise.equipment.iter().all(|e| at_hand.contains(&e.as_str()))
    }
}

fn is_work(exercise: &Exercise) -> bool {
    matches!(
        exercise.category,
        Category::Strength | Category::Cardio | Category::Core
    )
}

// ---------------------------------------------------------------------------------------------
// The laws.

/// Intervals follow each other without gap, in the order of a workout.
fn is_gapless_and_in_order(plan: &Plan) {
    use IntervalKind::{CoolDown, Finish, GetReady, Rest, RoundRest, WarmUp, Work};
    let all = plan.timeline.intervals();
    let mut start = Frames::ZERO;
    for (index, interval) in all.iter().enumerate() {
        assert_eq!((interval.index, interval.start), (index, start));
        assert!(interval.length > Frames::ZERO);
        start = interval.end();
    }
    assert_eq!(plan.length(), start);
    let rank = |kind| match kind {
        GetReady => 0,
        WarmUp => 1,
        Work | Rest | RoundRest => 2,
        CoolDown => 3,
        Finish => 4,
    };
    assert!(all.is_sorted_by_key(|i| rank(i.kind)), "sections out of order");
    for pair in all.windows(2) {
        let rests = |i: &Interval| matches!(i.kind, Rest | RoundRest);
        assert!(!(rests(&pair[0]) && rests(&pair[1])), "two rests in a row");
        assert!(
            !(rests(&pair[0]) && pair[1].kind == Finish),
            "a rest before the finish"
        );
    }
}

/// While one rests the next exercise is shown, and at the end the last one, at half speed.
fn previews_show_what_they_should(plan: &Plan) {
    let half = Speed::new(1, 2).unwrap();
    let all = plan.timeline.intervals();
    for interval in all {
        if interval.kind.is_exercise() {
            continue;
        }
        let (shown, what) = if interval.kind == IntervalKind::Finish {
            (all.iter().rfind(|i| i.kind.is_exercise()), "last")
        } else {
            (plan.timeline.next_exercise(interval), "next")
        };
        let shown = &shown.unwrap().shows;
        assert_eq!(
            (&shown.exercise, shown.side),
            (&interval.shows.exercise, interval.shows.side),
            "{what}"
        );
        assert_eq!(interval.shows.speed, half);
    }
}

/// Exercises of a kind, halves joined: (exercise, length, speed, place).
fn joined<'c>(
    plan: &Plan,
    kind: IntervalKind,
    catalogue: &'c Catalogue,
) -> Vec<(&'c Exercise, Frames, Speed, Option<Place>)> {
    let mut intervals = plan.timeline.intervals().iter().filter(|i| i.kind == kind);
    let mut done = Vec::new();
    while let Some(first) = intervals.next() {
        let exercise = catalogue.get(&first.shows.exercise).unwrap();
        let mut length = first.length;
        if exercise.sides == Sides::PerSide {
            let second = intervals.next().expect("a second side");
            assert_eq!(
                (first.shows.side, second.shows.side),
                (Some(Side::Left), Some(Side::Right))
            );
            assert_eq!(first.end(), second.start, "sides follow each other at once");
            assert!(
                first.length.0 - second.length.0 <= 1,
                "halves differ by a picture at most"
            );
            assert_eq!(
                (&second.shows.exercise, second.shows.speed, second.place),
                (&first.shows.exercise, first.shows.speed, first.place)
            );
            length += second.length;
        } else {
            assert_eq!(first.shows.side, None);
        }
        done.push((exercise, length, first.shows.speed, first.place));
    }
    done
}

/// Places count up through every round; the place of a rest is that of the work after it.
fn places_count_up(plan: &Plan, works: &[(&Exercise, Frames, Speed, Option<Place>)]) {
    let Place {
        rounds, positions, ..
    } = works[0].3.expect("work has a place");
    assert_eq!(works.len() as u32, rounds * positions);
    for (i, work) in works.iter().enumerate() {
        let i = i as u32;
        let (round, position) = (i / positions + 1, i % positions + 1);
        assert_eq!(
            work.3,
            Some(Place {
                round,
                rounds,
                position,
                positions
            })
        );
    }
    let all = plan.timeline.intervals();
    for (i, interval) in all.iter().enumerate() {
        match interval.kind {
            IntervalKind::Rest | IntervalKind::RoundRest => assert_eq!(interval.place, all[i + 1].place),
            IntervalKind::Work => {}
            _ => assert_eq!(interval.place, None),
        }
    }
}

/// Work, rests and finish are as asked for; get-ready and round rests too, or longer where allowed.
fn lengths_are_as_asked(plan: &Plan, asked: &Asked<'_>, may_grow: bool) {
    let check = |kind, wanted: Frames, may_grow: bool| {
        for interval in plan.timeline.intervals().iter().filter(|i| i.kind == kind) {
            let ok = if may_grow {
                interval.length >= wanted
            } else {
                interval.length == wanted
            };
            assert!(ok, "{kind:?} takes {} instead of {wanted}", interval.length);
        }
    };
    check(IntervalKind::Rest, asked.rest(), false);
    check(IntervalKind::Finish, asked.seconds("finish", 3.0), false);
    check(IntervalKind::RoundRest, asked.round_rest(), may_grow);
    check(IntervalKind::GetReady, asked.seconds("get_ready", 5.0), may_grow);
}

/// Warm-up and cool-down come from their categories and obey the same wishes.
fn blocks_are_as_asked(plan: &Plan, asked: &Asked<'_>, catalogue: &Catalogue, chosen: bool) {
    let blocks = [
        (IntervalKind::WarmUp, Category::WarmUp, "include_warm_up"),
        (IntervalKind::CoolDown, Category::CoolDown, "include_cool_down"),
    ];
    for (kind, category, switch) in blocks {
        let block = joined(plan, kind, catalogue);
        let sent = asked.config(switch).as_bool();
        let allowed = |e: &Exercise| e.category == category && asked.allows(e, catalogue);
        if sent == Some(false) || (sent.is_none() && !chosen) {
            assert!(block.is_empty(), "{switch} was not asked for");
        }
        let listed = |e: &Exercise| {
            let list = asked.listed().unwrap_or_default();
            list.iter().any(|l| catalogue.named(&l.0).unwrap().id == e.id)
        };
        let possible = catalogue
            .exercises()
            .iter()
            .any(|e| allowed(e) && !(asked.flag("no_repeat") && listed(e)));
        if sent == Some(true) && possible {
            assert!(!block.is_empty(), "{switch} was asked for");
        }
        for (exercise, length, speed, _) in &block {
            assert!(allowed(exercise), "{} in {kind:?}", exercise.id);
            assert!(
                (450..=1800).contains(&length.0),
                "{length} pictures of {}",
                exercise.id
            );
            assert_eq!(*speed, Speed::NORMAL);
        }
        if !block.is_empty()
            && plan
                .timeline
                .intervals()
                .iter()
                .any(|i| i.kind == IntervalKind::Rest)
        {
            let edge = plan.timeline.intervals().windows(2).any(|pair| match kind {
                IntervalKind::WarmUp => (pair[0].kind, pair[1].kind) == (kind, IntervalKind::Rest),
                _ => (pair[0].kind, pair[1].kind) == (IntervalKind::Rest, kind),
            });
            assert!(edge, "a rest between {kind:?} and the work");
        }
    }
}

fn no_exercise_comes_twice(plan: &Plan, catalogue: &Catalogue) {
    let mut seen = HashSet::new();
    for kind in [IntervalKind::WarmUp, IntervalKind::Work, IntervalKind::CoolDown] {
        for (exercise, ..) in joined(plan, kind, catalogue) {
            assert!(seen.insert(exercise.id.clone()), "{} comes twice", exercise.id);
        }
    }
}

fn shares_a_muscle(a: &Exercise, b: &Exercise) -> bool {
    a.muscles.primary.iter().any(|m| b.muscles.primary.contains(m))
}

/// Neighbours that share a primary muscle; `around`: the last one and the first one are neighbours.
fn clashes(order: &[&Exercise], around: bool) -> usize {
    let inner = order
        .windows(2)
        .filter(|pair| shares_a_muscle(pair[0], pair[1]))
        .count();
    let closing = around && order.len() > 1 && shares_a_muscle(order[order.len() - 1], order[0]);
    inner + usize::from(closing)
}

/// The fewest clashes that any order of any `count` of the pool has, by trying all.
fn fewest_clashes<'c>(
    pool: &[&'c Exercise],
    count: usize,
    around: bool,
    order: &mut Vec<&'c Exercise>,
) -> usize {
    if order.len() == count {
        return clashes(order, around);
    }
    let mut fewest = usize::MAX;
    for exercise in pool {
        if order.iter().all(|e| e.id != exercise.id) {
            order.push(exercise);
            fewest = fewest.min(fewest_clashes(pool, count, around, order));
            order.pop();
        }
    }
    fewest
}

/// A chosen workout takes exactly the target, and its circuit is one that was asked for.
fn chosen_well(
    plan: &Plan,
    asked: &Asked<'_>,
    catalogue: &Catalogue,
    works: &[(&Exercise, Frames, Speed, Option<Place>)],
) {
    assert_eq!(plan.length(), asked.target());
    let Place {
        rounds, positions, ..
    } = works[0].3.unwrap();
    if let Some(wanted) = asked.config("rounds").as_u64() {
        assert_eq!(u64::from(rounds), wanted);
    }
    let (wanted, speed) = (asked.seconds("work_time", 40.0), asked.speed());
    for (exercise, length, played, _) in works {
        let ok =
            is_work(exercise) && asked.allows(exercise, catalogue) && asked.allows_level(exercise.difficulty);
        assert!(ok, "{} was not asked for", exercise.id);
        assert_eq!((*length, *played), (wanted, speed));
    }
    let circuit: Vec<&Exercise> = works[..positions as usize].iter().map(|w| w.0).collect();
    for round in works.chunks(positions as usize) {
        assert!(
            round.iter().map(|w| &w.0.id).eq(circuit.iter().map(|e| &e.id)),
            "rounds differ"
        );
    }
    let different: HashSet<_> = circuit.iter().map(|e| &e.id).collect();
    assert_eq!(
        different.len(),
        circuit.len(),
        "an exercise comes twice in a round"
    );
    let all = catalogue.exercises().iter();
    let pool: Vec<&Exercise> = all
        .filter(|e| is_work(e) && asked.allows(e, catalogue) && asked.allows_level(e.difficulty))
        .collect();
    if pool.len() <= 5 {
        let fewest = fewest_clashes(&pool, circuit.len(), rounds > 1, &mut Vec::new());
        assert_eq!(
            clashes(&circuit, rounds > 1),
            fewest,
            "neighbours train the same muscles"
        );
    }
}

fn listed_as_asked(
    asked: &Asked<'_>,
    list: &[(String, Frames, Speed)],
    catalogue: &Catalogue,
    works: &[(&Exercise, Frames, Speed, Option<Place>)],
) {
    let rounds = asked.config("rounds").as_u64().unwrap_or(1) as usize;
    assert_eq!(works.len(), list.len() * rounds);
    for (work, wanted) in works.iter().zip(list.iter().cycle()) {
        let exercise = catalogue.named(&wanted.0).expect("a known exercise");
        assert_eq!((&work.0.id, work.1, work.2), (&exercise.id, wanted.1, wanted.2));
        assert!(catalogue.unavailable(&exercise.id).is_none());
        assert!(!(asked.flag("no_jump") && exercise.has_jump));
    }
}

fn the_plan_keeps_all_laws(plan: &Plan, request: &Value, catalogue: &Catalogue) {
    let asked = Asked(request);
    let list = asked.listed();
    is_gapless_and_in_order(plan);
    previews_show_what_they_should(plan);
    lengths_are_as_asked(plan, &asked, list.is_none());
    blocks_are_as_asked(plan, &asked, catalogue, list.is_none());
    let works = joined(plan, IntervalKind::Work, catalogue);
    places_count_up(plan, &works);
    match list {
        Some(list) => listed_as_asked(&asked, &list, catalogue, &works),
        None => chosen_well(plan, &asked, catalogue, &works),
    }
    if asked.flag("no_repeat") {
        no_exercise_comes_twice(plan, catalogue);
    }
    assert!(plan.kcal.is_finite() && plan.kcal > 0.0);
    assert!(plan.timeline.intervals().len() <= 2_000 && plan.length() <= Frames(4 * 3600 * 30));
    assert_eq!(strip(plan, 60).chars().count(), 60);
    assert!(table(plan).lines().count() > plan.timeline.intervals().len());
}

/// Every pointer of an error leads to a value of the request, or is empty.
fn pointers_lead_into_the_request(error: &PlanError, request: &Value) {
    let pointers: Vec<&str> = match error {
        PlanError::NoExercise => vec![],
        PlanError::UnknownExercises(names) => names.iter().map(|n| n.pointer.as_str()).collect(),
        PlanError::Refused(refusals) => {
            assert!(refusals.iter().all(|r| !r.message.is_empty()));
            refusals.iter().map(|r| r.pointer.as_str()).collect()
        }
    };
    for pointer in pointers {
        assert!(
            request.pointer(pointer).is_some(),
            "{pointer} is not in the request: {error}"
        );
    }
}

/// A target that a refusal says would work does.
fn the_advice_works(error: &PlanError, request: &Value, catalogue: &Catalogue) -> bool {
    let text = error.to_string();
    let Some((before, _)) = text.split_once(" minutes") else {
        return false;
    };
    let advice = before.rsplit("; ").next().unwrap_or_default();
    let minutes: Vec<f64> = advice.split(' ').filter_map(|word| word.parse().ok()).collect();
    assert!(!minutes.is_empty(), "{text}");
    for minutes in minutes {
        let mut request = request.clone();
        if !request["config"].is_object() {
            request["config"] = json!({});
        }
        request["config"]["target_duration"] = json!(minutes);
        let again = read(&request);
        assert!(
            plan(&again, catalogue, 1).is_ok(),
            "{minutes} minutes do not work: {text}"
        );
    }
    true
}

fn read(request: &Value) -> WorkoutRequest {
    WorkoutRequest::from_json(request.to_string().as_bytes()).expect("a request of the right types")
}

#[test]
fn every_plan_keeps_the_laws() {
    let (chosen, listed, advised) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let count = |cell: &Cell<u32>| cell.set(cell.get() + 1);
    let mut runner = TestRunner::new(Config::with_cases(10_000));
    let outcome = runner.run(&(a_catalogue(), a_request()), |(catalogue, request)| {
        let received = read(&request);
        match plan(&received, &catalogue, 11) {
            Ok(planned) => {
                the_plan_keeps_all_laws(&planned, &request, &catalogue);
                count(
                    if received.exercise_names.is_some() || received.exercises.is_some() {
                        &listed
                    } else {
                        &chosen
                    },
                );
                let mut again = request.clone();
                if again["config"].is_object() {
                    again["config"]["seed"] = json!(planned.seed);
                    assert_eq!(
                        plan(&read(&again), &catalogue, 99).as_ref(),
                        Ok(&planned),
                        "same seed, other plan"
                    );
                }
            }
            Err(error) => {
                pointers_lead_into_the_request(&error, &request);
                if the_advice_works(&error, &request, &catalogue) {
                    count(&advised);
                }
            }
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    // The laws were not kept by never planning anything.
    assert!(
        chosen.get() > 2_000 && listed.get() > 500 && advised.get() > 200,
        "{} chosen, {} listed, {} advised",
        chosen.get(),
        listed.get(),
        advised.get()
    );
}

// ---------------------------------------------------------------------------------------------
// Requests that are wrong in any way.

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-10..100_i32).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop_oneof![Just("push-ups"), Just("Plank"), Just("easy"), Just("720p")].prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z_~/]{0,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Pointers of every value of a request, the root included.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{at}/{name}"), all);
            }
        }
        Value::Array(items) => {
            for (i, value) in items.iter().enumerate() {
                places(value, &format!("{at}/{i}"), all);
            }
        }
        _ => {}
    }
}

/// A legal request with one to three of its values replaced by anything.
fn a_broken_request() -> impl Strategy<Value = Value> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any_json()), 1..4);
    (a_request(), changes).prop_map(|(mut request, changes)| {
        for (index, value) in changes {
            let mut all = Vec::new();
            places(&request, "", &mut all);
            let place = index.get(&all).clone();
            *request.pointer_mut(&place).expect("a place of the request") = value;
        }
        request
    })
}

proptest! {
    #![proptest_config(Config::with_cases(10_000))]

    #[test]
    fn nothing_that_is_sent_makes_the_planner_panic(request in a_broken_request()) {
        let catalogue = shipped();
        match WorkoutRequest::from_json(request.to_string().as_bytes()) {
            Ok(received) => {
                if let Err(error) = plan(&received, &catalogue, 3) {
                    pointers_lead_into_the_request(&error, &request);
                }
            }
            Err(RequestError::WrongType { pointer, message }) => {
                prop_assert!(request.pointer(&pointer).is_some(), "{pointer}: {message}");
            }
            Err(other) => prop_assert!(false, "{other} in {request}"),
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(body in prop::collection::vec(any::<u8>(), 0..60)) {
        // Whether they happen to be a request or not.
        if let Ok(request) = WorkoutRequest::from_json(&body) {
            prop_assert!(serde_json::from_slice::<Value>(&body).is_ok(), "{request:?}");
        }
    }
}

fn shipped() -> Catalogue {
    Catalogue::parse(include_str!("../exercises.json")).expect("the catalogue that comes with the program")
}
