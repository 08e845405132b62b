//! A workout whose exercises are chosen to fill a time.

use serde_json::{Value, json};

use super::check::Wishes;
use super::choose::{Demands, circuit};
use super::draw::Draws;
use super::fill::{Block, Filling, LEAST_BLOCK, MOST_BLOCK, Nearest, Room, cut};
use super::lay::{Course, Station};
use super::{Avoid, Note, NoteCode, PlanError, Refusal, RefusalCode};
use crate::catalogue::{Catalogue, Category, Difficulty, Exercise};
use crate::units::{FPS, Frames, Speed};

/// A warm-up or a cool-down that may come to be.
struct Candidate<'a> {
    pool: Vec<&'a Exercise>,
    /// Whether it may be left out: the client did not ask for it.
    by_default: bool,
    no_repeat: bool,
}

impl Candidate<'_> {
    fn block(&self) -> Block {
        // One exercise for minutes is no warm-up, nor is any twice for who wants no repeats.
        let distinct = Frames(self.pool.len() as u64 * 60 * u64::from(FPS));
        match self.pool.len() {
            0 => Block::NONE,
            1 => Block {
                least: LEAST_BLOCK,
                most: distinct,
            },
            _ => Block {
                least: LEAST_BLOCK,
                most: if self.no_repeat {
                    distinct.min(MOST_BLOCK)
                } else {
                    MOST_BLOCK
                },
            },
        }
    }
}

/// A circuit that, with warm-up and cool-down, takes exactly the target.
pub(super) fn course<'a>(
    wishes: &Wishes,
    catalogue: &'a Catalogue,
    draws: &mut Draws,
    notes: &mut Vec<Note>,
) -> Result<Course<'a>, PlanError> {
    let pool = Demands::on_work(wishes).pool(catalogue);
    if pool.is_empty() {
        return Err(none_matches(wishes, catalogue));
    }
    let mut candidate = |asked: Option<bool>, category: Category| {
        let pool = match asked {
            Some(false) => Vec::new(),
            _ => Demands::on(&[category], wishes).pool(catalogue),
        };
        if pool.is_empty() && asked != Some(false) {
            notes.push(Note::no_exercise_for(category));
        }
        Candidate {
            pool,
            by_default: asked.is_none(),
            no_repeat: wishes.no_repeat,
        }
    };
    let warm_up = candidate(wishes.warm_up, Category::WarmUp);
    let cool_down = candidate(wishes.cool_down, Category::CoolDown);
    let room = Room {
        target: wishes.target,
        times: wishes.times,
        pool: pool.len() as u32,
        rounds: if wishes.no_repeat { Some(1) } else { wishes.rounds },
        warm_up: warm_up.block(),
        cool_down: cool_down.block(),
    };
    let filling =
        fill(room, &warm_up, &cool_down, notes).map_err(|nearest| no_room(&nearest, pool.len(), wishes))?;
    note_longer(&filling, wishes, notes);
    let mut times = wishes.times;
    times.get_ready += filling.longer_get_ready;
    let around = filling.rounds > 1;
    let stations = circuit(pool, filling.stations as usize, around, draws);
    Ok(Course {
        times,
        warm_up: stations_of(filling.warm_up, warm_up.pool, draws),
        circuit: stations
            .into_iter()
            .map(|exercise| Station {
                exercise,
                length: wishes.times.work,
                speed: wishes.speed,
            })
            .collect(),
        rounds: filling.rounds,
        longer_round_rests: filling.longer_round_rests,
        cool_down: stations_of(filling.cool_down, cool_down.pool, draws),
    })
}

/// Fills with warm-up and cool-down or, where there is no room and the client did not ask for them,
/// without.
fn fill(
    room: Room,
    warm_up: &Candidate<'_>,
    cool_down: &Candidate<'_>,
    notes: &mut Vec<Note>,
) -> Result<Filling, Nearest> {
    let nearest = match room.fill() {
        Ok(filling) => return Ok(filling),
        Err(nearest) => nearest,
    };
    let without = |warm: bool, cool: bool| Room {
        warm_up: if warm { Block::NONE } else { room.warm_up },
        cool_down: if cool { Block::NONE } else { room.cool_down },
        ..room
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
    for (allowed, room, code, what) in ways {
        if let (true, Ok(filling)) = (allowed, room.fill()) {
            let whole = room.target.seconds();
            notes.push(Note::new(
                code,
                json!({"duration": whole.0}),
                format!("no {what}: there is no room in {whole}"),
            ));
            return Ok(filling);
        }
    }
    Err(nearest)
}

/// A warm-up or cool-down of a length, at normal speed: the pool in drawn order, over again where the length
/// needs more exercises than there are.
fn stations_of<'a>(length: Frames, mut pool: Vec<&'a Exercise>, draws: &mut Draws) -> Vec<Station<'a>> {
    draws.shuffle(&mut pool);
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

fn note_longer(filling: &Filling, wishes: &Wishes, notes: &mut Vec<Note>) {
    let whole = wishes.target.seconds();
    let mut note = |code, what: &str, longer: f64| {
        notes.push(Note::new(
            code,
            json!({"longer": (longer * 10.0).round() / 10.0, "duration": whole.0}),
            format!("{what} {longer:.1} s longer, so that the whole takes {whole}"),
        ));
    };
    if filling.longer_round_rests > Frames::ZERO {
        let each = filling.longer_round_rests.seconds().0 / f64::from(filling.rounds - 1);
        note(NoteCode::LongerRoundRests, "round rests are", each);
    }
    if filling.longer_get_ready > Frames::ZERO {
        let longer = filling.longer_get_ready.seconds().0;
        note(NoteCode::LongerGetReady, "get-ready is", longer);
    }
}

/// "easy or medium, without jumps, without equipment": what the client's options leave.
fn described(demands: &Demands<'_>) -> String {
    let mut parts = Vec::new();
    if let Some(levels) = demands.levels {
        let names = levels.iter().map(|level| match level {
            Difficulty::Easy => "easy",
            Difficulty::Medium => "medium",
            Difficulty::Hard => "hard",
        });
        parts.push(names.collect::<Vec<_>>().join(" or "));
    }
    if demands.no_jump {
        parts.push("without jumps".to_owned());
    }
    // Jumps may be named in two ways; they are told once.
    let avoided = demands
        .avoid
        .iter()
        .filter(|thing| !(demands.no_jump && **thing == Avoid::Jumps));
    parts.extend(avoided.map(|thing| format!("without {}", thing.word())));
    match demands.equipment {
        Some([]) => parts.push("without equipment".to_owned()),
        Some(at_hand) => parts.push(format!("with {} at most", at_hand.join(" and "))),
        None => {}
    }
    parts.join(", ")
}

/// Says that nothing matches, and how many would if one demand were dropped.
fn none_matches(wishes: &Wishes, catalogue: &Catalogue) -> PlanError {
    let demands = Demands::on_work(wishes);
    let mut without_jumps = wishes.avoid.clone();
    without_jumps.retain(|thing| *thing != Avoid::Jumps);
    let looser = [
        (
            "with_any_level",
            "with every difficulty",
            Demands {
                levels: None,
                ..demands
            },
        ),
        (
            "with_jumps",
            "with jumps",
            Demands {
                no_jump: false,
                avoid: &without_jumps,
                ..demands
            },
        ),
        (
            "with_any_equipment",
            "with all equipment",
            Demands {
                equipment: None,
                ..demands
            },
        ),
        (
            "with_nothing_avoided",
            "with nothing to avoid",
            Demands {
                no_jump: false,
                avoid: &[],
                ..demands
            },
        ),
    ];
    // Who avoids no more than jumps is told of those.
    let tried = if without_jumps.is_empty() { 3 } else { 4 };
    let found: Vec<(&str, &str, usize)> = looser
        .iter()
        .take(tried)
        .map(|(value, how, demands)| (*value, *how, demands.pool(catalogue).len()))
        .filter(|(.., count)| *count > 0)
        .collect();
    let told: Vec<String> = found
        .iter()
        .map(|(_, how, count)| format!("{count} would {how}"))
        .collect();
    let hint = if told.is_empty() {
        String::new()
    } else {
        format!("; {}", told.join(", "))
    };
    let message = format!("no available exercise is {}{hint}", described(&demands));
    let values: Value = found
        .into_iter()
        .map(|(value, _, count)| (value, count))
        .collect();
    let refusal = Refusal::new("", message).coded(RefusalCode::NoExerciseMatches, values);
    PlanError::Refused(vec![refusal])
}

/// Says how many exercises match and which lengths they allow.
fn no_room(nearest: &Nearest, pool: usize, wishes: &Wishes) -> PlanError {
    let minute = 60.0 * f64::from(FPS);
    // What `target_duration` may be.
    let legal = |length: &Frames| (1.0..=180.0).contains(&(length.0 as f64 / minute));
    let (below, above) = (nearest.below.filter(legal), nearest.above.filter(legal));
    // Hundredths of a minute, rounded into the range that can be filled.
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
    let described = described(&Demands::on_work(wishes));
    let repeat = if wishes.no_repeat { " with no_repeat" } else { "" };
    let pointer = if wishes.target_sent {
        "/config/target_duration"
    } else {
        ""
    };
    let asked = wishes.target.seconds();
    let message = format!(
        "a workout of exactly {asked} cannot be made of these intervals: {exercises} ({described}); {works}{repeat}"
    );
    let seconds = |length: Option<Frames>| length.map(|length| length.seconds().0);
    let values = json!({"asked": asked.0, "below": seconds(below), "above": seconds(above),
        "exercises": pool, "no_repeat": wishes.no_repeat});
    let refusal = Refusal::new(pointer, message).coded(RefusalCode::NoWorkoutOfLength, values);
    PlanError::Refused(vec![refusal])
}
