//! A plan as text: a table of its intervals, and its timeline as a strip of characters.
//!
//! For the command line and for snapshot tests that a person can read.

use std::fmt::Write as _;

use super::{Interval, IntervalKind, Plan, Side};
use crate::units::{Frames, Seconds};

/// Width of the name column in characters; longer names are cut.
const NAME_WIDTH: usize = 40;

/// Returns a row for each interval, then the totals and the notes. The text ends with a line feed.
#[must_use]
pub fn table(plan: &Plan) -> String {
    let mut text = format!(
        "  #    start  seconds  kind        {:NAME_WIDTH$}  speed  round  place\n",
        "exercise"
    );
    for interval in plan.timeline.intervals() {
        text.push_str(row(interval).trim_end());
        text.push('\n');
    }
    let intervals = plan.timeline.intervals().len();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{} in {intervals} intervals and {} pictures of {}x{}, about {:.0} kcal, seed {}",
        plan.length().seconds(),
        plan.length(),
        plan.profile.width,
        plan.profile.height,
        plan.kcal,
        plan.seed,
    );
    for note in &plan.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text
}

fn row(interval: &Interval) -> String {
    let shown = &interval.movement;
    let side = match shown.side {
        None => "",
        Some(Side::Left) => " (left)",
        Some(Side::Right) => " (right)",
    };
    let arrow = match interval.kind {
        IntervalKind::GetReady | IntervalKind::Rest | IntervalKind::RoundRest => "next: ",
        _ => "",
    };
    let room = NAME_WIDTH - arrow.len() - side.len();
    let name = format!("{arrow}{}{side}", cut(&shown.name, room));
    let round_position = match interval
        .round_position
        .filter(|_| interval.kind == IntervalKind::Work)
    {
        Some(p) => format!(
            "{:>5}  {:>5}",
            format!("{}/{}", p.round, p.rounds),
            format!("{}/{}", p.position, p.positions)
        ),
        None => String::new(),
    };
    format!(
        "{:>3}  {:>7}  {:>7.2}  {:<10}  {name:NAME_WIDTH$}  {:>5.3}  {round_position}",
        interval.index,
        // Rounds down, so that no interval is shown as starting later than it does.
        Seconds(interval.start.seconds().0.floor()).to_string(),
        interval.length.seconds().0,
        label(interval.kind),
        shown.speed.as_f64(),
    )
}

/// Cuts a name to `room` characters. If anything is cut, the last character is "…".
fn cut(name: &str, room: usize) -> String {
    if name.chars().count() <= room {
        return name.to_owned();
    }
    name.chars().take(room - 1).chain(['…']).collect()
}

fn label(kind: IntervalKind) -> &'static str {
    match kind {
        IntervalKind::GetReady => "get ready",
        IntervalKind::WarmUp => "warm-up",
        IntervalKind::Work => "work",
        IntervalKind::Rest => "rest",
        IntervalKind::RoundRest => "round rest",
        IntervalKind::CoolDown => "cool-down",
        IntervalKind::Finish => "finish",
    }
}

/// Returns the timeline as `width` characters, each for an equal part of the
/// length: `·` get-ready and finish, `▄` warm-up and cool-down, `█` work, `░` rest,
/// `▒` round rest. Each character shows the interval at the middle of its part.
#[must_use]
pub fn strip(plan: &Plan, width: usize) -> String {
    let length = u128::from(plan.length().0);
    let middle = |column: usize| {
        let frame = length * (2 * column as u128 + 1) / (2 * width as u128);
        // `frame` is below `length`, which came from a u64.
        Frames(frame as u64)
    };
    (0..width)
        .map(|column| mark(plan.timeline.at(middle(column)).kind))
        .collect()
}

fn mark(kind: IntervalKind) -> char {
    match kind {
        IntervalKind::GetReady | IntervalKind::Finish => '·',
        IntervalKind::WarmUp | IntervalKind::CoolDown => '▄',
        IntervalKind::Work => '█',
        IntervalKind::Rest => '░',
        IntervalKind::RoundRest => '▒',
    }
}
