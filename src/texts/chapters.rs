//! Plan -> chapters: a title for each interval, for a player's list of chapters.

use super::{Caption, name};
use crate::words::Words;
use crate::workout::{Interval, IntervalKind, Plan};

/// Returns the chapters of a workout: one for each interval, so they cover every frame without a gap.
#[must_use]
pub fn chapters(plan: &Plan) -> Vec<Caption> {
    let words = Words::of(plan.language);
    let chapter = |interval: &Interval| Caption {
        start: interval.start,
        end: interval.end(),
        text: title(interval, words),
    };
    plan.timeline.intervals().iter().map(chapter).collect()
}

fn title(interval: &Interval, words: &Words) -> String {
    let (name, label) = (name(&interval.movement, words), words.labels.of(interval.kind));
    match (interval.kind, interval.round_position) {
        (IntervalKind::Work, Some(round_position)) if round_position.rounds > 1 => {
            (words.in_round)(&name, round_position.round)
        }
        (IntervalKind::Work, _) => name,
        (kind, _) if kind.is_exercise() => format!("{label}{}{name}", words.colon),
        _ => label.to_owned(),
    }
}
