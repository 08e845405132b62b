//! What to do now, as captions: plan -> texts that follow one another without a gap.

use super::{Caption, label, name};
use crate::units::{FPS, Frames};
use crate::workout::{Interval, IntervalKind, Plan, Timeline};

/// A second.
const SECOND: Frames = Frames(FPS as u64);
/// Seconds before the end of an interval that are counted.
const COUNTED: u64 = 3;
/// An interval of less has no count: there would hardly be time to read what it is.
const LEAST_COUNTED: Frames = Frames(5 * FPS as u64);

/// The captions of a workout: one from the beginning of each interval, and one for each of its last three
/// seconds, which says what comes.
#[must_use]
pub fn captions(plan: &Plan) -> Vec<Caption> {
    let timeline = &plan.timeline;
    timeline
        .intervals()
        .iter()
        .flat_map(|i| of_interval(timeline, i))
        .collect()
}

fn of_interval(timeline: &Timeline, interval: &Interval) -> Vec<Caption> {
    let counts = interval.length >= LEAST_COUNTED && interval.kind != IntervalKind::Finish;
    let counted = if counts { COUNTED } else { 0 };
    let mut all = vec![Caption {
        start: interval.start,
        end: interval.end() - SECOND * counted,
        text: now(timeline, interval),
    }];
    all.extend((1..=counted).rev().map(|left| {
        let start = interval.end() - SECOND * left;
        Caption {
            start,
            end: start + SECOND,
            text: soon(timeline, interval, left),
        }
    }));
    all
}

/// What an interval is about.
fn now(timeline: &Timeline, interval: &Interval) -> String {
    let time = interval.length.seconds();
    if interval.kind == IntervalKind::Finish {
        return label(interval.kind).to_owned();
    }
    if interval.kind.is_exercise() {
        let about = match interval.place.filter(|_| interval.kind == IntervalKind::Work) {
            Some(p) if p.rounds > 1 => {
                format!(
                    "round {} of {}, exercise {} of {}",
                    p.round, p.rounds, p.position, p.positions
                )
            }
            Some(p) => format!("exercise {} of {}", p.position, p.positions),
            None => label(interval.kind).to_lowercase(),
        };
        return format!("{}\n{time}, {about}", name(&interval.shows));
    }
    let first = format!("{}, {time}", label(interval.kind));
    match timeline.next_exercise(interval) {
        Some(next) => format!("{first}\nNext: {}", name(&next.shows)),
        None => first,
    }
}

/// What comes in so many seconds.
fn soon(timeline: &Timeline, interval: &Interval, left: u64) -> String {
    let after = timeline.intervals().get(interval.index + 1);
    let what = match after {
        Some(next) if next.kind.is_exercise() => name(&next.shows),
        Some(next) => label(next.kind).to_owned(),
        None => "The end".to_owned(),
    };
    format!("{what} in {left}")
}
