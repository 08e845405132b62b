//! A workout as a message that one can paste anywhere.

use super::{label, name, one_line};
use crate::workout::{Interval, IntervalKind, Plan, Side};

/// A few lines of plain text: the whole, then each part with its exercises. Ends with a line feed.
///
/// The rounds of the work are the same, so only the first is listed. It holds no address: a server does not
/// know by which name the world reaches it.
#[must_use]
pub fn summary(plan: &Plan) -> String {
    let intervals = plan.timeline.intervals();
    let rounds = intervals
        .iter()
        .filter_map(|i| i.place)
        .map(|p| p.rounds)
        .max()
        .unwrap_or(1);
    let mut text = format!(
        "Workout, {}, about {:.0} kcal\n",
        plan.length().seconds(),
        plan.kcal
    );
    for (kind, heading) in [
        (IntervalKind::WarmUp, "Warm-up".to_owned()),
        (
            IntervalKind::Work,
            match rounds {
                1 => "Work".to_owned(),
                rounds => format!("Work, {rounds} rounds"),
            },
        ),
        (IntervalKind::CoolDown, "Cool-down".to_owned()),
    ] {
        let lines = lines(intervals, kind);
        if lines.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{heading}\n"));
        text.extend(lines.into_iter().map(|line| format!("- {line}\n")));
    }
    let rests = [IntervalKind::Rest, IntervalKind::RoundRest];
    let rests: Vec<String> = rests
        .into_iter()
        .filter_map(|kind| rest(intervals, kind))
        .collect();
    if !rests.is_empty() {
        text.push_str(&format!("\n{}\n", rests.join("\n")));
    }
    text
}

/// The exercises of a part: `Push-ups 0:40`; of work those of the first round.
fn lines(intervals: &[Interval], kind: IntervalKind) -> Vec<String> {
    let first = |i: &&Interval| i.kind == kind && i.place.is_none_or(|place| place.round == 1);
    let of_part = intervals.iter().filter(first);
    of_part
        .filter_map(|interval| match interval.shows.side {
            None => Some(format!("{} {}", name(&interval.shows), interval.length.seconds())),
            Some(Side::Left) => Some(format!(
                "{} {} each side",
                one_line(&interval.shows.name),
                interval.length.seconds()
            )),
            // Told with its left side.
            Some(Side::Right) => None,
        })
        .collect()
}

/// How long one rests; if not always, from the shortest to the longest.
fn rest(intervals: &[Interval], kind: IntervalKind) -> Option<String> {
    let lengths = || intervals.iter().filter(|i| i.kind == kind).map(|i| i.length);
    let (least, most) = (lengths().min()?, lengths().max()?);
    let (least, most) = (least.seconds().to_string(), most.seconds().to_string());
    let time = if least == most {
        least
    } else {
        format!("{least} to {most}")
    };
    Some(format!("{}: {time}", label(kind)))
}
