//! Where a workout's frames may be cut, and which of them are keyframes.
//!
//! Pure. A stream can begin only where a part of a loop begins, and every renderer and every way of delivery
//! must agree where it does: so it is decided here, once, from the lengths of intervals and parts alone.
//!
//! A *cut* is where a segment begins. Cuts are chosen, among all beginnings of GOPs, such that segments last 4
//! to 6 s and the last one 2 to 6 s. GOPs are so short ([`Gops`](super::Gops)) that the next place is never
//! more than 2 s away; so from any cut there is a next one 4 to 6 s on, until 6 to 8 s are left that no place
//! divides well. Where no other choice before helps either, one segment is shorter, of 2 to 4 s. None is longer
//! than 6 s, and none shorter than 2 s unless the whole is (players stall on those).
//!
//! All cuts are keyframes, and so is each interval's first. Without a HUD so is each GOP's first: the keyframe
//! is there for the same bytes, and players seek by it. With a HUD a keyframe takes 40 kB more at 720p, for the
//! bar, and 350 kbit/s if every part began with one: there the others are restarts.

use super::playback::{FrameForm, Playback};
use crate::units::{Ticks, VIDEO_TIMESCALE};

const SECOND: u64 = VIDEO_TIMESCALE as u64;
/// How long segments are, and the least that the last one may be.
const USUAL: u64 = 4 * SECOND;
const LONGEST: u64 = 6 * SECOND;
const MIN: u64 = 2 * SECOND;

/// What each segment costs: of two ways that are as good, the one with fewer is taken.
const EACH: u64 = 1;
/// What a segment costs that is shorter than usual: more than all segments of any workout (4 hours).
const SHORT: u64 = 1 << 20;
/// What one costs that no player should get. More than any number of short ones.
const WRONG: u64 = 1 << 40;

/// Keyframes and cuts of a workout, by the frames' numbers in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segmentation {
    /// Rising; the first is 0.
    keys: Vec<u64>,
    /// Where each segment begins: rising; the first is 0; each is a key.
    segments: Vec<u64>,
    frames: u64,
}

/// A frame at which a GOP begins.
struct Beginning {
    number: u64,
    at: Ticks,
    /// The interval's first.
    opens: bool,
}

impl Segmentation {
    /// Of the runs of a workout's intervals, with or without a HUD below the frames.
    #[must_use]
    pub fn new(playbacks: &[Playback], hud: bool) -> Self {
        let mut beginnings = Vec::new();
        let mut first = 0;
        for playback in playbacks {
            // An IDR frame must not follow another at once (see `Recipe`): never as a run's last.
            let usable = |number: &u64| *number == 0 || number + 1 < playback.frames();
            let gops = (0..playback.frames()).filter(|number| playback.begins_gop(*number));
            beginnings.extend(gops.filter(usable).map(|number| Beginning {
                number: first + number,
                at: playback.begins(number),
                opens: number == 0,
            }));
            first += playback.frames();
        }
        let end = playbacks
            .last()
            .map_or(Ticks(0), |playback| playback.begins(playback.frames()));
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
            frames: first,
        }
    }

    /// Frames of the workout.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Bytes of memory that it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.keys) + size_of_val(&*self.segments)
    }

    /// How many segments there are; at least one.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.segments.len()
    }

    /// The frames of segment `number`.
    #[must_use]
    pub fn segment(&self, number: usize) -> Option<std::ops::Range<u64>> {
        let start = *self.segments.get(number)?;
        Some(start..self.segments.get(number + 1).copied().unwrap_or(self.frames))
    }

    /// In which form frame `number` of the workout is shown, which begins a part of its loop or not.
    #[must_use]
    pub fn form(&self, number: u64, begins_gop: bool) -> FrameForm {
        if !begins_gop {
            FrameForm::Predicted
        } else if self.keys.binary_search(&number).is_ok() {
            FrameForm::Key
        } else {
            FrameForm::Restart
        }
    }
}

/// What a segment of so many ticks costs.
fn cost(length: u64, last: bool) -> u64 {
    match length {
        USUAL..=LONGEST => EACH,
        MIN..USUAL if last => EACH,
        // Of short ones the longest is best.
        MIN..USUAL => EACH + SHORT + (USUAL - length),
        _ => EACH + WRONG,
    }
}

/// Which beginnings are cuts: the cheapest way from the first of them to the end.
fn best(beginnings: &[Beginning], end: Ticks) -> Vec<bool> {
    let at: Vec<Ticks> = beginnings.iter().map(|b| b.at).chain([end]).collect();
    let last = at.len() - 1;
    // The cheapest way to each instant, and the instant before it on that way.
    let mut ways: Vec<(u64, usize)> = vec![(0, 0)];
    for to in 1..at.len() {
        let near = |from: &usize| from + 1 == to || (at[to] - at[*from]).0 <= LONGEST;
        let way = (0..to).rev().take_while(near);
        let way = way
            .map(|from| (ways[from].0 + cost((at[to] - at[from]).0, to == last), from))
            .min();
        // There is always the instant just before.
        ways.push(way.unwrap_or((u64::MAX, to - 1)));
    }
    let mut cut = vec![false; beginnings.len()];
    let mut on = last;
    while on > 0 {
        on = ways[on].1;
        cut[on] = true;
    }
    cut
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::gops::Gops;
    use super::super::playback::tests::interval;
    use super::*;
    use crate::units::{Frames, Speed};

    /// Runs of intervals (frames, pass, speed in hundredths) that follow each other.
    fn playbacks(intervals: &[(u64, u64, u32)]) -> Vec<Playback> {
        runs_of(intervals, 100)
    }

    /// The same, with the speed in so many parts of one.
    fn runs_of(intervals: &[(u64, u64, u32)], below: u32) -> Vec<Playback> {
        let mut start = 0;
        let playback = |&(length, pass, speed): &(u64, u64, u32)| {
            let interval = interval(start, length, Speed::new(speed, below).expect("a speed"));
            start += length;
            Playback::new(&interval, Gops::of(Frames(pass)))
        };
        intervals.iter().map(playback).collect()
    }

    /// When each frame begins, and at last the end.
    fn instants(playbacks: &[Playback]) -> Vec<Ticks> {
        let all = playbacks
            .iter()
            .flat_map(|playback| (0..playback.frames()).map(|n| playback.begins(n)));
        all.chain(
            playbacks
                .last()
                .map(|playback| playback.begins(playback.frames())),
        )
        .collect()
    }

    fn lengths(playbacks: &[Playback], segmentation: &Segmentation) -> Vec<u64> {
        let at = instants(playbacks);
        let segments = (0..segmentation.segments()).filter_map(|n| segmentation.segment(n));
        segments
            .map(|segment| (at[segment.end as usize] - at[segment.start as usize]).0)
            .collect()
    }

    /// Whether some choice of places gives nothing but segments of 4 to 6 s, and a last one of 2 to 6 s:
    /// found by trying all of them.
    fn possible(playbacks: &[Playback]) -> bool {
        let at = instants(playbacks);
        let end = at[at.len() - 1].0;
        let (mut first, mut all_starts) = (0, Vec::new());
        for playback in playbacks {
            let starts = |n: &u64| *n == 0 || (playback.begins_gop(*n) && n + 1 < playback.frames());
            let numbers = (0..playback.frames()).filter(starts);
            all_starts.extend(numbers.map(|n| at[(first + n) as usize].0));
            first += playback.frames();
        }
        let mut reached = vec![false; all_starts.len()];
        for to in 0..all_starts.len() {
            reached[to] = to == 0
                || (0..to).any(|from| {
                    reached[from] && (USUAL..=LONGEST).contains(&(all_starts[to] - all_starts[from]))
                });
        }
        let mut ways = all_starts.iter().zip(&reached);
        ways.any(|(starts, reached)| *reached && (MIN..=LONGEST).contains(&(end - starts)))
    }

    #[test]
    fn the_usual_workout_is_cut_every_four_to_six_seconds() {
        // Loops of 1.5 to 8 s, work of 30 s, rests of 10 s at half speed, a start and a finish.
        let mut intervals = vec![(150, 64, 50)];
        for pass in [64, 45, 90, 240, 80, 64, 170, 48] {
            intervals.extend([(900, pass, 100), (300, pass, 50)]);
        }
        intervals.push((90, 64, 100));
        let playbacks = playbacks(&intervals);
        let lengths = lengths(&playbacks, &Segmentation::new(&playbacks, true));
        let (last, usual) = lengths.split_last().expect("segments");
        assert!(
            usual.iter().all(|ticks| (USUAL..=LONGEST).contains(ticks)) && *last >= MIN,
            "{lengths:?}"
        );
    }

    #[test]
    fn where_no_place_divides_the_end_one_segment_is_shorter() {
        // Parts of 24 frames at half speed are 1.6 s apart: only every third is 4 to 6 s on.
        let playbacks = playbacks(&[(336, 120, 50)]);
        assert!(!possible(&playbacks));
        let seconds = |ticks: u64| ticks as f64 / SECOND as f64;
        let lengths = lengths(&playbacks, &Segmentation::new(&playbacks, true));
        assert_eq!(
            lengths.into_iter().map(seconds).collect::<Vec<_>>(),
            [3.2, 4.8, 3.2]
        );
    }

    proptest! {
        /// With loops of 0.3 to 40 s, at any speed of a plan, and intervals from 1 s on.
        #[test]
        fn segments_last_four_to_six_seconds_wherever_that_is_possible(
            intervals in prop::collection::vec((30u64..1500, 15u64..=1200, 475u32..=2100), 1..25),
            hud: bool,
        ) {
            let playbacks = runs_of(&intervals, 1000);
            let lengths = lengths(&playbacks, &Segmentation::new(&playbacks, hud));
            let (last, usual) = lengths.split_last().expect("a segment");
            prop_assert!(lengths.iter().all(|ticks| *ticks <= LONGEST), "{:?}", lengths);
            prop_assert!(*last >= MIN || usual.is_empty(), "{:?}", lengths);
            let short: Vec<&u64> = usual.iter().filter(|ticks| **ticks < USUAL).collect();
            let whole = lengths.iter().sum::<u64>();
            // Otherwise one segment, of 2 s at least.
            prop_assert!(
                short.is_empty() || (!possible(&playbacks) && short.len() == 1 && *short[0] >= MIN),
                "{:?}", lengths
            );
            prop_assert!(whole > LONGEST || lengths.len() == 1, "{:?}", lengths);
        }

        #[test]
        fn keys_and_cuts_keep_their_rules(
            intervals in prop::collection::vec((15u64..1500, 15u64..200, 50u32..=200), 1..12),
            hud: bool,
        ) {
            let playbacks = playbacks(&intervals);
            let segmentation = Segmentation::new(&playbacks, hud);
            let (mut number, mut before) = (0, FrameForm::Predicted);
            for playback in &playbacks {
                for within in 0..playback.frames() {
                    let begins = playback.begins_gop(within);
                    let form = segmentation.form(number, begins);
                    prop_assert_eq!(form == FrameForm::Predicted, !begins);
                    prop_assert!(within > 0 || form == FrameForm::Key);
                    prop_assert!(form != FrameForm::Key || before != FrameForm::Key, "two key pictures in a row");
                    // Without a HUD only a run's last frame is a restart.
                    prop_assert!(hud || form != FrameForm::Restart || within + 1 == playback.frames());
                    (number, before) = (number + 1, form);
                }
            }
            prop_assert_eq!(segmentation.frames(), number);
            let mut next = 0;
            for n in 0..segmentation.segments() {
                let segment = segmentation.segment(n).expect("a segment");
                prop_assert_eq!(segment.start, next);
                prop_assert!(segmentation.keys.contains(&segment.start));
                next = segment.end;
            }
            prop_assert_eq!(next, number);
        }
    }
}
