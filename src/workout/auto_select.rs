//! Chooses the exercises of a workout so that it fills a given time.
//!
//! For `plan`, when the request lists no exercises.
//! `duration_solver` finds the lengths, and `choose` the exercises.

use serde_json::{Value, json};

use super::build_timeline::{Station, WorkoutOutline};
use super::check::Options;
use super::choose::{Constraints, circuit};
use super::duration_solver::{
    LengthBounds, MAX_BLOCK, MIN_BLOCK, NearestLengths, Solution, SolverInput, cut,
};
use super::seeded_rng::SeededRng;
use super::{Avoid, Note, NoteCode, PlanError, Violation, ViolationCode};
use crate::catalogue::{Catalogue, Category, Difficulty, Exercise};
use crate::units::{FPS, Frames, Speed};

/// A possible warm-up or cool-down.
struct Candidate<'a> {
    pool: Vec<&'a Exercise>,
    /// The client did not ask for this block, so the planner may leave it out.
    by_default: bool,
    no_repeat: bool,
}

impl Candidate<'_> {
    fn block(&self) -> LengthBounds {
        // At most one minute per exercise: several minutes of one exercise are no warm-up, and `no_repeat`
        // forbids showing an exercise twice.
        let distinct = Frames(self.pool.len() as u64 * 60 * u64::from(FPS));
        match self.pool.len() {
            0 => LengthBounds::NONE,
            1 => LengthBounds {
                least: MIN_BLOCK,
                most: distinct,
            },
            _ => LengthBounds {
                least: MIN_BLOCK,
                most: if self.no_repeat {
                    distinct.min(MAX_BLOCK)
                } else {
                    MAX_BLOCK
                },
            },
        }
    }
}

/// Returns an outline that takes exactly the target time, with its warm-up and cool-down.
pub(super) fn outline<'a>(
    options: &Options,
    catalogue: &'a Catalogue,
    rng: &mut SeededRng,
    notes: &mut Vec<Note>,
) -> Result<WorkoutOutline<'a>, PlanError> {
    let pool = Constraints::for_work(options).pool(catalogue);
    if pool.is_empty() {
        return Err(none_matches(options, catalogue));
    }
    let mut candidate = |asked: Option<bool>, category: Category| {
        let pool = match asked {
            Some(false) => Vec::new(),
            _ => Constraints::for_category(&[category], options).pool(catalogue),
        };
        if pool.is_empty() && asked != Some(false) {
            notes.push(Note::no_exercise_for(category));
        }
        Candidate {
            pool,
            by_default: asked.is_none(),
            no_repeat: options.no_repeat,
        }
    };
    let warm_up = candidate(options.warm_up, Category::WarmUp);
    let cool_down = candidate(options.cool_down, Category::CoolDown);
    let input = SolverInput {
        target: options.target,
        times: options.times,
        pool: pool.len() as u32,
        rounds: if options.no_repeat {
            Some(1)
        } else {
            options.rounds
        },
        warm_up: warm_up.block(),
        cool_down: cool_down.block(),
    };
    let solution = solve(input, &warm_up, &cool_down, notes)
        .map_err(|nearest| no_room(&nearest, pool.len(), options))?;
    note_longer(&solution, options, notes);
    let mut times = options.times;
    times.get_ready += solution.longer_get_ready;
    let cyclic = solution.rounds > 1;
    let stations = circuit(pool, solution.stations as usize, cyclic, rng);
    Ok(WorkoutOutline {
        times,
        warm_up: stations_of(solution.warm_up, warm_up.pool, rng),
        circuit: stations
            .into_iter()
            .map(|exercise| Station {
                exercise,
                length: options.times.work,
                speed: options.speed,
            })
            .collect(),
        rounds: solution.rounds,
        longer_round_rests: solution.longer_round_rests,
        cool_down: stations_of(solution.cool_down, cool_down.pool, rng),
    })
}

/// Solves with warm-up and cool-down. If there is no solution, tries without the cool-down, then without the
/// warm-up, then without both, as far as the client did not ask for them.
fn solve(
    input: SolverInput,
    warm_up: &Candidate<'_>,
    cool_down: &Candidate<'_>,
    notes: &mut Vec<Note>,
) -> Result<Solution, NearestLengths> {
    let nearest = match input.solve() {
        Ok(solution) => return Ok(solution),
        Err(nearest) => nearest,
    };
    let without = |warm: bool, cool: bool| SolverInput {
        warm_up: if warm { LengthBounds::NONE } else { input.warm_up },
        cool_down: if cool { LengthBounds::NONE } else { input.cool_down },
        ..input
    };
    let (warm, cool) = (
        warm_up.by_default && !warm_up.pool.is_empty(),
        cool_down.by_default && !cool_down.pool.is_empty(),
    );
    let ways = [
        (
            cool,
            without(false, true),
            NoteCode::NoRoomForCoolDown,
            "cool-down",
        ),
        (warm, without(true, false), NoteCode::NoRoomForWarmUp, "warm-up"),
        (
            warm && cool,
            without(true, true),
            NoteCode::NoRoomForBoth,
            "warm-up and no cool-down",
        ),
    ];
    for (allowed, input, code, what) in ways {
        if let (true, Ok(solution)) = (allowed, input.solve()) {
            let whole = input.target.seconds();
            notes.push(Note::new(
                code,
                json!({"duration": whole.0}),
                format!("no {what}: there is no room in {whole}"),
            ));
            return Ok(solution);
        }
    }
    Err(nearest)
}

/// Returns the exercises of a warm-up or cool-down of the given length, at normal speed, in random order. The
/// order repeats if the length needs more exercises than the pool has.
fn stations_of<'a>(length: Frames, mut pool: Vec<&'a Exercise>, rng: &mut SeededRng) -> Vec<Station<'a>> {
    rng.shuffle(&mut pool);
    if length == Frames::ZERO {
        return Vec::new();
    }
    let lengths = cut(length, pool.len());
    let cycle = pool.into_iter().cycle();
    cycle
        .zip(lengths)
        .map(|(exercise, length)| Station {
            exercise,
            length,
            speed: Speed::NORMAL,
        })
        .collect()
}

fn note_longer(solution: &Solution, options: &Options, notes: &mut Vec<Note>) {
    let whole = options.target.seconds();
    let mut note = |code, what: &str, longer: f64| {
        notes.push(Note::new(
            code,
            json!({"longer": (longer * 10.0).round() / 10.0, "duration": whole.0}),
            format!("{what} {longer:.1} s longer, so that the whole takes {whole}"),
        ));
    };
    if solution.longer_round_rests > Frames::ZERO {
        let each = solution.longer_round_rests.seconds().0 / f64::from(solution.rounds - 1);
        note(NoteCode::LongerRoundRests, "round rests are", each);
    }
    if solution.longer_get_ready > Frames::ZERO {
        let longer = solution.longer_get_ready.seconds().0;
        note(NoteCode::LongerGetReady, "get-ready is", longer);
    }
}

/// Describes the constraints for a message: "easy or medium, without jumps, without equipment".
fn described(constraints: &Constraints<'_>) -> String {
    let mut parts = Vec::new();
    if let Some(levels) = constraints.levels {
        let names = levels.iter().map(|level| match level {
            Difficulty::Easy => "easy",
            Difficulty::Medium => "medium",
            Difficulty::Hard => "hard",
        });
        parts.push(names.collect::<Vec<_>>().join(" or "));
    }
    if constraints.no_jump {
        parts.push("without jumps".to_owned());
    }
    // A request can exclude jumps with `no_jump` and with `avoid`. The message names them once.
    let avoided = constraints
        .avoid
        .iter()
        .filter(|thing| !(constraints.no_jump && **thing == Avoid::Jumps));
    parts.extend(avoided.map(|thing| format!("without {}", thing.word())));
    match constraints.equipment {
        Some([]) => parts.push("without equipment".to_owned()),
        Some(at_hand) => parts.push(format!("with {} at most", at_hand.join(" and "))),
        None => {}
    }
    parts.join(", ")
}

/// Returns the error that no exercise matches, with the number
/// of exercises that would match without one of the constraints.
fn none_matches(options: &Options, catalogue: &Catalogue) -> PlanError {
    let constraints = Constraints::for_work(options);
    let mut without_jumps = options.avoid.clone();
    without_jumps.retain(|thing| *thing != Avoid::Jumps);
    let looser = [
        (
            "with_any_level",
            "with every difficulty",
            Constraints {
                levels: None,
                ..constraints
            },
        ),
        (
            "with_jumps",
            "with jumps",
            Constraints {
                no_jump: false,
                avoid: &without_jumps,
                ..constraints
            },
        ),
        (
            "with_any_equipment",
            "with all equipment",
            Constraints {
                equipment: None,
                ..constraints
            },
        ),
        (
            "with_nothing_avoided",
            "with nothing to avoid",
            Constraints {
                no_jump: false,
                avoid: &[],
                ..constraints
            },
        ),
    ];
    // If the client avoids nothing but jumps, the fourth hint would repeat the hint "with jumps".
    let tried = if without_jumps.is_empty() { 3 } else { 4 };
    let found: Vec<(&str, &str, usize)> = looser
        .iter()
        .take(tried)
        .map(|(value, how, constraints)| (*value, *how, constraints.pool(catalogue).len()))
        .filter(|(.., count)| *count > 0)
        .collect();
    let hints: Vec<String> = found
        .iter()
        .map(|(_, how, count)| format!("{count} would {how}"))
        .collect();
    let hint = if hints.is_empty() {
        String::new()
    } else {
        format!("; {}", hints.join(", "))
    };
    let message = format!("no available exercise is {}{hint}", described(&constraints));
    let values: Value = found
        .into_iter()
        .map(|(value, _, count)| (value, count))
        .collect();
    let violation = Violation::new("", message).coded(ViolationCode::NoExerciseMatches, values);
    PlanError::Invalid(vec![violation])
}

/// Returns the error that nothing fills the target time, with the
/// number of matching exercises and the nearest possible lengths.
fn no_room(nearest: &NearestLengths, pool: usize, options: &Options) -> PlanError {
    let minute = 60.0 * f64::from(FPS);
    // The bounds of `target_duration`.
    let legal = |length: &Frames| (1.0..=180.0).contains(&(length.0 as f64 / minute));
    let (below, above) = (nearest.below.filter(legal), nearest.above.filter(legal));
    // In hundredths of a minute, rounded towards lengths that can be filled.
    let works = match (
        below.map(|f| (f.0 as f64 / minute * 100.0).floor() / 100.0),
        above.map(|f| (f.0 as f64 / minute * 100.0).ceil() / 100.0),
    ) {
        (Some(below), Some(above)) => format!("{below} or {above} minutes would work"),
        (Some(below), None) => format!("they allow at most {below} minutes"),
        (None, Some(above)) => format!("they need at least {above} minutes"),
        (None, None) => "shorter intervals would work".to_owned(),
    };
    let exercises = if pool == 1 {
        "1 exercise matches".to_owned()
    } else {
        format!("{pool} exercises match")
    };
    let described = described(&Constraints::for_work(options));
    let repeat = if options.no_repeat { " with no_repeat" } else { "" };
    let pointer = if options.target_sent {
        "/config/target_duration"
    } else {
        ""
    };
    let asked = options.target.seconds();
    let message = format!(
        "a workout of exactly {asked} cannot be made of these intervals: {exercises} ({described}); {works}{repeat}"
    );
    let seconds = |length: Option<Frames>| length.map(|length| length.seconds().0);
    let values = json!({"asked": asked.0, "below": seconds(below), "above": seconds(above),
        "exercises": pool, "no_repeat": options.no_repeat});
    let violation = Violation::new(pointer, message).coded(ViolationCode::NoWorkoutOfLength, values);
    PlanError::Invalid(vec![violation])
}
