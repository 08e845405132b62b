//! A workout whose exercises the client listed.

use serde_json::{Value, json};

use super::check::{Listed, MAX_ROUNDS, Wishes};
use super::choose::Demands;
use super::draw::Draws;
use super::fill::LEAST_BLOCK;
use super::lay::{Course, Station};
use super::plan::{MAX_INTERVALS, MAX_LENGTH};
use super::refusals::Refusals;
use super::{Avoid, Note, NoteCode, PlanError, Refusal, RefusalCode, UnknownExercise};
use crate::catalogue::{Catalogue, Category, Exercise};
use crate::units::{Frames, Seconds, Speed};

/// Exercises of a warm-up or a cool-down beside a listed workout.
const BLOCK_EXERCISES: usize = 3;
/// Unknown names that are answered with the nearest known ones: a comparison with the whole
/// catalogue each.
const MAX_GUESSED: usize = 20;

/// The listed exercises, in order, `rounds` times.
pub(super) fn course<'a>(
    list: &[Listed],
    wishes: &Wishes,
    catalogue: &'a Catalogue,
    mut refusals: Refusals,
    draws: &mut Draws,
    notes: &mut Vec<Note>,
) -> Result<Course<'a>, PlanError> {
    let circuit = resolve(list, wishes, catalogue, &mut refusals)?;
    let mut course = Course {
        times: wishes.times,
        warm_up: Vec::new(),
        circuit,
        rounds: wishes.rounds.unwrap_or(1),
        longer_round_rests: Frames::ZERO,
        cool_down: Vec::new(),
    };
    let mut block = |asked: Option<bool>, category: Category| {
        if asked == Some(true) {
            around(category, wishes, catalogue, &course.circuit, draws, notes)
        } else {
            Vec::new()
        }
    };
    let warm_up = block(wishes.warm_up, Category::WarmUp);
    let cool_down = block(wishes.cool_down, Category::CoolDown);
    (course.warm_up, course.cool_down) = (warm_up, cool_down);
    refuse_too_long(&course, wishes, &mut refusals);
    if !refusals.0.is_empty() {
        return Err(PlanError::Refused(refusals.0));
    }
    note_unused(&course, wishes, notes);
    Ok(course)
}

/// Finds every listed exercise; what cannot be used goes to the refusals.
///
/// An empty list, or unknown names and nothing else wrong, have answers of their own.
fn resolve<'a>(
    list: &[Listed],
    wishes: &Wishes,
    catalogue: &'a Catalogue,
    refusals: &mut Refusals,
) -> Result<Vec<Station<'a>>, PlanError> {
    if list.is_empty() {
        if refusals.0.is_empty() {
            return Err(PlanError::NoExercise);
        }
        return Err(PlanError::Refused(std::mem::take(&mut refusals.0)));
    }
    let mut stations: Vec<Station<'a>> = Vec::new();
    let mut unknown = Vec::new();
    for listed in list {
        match catalogue.named(&listed.name) {
            Some(exercise) => {
                refuse_unusable(listed, exercise, &stations, wishes, catalogue, refusals);
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
    if refusals.0.is_empty() {
        return Err(PlanError::UnknownExercises(unknown));
    }
    refusals.0.extend(unknown.iter().map(UnknownExercise::refusal));
    Err(PlanError::Refused(std::mem::take(&mut refusals.0)))
}

/// What the client's own options say against an exercise of its list.
fn refuse_unusable(
    listed: &Listed,
    exercise: &Exercise,
    before: &[Station<'_>],
    wishes: &Wishes,
    catalogue: &Catalogue,
    refusals: &mut Refusals,
) {
    let (id, name) = (&exercise.id, &exercise.name);
    let told = wishes.language.name_of(exercise);
    let mut refuse = |code: RefusalCode, values: Value, predicate: String| {
        let refusal = Refusal::new(&listed.pointer, format!("{name} {predicate}"));
        refusals.0.push(refusal.coded(code, values));
    };
    if let Some(reason) = catalogue.unavailable(id) {
        refuse(
            RefusalCode::NotAvailable,
            json!({"exercise": id, "name": told}),
            format!("is not available at present: {reason}"),
        );
    }
    if wishes.no_jump && exercise.has_jump {
        refuse(
            RefusalCode::Avoided,
            json!({"exercise": id, "name": told, "avoid": Avoid::Jumps}),
            "has a jump, which contradicts no_jump".to_owned(),
        );
    }
    for thing in wishes.avoid.iter().filter(|thing| thing.leaves_out(exercise)) {
        refuse(
            RefusalCode::Avoided,
            json!({"exercise": id, "name": told, "avoid": thing}),
            format!("is not without {}, which contradicts avoid", thing.word()),
        );
    }
    if wishes.no_repeat && before.iter().any(|s| s.exercise.id == *id) {
        refuse(
            RefusalCode::Repeated,
            json!({"exercise": id, "name": told}),
            "is listed twice, which contradicts no_repeat".to_owned(),
        );
    }
    if let Some(at_hand) = &wishes.equipment {
        let missing: Vec<&str> = exercise
            .equipment
            .iter()
            .filter(|e| !at_hand.contains(e))
            .map(String::as_str)
            .collect();
        if !missing.is_empty() {
            refuse(
                RefusalCode::NeedsEquipment,
                json!({"exercise": id, "name": told, "equipment": missing}),
                format!(
                    "needs {}, which /config/equipment does not have",
                    missing.join(" and ")
                ),
            );
        }
    }
}

/// Up to three exercises of a category, each for its usual length.
fn around<'a>(
    category: Category,
    wishes: &Wishes,
    catalogue: &'a Catalogue,
    listed: &[Station<'_>],
    draws: &mut Draws,
    notes: &mut Vec<Note>,
) -> Vec<Station<'a>> {
    let mut pool = Demands::on(&[category], wishes).pool(catalogue);
    pool.retain(|e| !wishes.no_repeat || listed.iter().all(|s| s.exercise.id != e.id));
    if pool.is_empty() {
        notes.push(Note::no_exercise_for(category));
    }
    draws.shuffle(&mut pool);
    let usual = |e: &Exercise| Frames::from_seconds(Seconds(e.default_duration.0.min(60.0))).max(LEAST_BLOCK);
    let stations = pool.into_iter().take(BLOCK_EXERCISES);
    stations
        .map(|exercise| Station {
            exercise,
            length: usual(exercise),
            speed: Speed::NORMAL,
        })
        .collect()
}

fn refuse_too_long(course: &Course<'_>, wishes: &Wishes, refusals: &mut Refusals) {
    let fits = |rounds: u32| {
        let (length, intervals) = course.extent(rounds);
        length <= MAX_LENGTH && intervals <= MAX_INTERVALS
    };
    if fits(course.rounds) {
        return;
    }
    let fitting = (1..course.rounds).rev().find(|rounds| fits(*rounds));
    let advice = match fitting {
        Some(1) => "one round of this list fits".to_owned(),
        Some(rounds) => format!("{rounds} rounds of this list fit"),
        None if course.extent(1).1 > MAX_INTERVALS => "list fewer exercises".to_owned(),
        None => "list fewer exercises or shorten their intervals".to_owned(),
    };
    let pointer = if wishes.rounds.is_some() {
        "/config/rounds"
    } else {
        wishes.list_pointer
    };
    let (length, intervals) = course.extent(course.rounds);
    let message = format!(
        "the workout would take {} in {intervals} intervals; at most {} and {MAX_INTERVALS} are possible: {advice}",
        length.seconds(),
        MAX_LENGTH.seconds(),
    );
    let (code, values) = if length > MAX_LENGTH {
        let (takes, most) = (length.seconds().0, MAX_LENGTH.seconds().0);
        (
            RefusalCode::TooLong,
            json!({"takes": takes, "most": most, "rounds": fitting}),
        )
    } else {
        (
            RefusalCode::TooManyIntervals,
            json!({"intervals": intervals, "most": MAX_INTERVALS, "rounds": fitting}),
        )
    };
    refusals
        .0
        .push(Refusal::new(pointer, message).coded(code, values));
}

/// Tells of options that only matter when exercises are chosen.
fn note_unused(course: &Course<'_>, wishes: &Wishes, notes: &mut Vec<Note>) {
    if wishes.target_sent {
        let (takes, _) = course.extent(course.rounds);
        let rounds = rounds_nearest(course, wishes.target);
        let would_take = rounds.map(|rounds| course.extent(rounds).0.seconds());
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
    if wishes.levels.is_some() {
        notes.push(Note::new(
            NoteCode::LevelsNotUsed,
            Value::Null,
            "intensity_levels is not used, for the exercises are listed",
        ));
    }
}

/// The number of rounds that comes nearest to a length, unless it is the present one.
fn rounds_nearest(course: &Course<'_>, target: Frames) -> Option<u32> {
    let nearest = (1..=MAX_ROUNDS).min_by_key(|rounds| course.extent(*rounds).0.0.abs_diff(target.0));
    nearest.filter(|rounds| *rounds != course.rounds)
}
