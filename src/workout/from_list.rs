//! Makes the outline of a workout from the exercises that the client listed.
//!
//! For `plan`, when the request lists exercises.

use serde_json::{Value, json};

use super::build_timeline::{Station, WorkoutOutline};
use super::check::{ListedExercise, MAX_ROUNDS, Options};
use super::choose::Constraints;
use super::duration_solver::MIN_BLOCK;
use super::plan::{MAX_INTERVALS, MAX_LENGTH};
use super::seeded_rng::SeededRng;
use super::violations::Violations;
use super::{Avoid, Note, NoteCode, PlanError, UnknownExercise, Violation, ViolationCode};
use crate::catalogue::{Catalogue, Category, Exercise};
use crate::units::{Frames, Seconds, Speed};

/// Most exercises of a warm-up or a cool-down of a listed workout.
const BLOCK_EXERCISES: usize = 3;
/// Most unknown names for which the answer suggests known names.
/// Each suggestion compares the name with the whole catalogue.
const MAX_GUESSED: usize = 20;

/// Returns an outline of the listed exercises in their order, `rounds` times.
pub(super) fn outline<'a>(
    list: &[ListedExercise],
    options: &Options,
    catalogue: &'a Catalogue,
    mut violations: Violations,
    rng: &mut SeededRng,
    notes: &mut Vec<Note>,
) -> Result<WorkoutOutline<'a>, PlanError> {
    let circuit = resolve(list, options, catalogue, &mut violations)?;
    let mut outline = WorkoutOutline {
        times: options.times,
        warm_up: Vec::new(),
        circuit,
        rounds: options.rounds.unwrap_or(1),
        longer_round_rests: Frames::ZERO,
        cool_down: Vec::new(),
    };
    let mut block = |asked: Option<bool>, category: Category| {
        if asked == Some(true) {
            warm_up_or_cool_down(category, options, catalogue, &outline.circuit, rng, notes)
        } else {
            Vec::new()
        }
    };
    let warm_up = block(options.warm_up, Category::WarmUp);
    let cool_down = block(options.cool_down, Category::CoolDown);
    (outline.warm_up, outline.cool_down) = (warm_up, cool_down);
    check_length(&outline, options, &mut violations);
    if !violations.0.is_empty() {
        return Err(PlanError::Invalid(violations.0));
    }
    note_unused(&outline, options, notes);
    Ok(outline)
}

/// Finds every listed exercise. Exercises that cannot be used become violations.
///
/// Two mistakes have errors of their own if nothing else is wrong: an empty list ([`PlanError::NoExercise`])
/// and unknown names ([`PlanError::UnknownExercises`]).
fn resolve<'a>(
    list: &[ListedExercise],
    options: &Options,
    catalogue: &'a Catalogue,
    violations: &mut Violations,
) -> Result<Vec<Station<'a>>, PlanError> {
    if list.is_empty() {
        if violations.0.is_empty() {
            return Err(PlanError::NoExercise);
        }
        return Err(PlanError::Invalid(std::mem::take(&mut violations.0)));
    }
    let mut stations: Vec<Station<'a>> = Vec::new();
    let mut unknown = Vec::new();
    for listed in list {
        match catalogue.named(&listed.name) {
            Some(exercise) => {
                check_usable(listed, exercise, &stations, options, catalogue, violations);
                stations.push(Station {
                    exercise,
                    length: listed.work,
                    speed: listed.speed,
                });
            }
            None => unknown.push(UnknownExercise {
                pointer: listed.pointer.clone(),
                name: listed.name.chars().take(200).collect(),
                nearest: if unknown.len() < MAX_GUESSED {
                    catalogue.find(&listed.name).err().unwrap_or_default()
                } else {
                    Vec::new()
                },
            }),
        }
    }
    if unknown.is_empty() {
        return Ok(stations);
    }
    if violations.0.is_empty() {
        return Err(PlanError::UnknownExercises(unknown));
    }
    violations
        .0
        .extend(unknown.iter().map(UnknownExercise::violation));
    Err(PlanError::Invalid(std::mem::take(&mut violations.0)))
}

/// Adds a violation for each option of the request that excludes
/// the listed exercise, and one if its clip is unavailable.
fn check_usable(
    listed: &ListedExercise,
    exercise: &Exercise,
    before: &[Station<'_>],
    options: &Options,
    catalogue: &Catalogue,
    violations: &mut Violations,
) {
    let (id, name) = (&exercise.id, &exercise.name);
    let translated_name = options.language.name_of(exercise);
    let mut refuse = |code: ViolationCode, values: Value, predicate: String| {
        let violation = Violation::new(&listed.pointer, format!("{name} {predicate}"));
        violations.0.push(violation.coded(code, values));
    };
    if let Some(reason) = catalogue.unavailable(id) {
        refuse(
            ViolationCode::NotAvailable,
            json!({"exercise": id, "name": translated_name}),
            format!("is not available at present: {reason}"),
        );
    }
    if options.no_jump && exercise.has_jump {
        refuse(
            ViolationCode::Avoided,
            json!({"exercise": id, "name": translated_name, "avoid": Avoid::Jumps}),
            "has a jump, which contradicts no_jump".to_owned(),
        );
    }
    for thing in options.avoid.iter().filter(|thing| thing.leaves_out(exercise)) {
        refuse(
            ViolationCode::Avoided,
            json!({"exercise": id, "name": translated_name, "avoid": thing}),
            format!("is not without {}, which contradicts avoid", thing.word()),
        );
    }
    if options.no_repeat && before.iter().any(|s| s.exercise.id == *id) {
        refuse(
            ViolationCode::Repeated,
            json!({"exercise": id, "name": translated_name}),
            "is listed twice, which contradicts no_repeat".to_owned(),
        );
    }
    if let Some(at_hand) = &options.equipment {
        let missing: Vec<&str> = exercise
            .equipment
            .iter()
            .filter(|e| !at_hand.contains(e))
            .map(String::as_str)
            .collect();
        if !missing.is_empty() {
            refuse(
                ViolationCode::NeedsEquipment,
                json!({"exercise": id, "name": translated_name, "equipment": missing}),
                format!(
                    "needs {}, which /config/equipment does not have",
                    missing.join(" and ")
                ),
            );
        }
    }
}

/// Returns up to three exercises of a category, each with its
/// default duration, at least [`MIN_BLOCK`] and at most one minute.
fn warm_up_or_cool_down<'a>(
    category: Category,
    options: &Options,
    catalogue: &'a Catalogue,
    listed: &[Station<'_>],
    rng: &mut SeededRng,
    notes: &mut Vec<Note>,
) -> Vec<Station<'a>> {
    let mut pool = Constraints::for_category(&[category], options).pool(catalogue);
    pool.retain(|e| !options.no_repeat || listed.iter().all(|s| s.exercise.id != e.id));
    if pool.is_empty() {
        notes.push(Note::no_exercise_for(category));
    }
    rng.shuffle(&mut pool);
    let usual = |e: &Exercise| Frames::from_seconds(Seconds(e.default_duration.0.min(60.0))).max(MIN_BLOCK);
    let stations = pool.into_iter().take(BLOCK_EXERCISES);
    stations
        .map(|exercise| Station {
            exercise,
            length: usual(exercise),
            speed: Speed::NORMAL,
        })
        .collect()
}

fn check_length(outline: &WorkoutOutline<'_>, options: &Options, violations: &mut Violations) {
    let fits = |rounds: u32| {
        let (length, intervals) = outline.extent(rounds);
        length <= MAX_LENGTH && intervals <= MAX_INTERVALS
    };
    if fits(outline.rounds) {
        return;
    }
    let fitting = (1..outline.rounds).rev().find(|rounds| fits(*rounds));
    let advice = match fitting {
        Some(1) => "one round of this list fits".to_owned(),
        Some(rounds) => format!("{rounds} rounds of this list fit"),
        None if outline.extent(1).1 > MAX_INTERVALS => "list fewer exercises".to_owned(),
        None => "list fewer exercises or shorten their intervals".to_owned(),
    };
    let pointer = if options.rounds.is_some() {
        "/config/rounds"
    } else {
        options.list_pointer
    };
    let (length, intervals) = outline.extent(outline.rounds);
    let message = format!(
        "the workout would take {} in {intervals} intervals; at most {} and {MAX_INTERVALS} are possible: {advice}",
        length.seconds(),
        MAX_LENGTH.seconds(),
    );
    let (code, values) = if length > MAX_LENGTH {
        let (takes, most) = (length.seconds().0, MAX_LENGTH.seconds().0);
        (
            ViolationCode::TooLong,
            json!({"takes": takes, "most": most, "rounds": fitting}),
        )
    } else {
        (
            ViolationCode::TooManyIntervals,
            json!({"intervals": intervals, "most": MAX_INTERVALS, "rounds": fitting}),
        )
    };
    violations
        .0
        .push(Violation::new(pointer, message).coded(code, values));
}

/// Adds a note for each option that only matters when exercises are chosen.
fn note_unused(outline: &WorkoutOutline<'_>, options: &Options, notes: &mut Vec<Note>) {
    if options.target_sent {
        let (takes, _) = outline.extent(outline.rounds);
        let rounds = rounds_nearest(outline, options.target);
        let would_take = rounds.map(|rounds| outline.extent(rounds).0.seconds());
        let advice = rounds.zip(would_take).map_or(String::new(), |(rounds, length)| {
            format!("; rounds: {rounds} would take {length}")
        });
        notes.push(Note::new(
            NoteCode::DurationNotUsed,
            json!({"takes": takes.seconds().0, "rounds": rounds, "would_take": would_take.map(|length| length.0)}),
            format!(
                "target_duration is not used, for the exercises are listed: they take {}{advice}",
                takes.seconds()
            ),
        ));
    }
    if options.levels.is_some() {
        notes.push(Note::new(
            NoteCode::LevelsNotUsed,
            Value::Null,
            "intensity_levels is not used, for the exercises are listed",
        ));
    }
}

/// Returns the number of rounds whose length comes nearest to `target`; `None` if that is the present number.
fn rounds_nearest(outline: &WorkoutOutline<'_>, target: Frames) -> Option<u32> {
    let nearest = (1..=MAX_ROUNDS).min_by_key(|rounds| outline.extent(*rounds).0.0.abs_diff(target.0));
    nearest.filter(|rounds| *rounds != outline.rounds)
}
