//! Outline -> timeline: lays all intervals out in time.
//!
//! For `decision`. The order is get-ready, warm-up, rounds of work with rests, cool-down, finish.

use super::check::Times;
use super::{Interval, IntervalKind, Movement, RoundPosition, Side, Timeline};
use crate::catalogue::{Exercise, Sides};
use crate::units::{Frames, Speed};

/// Speed of a preview: the next exercise during a rest, or the last one at the finish. Half speed is slow
/// enough to study the movement. The compiler evaluates the `unwrap`.
const PREVIEW: Speed = Speed::new(1, 2).unwrap();

/// One exercise with its length and speed.
#[derive(Debug, Clone)]
pub(super) struct Station<'a> {
    pub(super) exercise: &'a Exercise,
    pub(super) length: Frames,
    pub(super) speed: Speed,
}

/// Everything from which a timeline is built.
#[derive(Debug)]
pub(super) struct WorkoutOutline<'a> {
    /// Lengths of the intervals. `get_ready` may be longer than requested. Each station has its own work
    /// time, so `work` is not used.
    pub(super) times: Times,
    pub(super) warm_up: Vec<Station<'a>>,
    /// The exercises of one round.
    pub(super) circuit: Vec<Station<'a>>,
    pub(super) rounds: u32,
    /// Sum of the frames by which all round rests are longer than requested.
    pub(super) longer_round_rests: Frames,
    pub(super) cool_down: Vec<Station<'a>>,
}

impl WorkoutOutline<'_> {
    /// Returns the length and the number of intervals that the outline has with this number of rounds,
    /// without building the timeline. Like the timeline, the count leaves out intervals of zero length.
    pub(super) fn extent(&self, rounds: u32) -> (Frames, u64) {
        let (work, works) = extent_of(&self.circuit);
        let (warm_up, warm_ups) = extent_of(&self.warm_up);
        let (cool_down, cool_downs) = extent_of(&self.cool_down);
        let (times, rounds, extra) = (self.times, u64::from(rounds), self.longer_round_rests);
        let rests_within = rounds * (self.circuit.len() as u64).saturating_sub(1);
        let rests = rests_within + u64::from(warm_ups > 0) + u64::from(cool_downs > 0);
        let round_rests = rounds.saturating_sub(1);
        let resting = times.rest * rests + times.round_rest * round_rests + extra;
        let length = times.get_ready + warm_up + work * rounds + resting + cool_down + times.finish;
        // If the requested round rest is zero, the extra frames may be fewer than the round rests. The first
        // ones then get a frame each and the others are left out.
        let laid_round_rests = if times.round_rest > Frames::ZERO {
            round_rests
        } else {
            round_rests.min(extra.0)
        };
        let count = once(times.get_ready)
            + warm_ups
            + works * rounds
            + once(times.rest) * rests
            + laid_round_rests
            + cool_downs
            + once(times.finish);
        (length, count)
    }

    /// Returns every interval in order; `None` if the outline has no exercise or no interval.
    pub(super) fn build(&self) -> Option<Timeline> {
        let mut builder = IntervalBuilder::default();
        let first = self.warm_up.first().or(self.circuit.first())?;
        builder.push(
            IntervalKind::GetReady,
            self.times.get_ready,
            preview(first, first_side(first)),
            None,
        );
        for station in &self.warm_up {
            builder.exercise(IntervalKind::WarmUp, station, None);
        }
        if let (false, Some(next)) = (self.warm_up.is_empty(), self.circuit.first()) {
            builder.rest_before(
                IntervalKind::Rest,
                self.times.rest,
                next,
                Some(self.round_position(0, 0)),
            );
        }
        for round in 0..self.rounds {
            self.push_round(round, &mut builder);
        }
        if let Some(next) = self.cool_down.first() {
            builder.rest_before(IntervalKind::Rest, self.times.rest, next, None);
        }
        for station in &self.cool_down {
            builder.exercise(IntervalKind::CoolDown, station, None);
        }
        let last = self.cool_down.last().or(self.circuit.last())?;
        let side = first_side(last).map(|_| Side::Right);
        builder.push(IntervalKind::Finish, self.times.finish, preview(last, side), None);
        Timeline::new(builder.0)
    }

    fn push_round(&self, round: u32, builder: &mut IntervalBuilder) {
        for (position, station) in self.circuit.iter().enumerate() {
            let round_position = Some(self.round_position(round, position));
            if position > 0 {
                builder.rest_before(IntervalKind::Rest, self.times.rest, station, round_position);
            } else if round > 0 {
                builder.rest_before(
                    IntervalKind::RoundRest,
                    self.round_rest(round),
                    station,
                    round_position,
                );
            }
            builder.exercise(IntervalKind::Work, station, round_position);
        }
    }

    /// Returns the length of the rest before a round, with its share of the extra frames. The first rests get
    /// one frame more if the extra does not divide evenly.
    fn round_rest(&self, round: u32) -> Frames {
        let (extra, rests) = (self.longer_round_rests.0, u64::from(self.rounds) - 1);
        let odd = u64::from(u64::from(round) <= extra % rests);
        self.times.round_rest + Frames(extra / rests + odd)
    }

    fn round_position(&self, round: u32, position: usize) -> RoundPosition {
        RoundPosition {
            round: round + 1,
            rounds: self.rounds,
            position: position as u32 + 1,
            positions: self.circuit.len() as u32,
        }
    }
}

/// Returns the length and the number of intervals of a list of stations.
fn extent_of(stations: &[Station<'_>]) -> (Frames, u64) {
    let intervals = |s: &Station<'_>| {
        let sides = first_side(s).map_or([s.length, Frames::ZERO], |_| halves(s.length));
        sides.into_iter().map(once).sum::<u64>()
    };
    (
        stations.iter().map(|s| s.length).sum(),
        stations.iter().map(intervals).sum(),
    )
}

/// Returns the number of intervals for a length: zero for zero length, else one.
fn once(length: Frames) -> u64 {
    u64::from(length > Frames::ZERO)
}

/// Returns the shares of the two sides. The first side gets the odd frame.
fn halves(length: Frames) -> [Frames; 2] {
    let second = Frames(length.0 / 2);
    [length - second, second]
}

/// Returns the side with which an exercise begins; `None`
/// unless the exercise trains one side after the other.
fn first_side(station: &Station<'_>) -> Option<Side> {
    (station.exercise.sides == Sides::PerSide).then_some(Side::Left)
}

fn movement(station: &Station<'_>, side: Option<Side>, speed: Speed) -> Movement {
    Movement {
        exercise: station.exercise.id.clone(),
        name: station.exercise.name.clone(),
        side,
        speed,
    }
}

fn preview(station: &Station<'_>, side: Option<Side>) -> Movement {
    movement(station, side, preview_speed(station.speed))
}

/// Half speed, or three quarters of the work's speed if that is
/// slower, so that nobody takes a preview for the work itself.
fn preview_speed(work: Speed) -> Speed {
    let parts = work
        .numerator()
        .checked_mul(3)
        .zip(work.denominator().checked_mul(4));
    match parts.and_then(|(above, below)| Speed::new(above, below)) {
        Some(slow) if slow.as_f64() < PREVIEW.as_f64() => slow,
        _ => PREVIEW,
    }
}

/// Collects intervals. [`Timeline::new`] sets `index` and `start`.
#[derive(Default)]
struct IntervalBuilder(Vec<Interval>);

impl IntervalBuilder {
    fn push(
        &mut self,
        kind: IntervalKind,
        length: Frames,
        movement: Movement,
        round_position: Option<RoundPosition>,
    ) {
        self.0.push(Interval {
            index: 0,
            kind,
            start: Frames::ZERO,
            length,
            movement,
            round_position,
        });
    }

    /// Adds an exercise: one interval, or one interval for each side.
    fn exercise(&mut self, kind: IntervalKind, station: &Station<'_>, round_position: Option<RoundPosition>) {
        if first_side(station).is_none() {
            self.push(
                kind,
                station.length,
                movement(station, None, station.speed),
                round_position,
            );
            return;
        }
        let sides = [Side::Left, Side::Right];
        for (side, length) in sides.into_iter().zip(halves(station.length)) {
            self.push(
                kind,
                length,
                movement(station, Some(side), station.speed),
                round_position,
            );
        }
    }

    fn rest_before(
        &mut self,
        kind: IntervalKind,
        length: Frames,
        next: &Station<'_>,
        round_position: Option<RoundPosition>,
    ) {
        self.push(kind, length, preview(next, first_side(next)), round_position);
    }
}
