//! The planner with random requests and catalogues, checked from outside.

mod expectations;
mod properties;
mod random;

use std::cell::Cell;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use virtual_coach::catalogue::{Catalogue, LoopLengths};
use virtual_coach::workout::{PlanError, RequestError, WorkoutRequest, plan};

use properties::{
    only_speeds_give_way, pointers_lead_into_the_request, read, the_advice_works, the_plan_keeps_all_laws,
};
use random::{a_broken_request, a_catalogue, a_request, some_loop_lengths};

/// Without loop lengths: all speeds are as requested.
static NO_LOOPS: LazyLock<LoopLengths> = LazyLock::new(LoopLengths::default);

#[test]
fn every_plan_keeps_the_laws() {
    let (chosen, listed, advised) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let (fitted, kept) = (Cell::new(0), Cell::new(0));
    let count = |cell: &Cell<u32>| cell.set(cell.get() + 1);
    let mut runner = TestRunner::new(Config::with_cases(10_000));
    let outcome = runner.run(
        &(a_catalogue(), a_request(), some_loop_lengths()),
        |(catalogue, request, lengths)| {
            let received = read(&request);
            let loop_lengths: LoopLengths = catalogue
                .exercises()
                .iter()
                .zip(lengths)
                .filter_map(|(exercise, length)| Some((exercise.id.clone(), length?)))
                .collect();
            let planned = plan(&received, &catalogue, &NO_LOOPS, 11);
            let with_loops = plan(&received, &catalogue, &loop_lengths, 11);
            match planned {
                Ok(planned) => {
                    the_plan_keeps_all_laws(&planned, &request, &catalogue);
                    let with_loops = with_loops.expect("clips forbid no plan");
                    let gave_way = only_speeds_give_way(&planned, &with_loops, &request, &loop_lengths);
                    count(if gave_way { &fitted } else { &kept });
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
                            plan(&read(&again), &catalogue, &NO_LOOPS, 99).as_ref(),
                            Ok(&planned),
                            "same seed, other plan"
                        );
                    }
                }
                Err(error) => {
                    assert_eq!(with_loops.as_ref(), Err(&error), "clips are no reason to refuse");
                    pointers_lead_into_the_request(&error, &request);
                    if the_advice_works(&error, &request, &catalogue) {
                        count(&advised);
                    }
                }
            }
            Ok(())
        },
    );
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    // The properties must not hold only because nothing was planned.
    assert!(
        chosen.get() > 2_000 && listed.get() > 500 && advised.get() > 200,
        "{} chosen, {} listed, {} advised",
        chosen.get(),
        listed.get(),
        advised.get()
    );
    assert!(
        fitted.get() > 1_000 && kept.get() > 1_000,
        "{} with other speeds, {} without",
        fitted.get(),
        kept.get()
    );
}

proptest! {
    #![proptest_config(Config::with_cases(10_000))]

    #[test]
    fn nothing_that_is_sent_makes_the_planner_panic(request in a_broken_request()) {
        let catalogue = shipped();
        match WorkoutRequest::from_json(request.to_string().as_bytes()) {
            Ok(received) => {
                if let Err(error) = plan(&received, &catalogue, &NO_LOOPS, 3) {
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
        // Random bytes, which may or may not be a request.
        if let Ok(request) = WorkoutRequest::from_json(&body) {
            prop_assert!(serde_json::from_slice::<Value>(&body).is_ok(), "{request:?}");
        }
    }
}

#[test]
fn values_of_a_wrong_type_and_out_of_range_are_refused_at_once() {
    let body = json!({"exercises": [1, {"id": 2}, {"id": "plank", "work_time": 0}],
        "config": {"rounds": "3", "speed": 9, "no_jump": "yes", "intervals": 3, "equipment": ["sofa", 1]}});
    let received = WorkoutRequest::from_json(body.to_string().as_bytes()).unwrap();
    let Err(PlanError::Invalid(violations)) = plan(&received, &shipped(), &NO_LOOPS, 3) else {
        panic!("{body} is not refused");
    };
    let mut pointers: Vec<&str> = violations.iter().map(|r| r.pointer.as_str()).collect();
    pointers.sort_unstable();
    let wrong = [
        "/config/equipment/0",
        "/config/equipment/1",
        "/config/intervals",
        "/config/no_jump",
        "/config/rounds",
        "/config/speed",
        "/exercises/0",
        "/exercises/1/id",
        "/exercises/2/work_time",
    ];
    assert_eq!(pointers, wrong, "{violations:?}");
}

fn shipped() -> Catalogue {
    Catalogue::parse(include_str!("../../exercises.json")).expect("the catalogue that comes with the program")
}
