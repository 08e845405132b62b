//! Plan -> a plain-text message that a user can paste anywhere.

use super::{name, one_line};
use crate::words::Words;
use crate::workout::{Interval, IntervalKind, Plan, Side};

/// Returns a few lines of plain text: first the length and the energy, then each part with its exercises,
/// then the rests. The text ends with a line feed.
///
/// All rounds of the work are the same, so the text lists only the first round. The text contains no web
/// address: a server does not know the name under which clients reach it.
#[must_use]
pub fn summary(plan: &Plan) -> String {
    let words = Words::of(plan.language);
    let intervals = plan.timeline.intervals();
    let rounds = intervals
        .iter()
        .filter_map(|i| i.round_position)
        .map(|p| p.rounds)
        .max()
        .unwrap_or(1);
    let mut text = (words.workout)(&plan.length().seconds().to_string(), plan.kcal);
    text.push('\n');
    for kind in [IntervalKind::WarmUp, IntervalKind::Work, IntervalKind::CoolDown] {
        let lines = lines(intervals, kind, words);
        if lines.is_empty() {
            continue;
        }
        let label = words.labels.of(kind);
        let heading = if kind == IntervalKind::Work && rounds > 1 {
            (words.times)(label, rounds)
        } else {
            label.to_owned()
        };
        text.push_str(&format!("\n{heading}\n"));
        text.extend(lines.into_iter().map(|line| format!("- {line}\n")));
    }
    let rests = [IntervalKind::Rest, IntervalKind::RoundRest];
    let rests: Vec<String> = rests
        .into_iter()
        .filter_map(|kind| rest(intervals, kind, words))
        .collect();
    if !rests.is_empty() {
        text.push_str(&format!("\n{}\n", rests.join("\n")));
    }
    text
}

/// Returns a line for each exercise of a part: `Push-ups 0:40`. For work, only the first round counts.
fn lines(intervals: &[Interval], kind: IntervalKind, words: &Words) -> Vec<String> {
    let first = |i: &&Interval| {
        i.kind == kind
            && i.round_position
                .is_none_or(|round_position| round_position.round == 1)
    };
    let of_part = intervals.iter().filter(first);
    of_part
        .filter_map(|interval| {
            let (shown, time) = (&interval.movement, interval.length.seconds().to_string());
            match shown.side {
                None => Some(format!("{} {time}", name(shown, words))),
                Some(Side::Left) => Some(format!("{} {}", one_line(&shown.name), (words.each_side)(&time))),
                // The line for the left side also says the time of the right side.
                Some(Side::Right) => None,
            }
        })
        .collect()
}

/// Returns the length of the rests of one kind. If their
/// lengths differ, the text gives the shortest and the longest.
fn rest(intervals: &[Interval], kind: IntervalKind, words: &Words) -> Option<String> {
    let lengths = || intervals.iter().filter(|i| i.kind == kind).map(|i| i.length);
    let (least, most) = (lengths().min()?, lengths().max()?);
    let (least, most) = (least.seconds().to_string(), most.seconds().to_string());
    let time = if least == most {
        least
    } else {
        (words.between)(&least, &most)
    };
    Some(format!("{}{}{time}", words.labels.of(kind), words.colon))
}
