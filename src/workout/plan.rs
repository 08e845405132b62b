//! The plan: everything that is decided about a workout before any frame exists.
//!
//! Entry points of the planner: [`plan()`] and [`link`]. The
//! plan is what the HUD, the texts and the renderers read.

use serde_json::json;

use super::check::{MAX_SEED, check};
use super::decision::{Decision, Presentation};
use super::seeded_rng::SeededRng;
use super::violations::quoted;
use super::{
    Interval, Language, Note, Profile, Timeline, Token, TooLong, Violation, ViolationCode, WorkoutRequest,
    auto_select, from_list,
};
use crate::catalogue::{Catalogue, ExerciseId, LoopLengths};
use crate::units::{FPS, Frames};

/// Longest workout: four hours, longer than any class. A longer workout is a mistake or an attack.
pub const MAX_LENGTH: Frames = Frames(4 * 3600 * FPS as u64);
/// Most intervals of a workout. A day of one-minute rounds has fewer,
/// and a timeline of 2,000 intervals takes less than a megabyte.
pub const MAX_INTERVALS: u64 = 2_000;
/// MET of waiting and resting: standing quietly (Compendium of Physical Activities, 07040).
const RESTING_MET: f64 = 1.3;

/// The parts of the HUD that are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, as the client sends them"
)]
pub struct HudParts {
    /// Countdown of the interval.
    pub timer: bool,
    /// Progress bar of the whole workout.
    pub progress_bar: bool,
    /// Name of the exercise ("Next: ..." in rests).
    pub exercise_name: bool,
    /// Round and position of the exercise.
    pub round: bool,
}

impl HudParts {
    /// Every part.
    pub const ALL: Self = Self {
        timer: true,
        progress_bar: true,
        exercise_name: true,
        round: true,
    };
    /// No part: the frame shows only the exercise.
    pub const NONE: Self = Self {
        timer: false,
        progress_bar: false,
        exercise_name: false,
        round: false,
    };

    /// Returns whether any part is shown.
    #[must_use]
    pub fn any(self) -> bool {
        self.timer || self.progress_bar || self.exercise_name || self.round
    }
}

/// How a clip is brought into the exercise area.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// `Cover` where that cuts off little (a 16:9 clip above the HUD bar), `Contain` elsewhere (a
    /// phone's upright clip in a landscape frame).
    #[default]
    Auto,
    /// Whole clip; what room it leaves is filled by a blurred, darkened copy of itself.
    Contain,
    /// Whole area; what does not fit is cut off.
    Cover,
}

/// Who is to make the video. Both ways show the same plan.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RendererChoice {
    /// `Stitch` where every option of the request allows it, else `Graph`.
    #[default]
    Auto,
    /// Put together from loops that were encoded before; refused where that cannot be.
    Stitch,
    /// Encoded as a whole by FFmpeg, whatever the options.
    Graph,
}

/// A checked workout. No later step can refuse it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Every interval of the workout.
    pub timeline: Timeline,
    /// The seed of the random choices. The same request,
    /// catalogue, loop lengths and seed give the same workout.
    pub seed: u64,
    /// Energy in kilocalories for a person of the request's weight.
    pub kcal: f64,
    /// Sizes of the output frame.
    pub profile: Profile,
    /// The parts of the HUD that are shown.
    pub hud_parts: HudParts,
    /// Language of the HUD and of all texts. The names in `timeline` are already in this language.
    pub language: Language,
    /// How clips fill the exercise area.
    pub fit: Fit,
    /// Whether the sound has beeps and ticks.
    pub cues: bool,
    /// Whether the sound has the clips' own sound.
    pub clip_sound: bool,
    /// The renderer that the client asked for.
    pub renderer: RendererChoice,
    /// Decisions that the client may not expect.
    pub notes: Vec<Note>,
}

impl Plan {
    /// Length of the workout in frames.
    #[must_use]
    pub fn length(&self) -> Frames {
        self.timeline.length()
    }
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// The list of exercises is empty (400).
    #[error("the request names no exercise")]
    NoExercise,
    /// The catalogue does not have these names (404).
    #[error("{}", .0.iter().map(|u| u.violation().to_string()).collect::<Vec<_>>().join("; "))]
    UnknownExercises(Vec<UnknownExercise>),
    /// Every bad or contradictory value (422).
    #[error("{}", .0.iter().map(Violation::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Violation>),
}

/// A name that the catalogue does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownExercise {
    /// JSON pointer of the name.
    pub pointer: String,
    /// The name as the client wrote it, at most 200 characters. Not escaped.
    pub name: String,
    /// The nearest known names, best first. Empty if no name is near, and after the first 20 unknown names of
    /// a request.
    pub nearest: Vec<String>,
}

impl UnknownExercise {
    /// Returns the violation for this name.
    pub(crate) fn violation(&self) -> Violation {
        let hint = match self.nearest.as_slice() {
            [] => String::new(),
            near => format!("; did you mean {}?", near.join(" or ")),
        };
        let message = format!("{} is no known exercise{hint}", quoted(&self.name));
        Violation::new(&self.pointer, message).coded(
            ViolationCode::UnknownExercise,
            json!({"name": crate::catalogue::visible(&self.name)}),
        )
    }
}

/// Plans a workout. Uses `fresh_seed` if the request has no seed.
///
/// The function is pure: the same request, catalogue, loop lengths and seed give the same plan on every
/// machine. The plan contains the seed that was used. Only the lower 53 bits of `fresh_seed` are used,
/// because JSON keeps those exactly. `loop_lengths` determines only the speeds.
pub fn plan(
    request: &WorkoutRequest,
    catalogue: &Catalogue,
    loop_lengths: &LoopLengths,
    fresh_seed: u64,
) -> Result<Plan, PlanError> {
    let (decision, notes) = decide(request, catalogue, fresh_seed)?;
    // An outline without any interval counts as a request without exercises. Neither `from_list` nor
    // `auto_select` returns such an outline.
    decision
        .plan(catalogue, loop_lengths, notes)
        .ok_or(PlanError::NoExercise)
}

/// Plans a workout like [`plan()`] and makes its token. Any server with the same exercises and loop lengths
/// makes the same plan from the token ([`Token::open`]).
pub fn link(
    request: &WorkoutRequest,
    catalogue: &Catalogue,
    loop_lengths: &LoopLengths,
    fresh_seed: u64,
) -> Result<(Plan, Result<Token, TooLong>), PlanError> {
    let (decision, notes) = decide(request, catalogue, fresh_seed)?;
    let plan = decision
        .plan(catalogue, loop_lengths, notes)
        .ok_or(PlanError::NoExercise)?;
    let token = Token::of(&decision, &plan);
    Ok((plan, token))
}

/// Returns the exercises on which a request's plan depends: the listed ones.
/// Returns `None` if the planner must choose exercises, because the plan then
/// depends on all of them. Unknown names are left out; [`plan()`] refuses them.
#[must_use]
pub fn depends_on(request: &WorkoutRequest, catalogue: &Catalogue) -> Option<Vec<ExerciseId>> {
    let (options, violations) = check(request);
    match &options.list {
        None if violations.0.is_empty() => None,
        // The request will be refused, whatever clips are available.
        None => Some(Vec::new()),
        Some(_) if options.warm_up == Some(true) || options.cool_down == Some(true) => None,
        Some(list) => {
            let exercises = list.iter().filter_map(|listed| catalogue.named(&listed.name));
            Some(exercises.map(|exercise| exercise.id.clone()).collect())
        }
    }
}

/// Makes every choice that the request leaves open. Also
/// returns notes on decisions that the client may not expect.
fn decide<'a>(
    request: &WorkoutRequest,
    catalogue: &'a Catalogue,
    fresh_seed: u64,
) -> Result<(Decision<'a>, Vec<Note>), PlanError> {
    let (options, violations) = check(request);
    let seed = options.seed.unwrap_or(fresh_seed & MAX_SEED);
    let mut rng = SeededRng::new(seed);
    let mut notes = request.ignored.clone();
    let outline = match &options.list {
        Some(list) => from_list::outline(list, &options, catalogue, violations, &mut rng, &mut notes)?,
        None if violations.0.is_empty() => auto_select::outline(&options, catalogue, &mut rng, &mut notes)?,
        None => return Err(PlanError::Invalid(violations.0)),
    };
    let blocks = !(outline.warm_up.is_empty() && outline.cool_down.is_empty());
    let decision = Decision {
        outline,
        presentation: Presentation::of(&options),
        seed,
        drawn: options.list.is_none() || blocks,
    };
    Ok((decision, notes))
}

/// Returns the sum of MET x kilograms x hours over all intervals. The speed of the clips does not count.
pub(super) fn kilocalories(timeline: &Timeline, catalogue: &Catalogue, weight: f64) -> f64 {
    let met = |interval: &Interval| {
        let exercise = catalogue.get(&interval.movement.exercise);
        exercise
            .filter(|_| interval.kind.is_exercise())
            .map_or(RESTING_MET, |e| e.met)
    };
    let hours = |interval: &Interval| interval.length.seconds().0 / 3600.0;
    timeline
        .intervals()
        .iter()
        .map(|i| met(i) * weight * hours(i))
        .sum()
}
