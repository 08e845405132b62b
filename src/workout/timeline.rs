//! The timeline: every interval of a workout, in whole frames.
//!
//! For the HUD, the texts, the sound and the renderers. A timeline says what the frame shows and when. It
//! does not know clip files or pixels.

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
    /// Returns whether the viewer exercises in this interval, as opposed to resting or waiting.
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

/// What the frame shows: the clip of an exercise, unmirrored or mirrored, at a speed.
#[derive(Debug, Clone, PartialEq)]
pub struct Movement {
    /// The exercise whose clip the frame shows.
    pub exercise: ExerciseId,
    /// The exercise's name in the workout's language, for the HUD.
    pub name: String,
    /// The side of the body; `None` unless the exercise trains one side after the other.
    pub side: Option<Side>,
    /// Playing speed of the clip.
    pub speed: Speed,
}

/// The position of a work interval in the workout: "round 2 of 3, exercise 5 of 8".
///
/// All four numbers count from 1. Both halves of a `per_side` exercise have the same position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundPosition {
    /// The current round.
    pub round: u32,
    /// Number of rounds.
    pub rounds: u32,
    /// Position of the exercise in its round.
    pub position: u32,
    /// Number of exercises in a round.
    pub positions: u32,
}

/// A part of a workout that shows one movement.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    /// Position in the timeline, from 0.
    pub index: usize,
    /// The purpose of the interval.
    pub kind: IntervalKind,
    /// The first frame.
    pub start: Frames,
    /// Length in frames; never zero.
    pub length: Frames,
    /// What the frame shows. An exercise shows itself. Get-ready and rests show the next exercise at preview
    /// speed. The finish shows the last exercise at preview speed.
    pub movement: Movement,
    /// The position of a work interval. A rest before work has
    /// the position of that work. `None` for other intervals.
    pub round_position: Option<RoundPosition>,
}

impl Interval {
    /// Returns the first frame after the interval.
    #[must_use]
    pub fn end(&self) -> Frames {
        self.start + self.length
    }
}

/// Every interval of a workout, without gaps, from frame 0 to the end. Never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    intervals: Vec<Interval>,
}

impl Timeline {
    /// Puts the intervals one after the other. This function sets
    /// `index` and `start`; the callers' values are ignored.
    ///
    /// Intervals of zero length are removed. Returns `None` when no interval is left.
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

    /// Changes the names of movements for which `of` returns another name.
    pub(super) fn set_names<'a>(&mut self, of: impl Fn(&Movement) -> Option<&'a str>) {
        for interval in &mut self.intervals {
            if let Some(name) = of(&interval.movement)
                && name != interval.movement.name
            {
                name.clone_into(&mut interval.movement.name);
            }
        }
    }

    /// Changes the speeds of intervals for which `of` returns a speed.
    pub(super) fn set_speeds(&mut self, of: impl Fn(&Interval) -> Option<Speed>) {
        for interval in &mut self.intervals {
            if let Some(speed) = of(interval) {
                interval.movement.speed = speed;
            }
        }
    }

    /// All intervals, in order.
    #[must_use]
    pub fn intervals(&self) -> &[Interval] {
        &self.intervals
    }

    /// Length of the whole timeline in frames.
    #[must_use]
    pub fn length(&self) -> Frames {
        self.intervals.last().map_or(Frames::ZERO, Interval::end)
    }

    /// Returns the interval that contains a frame; the last interval for a frame past the end.
    #[must_use]
    pub fn at(&self, frame: Frames) -> &Interval {
        let after = self.intervals.partition_point(|i| i.start <= frame);
        // `new` refuses an empty timeline and starts the first interval at frame 0.
        &self.intervals[after.max(1) - 1]
    }

    /// Returns the next interval after this one that is an exercise. The HUD shows it as "next".
    #[must_use]
    pub fn next_exercise(&self, interval: &Interval) -> Option<&Interval> {
        self.intervals[interval.index + 1..]
            .iter()
            .find(|i| i.kind.is_exercise())
    }
}
