//! Properties of every plan and every refusal.

use std::collections::HashSet;

use serde_json::{Value, json};
use virtual_coach::catalogue::{Catalogue, Category, Exercise, LoopLengths, Sides};
use virtual_coach::units::{Frames, Speed};
use virtual_coach::workout::{
    Interval, IntervalKind, Plan, PlanError, RoundPosition, Side, WorkoutRequest, plan, strip, table,
};

use crate::expectations::{Asked, is_work};

/// Intervals follow each other without gaps, in the order of a workout.
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

/// A rest shows the next exercise and the finish the last one: at half speed, or at three quarters
/// of the exercise's own speed where that is slower.
fn previews_show_what_they_should(plan: &Plan) {
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
        let shown = &shown.unwrap().movement;
        assert_eq!(
            (&shown.exercise, shown.side),
            (&interval.movement.exercise, interval.movement.side),
            "{what}"
        );
        let (speed, work) = (interval.movement.speed.as_f64(), shown.speed.as_f64());
        assert!(
            (speed - (work * 0.75).min(0.5)).abs() < 1e-9,
            "{speed} before work at {work}"
        );
    }
}

/// Exercises of a kind, both sides joined: (exercise, length, speed, position).
fn joined<'c>(
    plan: &Plan,
    kind: IntervalKind,
    catalogue: &'c Catalogue,
) -> Vec<(&'c Exercise, Frames, Speed, Option<RoundPosition>)> {
    let mut intervals = plan.timeline.intervals().iter().filter(|i| i.kind == kind);
    let mut done = Vec::new();
    while let Some(first) = intervals.next() {
        let exercise = catalogue.get(&first.movement.exercise).unwrap();
        let mut length = first.length;
        if exercise.sides == Sides::PerSide {
            let second = intervals.next().expect("a second side");
            assert_eq!(
                (first.movement.side, second.movement.side),
                (Some(Side::Left), Some(Side::Right))
            );
            assert_eq!(first.end(), second.start, "sides follow each other at once");
            assert!(
                first.length.0 - second.length.0 <= 1,
                "halves differ by a picture at most"
            );
            assert_eq!(
                (
                    &second.movement.exercise,
                    second.movement.speed,
                    second.round_position
                ),
                (
                    &first.movement.exercise,
                    first.movement.speed,
                    first.round_position
                )
            );
            length += second.length;
        } else {
            assert_eq!(first.movement.side, None);
        }
        done.push((exercise, length, first.movement.speed, first.round_position));
    }
    done
}

/// Positions count up through every round; the position of a rest is that of the work after it.
fn places_count_up(plan: &Plan, works: &[(&Exercise, Frames, Speed, Option<RoundPosition>)]) {
    let RoundPosition {
        rounds, positions, ..
    } = works[0].3.expect("work has a place");
    assert_eq!(works.len() as u32, rounds * positions);
    for (i, work) in works.iter().enumerate() {
        let i = i as u32;
        let (round, position) = (i / positions + 1, i % positions + 1);
        assert_eq!(
            work.3,
            Some(RoundPosition {
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
            IntervalKind::Rest | IntervalKind::RoundRest => {
                assert_eq!(interval.round_position, all[i + 1].round_position);
            }
            IntervalKind::Work => {}
            _ => assert_eq!(interval.round_position, None),
        }
    }
}

/// Work, rests and finish are as requested; get-ready and round rests are as requested, or longer
/// where allowed.
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

/// Warm-up and cool-down come from their categories and obey the same constraints.
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

/// Number of successive exercises that share a primary muscle; with `around` the last and the first
/// one are successive, too.
fn clashes(order: &[&Exercise], around: bool) -> usize {
    let inner = order
        .windows(2)
        .filter(|pair| shares_a_muscle(pair[0], pair[1]))
        .count();
    let closing = around && order.len() > 1 && shares_a_muscle(order[order.len() - 1], order[0]);
    inner + usize::from(closing)
}

/// The smallest number of clashes in any order of any `count` exercises of the pool, found by
/// trying all.
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

/// A chosen workout takes exactly the target, and its rounds are as requested.
fn chosen_well(
    plan: &Plan,
    asked: &Asked<'_>,
    catalogue: &Catalogue,
    works: &[(&Exercise, Frames, Speed, Option<RoundPosition>)],
) {
    assert_eq!(plan.length(), asked.target());
    let RoundPosition {
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
    works: &[(&Exercise, Frames, Speed, Option<RoundPosition>)],
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

pub fn the_plan_keeps_all_laws(plan: &Plan, request: &Value, catalogue: &Catalogue) {
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

/// With loop lengths the plan is the same, but the speeds of exercises change by at most 5 % to
/// whole passes. Tells whether any speed changed.
pub fn only_speeds_give_way(
    without: &Plan,
    with: &Plan,
    request: &Value,
    loop_lengths: &LoopLengths,
) -> bool {
    let (mut alike, mut gave_way) = (with.clone(), false);
    alike.timeline = without.timeline.clone();
    assert_eq!(&alike, without, "more than the timeline depends on the clips");
    let (before, after) = (without.timeline.intervals(), with.timeline.intervals());
    assert_eq!(before.len(), after.len());
    for (asked, fitted) in before.iter().zip(after) {
        let mut alike = fitted.clone();
        alike.movement.speed = asked.movement.speed;
        assert_eq!(&alike, asked, "more than the speed depends on the clips");
        let pass = loop_lengths.get(&asked.movement.exercise);
        let may = asked.kind.is_exercise() && Asked(request).config("fit_reps") != &json!(false);
        let Some(Frames(pass)) = pass.filter(|_| may) else {
            assert_eq!(fitted.movement.speed, asked.movement.speed);
            continue;
        };
        let speed = fitted.movement.speed;
        let off = |speed: f64| (speed / asked.movement.speed.as_f64() - 1.0).abs();
        if speed != asked.movement.speed {
            gave_way = true;
            assert!(off(speed.as_f64()) <= 0.05 + 1e-9, "{speed} for {asked:?}");
        }
        let shown = fitted.length.0 * u64::from(speed.numerator());
        let of_a_pass = u64::from(speed.denominator()) * pass;
        let whole = shown.is_multiple_of(of_a_pass) && shown > 0;
        let at = |passes: u64| (passes * pass) as f64 / asked.length.0 as f64;
        let fewer = shown / of_a_pass;
        let possible = [fewer, fewer + 1]
            .into_iter()
            .any(|passes| passes > 0 && off(at(passes)) < 0.05 - 1e-9);
        assert!(
            whole || !possible,
            "{speed} breaks a pass of {pass} off: {asked:?}"
        );
        assert!(
            whole || speed == asked.movement.speed,
            "{speed} for nothing: {asked:?}"
        );
    }
    gave_way
}

/// Every pointer of an error points to a value of the request, or is empty.
pub fn pointers_lead_into_the_request(error: &PlanError, request: &Value) {
    let pointers: Vec<&str> = match error {
        PlanError::NoExercise => vec![],
        PlanError::UnknownExercises(names) => names.iter().map(|n| n.pointer.as_str()).collect(),
        PlanError::Invalid(violations) => {
            assert!(violations.iter().all(|r| !r.message.is_empty()));
            violations.iter().map(|r| r.pointer.as_str()).collect()
        }
    };
    for pointer in pointers {
        assert!(
            request.pointer(pointer).is_some(),
            "{pointer} is not in the request: {error}"
        );
    }
}

/// A target that a refusal suggests works, both in its sentence and in its values.
pub fn the_advice_works(error: &PlanError, request: &Value, catalogue: &Catalogue) -> bool {
    let text = error.to_string();
    let Some((before, _)) = text.split_once(" minutes") else {
        return false;
    };
    let advice = before.rsplit("; ").next().unwrap_or_default();
    let mut minutes: Vec<f64> = advice.split(' ').filter_map(|word| word.parse().ok()).collect();
    assert!(!minutes.is_empty(), "{text}");
    let PlanError::Invalid(violations) = error else {
        panic!("{error:?}");
    };
    let nearest = ["below", "above"].map(|name| violations[0].values.get(name));
    let exact: Vec<f64> = nearest.into_iter().flatten().filter_map(Value::as_f64).collect();
    assert_eq!(exact.len(), minutes.len(), "{violations:?}");
    minutes.extend(exact.iter().map(|seconds| seconds / 60.0));
    for minutes in minutes {
        let mut request = request.clone();
        if !request["config"].is_object() {
            request["config"] = json!({});
        }
        request["config"]["target_duration"] = json!(minutes);
        let again = read(&request);
        assert!(
            plan(&again, catalogue, &LoopLengths::default(), 1).is_ok(),
            "{minutes} minutes do not work: {text}"
        );
    }
    true
}

pub fn read(request: &Value) -> WorkoutRequest {
    WorkoutRequest::from_json(request.to_string().as_bytes()).expect("a request of the right types")
}
