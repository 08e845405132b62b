//! Encodes a decision as bytes, and decodes it.
//!
//! For `token`. The encoding is small, because it becomes part of a web address. Numbers are LEB128 (7 bits
//! per byte, lowest bits first). The parts, in order:
//!
//! | part | encoding |
//! | --- | --- |
//! | switches and choices | one number, see [`Flags`] |
//! | weight | grams |
//! | seed | 0 if there was no random choice, else seed + 1 |
//! | get-ready, rest, finish | frames each |
//! | rounds | a number; if more than one: round rest, and the sum of extra round rest, in frames |
//! | warm-up, round, cool-down | for each: the number of exercises, then the exercises |
//! | an exercise | 2 x index of its id, + 1 if length or speed differ from the exercise before |
//! | its id | ids are indexed by first occurrence; a new id follows: length in bytes, then the text |
//! | its length and speed | only if they differ: frames, hundredths |
//!
//! The decoder refuses values that would break the program, and no others. `token` compares the fingerprint.

use super::build_timeline::{Station, WorkoutOutline};
use super::check::{MAX_LISTED, MAX_ROUNDS, MAX_SEED, Times};
use super::decision::{Decision, Presentation};
use super::plan::{MAX_INTERVALS, MAX_LENGTH};
use super::{Fit, HudParts, Language, Orientation, Profile, RendererChoice, Resolution};
use crate::catalogue::{Catalogue, Exercise, ExerciseId};
use crate::units::{FPS, Frames, Speed};

/// Length in frames and speed in hundredths with which the first
/// exercise is compared: 40 s at normal speed, the defaults.
const USUAL: (u64, u64) = (40 * FPS as u64, 100);
/// Weights in grams: 20 to 300 kg.
const WEIGHTS: std::ops::RangeInclusive<u64> = 20_000..=300_000;
/// Speeds in hundredths.
const SPEEDS: std::ops::RangeInclusive<u64> = 50..=200;

/// Why bytes are not a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// This program never writes such bytes.
    Malformed,
    /// A value that no request may have. The text names the value.
    Impossible(&'static str),
    /// The catalogue does not have this exercise.
    Unknown(ExerciseId),
}

/// Encodes a decision.
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
    // Speeds of requests are whole hundredths, so rounding loses nothing.
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

/// Decodes a decision. The exercises come from `catalogue`.
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
        // Every station has its own work time, so the value of `work` does not matter.
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

/// The bytes that are not decoded yet.
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
        // Does not allocate `count` stations in advance: the bytes may end much earlier.
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
        // `SPEEDS` does not contain zero.
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

/// Switches and choices as bits; zero means all defaults. From the lowest bit:
///
/// | bits | meaning |
/// | --- | --- |
/// | 0-1 | resolution: 720p, 480p, 1080p |
/// | 2 | portrait |
/// | 3-4 | fit: auto, contain, cover |
/// | 5-11 | no timer, no progress bar, no exercise name, no round, no cues, clip sound, no whole reps |
/// | 12 and above | language: English, French |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Flags(u64);

const RESOLUTIONS: [Resolution; 3] = [Resolution::P720, Resolution::P480, Resolution::P1080];
/// The lowest bit of the language. Links from before there
/// were languages have zeros here, which means English.
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
            // A link does not contain the renderer: it is no part of the workout.
            renderer: RendererChoice::Auto,
            cues: !on(9),
            clip_sound: on(10),
            fit_reps: !on(11),
        })
    }
}
