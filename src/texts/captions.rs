//! Plan -> captions: what to do now and what comes next.
//!
//! The captions follow one another without a gap, from the first frame to the last.

use super::{Caption, name};
use crate::units::{FPS, Frames};
use crate::words::Words;
use crate::workout::{Interval, IntervalKind, Plan, Timeline};

/// One second in frames.
const SECOND: Frames = Frames(FPS as u64);
/// The last seconds of an interval that have a countdown caption each.
const COUNTED: u64 = 3;
/// Shorter intervals have no countdown: the viewer would hardly have time to read the interval's own caption.
const MIN_COUNTED: Frames = Frames(5 * FPS as u64);

/// Returns the captions of a workout: one from the start of each interval, and
/// one for each of its last three seconds, which announces the next interval.
/// An interval shorter than five seconds and the finish have only the first.
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

/// Returns the text for the interval itself.
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

/// Returns the text that announces the next interval. `left` is the number of seconds until it starts.
fn soon(timeline: &Timeline, interval: &Interval, left: u64, words: &Words) -> String {
    let after = timeline.intervals().get(interval.index + 1);
    let what = match after {
        Some(next) if next.kind.is_exercise() => name(&next.movement, words),
        Some(next) if next.kind != IntervalKind::Finish => words.labels.of(next.kind).to_owned(),
        _ => words.the_end.to_owned(),
    };
    (words.soon)(&what, left)
}
