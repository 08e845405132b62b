//! The plan: everything that is decided about a workout before a frame exists.

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

/// Longest workout: four hours, more than any class; longer is a mistake or an attack.
pub const MAX_LENGTH: Frames = Frames(4 * 3600 * FPS as u64);
/// Most intervals of a workout: more than a day of one-minute rounds needs, and a timeline of them still
/// takes less than a megabyte.
pub const MAX_INTERVALS: u64 = 2_000;
/// MET of waiting and resting: standing quietly (Compendium of Physical Activities, 07040).
const RESTING_MET: f64 = 1.3;

/// Which parts of the HUD are shown.
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
    /// Name of the exercise (and "Next: ..." in rests).
    pub exercise_name: bool,
    /// Round and position.
    pub round: bool,
}

impl HudParts {
    /// A whole HUD.
    pub const ALL: Self = Self {
        timer: true,
        progress_bar: true,
        exercise_name: true,
        round: true,
    };
    /// The frame alone.
    pub const NONE: Self = Self {
        timer: false,
        progress_bar: false,
        exercise_name: false,
        round: false,
    };

    /// Whether there is a HUD at all.
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

/// A checked workout: nothing in it can be refused any more.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Every interval.
    pub timeline: Timeline,
    /// What the choices were made with; the same seed gives the same workout.
    pub seed: u64,
    /// Energy for a person of the request's weight, in kilocalories.
    pub kcal: f64,
    /// Sizes of the output frame.
    pub profile: Profile,
    /// Parts of the HUD.
    pub hud_parts: HudParts,
    /// What the HUD and all texts say it in; the timeline's names are in it already.
    pub language: Language,
    /// How clips fill the exercise area.
    pub fit: Fit,
    /// Beeps and ticks.
    pub cues: bool,
    /// The clips' own sound.
    pub clip_sound: bool,
    /// Who is to make the video, as the client options.
    pub renderer: RendererChoice,
    /// What was decided for the client that it may not expect.
    pub notes: Vec<Note>,
}

impl Plan {
    /// Frames in all.
    #[must_use]
    pub fn length(&self) -> Frames {
        self.timeline.length()
    }
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// An empty list of exercises (400).
    #[error("the request names no exercise")]
    NoExercise,
    /// Names that the catalogue does not have (404).
    #[error("{}", .0.iter().map(|u| u.violation().to_string()).collect::<Vec<_>>().join("; "))]
    UnknownExercises(Vec<UnknownExercise>),
    /// Bad or contradictory values, all of them (422).
    #[error("{}", .0.iter().map(Violation::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Violation>),
}

/// A name that the catalogue does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownExercise {
    /// JSON pointer of the name.
    pub pointer: String,
    /// The name as the client wrote it: to be escaped where it is shown.
    pub name: String,
    /// The nearest names that exist, best first.
    pub nearest: Vec<String>,
}

impl UnknownExercise {
    /// The same as one violation among others.
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

/// Plans a workout; `fresh_seed` is used when the request brings none.
///
/// Pure: the same request, catalogue, loops and seed give the same plan everywhere. The seed that was
/// used is in the plan; of `fresh_seed` only the lower 53 bits are used, which JSON keeps exactly. Of what
/// is planned, `loop_lengths` decides only the speeds.
pub fn plan(
    request: &WorkoutRequest,
    catalogue: &Catalogue,
    loop_lengths: &LoopLengths,
    fresh_seed: u64,
) -> Result<Plan, PlanError> {
    let (decision, notes) = decide(request, catalogue, fresh_seed)?;
    // Nothing to lay out is what the client would call no exercise; neither way to a course leads here.
    decision
        .plan(catalogue, loop_lengths, notes)
        .ok_or(PlanError::NoExercise)
}

/// Plans a workout like [`plan`], and names it: by its token, any server with the same exercises and
/// loops makes the same plan again ([`Token::open`]).
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

/// The exercises that a request's plan depends on: those that it lists. `None` when it leaves a choice, which
/// depends on all. Names that there are not are left to [`plan`] to refuse.
#[must_use]
pub fn depends_on(request: &WorkoutRequest, catalogue: &Catalogue) -> Option<Vec<ExerciseId>> {
    let (options, violations) = check(request);
    match &options.list {
        None if violations.0.is_empty() => None,
        // Refused, whatever can be shown.
        None => Some(Vec::new()),
        Some(_) if options.warm_up == Some(true) || options.cool_down == Some(true) => None,
        Some(list) => {
            let exercises = list.iter().filter_map(|listed| catalogue.named(&listed.name));
            Some(exercises.map(|exercise| exercise.id.clone()).collect())
        }
    }
}

/// Decides what a request leaves open; with it what the client may not expect.
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

/// MET x kilograms x hours, over every interval; the speed of the clips is not counted.
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
