//! Where a workout's pictures may be cut, and which of them are key pictures.
//!
//! Pure. A stream can begin only where a loop's pass begins, and every renderer and every way of delivery
//! must agree where it does: so it is decided here, once, from the lengths of intervals and passes alone.
//!
//! A *cut* is where a segment begins. Cuts are chosen, among all beginnings of passes, such that segments
//! last 4 to 6 s; where passes do not allow that, as near to it as they do, and a segment under 2 s only if
//! the whole is shorter (players stall on those). All cuts are key pictures, and so is each interval's
//! first; without a HUD, which makes key pictures dear (40 kB at 720p), so is each pass's first.

use super::run::{Form, Run};
use crate::units::Ticks;

/// Of a cost, what each segment costs: of two ways that are as good, the one with fewer is taken.
const EACH: u64 = 10;
/// What a segment costs that is too short to play without a stall.
const STALLS: u64 = 100_000;
/// No segment is longer than this in milliseconds, if a pass begins in time.
const WINDOW: u64 = 14_000;

/// Key pictures and cuts of a workout, by the pictures' numbers in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cuts {
    /// Rising; the first is 0.
    keys: Vec<u64>,
    /// Where each segment begins: rising; the first is 0; each is a key.
    segments: Vec<u64>,
    pictures: u64,
}

/// A picture at which a pass begins.
struct Beginning {
    number: u64,
    at: Ticks,
    /// The interval's first.
    opens: bool,
}

impl Cuts {
    /// Of the runs of a workout's intervals, with or without a HUD below the pictures.
    #[must_use]
    pub fn new(runs: &[Run], hud: bool) -> Self {
        let mut beginnings = Vec::new();
        let mut first = 0;
        for run in runs {
            // An IDR picture must not follow another at once (see `Recipe`): never as a run's last.
            let usable = |number: &u64| *number == 0 || number + 1 < run.pictures();
            beginnings.extend(run.passes().filter(usable).map(|number| Beginning {
                number: first + number,
                at: run.begins(number),
                opens: number == 0,
            }));
            first += run.pictures();
        }
        let end = runs.last().map_or(Ticks(0), |run| run.begins(run.pictures()));
        let cut = best(&beginnings, end);
        let numbers = |wanted: &dyn Fn(usize, &Beginning) -> bool| -> Vec<u64> {
            let all = beginnings.iter().enumerate();
            all.filter(|(index, beginning)| wanted(*index, beginning))
                .map(|(_, beginning)| beginning.number)
                .collect()
        };
        Self {
            keys: numbers(&|index, beginning| !hud || beginning.opens || cut[index]),
            segments: numbers(&|index, _| cut[index]),
            pictures: first,
        }
    }

    /// Pictures of the workout.
    #[must_use]
    pub fn pictures(&self) -> u64 {
        self.pictures
    }

    /// How many segments there are; at least one.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.segments.len()
    }

    /// The pictures of segment `number`.
    #[must_use]
    pub fn segment(&self, number: usize) -> Option<std::ops::Range<u64>> {
        let start = *self.segments.get(number)?;
        Some(start..self.segments.get(number + 1).copied().unwrap_or(self.pictures))
    }

    /// In which form a picture is shown: picture `number` of the workout, which is `of_loop` of its loop.
    #[must_use]
    pub fn form(&self, number: u64, of_loop: u64) -> Form {
        if of_loop != 0 {
            Form::Next
        } else if self.keys.binary_search(&number).is_ok() {
            Form::Key
        } else {
            Form::Restart
        }
    }
}

/// What a segment from `start` to `end` costs.
fn cost(start: Ticks, end: Ticks) -> u64 {
    match (end - start).0 / 90 {
        short @ 0..2_000 => EACH + STALLS + (4_000 - short) / 20,
        short @ 2_000..4_000 => EACH + (4_000 - short) / 20,
        4_000..=6_000 => EACH,
        long => EACH + (long - 6_000) / 10,
    }
}

/// Which beginnings are cuts: the cheapest way from the first of them to the end.
fn best(beginnings: &[Beginning], end: Ticks) -> Vec<bool> {
    let at: Vec<Ticks> = beginnings.iter().map(|b| b.at).chain([end]).collect();
    // The cheapest way to each instant, and the instant before it on that way.
    let mut ways: Vec<(u64, usize)> = vec![(0, 0)];
    for to in 1..at.len() {
        let near = |from: &usize| from + 1 == to || (at[to] - at[*from]).0 / 90 <= WINDOW;
        let way = (0..to).rev().take_while(near);
        let way = way
            .map(|from| (ways[from].0 + cost(at[from], at[to]), from))
            .min();
        // There is always the instant just before.
        ways.push(way.unwrap_or((u64::MAX, to - 1)));
    }
    let mut cut = vec![false; beginnings.len()];
    let mut on = at.len() - 1;
    while on > 0 {
        on = ways[on].1;
        cut[on] = true;
    }
    cut
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::run::tests::interval;
    use super::*;
    use crate::units::{Frames, Speed};

    /// Runs of intervals (pictures, pass, speed in hundredths) that follow each other.
    fn runs(intervals: &[(u64, u64, u32)]) -> Vec<Run> {
        let mut start = 0;
        let run = |&(length, pass, speed): &(u64, u64, u32)| {
            let interval = interval(start, length, Speed::new(speed, 100).expect("a speed"));
            start += length;
            Run::new(&interval, Frames(pass))
        };
        intervals.iter().map(run).collect()
    }

    /// When each picture begins, and at last the end.
    fn instants(runs: &[Run]) -> Vec<Ticks> {
        let all = runs
            .iter()
            .flat_map(|run| (0..run.pictures()).map(|n| run.begins(n)));
        all.chain(runs.last().map(|run| run.begins(run.pictures())))
            .collect()
    }

    fn lengths(runs: &[Run], cuts: &Cuts) -> Vec<u64> {
        let at = instants(runs);
        let length = |n| {
            cuts.segment(n)
                .map(|s| (at[s.end as usize] - at[s.start as usize]).0 / 90)
        };
        (0..cuts.segments()).filter_map(length).collect()
    }

    #[test]
    fn the_usual_workout_is_cut_every_four_to_six_seconds() {
        // Loops of 1.5 to 3 s, work of 30 s, rests of 10 s at half speed, a start and a finish.
        let mut intervals = vec![(150, 64, 50)];
        for pass in [64, 45, 90, 52, 80, 64, 70, 48] {
            intervals.extend([(900, pass, 100), (300, pass, 50)]);
        }
        intervals.push((90, 64, 100));
        let runs = runs(&intervals);
        let lengths = lengths(&runs, &Cuts::new(&runs, true));
        let within = lengths.iter().filter(|ms| (4_000..=6_000).contains(*ms)).count();
        assert!(
            within * 10 >= lengths.len() * 9,
            "{within} of {}: {lengths:?}",
            lengths.len()
        );
        assert!(
            lengths.iter().all(|ms| (3_000..=8_000).contains(ms)),
            "{lengths:?}"
        );
    }

    proptest! {
        #[test]
        fn keys_and_cuts_keep_their_rules(
            intervals in prop::collection::vec((15u64..1500, 15u64..200, 50u32..=200), 1..12),
            hud: bool,
        ) {
            let runs = runs(&intervals);
            let cuts = Cuts::new(&runs, hud);
            let at = instants(&runs);
            let (mut number, mut before) = (0, Form::Next);
            for run in &runs {
                for within in 0..run.pictures() {
                    let form = cuts.form(number, run.of_loop(within));
                    prop_assert_eq!(form == Form::Next, run.of_loop(within) != 0);
                    prop_assert!(within > 0 || form == Form::Key);
                    prop_assert!(form != Form::Key || before != Form::Key, "two key pictures in a row");
                    (number, before) = (number + 1, form);
                }
            }
            prop_assert_eq!(cuts.pictures(), number);
            let mut next = 0;
            for n in 0..cuts.segments() {
                let segment = cuts.segment(n).expect("a segment");
                prop_assert_eq!(segment.start, next);
                prop_assert!(cuts.keys.contains(&segment.start));
                next = segment.end;
            }
            prop_assert_eq!(next, number);
            let lengths = lengths(&runs, &cuts);
            let short = lengths.iter().filter(|ms| **ms < 2_000).count();
            prop_assert!(short == 0 || at[at.len() - 1].0 / 90 < 2_000, "{:?}", lengths);
        }
    }
}
