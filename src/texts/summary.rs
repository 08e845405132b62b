//! A workout as a message that one can paste anywhere.

use super::{name, one_line};
use crate::words::Words;
use crate::workout::{Interval, IntervalKind, Plan, Side};

/// A few lines of plain text: the whole, then each part with its exercises. Ends with a line feed.
///
/// The rounds of the work are the same, so only the first is listed. It holds no address: a server does not
/// know by which name the world reaches it.
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

/// The exercises of a part: `Push-ups 0:40`; of work those of the first round.
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
                // Told with its left side.
                Some(Side::Right) => None,
            }
        })
        .collect()
}

/// How long one rests; if not always, from the shortest to the longest.
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
