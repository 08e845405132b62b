//! A plan as JSON.
//!
//! For the API. The views give times in seconds and in frames, and round energy and speeds.

use serde::Serialize;

use super::{Interval, IntervalKind, Language, Note, Plan, Side};
use crate::units::FPS;

/// A workout before it is rendered.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(example = json!({
    "duration": 48.0, "fps": 30, "frames": 1440, "seed": 7, "kcal": 3.2, "width": 1280, "height": 720,
    "language": "en",
    "intervals": [
        {"index": 0, "kind": "get_ready", "start": 0.0, "duration": 5.0, "start_frame": 0, "frames": 150,
         "exercise": null, "next": "push-ups", "name": "Push-ups", "side": null, "speed": 0.5,
         "round": null, "rounds": null, "position": null, "positions": null},
        {"index": 1, "kind": "work", "start": 5.0, "duration": 40.0, "start_frame": 150, "frames": 1200,
         "exercise": "push-ups", "next": null, "name": "Push-ups", "side": null, "speed": 1.0,
         "round": 1, "rounds": 1, "position": 1, "positions": 1},
        {"index": 2, "kind": "finish", "start": 45.0, "duration": 3.0, "start_frame": 1350, "frames": 90,
         "exercise": null, "next": null, "name": "Push-ups", "side": null, "speed": 0.5,
         "round": null, "rounds": null, "position": null, "positions": null}
    ],
    "notes": []
}))]
pub struct PlanView {
    /// Seconds in all.
    pub duration: f64,
    /// Frames a second.
    pub fps: u32,
    /// Frames in all.
    pub frames: u64,
    /// What the choices were made with.
    pub seed: u64,
    /// Energy in kilocalories, to a tenth.
    pub kcal: f64,
    /// Width of the frame in pixels.
    pub width: u32,
    /// Height of the frame in pixels.
    pub height: u32,
    /// What `name` is in, and what the video says.
    pub language: Language,
    /// Every interval, without gaps.
    pub intervals: Vec<IntervalView>,
    /// What was decided that the client may not expect.
    pub notes: Vec<Note>,
}

/// One interval of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct IntervalView {
    /// Position, from 0.
    pub index: usize,
    /// What it is for.
    pub kind: IntervalKind,
    /// First instant, in seconds.
    pub start: f64,
    /// Seconds.
    pub duration: f64,
    /// First frame.
    pub start_frame: u64,
    /// Frames.
    pub frames: u64,
    /// Id of the exercise; null in get-ready, rests and finish.
    #[schema(required = true)]
    pub exercise: Option<String>,
    /// Id of the exercise that follows; null but in get-ready and rests.
    #[schema(required = true)]
    pub next: Option<String>,
    /// Name of the exercise that the frame shows.
    pub name: String,
    /// The side that the frame shows; null unless the exercise is done one side after the other.
    #[schema(required = true)]
    pub side: Option<Side>,
    /// How fast the clip plays, to the thousandth. Of an exercise up to 5 % off what was asked for, so
    /// that whole repetitions fill it, unless `fit_reps` is off.
    pub speed: f64,
    /// This round, from 1; null outside of work, like the next three.
    #[schema(required = true)]
    pub round: Option<u32>,
    /// Rounds in all.
    #[schema(required = true)]
    pub rounds: Option<u32>,
    /// This exercise of the round, from 1.
    #[schema(required = true)]
    pub position: Option<u32>,
    /// Exercises in a round.
    #[schema(required = true)]
    pub positions: Option<u32>,
}

impl Plan {
    /// Returns the view of the plan that the API serializes.
    #[must_use]
    pub fn view(&self) -> PlanView {
        PlanView {
            duration: self.length().seconds().0,
            fps: FPS,
            frames: self.length().0,
            seed: self.seed,
            kcal: (self.kcal * 10.0).round() / 10.0,
            width: self.profile.width,
            height: self.profile.height,
            language: self.language,
            intervals: self.timeline.intervals().iter().map(IntervalView::of).collect(),
            notes: self.notes.clone(),
        }
    }
}

impl IntervalView {
    fn of(interval: &Interval) -> Self {
        use IntervalKind::{GetReady, Rest, RoundRest};
        let shown = interval.movement.exercise.to_string();
        let resting = matches!(interval.kind, GetReady | Rest | RoundRest);
        let round_position = interval
            .round_position
            .filter(|_| interval.kind == IntervalKind::Work);
        Self {
            index: interval.index,
            kind: interval.kind,
            start: interval.start.seconds().0,
            duration: interval.length.seconds().0,
            start_frame: interval.start.0,
            frames: interval.length.0,
            exercise: interval.kind.is_exercise().then(|| shown.clone()),
            next: resting.then_some(shown),
            name: interval.movement.name.clone(),
            side: interval.movement.side,
            speed: (interval.movement.speed.as_f64() * 1000.0).round() / 1000.0,
            round: round_position.map(|p| p.round),
            rounds: round_position.map(|p| p.rounds),
            position: round_position.map(|p| p.position),
            positions: round_position.map(|p| p.positions),
        }
    }
}
