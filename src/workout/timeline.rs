//! The timeline: every interval of a workout, in whole frames.

use serde::{Deserialize, Serialize};

use crate::catalogue::ExerciseId;
use crate::units::{Frames, Speed};

/// What an interval is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntervalKind {
    /// Before the first exercise.
    GetReady,
    /// An exercise before the work.
    WarmUp,
    /// An exercise of the workout itself.
    Work,
    /// Between two exercises of a round.
    Rest,
    /// Between two rounds.
    RoundRest,
    /// An exercise after the work.
    CoolDown,
    /// The end.
    Finish,
}

impl IntervalKind {
    /// Whether the viewer moves in it, as opposed to resting or waiting.
    #[must_use]
    pub fn is_exercise(self) -> bool {
        matches!(self, Self::WarmUp | Self::Work | Self::CoolDown)
    }
}

/// Which side of the body an exercise trains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// As filmed.
    Left,
    /// The clip mirrored.
    Right,
}

/// What the frame shows: an exercise's clip, which way round and how fast.
#[derive(Debug, Clone, PartialEq)]
pub struct Movement {
    /// Whose clip.
    pub exercise: ExerciseId,
    /// The exercise's name in the workout's language, for the HUD.
    pub name: String,
    /// `None` unless the exercise is done one side after the other.
    pub side: Option<Side>,
    /// How fast the clip plays.
    pub speed: Speed,
}

/// Where in the workout an interval of work stands: "round 2 of 3, exercise 5 of 8".
///
/// All four count from 1. Both halves of a `per_side` exercise share a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundPosition {
    /// This round.
    pub round: u32,
    /// Rounds in all.
    pub rounds: u32,
    /// This exercise of the round.
    pub position: u32,
    /// Exercises in a round.
    pub positions: u32,
}

/// One stretch of a workout.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    /// Position in the timeline, from 0.
    pub index: usize,
    /// What it is for.
    pub kind: IntervalKind,
    /// First frame.
    pub start: Frames,
    /// Frames; never zero.
    pub length: Frames,
    /// What is shown. In an exercise: that exercise. In get-ready and rests: the next exercise, at
    /// the speed of a preview. At the finish: the last exercise.
    pub movement: Movement,
    /// `None` outside the work. In a rest: the place of the work that follows.
    pub round_position: Option<RoundPosition>,
}

impl Interval {
    /// The first frame after it.
    #[must_use]
    pub fn end(&self) -> Frames {
        self.start + self.length
    }
}

/// Every interval of a workout: gapless, from frame 0 to the end. Never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    intervals: Vec<Interval>,
}

impl Timeline {
    /// Lays intervals one after the other; `index` and `start` are set here, whatever they were.
    ///
    /// Intervals of no length are left out. `None` when nothing is left.
    #[must_use]
    pub fn new(mut intervals: Vec<Interval>) -> Option<Self> {
        intervals.retain(|interval| interval.length > Frames::ZERO);
        let mut start = Frames::ZERO;
        for (index, interval) in intervals.iter_mut().enumerate() {
            interval.index = index;
            interval.start = start;
            start += interval.length;
        }
        (!intervals.is_empty()).then_some(Self { intervals })
    }

    /// Changes what exercises are called, where `of` gives another name.
    pub(super) fn set_names<'a>(&mut self, of: impl Fn(&Movement) -> Option<&'a str>) {
        for interval in &mut self.intervals {
            if let Some(name) = of(&interval.movement)
                && name != interval.movement.name
            {
                name.clone_into(&mut interval.movement.name);
            }
        }
    }

    /// Changes how fast intervals show their clips, where `of` gives another speed.
    pub(super) fn set_speeds(&mut self, of: impl Fn(&Interval) -> Option<Speed>) {
        for interval in &mut self.intervals {
            if let Some(speed) = of(interval) {
                interval.movement.speed = speed;
            }
        }
    }

    /// In order.
    #[must_use]
    pub fn intervals(&self) -> &[Interval] {
        &self.intervals
    }

    /// Frames in all.
    #[must_use]
    pub fn length(&self) -> Frames {
        self.intervals.last().map_or(Frames::ZERO, Interval::end)
    }

    /// The interval that a frame belongs to; the last one for a frame past the end.
    #[must_use]
    pub fn at(&self, frame: Frames) -> &Interval {
        let after = self.intervals.partition_point(|i| i.start <= frame);
        // `new` refuses an empty timeline and starts the first interval at frame 0.
        &self.intervals[after.max(1) - 1]
    }

    /// What the HUD calls next after this interval: the next interval in which one moves.
    #[must_use]
    pub fn next_exercise(&self, interval: &Interval) -> Option<&Interval> {
        self.intervals[interval.index + 1..]
            .iter()
            .find(|i| i.kind.is_exercise())
    }
}
