//! The English words.

use super::{Kinds, Words};

pub(super) static WORDS: Words = Words {
    labels: Kinds {
        get_ready: "Get ready",
        warm_up: "Warm-up",
        work: "Work",
        rest: "Rest",
        round_rest: "Rest between rounds",
        cool_down: "Cool-down",
        finish: "Well done",
    },
    headings: Kinds {
        get_ready: "GET READY",
        warm_up: "WARM-UP",
        work: "WORK",
        rest: "REST",
        round_rest: "ROUND REST",
        cool_down: "COOL-DOWN",
        finish: "FINISH",
    },
    next: "Next: ",
    colon: ": ",
    left: "left",
    right: "right",
    breathe: "Take a breath",
    the_end: "The end",
    round: "ROUND",
    exercise: "EXERCISE",
    round_of: |round, rounds| format!("round {round} of {rounds}"),
    exercise_of: |position, positions| format!("exercise {position} of {positions}"),
    in_round: |name, round| format!("{name}, round {round}"),
    soon: |what, seconds| format!("{what} in {seconds}"),
    workout: |time, kcal| format!("Workout, {time}, about {kcal:.0} kcal"),
    times: |part, rounds| format!("{part}, {rounds} rounds"),
    each_side: |time| format!("{time} each side"),
    between: |least, most| format!("{least} to {most}"),
};
