//! What to do now, as captions: plan -> texts that follow one another without a gap.

use super::{Caption, name};
use crate::units::{FPS, Frames};
use crate::words::Words;
use crate::workout::{Interval, IntervalKind, Plan, Timeline};

/// A second.
const SECOND: Frames = Frames(FPS as u64);
/// Seconds before the end of an interval that are counted.
const COUNTED: u64 = 3;
/// An interval of less has no count: there would hardly be time to read what it is.
const MIN_COUNTED: Frames = Frames(5 * FPS as u64);

/// The captions of a workout: one from the beginning of each interval, and one for each of its last three
/// seconds, which says what comes.
#[must_use]
pub fn captions(plan: &Plan) -> Vec<Caption> {
    let (timeline, words) = (&plan.timeline, Words::of(plan.language));
    timeline
        .intervals()
        .iter()
        .flat_map(|i| of_interval(timeline, i, words))
        .collect()
}

fn of_interval(timeline: &Timeline, interval: &Interval, words: &Words) -> Vec<Caption> {
    let counts = interval.length >= MIN_COUNTED && interval.kind != IntervalKind::Finish;
    let counted = if counts { COUNTED } else { 0 };
    let mut all = vec![Caption {
        start: interval.start,
        end: interval.end() - SECOND * counted,
        text: now(timeline, interval, words),
    }];
    all.extend((1..=counted).rev().map(|left| {
        let start = interval.end() - SECOND * left;
        Caption {
            start,
            end: start + SECOND,
            text: soon(timeline, interval, left, words),
        }
    }));
    all
}

/// What an interval is about.
fn now(timeline: &Timeline, interval: &Interval, words: &Words) -> String {
    let (time, label) = (interval.length.seconds(), words.labels.of(interval.kind));
    if interval.kind == IntervalKind::Finish {
        return label.to_owned();
    }
    if interval.kind.is_exercise() {
        let about = match interval
            .round_position
            .filter(|_| interval.kind == IntervalKind::Work)
        {
            Some(p) if p.rounds > 1 => {
                let round = (words.round_of)(p.round, p.rounds);
                format!("{round}, {}", (words.exercise_of)(p.position, p.positions))
            }
            Some(p) => (words.exercise_of)(p.position, p.positions),
            None => label.to_lowercase(),
        };
        return format!("{}\n{time}, {about}", name(&interval.movement, words));
    }
    let first = format!("{label}, {time}");
    match timeline.next_exercise(interval) {
        Some(next) => format!("{first}\n{}{}", words.next, name(&next.movement, words)),
        None => first,
    }
}

/// What comes in so many seconds.
fn soon(timeline: &Timeline, interval: &Interval, left: u64, words: &Words) -> String {
    let after = timeline.intervals().get(interval.index + 1);
    let what = match after {
        Some(next) if next.kind.is_exercise() => name(&next.movement, words),
        Some(next) if next.kind != IntervalKind::Finish => words.labels.of(next.kind).to_owned(),
        _ => words.the_end.to_owned(),
    };
    (words.soon)(&what, left)
}
