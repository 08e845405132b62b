//! Plan -> all data that a player needs to draw its own overlay, exact to the frame.

use serde::Serialize;

use crate::sound::{CueKind, cues};
use crate::units::{SAMPLE_RATE, SAMPLES_PER_FRAME};
use crate::workout::{Interval, IntervalView, Language, Plan, Side, Timeline};

/// A workout for an overlay.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = Timeline)]
pub struct TimelineView {
    /// Seconds in all.
    #[schema(example = 48.0)]
    pub duration: f64,
    /// Frames a second.
    #[schema(example = 30)]
    pub fps: u32,
    /// Frames in all.
    #[schema(example = 1440)]
    pub frames: u64,
    /// What the choices were made with; 0 if there was nothing to choose.
    pub seed: u64,
    /// Energy in kilocalories, to a tenth.
    #[schema(example = 3.2)]
    pub kcal: f64,
    /// Width of the frame in pixels.
    #[schema(example = 1280)]
    pub width: u32,
    /// Height of the frame in pixels.
    #[schema(example = 720)]
    pub height: u32,
    /// Height of the part that shows the exercise; below it is the video's own bar, if it has one.
    #[schema(example = 640)]
    pub area_height: u32,
    /// What names are in, and what the video says.
    pub language: Language,
    /// Every interval, without gaps.
    pub intervals: Vec<TimedInterval>,
    /// Every beep and tick, rising. Empty when the workout has none.
    pub cues: Vec<CueView>,
}

/// An interval, and the exercise after it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TimedInterval {
    /// The interval as a plan shows it.
    #[serde(flatten)]
    pub interval: IntervalView,
    /// The next interval in which one moves; null after the last one.
    #[schema(required = true)]
    pub upcoming: Option<NextView>,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct NextView {
    /// Position of its interval.
    pub index: usize,
    /// Id of the exercise.
    #[schema(example = "push-ups")]
    pub exercise: String,
    /// Name of the exercise.
    #[schema(example = "Push-ups")]
    pub name: String,
    /// Its side; null unless the exercise is done one side after the other.
    #[schema(required = true)]
    pub side: Option<Side>,
}

/// A sound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CueView {
    /// First instant, in seconds.
    #[schema(example = 2.0)]
    pub at: f64,
    /// The frame during which it begins.
    #[schema(example = 60)]
    pub frame: u64,
    /// What it tells.
    pub kind: CueKind,
}

/// Returns the timeline of a plan.
#[must_use]
pub fn timeline(plan: &Plan) -> TimelineView {
    let view = plan.view();
    let cues = if plan.cues {
        cues(&plan.timeline)
    } else {
        Vec::new()
    };
    let cue = |cue: &crate::sound::Cue| CueView {
        at: cue.at.0 as f64 / f64::from(SAMPLE_RATE),
        frame: cue.at.0 / SAMPLES_PER_FRAME,
        kind: cue.kind,
    };
    let intervals = plan.timeline.intervals().iter().zip(view.intervals);
    TimelineView {
        duration: view.duration,
        fps: view.fps,
        frames: view.frames,
        seed: view.seed,
        kcal: view.kcal,
        width: view.width,
        height: view.height,
        area_height: plan.profile.area_height,
        language: view.language,
        intervals: intervals
            .map(|(interval, view)| TimedInterval {
                interval: view,
                upcoming: upcoming(&plan.timeline, interval),
            })
            .collect(),
        cues: cues.iter().map(cue).collect(),
    }
}

fn upcoming(timeline: &Timeline, interval: &Interval) -> Option<NextView> {
    let next = timeline.next_exercise(interval)?;
    Some(NextView {
        index: next.index,
        exercise: next.movement.exercise.to_string(),
        name: next.movement.name.clone(),
        side: next.movement.side,
    })
}
