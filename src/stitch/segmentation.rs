//! Decides where a workout may be cut into segments and which of its frames are keyframes.
//!
//! For every renderer and every form of delivery: all must agree on the cuts, so they are computed once,
//! here, from the lengths of intervals and GOPs alone. Pure.
//!
//! A *cut* is the start of a segment. Only the first frame of a GOP can be a cut. Cuts are chosen so that
//! segments last 4 to 6 s and the last one 2 to 6 s. GOPs are so short ([`Gops`](super::Gops)) that the next
//! possible cut is at most 2 s away. So from any cut there is a next cut 4 to 6 s later, until 6 to 8 s
//! remain that no possible cut may divide well. If no other choice of earlier cuts helps, one segment is
//! shorter: 2 to 4 s. No segment is longer than 6 s. None is shorter than 2 s, because players stall on such
//! segments, unless the whole workout is.
//!
//! Each cut is a keyframe, and so is the first frame of each interval. Without a HUD, the first frame of each
//! GOP is a keyframe: it takes no more bytes than the restart form, and players seek by keyframes. With a
//! HUD, a keyframe at 720p takes 40 kB more for the HUD, which is 350 kbit/s if every GOP begins with one. So
//! the other GOPs begin with the restart form.

use super::playback::{FrameForm, Playback};
use crate::units::{Ticks, VIDEO_TIMESCALE};

const SECOND: u64 = VIDEO_TIMESCALE as u64;
/// Bounds of the length of a segment in ticks, and the minimum of the last one.
const USUAL: u64 = 4 * SECOND;
const LONGEST: u64 = 6 * SECOND;
const MIN: u64 = 2 * SECOND;

/// Cost of each segment. Of two equally good choices, the one with fewer segments is taken.
const EACH: u64 = 1;
/// Additional cost of a segment that is shorter than usual: more than
/// [`EACH`] for all segments of any workout (4 hours).
const SHORT: u64 = 1 << 20;
/// Additional cost of a segment that no player should get: more than any number of short segments.
const WRONG: u64 = 1 << 40;

/// Keyframes and cuts of a workout, as numbers of its frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segmentation {
    /// Numbers of the keyframes, rising. The first is 0.
    keys: Vec<u64>,
    /// Number of the first frame of each segment, rising. The first is 0. Each is a keyframe.
    segments: Vec<u64>,
    frames: u64,
}

/// A frame of a workout that is the first of a GOP.
struct Beginning {
    number: u64,
    at: Ticks,
    /// Whether the frame is the first of its interval.
    opens: bool,
}

impl Segmentation {
    /// The segmentation of a workout with these playbacks, one for each
    /// interval. `hud` tells whether the frames have a HUD.
    #[must_use]
    pub fn new(playbacks: &[Playback], hud: bool) -> Self {
        let mut beginnings = Vec::new();
        let mut first = 0;
        for playback in playbacks {
            // An IDR frame must not follow another one directly (see `SHORTEST_LOOP` in `recipe`), and the
            // next playback begins with one. So the last frame of a playback is never a cut.
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

    /// Number of frames of the workout.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Bytes of heap memory that the segmentation uses.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.keys) + size_of_val(&*self.segments)
    }

    /// Number of segments; at least one.
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

    /// The form in which frame `number` of the workout is shown. `begins_gop` tells
    /// whether it is the first frame of a GOP of its loop.
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

/// The cost of a segment of `length` ticks.
fn cost(length: u64, last: bool) -> u64 {
    match length {
        USUAL..=LONGEST => EACH,
        MIN..USUAL if last => EACH,
        // Among short segments the longest is best.
        MIN..USUAL => EACH + SHORT + (USUAL - length),
        _ => EACH + WRONG,
    }
}

/// Which of the beginnings are cuts: the cheapest path from the
/// first beginning to the end (dynamic programming).
fn best(beginnings: &[Beginning], end: Ticks) -> Vec<bool> {
    let at: Vec<Ticks> = beginnings.iter().map(|b| b.at).chain([end]).collect();
    let last = at.len() - 1;
    // For each instant, the cost of the cheapest path to it, and the previous instant on that path.
    let mut ways: Vec<(u64, usize)> = vec![(0, 0)];
    for to in 1..at.len() {
        let near = |from: &usize| from + 1 == to || (at[to] - at[*from]).0 <= LONGEST;
        let way = (0..to).rev().take_while(near);
        let way = way
            .map(|from| (ways[from].0 + cost((at[to] - at[from]).0, to == last), from))
            .min();
        // The path is never empty: the instant just before is always tried.
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

    /// Playbacks of consecutive intervals, given as (frames, frames of the pass, speed in hundredths).
    fn playbacks(intervals: &[(u64, u64, u32)]) -> Vec<Playback> {
        runs_of(intervals, 100)
    }

    /// Like `playbacks`, with the speed in parts of `below`.
    fn runs_of(intervals: &[(u64, u64, u32)], below: u32) -> Vec<Playback> {
        let mut start = 0;
        let playback = |&(length, pass, speed): &(u64, u64, u32)| {
            let interval = interval(start, length, Speed::new(speed, below).expect("a speed"));
            start += length;
            Playback::new(&interval, Gops::of(Frames(pass)))
        };
        intervals.iter().map(playback).collect()
    }

    /// The start time of each frame, and the end.
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

    /// Whether some choice of cuts gives only segments of 4 to 6 s
    /// and a last one of 2 to 6 s. Tries all choices.
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
        // GOPs of 24 frames at half speed are 1.6 s apart, so only every
        // third possible cut is 4 to 6 s after another.
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
        /// Loops of 0.5 to 40 s, every speed of a plan, and intervals of at least 1 s.
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
            // Otherwise exactly one segment is short, and lasts at least 2 s.
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
                    // Without a HUD only the last frame of a playback can be a restart.
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
