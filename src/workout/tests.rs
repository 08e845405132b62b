//! Snapshot tests of the planner's answers, as a person
//! reads them. The property tests are in `tests/planner`.

use serde_json::{Value, json};

use super::*;
use crate::catalogue::{Catalogue, LoopLengths};
use crate::units::{Frames, Speed};

fn shipped() -> Catalogue {
    Catalogue::parse(include_str!("../../exercises.json")).unwrap()
}

fn answer(body: &Value) -> Result<Plan, PlanError> {
    let request = WorkoutRequest::from_json(body.to_string().as_bytes()).unwrap();
    plan(&request, &shipped(), &LoopLengths::default(), 7)
}

fn planned(body: &Value) -> Plan {
    answer(body).unwrap_or_else(|error| panic!("{body}: {error}"))
}

fn refused(body: &Value) -> String {
    described(answer(body))
}

/// Returns every violation, and below it its code and values if it has them.
fn described(answer: Result<Plan, PlanError>) -> String {
    let Err(PlanError::Invalid(violations)) = answer else {
        panic!("{answer:?}");
    };
    let line = |violation: &Violation| match violation.code {
        Some(code) => format!("{violation}\n  {}", json!([code, violation.values])),
        None => violation.to_string(),
    };
    violations.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn shown(plan: &Plan) -> String {
    format!("{}\n{}", strip(plan, 100), table(plan))
}

#[test]
fn a_listed_workout() {
    let body = json!({"exercises": [{"id": "Push-ups"}, {"id": "reverse-lunge", "work_time": 31.1}, {"id": "plank", "speed": 0.5}],
        "config": {"rounds": 2, "intensity": "high_intensity", "include_warm_up": true, "include_cool_down": true,
            "target_duration": 20, "intervals": {"round_rest_time": 45, "get_ready": 10}}});
    insta::assert_snapshot!(shown(&planned(&body)));
}

#[test]
fn a_chosen_workout() {
    let body = json!({"config": {"target_duration": 12, "no_jump": true, "seed": 3}});
    insta::assert_snapshot!(shown(&planned(&body)));
}

#[test]
fn a_workout_too_short_for_a_warm_up() {
    insta::assert_snapshot!(shown(&planned(&json!({"config": {"target_duration": 1}}))));
}

#[test]
fn a_plan_as_json() {
    let body = json!({"exercise_names": ["reverse-lunge", "Plank"], "config": {
        "speed": 1.25, "intervals": {"work_time": 10, "rest_time": 5}, "resolution": "480P", "fit": "Cover"}});
    insta::assert_json_snapshot!(planned(&body).view());
}

#[test]
fn speeds_that_give_way_to_whole_repetitions() {
    let catalogue = shipped();
    let loop_lengths = [
        ("push-ups", 63),
        ("reverse-lunge", 95),
        ("plank", 60),
        ("crunch", 700),
    ];
    let loop_lengths: LoopLengths = loop_lengths
        .into_iter()
        .map(|(id, frames)| (catalogue.named(id).unwrap().id.clone(), Frames(frames)))
        .collect();
    let of = |fit_reps: bool| {
        let body = json!({"exercises": [{"id": "push-ups"}, {"id": "reverse-lunge", "speed": 0.5}, {"id": "plank"},
            {"id": "crunch", "speed": 2}, {"id": "air-squat", "speed": 0.83}], "config": {"fit_reps": fit_reps}});
        let request = WorkoutRequest::from_json(body.to_string().as_bytes()).unwrap();
        plan(&request, &catalogue, &loop_lengths, 7).unwrap()
    };
    insta::assert_snapshot!(table(&of(true)));
    assert_eq!(
        of(false),
        planned_as(&of(true), &of(false)),
        "more than the timeline differs"
    );
    let speeds = |plan: &Plan| -> Vec<String> {
        let exercises = plan.timeline.intervals().iter().filter(|i| i.kind.is_exercise());
        exercises.map(|i| i.movement.speed.to_string()).collect()
    };
    assert_eq!(
        speeds(&of(true)),
        ["399/400", "19/40", "19/40", "1", "2", "83/100"]
    );
    assert_eq!(speeds(&of(false)), ["1", "1/2", "1/2", "1", "2", "83/100"]);
}

/// Returns `plan` with the timeline of `other`.
fn planned_as(plan: &Plan, other: &Plan) -> Plan {
    Plan {
        timeline: other.timeline.clone(),
        ..plan.clone()
    }
}

#[test]
fn who_makes_the_video_is_a_choice_beside_the_workout() {
    let of = |body: Value| planned(&body).renderer;
    assert_eq!(of(json!({})), RendererChoice::Auto);
    assert_eq!(of(json!({"renderer": "Stitch"})), RendererChoice::Stitch);
    assert_eq!(of(json!({"renderer": "graph"})), RendererChoice::Graph);
    assert_eq!(
        refused(&json!({"renderer": "ffmpeg"})),
        "/renderer: renderer must be one of auto, stitch, graph, not \"ffmpeg\""
    );
    let misplaced = planned(&json!({"config": {"renderer": "graph"}}));
    assert_eq!(
        misplaced.notes[0].text,
        "ignored: /config/renderer; did you mean /renderer?"
    );
}

#[test]
fn a_preview_is_clearly_slower_than_the_work() {
    for (work, preview) in [
        (2.0, (1, 2)),
        (0.8, (1, 2)),
        (0.67, (1, 2)),
        (0.6, (9, 20)),
        (0.5, (3, 8)),
    ] {
        let plan = planned(&json!({"exercise_names": ["plank"], "config": {"speed": work}}));
        let shown = plan.timeline.intervals()[0].movement.speed;
        assert_eq!(
            Some(shown),
            Speed::new(preview.0, preview.1),
            "before work at {work}"
        );
    }
}

#[test]
fn defaults_are_those_documented() {
    let plan = planned(&json!({"exercise_names": ["plank", "crunch"]}));
    let lengths: Vec<u64> = plan.timeline.intervals().iter().map(|i| i.length.0).collect();
    assert_eq!(lengths, [150, 1200, 600, 1200, 90]);
    assert!(
        plan.hud_parts.timer
            && plan.hud_parts.progress_bar
            && plan.hud_parts.exercise_name
            && plan.hud_parts.round
    );
    assert!(plan.cues && !plan.clip_sound);
    assert_eq!((plan.fit, plan.seed), (Fit::Auto, 7));
    assert_eq!((plan.profile.width, plan.profile.height), (1280, 720));
    assert_eq!(plan.timeline.intervals()[1].movement.speed, Speed::NORMAL);
    // 80 s of MET 2.8 and 28 s of MET 1.3 at 70 kg.
    let kcal = 70.0 * (80.0 * 2.8 + 28.0 * 1.3) / 3600.0;
    assert!((plan.kcal - kcal).abs() < 1e-9, "{} is not {kcal}", plan.kcal);
}

#[test]
fn without_any_hud_the_exercise_takes_the_frame() {
    let config = json!({"show_timer": false, "show_progress_bar": false, "show_exercise_name": false, "show_round": false});
    let plan = planned(&json!({"exercise_names": ["plank"], "config": config}));
    assert_eq!(plan.profile.bar_height(), 0);
}

#[test]
fn an_empty_list_names_no_exercise() {
    assert_eq!(answer(&json!({"exercise_names": []})), Err(PlanError::NoExercise));
    assert_eq!(
        answer(&json!({"exercises": [], "config": {}})),
        Err(PlanError::NoExercise)
    );
}

#[test]
fn unknown_names_come_with_the_nearest_ones() {
    let body = json!({"exercise_names": ["plank", "pushups", "Plank", "Zumba"]});
    match answer(&body) {
        Err(PlanError::UnknownExercises(unknown)) => {
            let pointers: Vec<&str> = unknown.iter().map(|u| u.pointer.as_str()).collect();
            assert_eq!(pointers, ["/exercise_names/1", "/exercise_names/3"]);
            assert_eq!(unknown[0].nearest.first().map(String::as_str), Some("Push-ups"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn all_bad_values_are_refused_at_once() {
    let body = json!({"exercises": [{"id": "plank", "speed": 3}, {"work_time": 0}, {"id": "plnak"}], "exercise_names": ["plank"],
        "config": {"intensity": "fast", "speed": 0.1, "rounds": 2.5, "no_repeat": true, "seed": -1,
            "target_duration": 0, "weight": 1000, "resolution": "4k", "orientation": "square", "fit": "fill", "fit_reps": 1,
            "intensity_levels": ["easy", "extreme"], "exercice_intensity_levels": ["hard"], "equipment": ["dumbell", "sofa"],
            "intervals": {"work_time": 0.5, "rest_time": 601, "get_ready": -1, "round_rest_time": 1e300, "finish": 31}}});
    insta::assert_snapshot!(refused(&body));
}

#[test]
fn contradictions_and_what_cannot_be_planned_are_refused_with_what_would_work() {
    let bodies = [
        json!({"exercise_names": ["Plank", "jumping-jack", "plank"], "config": {"no_jump": true, "no_repeat": true}}),
        json!({"exercise_names": ["Plank"], "config": {"no_repeat": true, "rounds": 3}}),
        json!({"exercise_names": ["Plank"], "config": {"intensity_levels": []}}),
        json!({"exercise_names": ["Plank", "Push-ups"], "config": {"rounds": 50, "intervals": {"work_time": 600}}}),
        json!({"exercise_names": vec!["Plank"; 700], "config": {"rounds": 2, "intervals": {"work_time": 1}}}),
        json!({"exercise_names": vec!["Plank"; 1001]}),
        json!({"config": {"no_repeat": true, "no_jump": true}}),
        json!({"config": {"no_repeat": true, "target_duration": 60}}),
        json!({"config": {"target_duration": 1, "include_warm_up": true}}),
        json!({"config": {"target_duration": 20, "intervals": {"work_time": 3600}}}),
        json!({"config": {"target_duration": 100, "include_warm_up": false, "include_cool_down": false, "intervals": {"work_time": 3600}}}),
        json!({"config": {"intensity_levels": ["hard"], "no_jump": true, "no_repeat": true, "target_duration": 30}}),
    ];
    let described: Vec<String> = bodies
        .iter()
        .map(|body| {
            let mut asked = body.to_string();
            asked.truncate(130);
            format!("{asked}\n  {}", refused(body).replace('\n', "\n  "))
        })
        .collect();
    insta::assert_snapshot!(described.join("\n"));
}

#[test]
fn what_a_catalogue_lacks_is_said() {
    let mut file: Value = serde_json::from_str(include_str!("../../exercises.json")).unwrap();
    for exercise in file["exercises"].as_array_mut().unwrap() {
        exercise["equipment"] = json!(["dumbbell"]);
        exercise["has_jump"] = json!(exercise["difficulty"] == "hard");
    }
    let mut catalogue = Catalogue::parse(&file.to_string()).unwrap();
    let mut all = Vec::new();
    let mut ask = |body: Value, catalogue: &Catalogue| {
        let request = WorkoutRequest::from_json(body.to_string().as_bytes()).unwrap();
        all.push(described(plan(&request, catalogue, &LoopLengths::default(), 7)));
    };
    ask(json!({}), &catalogue);
    ask(
        json!({"config": {"equipment": ["Dumbbell"], "no_jump": true, "intensity_levels": ["hard"]}}),
        &catalogue,
    );
    ask(
        json!({"exercise_names": ["plank"], "config": {"equipment": ["bands"]}}),
        &catalogue,
    );
    let plank = catalogue.named("plank").unwrap().id.clone();
    catalogue.mark_unavailable(plank, "its clip has no pictures".into());
    ask(json!({"exercise_names": ["crunch", "plank"]}), &catalogue);
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn the_same_levels_in_both_spellings_are_no_contradiction() {
    let body = json!({"config": {"intensity_levels": ["easy", "medium"],
        "exercice_intensity_levels": ["Medium", "easy"]}});
    planned(&body);
    let other =
        json!({"config": {"intensity_levels": ["easy"], "exercice_intensity_levels": ["easy", "hard"]}});
    assert!(refused(&other).starts_with("/config/exercice_intensity_levels: "));
}

#[test]
fn numbers_that_json_readers_round_are_not_repeated() {
    for seed in ["12345678901234567890123", "9007199254740993", "1e300"] {
        let body = format!(r#"{{"config": {{"seed": {seed}, "weight": {seed}}}}}"#);
        let request = WorkoutRequest::from_json(body.as_bytes()).unwrap();
        let described = plan(&request, &shipped(), &LoopLengths::default(), 7)
            .unwrap_err()
            .to_string();
        let wanted = "/config/seed: seed must be a whole number from 0 to 9007199254740991; \
            /config/weight: weight must be from 20 to 300";
        assert_eq!(described, wanted);
    }
}

#[test]
fn every_message_says_by_itself_which_value_it_means() {
    let named = [
        (
            json!({"rounds": 60}),
            "rounds must be a whole number from 1 to 50, not 60",
        ),
        (
            json!({"intervals": {"rest_time": -1}}),
            "intervals/rest_time must be from 0 to 600, not -1",
        ),
        (
            json!({"fit": "fill"}),
            "fit must be one of auto, contain, cover, not \"fill\"",
        ),
        (json!({"cues": 1}), "cues must be true or false, not 1"),
        (
            json!({"intensity_levels": []}),
            "intensity_levels must name one to three of easy, medium, hard",
        ),
    ];
    for (config, wanted) in named {
        match answer(&json!({ "config": config })) {
            Err(PlanError::Invalid(violations)) => assert_eq!(violations[0].message, wanted),
            other => panic!("{config}: {other:?}"),
        }
    }
    let unknown = answer(&json!({"exercise_names": ["Zumba\n"]})).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        r#"/exercise_names/0: "Zumba\n" is no known exercise"#
    );
}

#[test]
fn values_are_read_without_regard_to_letter_case() {
    let body = json!({"exercise_names": ["PLANK"], "config": {"intensity": "LOW_Impact", "resolution": "1080P",
        "orientation": "Portrait", "fit": "COVER", "intensity_levels": ["Easy"], "equipment": ["Body Only", "BANDS"]}});
    let plan = planned(&body);
    assert_eq!((plan.profile.width, plan.profile.height), (1080, 1920));
    assert_eq!(
        plan.timeline.intervals()[1].movement.speed,
        Speed::new(4, 5).unwrap()
    );
    assert_eq!(plan.fit, Fit::Cover);
}

#[test]
fn what_is_decided_against_expectation_is_told() {
    let noted = |config: Value| planned(&json!({ "config": config })).notes;
    let round_rests =
        json!({"rounds": 6, "include_warm_up": false, "include_cool_down": false, "target_duration": 31.1});
    let mut described = vec![
        noted(json!({"target_duration": 1})),
        noted(json!({"target_duration": 1.9})),
        noted(json!({"target_duration": 1.9, "include_cool_down": true})),
        noted(round_rests),
    ];
    let mut file: Value = serde_json::from_str(include_str!("../../exercises.json")).unwrap();
    let exercises = file["exercises"].as_array_mut().unwrap();
    exercises.retain(|e| e["category"] != "warm_up" && e["category"] != "cool_down");
    let catalogue = Catalogue::parse(&file.to_string()).unwrap();
    let request = WorkoutRequest::from_json(b"{}").unwrap();
    described.push(
        plan(&request, &catalogue, &LoopLengths::default(), 7)
            .unwrap()
            .notes,
    );
    insta::assert_json_snapshot!(described);
}

#[test]
fn options_that_are_not_used_are_told() {
    let body = json!({"exercise_names": ["plank", "crunch"], "wheight": 80,
        "config": {"target_duration": 30, "intensity_levels": ["hard"]}});
    insta::assert_json_snapshot!(planned(&body).notes);
}

#[test]
fn the_extent_of_a_course_is_that_of_its_timeline() {
    use super::build_timeline::{Station, WorkoutOutline};
    use super::check::Times;
    let catalogue = shipped();
    let stations = |names: &[&str], length| {
        let station = |name: &&str| Station {
            exercise: catalogue.named(name).unwrap(),
            length: Frames(length),
            speed: Speed::NORMAL,
        };
        names.iter().map(station).collect::<Vec<_>>()
    };
    let blocks: [&[&str]; 2] = [&[], &["standing-quad-stretch", "childs-pose"]];
    // In each row: work, rest, round rest, get-ready, finish, and the sum of extra round rest.
    let lengths = [
        [901, 7, 11, 13, 17, 100],
        [901, 0, 0, 0, 0, 0],
        [901, 0, 0, 13, 0, 2],
        [1, 5, 0, 0, 17, 100],
        [901, 0, 11, 13, 17, 0],
    ];
    for (rounds, warm_up, cool_down) in [(1, 0, 0), (3, 1, 0), (4, 0, 1), (2, 1, 1)] {
        for [work, rest, round_rest, get_ready, finish, longer] in lengths {
            let outline = WorkoutOutline {
                times: Times {
                    work: Frames(1),
                    rest: Frames(rest),
                    round_rest: Frames(round_rest),
                    get_ready: Frames(get_ready),
                    finish: Frames(finish),
                },
                warm_up: stations(blocks[warm_up], 901),
                circuit: stations(&["plank", "reverse-lunge", "crunch"], work),
                rounds,
                longer_round_rests: Frames(if rounds > 1 { longer } else { 0 }),
                cool_down: stations(blocks[cool_down], 901),
            };
            let timeline = outline.build().unwrap();
            let laid = (timeline.length(), timeline.intervals().len() as u64);
            assert_eq!(outline.extent(rounds), laid, "{outline:?}");
        }
    }
}

#[test]
fn rests_of_no_length_do_not_count_as_intervals() {
    let body = json!({"exercise_names": vec!["plank"; 20],
        "config": {"rounds": 50, "intervals": {"work_time": 10, "rest_time": 0}}});
    assert_eq!(planned(&body).timeline.intervals().len(), 1_002);
    let too_many = json!({"exercise_names": vec!["Reverse Lunge"; 1_000], "config": {"intervals": {"work_time": 1, "rest_time": 1}}});
    assert!(
        refused(&too_many).contains("2000 are possible: list fewer exercises\n  [\"too_many_intervals\"")
    );
}

#[test]
fn every_frame_belongs_to_the_interval_around_it() {
    use IntervalKind::{Finish, GetReady, Work};
    let plan = planned(
        &json!({"exercise_names": ["reverse-lunge", "plank"], "config": {"intervals": {"rest_time": 0}}}),
    );
    let timeline = &plan.timeline;
    let kinds: Vec<IntervalKind> = timeline.intervals().iter().map(|i| i.kind).collect();
    assert_eq!(
        kinds,
        [GetReady, Work, Work, Work, Finish],
        "a rest of no length is left out"
    );
    for interval in timeline.intervals() {
        for frame in [interval.start, Frames(interval.end().0 - 1)] {
            assert_eq!(timeline.at(frame).index, interval.index);
        }
    }
    assert_eq!(timeline.at(timeline.length()).kind, Finish);
    assert_eq!(timeline.at(Frames(u64::MAX)).kind, Finish);
    let next: Vec<Option<usize>> = timeline
        .intervals()
        .iter()
        .map(|i| timeline.next_exercise(i).map(|n| n.index))
        .collect();
    assert_eq!(next, [Some(1), Some(2), Some(3), None, None]);
    assert_eq!(Timeline::new(Vec::new()), None);
}

#[test]
fn what_is_to_be_avoided_comes_in_no_part_of_a_workout() {
    let catalogue = shipped();
    for (thing, name) in [
        (Avoid::Jumps, "Jumps"),
        (Avoid::Floor, "floor"),
        (Avoid::Kneeling, "kneeling"),
    ] {
        for listed in [true, false] {
            let mut body = json!({"config": {"avoid": [name], "include_warm_up": true, "include_cool_down": true,
                "rounds": 3, "target_duration": 20}});
            if listed {
                body["exercise_names"] = json!(["air-squat"]);
            }
            for seed in 0..20 {
                body["config"]["seed"] = json!(seed);
                let plan = planned(&body);
                for interval in plan.timeline.intervals() {
                    let exercise = catalogue.get(&interval.movement.exercise).unwrap();
                    assert!(!thing.leaves_out(exercise), "{name}: {}", exercise.name);
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_avoided_is_refused() {
    let described = |body: Value| refused(&body);
    insta::assert_snapshot!([
        described(json!({"exercise_names": ["Plank", "Cobra"], "config": {"language": "fr", "avoid": ["floor", "FLOOR", "kneeling"]}})),
        described(json!({"config": {"avoid": ["stairs", 3]}})),
        described(json!({"config": {"avoid": vec!["floor"; 7]}})),
        described(json!({"config": {"avoid": ["jumps", "floor"], "intensity_levels": ["hard"]}})),
    ].join("\n\n"));
}
