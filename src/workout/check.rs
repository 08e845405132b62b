//! Request -> options: checks that every value is within its bounds, and fills in the defaults.
//!
//! For the planner. This module does not know the catalogue. It reports all bad values. It replaces a bad
//! value by its default only to check the rest; a request with a bad value is never planned.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use super::violations::{Violations, quoted};
use super::{
    Avoid, Fit, HudParts, Language, Orientation, Profile, RendererChoice, RequestedExercise,
    RequestedIntervals, Resolution, Violation, ViolationCode, WorkoutConfig, WorkoutRequest,
};
use crate::catalogue::{Difficulty, EQUIPMENT, folded, nearest};
use crate::units::{Frames, Seconds, Speed};

/// Most entries of a list. With the rests between them,
/// they make about as many intervals as a workout may have.
pub const MAX_LISTED: usize = 1_000;
/// Largest seed: 2^53 - 1, the largest integer that every JSON reader keeps exactly.
pub const MAX_SEED: u64 = (1 << 53) - 1;

/// Most rounds. With one exercise per round, this is still a workout that a user might want.
pub const MAX_ROUNDS: u32 = 50;

/// How fast the work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Intensity {
    /// Speed 0.8.
    LowImpact,
    /// As filmed.
    #[default]
    MediumIntensity,
    /// Speed 1.2.
    HighIntensity,
}

impl Intensity {
    /// Returns the playing speed of the clips.
    #[must_use]
    pub fn speed(self) -> Speed {
        // The compiler evaluates these: a zero would not compile.
        const LOW: Speed = Speed::new(4, 5).unwrap();
        const HIGH: Speed = Speed::new(6, 5).unwrap();
        match self {
            Self::LowImpact => LOW,
            Self::MediumIntensity => Speed::NORMAL,
            Self::HighIntensity => HIGH,
        }
    }
}

/// Lengths of intervals that the client can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) work: Frames,
    pub(super) rest: Frames,
    pub(super) round_rest: Frames,
    pub(super) get_ready: Frames,
    pub(super) finish: Frames,
}

/// An entry of the client's list.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ListedExercise {
    /// JSON pointer of the name.
    pub(super) pointer: String,
    /// The name as the client wrote it.
    pub(super) name: String,
    /// Length of the work.
    pub(super) work: Frames,
    /// Playing speed of the work.
    pub(super) speed: Speed,
}

/// A checked request: each value by itself is legal.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, as the client sends them"
)]
pub(super) struct Options {
    /// The client's list; `None` if the planner must choose exercises.
    pub(super) list: Option<Vec<ListedExercise>>,
    /// JSON pointer of the list that the client sent.
    pub(super) list_pointer: &'static str,
    pub(super) times: Times,
    pub(super) speed: Speed,
    pub(super) rounds: Option<u32>,
    pub(super) no_jump: bool,
    pub(super) avoid: Vec<Avoid>,
    pub(super) no_repeat: bool,
    /// Allowed difficulties; `None` allows all.
    pub(super) levels: Option<Vec<Difficulty>>,
    /// Equipment at hand; `None` if the client did not say. Chosen exercises then need no equipment.
    pub(super) equipment: Option<Vec<String>>,
    /// `None` if the client did not say.
    pub(super) warm_up: Option<bool>,
    /// `None` if the client did not say.
    pub(super) cool_down: Option<bool>,
    pub(super) target: Frames,
    /// Whether the client sent the target, as opposed to the default.
    pub(super) target_sent: bool,
    pub(super) seed: Option<u64>,
    /// Weight of the user in kilograms.
    pub(super) weight: f64,
    pub(super) profile: Profile,
    pub(super) hud_parts: HudParts,
    pub(super) language: Language,
    pub(super) fit: Fit,
    pub(super) fit_reps: bool,
    pub(super) cues: bool,
    pub(super) clip_sound: bool,
    pub(super) renderer: RendererChoice,
}

/// Checks every value, then contradictions between values. Returns the options with all violations.
pub(super) fn check(request: &WorkoutRequest) -> (Options, Violations) {
    let mut violations = Violations(request.wrong.clone());
    let none = WorkoutConfig::default();
    let config = request.config.as_ref().unwrap_or(&none);
    let options = options(request, config, &mut violations);
    contradictions(request, config, &options, &mut violations);
    (options, violations)
}

fn options(request: &WorkoutRequest, config: &WorkoutConfig, violations: &mut Violations) -> Options {
    let times = times(config.intervals.as_ref(), violations);
    let speed = workout_speed(config, violations);
    let minutes = violations.number(
        "/config/target_duration",
        config.target_duration,
        &(1.0..=180.0),
        30.0,
    );
    let hud_parts = HudParts {
        timer: config.show_timer.unwrap_or(true),
        progress_bar: config.show_progress_bar.unwrap_or(true),
        exercise_name: config.show_exercise_name.unwrap_or(true),
        round: config.show_round.unwrap_or(true),
    };
    Options {
        list: list(request, times.work, speed, violations),
        list_pointer: if request.exercises.is_some() {
            "/exercises"
        } else {
            "/exercise_names"
        },
        times,
        speed,
        // `whole` returns only values within these bounds, so the cast is exact.
        rounds: violations
            .whole("/config/rounds", config.rounds, &(1..=u64::from(MAX_ROUNDS)))
            .map(|r| r as u32),
        no_jump: config.no_jump.unwrap_or(false),
        avoid: avoid("/config/avoid", config.avoid.as_deref(), violations),
        no_repeat: config.no_repeat.unwrap_or(false),
        levels: levels(config, violations),
        equipment: equipment("/config/equipment", config.equipment.as_deref(), violations),
        warm_up: config.include_warm_up,
        cool_down: config.include_cool_down,
        target: Frames::from_seconds(Seconds(minutes * 60.0)),
        target_sent: config.target_duration.is_some(),
        seed: violations.whole("/config/seed", config.seed, &(0..=MAX_SEED)),
        weight: violations.number("/config/weight", config.weight, &(20.0..=300.0), 70.0),
        profile: profile(config, hud_parts, violations),
        hud_parts,
        language: violations
            .choice("/config/language", config.language.as_ref(), Language::TAGS)
            .unwrap_or_default(),
        fit: violations
            .choice("/config/fit", config.fit.as_ref(), "auto, contain, cover")
            .unwrap_or_default(),
        fit_reps: request.fits_reps(),
        cues: config.cues.unwrap_or(true),
        clip_sound: config.clip_sound.unwrap_or(false),
        renderer: violations
            .choice("/renderer", request.renderer.as_ref(), "auto, stitch, graph")
            .unwrap_or_default(),
    }
}

fn times(sent: Option<&RequestedIntervals>, violations: &mut Violations) -> Times {
    let none = RequestedIntervals::default();
    let sent = sent.unwrap_or(&none);
    let mut frames = |field: &str, value, bounds, default| {
        let pointer = format!("/config/intervals/{field}");
        Frames::from_seconds(Seconds(violations.number(&pointer, value, &bounds, default)))
    };
    let rest = frames("rest_time", sent.rest_time, 0.0..=600.0, 20.0);
    Times {
        work: frames("work_time", sent.work_time, 1.0..=3600.0, 40.0),
        rest,
        round_rest: frames(
            "round_rest_time",
            sent.round_rest_time,
            0.0..=600.0,
            rest.seconds().0,
        ),
        get_ready: frames("get_ready", sent.get_ready, 0.0..=60.0, 5.0),
        finish: frames("finish", sent.finish, 0.0..=30.0, 3.0),
    }
}

fn workout_speed(config: &WorkoutConfig, violations: &mut Violations) -> Speed {
    let intensity: Option<Intensity> = violations.choice(
        "/config/intensity",
        config.intensity.as_ref(),
        "low_impact, medium_intensity, high_intensity",
    );
    let default = intensity.unwrap_or_default().speed();
    speed("/config/speed", config.speed, default, violations)
}

fn speed(pointer: &str, sent: Option<f64>, default: Speed, violations: &mut Violations) -> Speed {
    let number = violations.number(pointer, sent, &(0.5..=2.0), default.as_f64());
    // Cannot be `None`: the bounds refuse numbers below 0.01.
    Speed::from_f64(number).unwrap_or(default)
}

fn profile(config: &WorkoutConfig, hud_parts: HudParts, violations: &mut Violations) -> Profile {
    let resolution: Option<Resolution> = violations.choice(
        "/config/resolution",
        config.resolution.as_ref(),
        "480p, 720p, 1080p",
    );
    let orientation: Option<Orientation> = violations.choice(
        "/config/orientation",
        config.orientation.as_ref(),
        "landscape, portrait",
    );
    Profile::new(
        resolution.unwrap_or_default(),
        orientation.unwrap_or_default(),
        hud_parts.any(),
    )
}

fn levels(config: &WorkoutConfig, violations: &mut Violations) -> Option<Vec<Difficulty>> {
    let (field, sent) = match (&config.intensity_levels, &config.exercice_intensity_levels) {
        (Some(sent), _) => ("intensity_levels", sent),
        (None, Some(sent)) => ("exercice_intensity_levels", sent),
        (None, None) => return None,
    };
    let pointer = format!("/config/{field}");
    if sent.is_empty() || sent.len() > 3 {
        violations.about(&pointer, "must name one to three of easy, medium, hard");
        return None;
    }
    let named = sent.iter().enumerate().filter_map(|(i, level)| {
        violations.choice(&format!("{pointer}/{i}"), level.as_ref(), "easy, medium, hard")
    });
    Some(named.collect())
}

/// Reads a list of things to avoid, each at most once in the result.
pub(crate) fn avoid(
    pointer: &str,
    sent: Option<&[Option<String>]>,
    violations: &mut Violations,
) -> Vec<Avoid> {
    // Twice the number of names, as for equipment.
    const MAX: usize = 6;
    let sent = sent.unwrap_or_default();
    if sent.len() > MAX {
        violations.about(
            pointer,
            format_args!("must name at most {MAX} things, not {}", sent.len()),
        );
        return Vec::new();
    }
    let named = sent
        .iter()
        .enumerate()
        .filter_map(|(i, thing)| violations.choice(&format!("{pointer}/{i}"), thing.as_ref(), Avoid::NAMES));
    // A fixed order, independent of the client's order.
    named.collect::<BTreeSet<Avoid>>().into_iter().collect()
}

/// Reads a list of equipment at hand; `None` if there is no list or the list is too long.
pub(crate) fn equipment(
    pointer: &str,
    sent: Option<&[Option<String>]>,
    violations: &mut Violations,
) -> Option<Vec<String>> {
    let sent = sent?;
    // Twice the number of names: a few duplicates do no harm, but lists of thousands do.
    if sent.len() > 2 * EQUIPMENT.len() {
        let most = 2 * EQUIPMENT.len();
        violations.about(
            pointer,
            format_args!("must name at most {most} things, not {}", sent.len()),
        );
        return None;
    }
    let mut at_hand = Vec::new();
    for (i, name) in sent.iter().enumerate() {
        let Some(name) = name else { continue };
        match folded(name).as_str() {
            "none" | "body only" => {}
            known if EQUIPMENT.contains(&known) => at_hand.push(known.to_owned()),
            unknown => {
                let near = nearest(unknown, EQUIPMENT.iter().copied());
                let hint = if near.is_empty() {
                    format!("known are {}", EQUIPMENT.join(", "))
                } else {
                    format!("did you mean {}?", near.join(" or "))
                };
                violations.note(
                    format!("{pointer}/{i}"),
                    format!("{} is no known equipment; {hint}", quoted(unknown)),
                );
            }
        }
    }
    Some(at_hand)
}

fn list(
    request: &WorkoutRequest,
    work: Frames,
    default_speed: Speed,
    violations: &mut Violations,
) -> Option<Vec<ListedExercise>> {
    let (pointer, length) = match (&request.exercises, &request.exercise_names) {
        (Some(list), _) => ("/exercises", list.len()),
        (None, Some(list)) => ("/exercise_names", list.len()),
        (None, None) => return None,
    };
    if length > MAX_LISTED {
        violations.about(
            pointer,
            format_args!("must have at most {MAX_LISTED} entries, not {length}"),
        );
        return Some(Vec::new());
    }
    if let Some(exercises) = &request.exercises {
        let listed = exercises.iter().enumerate();
        return Some(
            listed
                .filter_map(|(i, e)| listed_one(i, e.as_ref()?, work, default_speed, violations))
                .collect(),
        );
    }
    let names = request.exercise_names.iter().flatten().enumerate();
    Some(
        names
            .filter_map(|(i, name)| {
                Some(ListedExercise {
                    pointer: format!("/exercise_names/{i}"),
                    name: name.clone()?,
                    work,
                    speed: default_speed,
                })
            })
            .collect(),
    )
}

fn listed_one(
    index: usize,
    sent: &RequestedExercise,
    work: Frames,
    default_speed: Speed,
    violations: &mut Violations,
) -> Option<ListedExercise> {
    let pointer = format!("/exercises/{index}");
    let seconds = violations.number(
        &format!("{pointer}/work_time"),
        sent.work_time,
        &(1.0..=3600.0),
        work.seconds().0,
    );
    let speed = speed(&format!("{pointer}/speed"), sent.speed, default_speed, violations);
    let id = format!("{pointer}/id");
    let Some(name) = sent.id.clone() else {
        // If the id has a wrong type, its violation exists already.
        if violations.0.iter().all(|violation| violation.pointer != id) {
            violations.about(&pointer, "has no id");
        }
        return None;
    };
    Some(ListedExercise {
        pointer: id,
        name,
        work: Frames::from_seconds(Seconds(seconds)),
        speed,
    })
}

fn contradictions(
    request: &WorkoutRequest,
    config: &WorkoutConfig,
    options: &Options,
    violations: &mut Violations,
) {
    if request.exercises.is_some() && request.exercise_names.is_some() {
        violations.about(
            "/exercises",
            "contradicts /exercise_names: send one of the two lists",
        );
    }
    let both = (&config.intensity_levels, &config.exercice_intensity_levels);
    if let (Some(levels), Some(older)) = both
        && named_in(levels) != named_in(older)
    {
        violations.about(
            "/config/exercice_intensity_levels",
            "contradicts /config/intensity_levels: send one of the two",
        );
    }
    if let Some(rounds) = options.rounds
        && options.no_repeat
        && rounds > 1
    {
        let message =
            format!("{rounds} rounds contradict no_repeat: each exercise would come {rounds} times");
        let violation = Violation::new("/config/rounds", message);
        violations
            .0
            .push(violation.coded(ViolationCode::RoundsRepeat, json!({"rounds": rounds})));
    }
}

/// Returns the levels of a list without order, letter case and duplicates.
fn named_in(levels: &[Option<String>]) -> BTreeSet<String> {
    levels.iter().flatten().map(|level| folded(level)).collect()
}
