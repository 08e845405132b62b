//! A decision as bytes, and back. Small, for they end up in an address.
//!
//! For `token`. Numbers are LEB128 (7 bits a byte, lowest first). In order:
//!
//! | what | how |
//! | --- | --- |
//! | switches and choices | one number, see [`Flags`] |
//! | weight | grams |
//! | seed | 0 when nothing was drawn, else one more than it |
//! | get-ready, rest, finish | frames each |
//! | rounds | a number; if more than one: round rest, and what all round rests are longer, in frames |
//! | warm-up, round, cool-down | for each: how many exercises, then the exercises |
//! | an exercise | twice the number of its id, plus one if length or speed differ from the exercise before |
//! | its id | ids are numbered as they first occur; a new one follows: length, letters |
//! | its length and speed | only if they differ: frames, hundredths |
//!
//! What is read is checked here for what would break the program, and no further: `token` compares.

use super::build_timeline::{Station, WorkoutOutline};
use super::check::{MAX_LISTED, MAX_ROUNDS, MAX_SEED, Times};
use super::decision::{Decision, Presentation};
use super::plan::{MAX_INTERVALS, MAX_LENGTH};
use super::{Fit, HudParts, Language, Orientation, Profile, RendererChoice, Resolution};
use crate::catalogue::{Catalogue, Exercise, ExerciseId};
use crate::units::{FPS, Frames, Speed};

/// Length and speed that the first exercise is compared with: 40 s as filmed, the defaults.
const USUAL: (u64, u64) = (40 * FPS as u64, 100);
/// Grams: 20 to 300 kg.
const WEIGHTS: std::ops::RangeInclusive<u64> = 20_000..=300_000;
/// Hundredths.
const SPEEDS: std::ops::RangeInclusive<u64> = 50..=200;

/// Why bytes are no decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// They were never written by this program.
    Malformed,
    /// A value that no request may have.
    Impossible(&'static str),
    /// The catalogue does not have this exercise.
    Unknown(ExerciseId),
}

/// Writes a decision.
pub(super) fn write(decision: &Decision<'_>) -> Vec<u8> {
    let (outline, presentation) = (&decision.outline, &decision.presentation);
    let mut out = Vec::new();
    put(&mut out, Flags::of(presentation).0);
    put(&mut out, (presentation.weight * 1000.0).round() as u64);
    put(&mut out, if decision.drawn { decision.seed + 1 } else { 0 });
    for length in [outline.times.get_ready, outline.times.rest, outline.times.finish] {
        put(&mut out, length.0);
    }
    put(&mut out, outline.rounds.into());
    if outline.rounds > 1 {
        put(&mut out, outline.times.round_rest.0);
        put(&mut out, outline.longer_round_rests.0);
    }
    let (mut ids, mut before) = (Vec::new(), USUAL);
    for stations in [&outline.warm_up, &outline.circuit, &outline.cool_down] {
        put(&mut out, stations.len() as u64);
        for station in stations {
            put_station(&mut out, station, &mut ids, &mut before);
        }
    }
    out
}

fn put_station<'a>(
    out: &mut Vec<u8>,
    station: &Station<'a>,
    ids: &mut Vec<&'a ExerciseId>,
    before: &mut (u64, u64),
) {
    let id = &station.exercise.id;
    // Requests give hundredths: nothing is lost.
    let paced = (station.length.0, (station.speed.as_f64() * 100.0).round() as u64);
    let known = ids.iter().position(|known| *known == id);
    let number = known.unwrap_or(ids.len()) as u64;
    put(out, number * 2 + u64::from(paced != *before));
    if known.is_none() {
        put(out, id.as_str().len() as u64);
        out.extend(id.as_str().bytes());
        ids.push(id);
    }
    if paced != *before {
        put(out, paced.0);
        put(out, paced.1);
        *before = paced;
    }
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads a decision; the exercises are those of `catalogue`.
pub(super) fn read<'a>(bytes: &[u8], catalogue: &'a Catalogue) -> Result<Decision<'a>, Unreadable> {
    let mut left = Reader(bytes);
    let flags = Flags(left.number()?);
    let weight = within(left.number()?, &WEIGHTS, "weight")? as f64 / 1000.0;
    let presentation = flags.presentation(weight).ok_or(Unreadable::Malformed)?;
    let seed = within(left.number()?, &(0..=MAX_SEED + 1), "seed")?;
    let (get_ready, rest, finish) = (left.length()?, left.length()?, left.length()?);
    let rounds = within(left.number()?, &(1..=u64::from(MAX_ROUNDS)), "rounds")? as u32;
    let (round_rest, longer_round_rests) = if rounds > 1 {
        (left.length()?, left.length()?)
    } else {
        (Frames::ZERO, Frames::ZERO)
    };
    let (mut exercises, mut before) = (Vec::new(), USUAL);
    let mut stations = || left.stations(catalogue, &mut exercises, &mut before);
    let outline = WorkoutOutline {
        // `work` is only what exercises are given; here each has its own.
        times: Times {
            work: Frames(USUAL.0),
            rest,
            round_rest,
            get_ready,
            finish,
        },
        warm_up: stations()?,
        circuit: stations()?,
        rounds,
        longer_round_rests,
        cool_down: stations()?,
    };
    if !left.0.is_empty() || outline.circuit.is_empty() {
        return Err(Unreadable::Malformed);
    }
    let (length, intervals) = outline.extent(outline.rounds);
    if length > MAX_LENGTH || intervals > MAX_INTERVALS {
        return Err(Unreadable::Impossible("length"));
    }
    Ok(Decision {
        outline,
        presentation,
        seed: seed.saturating_sub(1),
        drawn: seed > 0,
    })
}

fn within(
    number: u64,
    bounds: &std::ops::RangeInclusive<u64>,
    what: &'static str,
) -> Result<u64, Unreadable> {
    if bounds.contains(&number) {
        Ok(number)
    } else {
        Err(Unreadable::Impossible(what))
    }
}

/// The bytes that were not read yet.
struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn number(&mut self) -> Result<u64, Unreadable> {
        let mut number = 0;
        for shift in (0..63).step_by(7) {
            let (first, rest) = self.0.split_first().ok_or(Unreadable::Malformed)?;
            self.0 = rest;
            number |= u64::from(first & 0x7f) << shift;
            if first & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Unreadable::Malformed)
    }

    fn length(&mut self) -> Result<Frames, Unreadable> {
        within(self.number()?, &(0..=MAX_LENGTH.0), "length").map(Frames)
    }

    fn stations<'a>(
        &mut self,
        catalogue: &'a Catalogue,
        exercises: &mut Vec<&'a Exercise>,
        before: &mut (u64, u64),
    ) -> Result<Vec<Station<'a>>, Unreadable> {
        let count = within(self.number()?, &(0..=MAX_LISTED as u64), "exercises")?;
        // Not allocated for beforehand: the bytes may end long before.
        (0..count)
            .map(|_| self.station(catalogue, exercises, before))
            .collect()
    }

    fn station<'a>(
        &mut self,
        catalogue: &'a Catalogue,
        exercises: &mut Vec<&'a Exercise>,
        before: &mut (u64, u64),
    ) -> Result<Station<'a>, Unreadable> {
        let head = self.number()?;
        let number = usize::try_from(head / 2).map_err(|_| Unreadable::Malformed)?;
        if number == exercises.len() {
            let id = self.id()?;
            let exercise = catalogue.get(&id).ok_or(Unreadable::Unknown(id))?;
            exercises.push(exercise);
        }
        let exercise = exercises.get(number).ok_or(Unreadable::Malformed)?;
        if head % 2 == 1 {
            let length = within(self.number()?, &(1..=MAX_LENGTH.0), "length")?;
            *before = (length, within(self.number()?, &SPEEDS, "speed")?);
        }
        // The hundredths are within the bounds above: neither part is zero.
        let speed = Speed::new(before.1 as u32, 100).ok_or(Unreadable::Malformed)?;
        Ok(Station {
            exercise,
            length: Frames(before.0),
            speed,
        })
    }

    fn id(&mut self) -> Result<ExerciseId, Unreadable> {
        let length = usize::try_from(self.number()?).map_err(|_| Unreadable::Malformed)?;
        let (id, rest) = self.0.split_at_checked(length).ok_or(Unreadable::Malformed)?;
        self.0 = rest;
        let id = std::str::from_utf8(id).map_err(|_| Unreadable::Malformed)?;
        ExerciseId::new(id).ok_or(Unreadable::Malformed)
    }
}

/// Switches and choices; zero is all defaults. From the lowest bit: resolution (2 bits: 720p, 480p,
/// 1080p), portrait, fit (2), then a bit each for: no timer, no progress bar, no exercise name, no round, no
/// cues, clip sound, no whole repetitions; above them the language (English, French).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Flags(u64);

const RESOLUTIONS: [Resolution; 3] = [Resolution::P720, Resolution::P480, Resolution::P1080];
/// Where the language begins: all bits from there on. Links from before it have none of them.
const LANGUAGE: u32 = 12;
const FITS: [Fit; 3] = [Fit::Auto, Fit::Contain, Fit::Cover];

impl Flags {
    fn of(presentation: &Presentation) -> Self {
        let Presentation {
            profile, hud_parts, ..
        } = presentation;
        let resolution = match profile.width.min(profile.height) {
            480 => 1,
            1080 => 2,
            _ => 0,
        };
        let place = |at: Option<usize>| at.unwrap_or_default() as u64;
        let fit = place(FITS.iter().position(|fit| *fit == presentation.fit));
        let switches = [
            !hud_parts.timer,
            !hud_parts.progress_bar,
            !hud_parts.exercise_name,
            !hud_parts.round,
            !presentation.cues,
            presentation.clip_sound,
            !presentation.fit_reps,
        ];
        let portrait = u64::from(profile.height > profile.width);
        let language = place(Language::ALL.iter().position(|one| *one == presentation.language));
        let choices = resolution | portrait << 2 | fit << 3 | language << LANGUAGE;
        let bit = |(index, on): (usize, bool)| u64::from(on) << (5 + index);
        Self(
            switches
                .into_iter()
                .enumerate()
                .map(bit)
                .fold(choices, |all, bit| all | bit),
        )
    }

    fn presentation(self, weight: f64) -> Option<Presentation> {
        let language = usize::try_from(self.0 >> LANGUAGE).ok()?;
        let choice = |at: u32| (self.0 >> at) as usize & 3;
        let on = |at: u32| self.0 >> at & 1 == 1;
        let orientation = if on(2) {
            Orientation::Portrait
        } else {
            Orientation::Landscape
        };
        let hud_parts = HudParts {
            timer: !on(5),
            progress_bar: !on(6),
            exercise_name: !on(7),
            round: !on(8),
        };
        Some(Presentation {
            weight,
            profile: Profile::new(*RESOLUTIONS.get(choice(0))?, orientation, hud_parts.any()),
            hud_parts,
            language: *Language::ALL.get(language)?,
            fit: *FITS.get(choice(3))?,
            // Who makes a stream is no part of the workout.
            renderer: RendererChoice::Auto,
            cues: !on(9),
            clip_sound: on(10),
            fit_reps: !on(11),
        })
    }
}
