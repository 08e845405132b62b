//! A title for each interval, for the list of chapters of a player.

use super::{Caption, label, name};
use crate::workout::{Interval, IntervalKind, Plan};

/// The chapters of a workout: one for each interval, so without a gap from the first picture to the last.
#[must_use]
pub fn chapters(plan: &Plan) -> Vec<Caption> {
    let chapter = |interval: &Interval| Caption {
        start: interval.start,
        end: interval.end(),
        text: title(interval),
    };
    plan.timeline.intervals().iter().map(chapter).collect()
}

fn title(interval: &Interval) -> String {
    let name = name(&interval.shows);
    match (interval.kind, interval.place) {
        (IntervalKind::Work, Some(place)) if place.rounds > 1 => format!("{name}, round {}", place.round),
        (IntervalKind::Work, _) => name,
        (kind, _) if kind.is_exercise() => format!("{}: {name}", label(kind)),
        (kind, _) => label(kind).to_owned(),
    }
}
