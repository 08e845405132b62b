//! Decides which cues sound in a workout and when, from its timeline.
//!
//! The renderers pass the result to the mixer or to the frame alignment. This
//! file knows no samples of a cue, only its length.

use std::collections::BTreeMap;

use super::CueKind;
use crate::units::{FPS, Frames, SAMPLE_RATE, Samples};
use crate::workout::{Interval, IntervalKind, Side, Timeline};

/// Minimum silence between two cues: 20 ms.
const MIN_SILENCE: u64 = (SAMPLE_RATE / 50) as u64;
/// Work intervals shorter than 20 s have no `HalfTime` cue.
const MIN_WORK_WITH_TICK: Frames = Frames(20 * FPS as u64);
/// Seconds before an exercise at which a `Countdown` cue sounds.
const COUNTDOWN: [u64; 3] = [3, 2, 1];

/// A cue and the time at which it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cue {
    /// The kind of the cue, which decides its sound and its length.
    pub kind: CueKind,
    /// The first sample of the cue, counted from the start of the workout.
    pub at: Samples,
}

impl Cue {
    /// The first sample after the cue.
    #[must_use]
    pub fn end(self) -> Samples {
        self.at + self.kind.length()
    }

    /// If two cues would overlap, the cue with the higher importance stays. The order is: cues that ask for
    /// action now, the cue that ends an exercise, the cue that announces an exercise, the tick at half time.
    fn importance(self) -> u8 {
        match self.kind {
            CueKind::Start | CueKind::Switch => 3,
            CueKind::End => 2,
            CueKind::Countdown => 1,
            CueKind::HalfTime => 0,
        }
    }
}

/// The cues of a workout in ascending order. They do not overlap, and none lies after the end of the workout.
///
/// - `Start` sounds at the first sample of an exercise. `Countdown` sounds 3, 2 and 1 s earlier, if the
///   interval before is long enough and is not an exercise itself.
/// - `End` sounds at the first sample after an exercise. It is left out if another
///   exercise begins there, because one signal is enough. If an exercise is the last
///   interval of the workout, `End` ends together with it.
/// - `Switch` replaces both when the right side of an exercise follows its left side.
/// - `HalfTime` sounds in work intervals of 20 s and more. A work interval for one side has none, because
///   `Switch` marks the half time of both sides.
#[must_use]
pub fn cues(timeline: &Timeline) -> Vec<Cue> {
    let intervals = timeline.intervals();
    let mut wanted = Vec::new();
    for (index, interval) in intervals.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| intervals.get(index));
        if interval.kind.is_exercise() {
            begin(before, interval, &mut wanted);
            wanted.extend(half_time(interval));
        } else if before.is_some_and(|before| before.kind.is_exercise()) {
            wanted.push(cue(CueKind::End, interval.start));
        }
    }
    let end = timeline.length().samples();
    if intervals.last().is_some_and(|last| last.kind.is_exercise()) && CueKind::End.length() <= end {
        wanted.push(Cue {
            kind: CueKind::End,
            at: end - CueKind::End.length(),
        });
    }
    without_overlaps(wanted, end)
}

fn cue(kind: CueKind, at: Frames) -> Cue {
    Cue {
        kind,
        at: at.samples(),
    }
}

fn begin(before: Option<&Interval>, exercise: &Interval, wanted: &mut Vec<Cue>) {
    let switches = before.is_some_and(|before| is_switch(before, exercise));
    let kind = if switches { CueKind::Switch } else { CueKind::Start };
    wanted.push(cue(kind, exercise.start));
    if let Some(wait) = before.filter(|before| !before.kind.is_exercise()) {
        let seconds = COUNTDOWN.map(|seconds| Frames(seconds * u64::from(FPS)));
        let fitting = seconds.into_iter().filter(|seconds| *seconds <= wait.length);
        wanted.extend(fitting.map(|seconds| cue(CueKind::Countdown, exercise.start - seconds)));
    }
}

fn is_switch(before: &Interval, after: &Interval) -> bool {
    let sides = (before.movement.side, after.movement.side) == (Some(Side::Left), Some(Side::Right));
    sides && before.kind == after.kind && before.movement.exercise == after.movement.exercise
}

fn half_time(interval: &Interval) -> Option<Cue> {
    let ticks = interval.kind == IntervalKind::Work
        && interval.length >= MIN_WORK_WITH_TICK
        && interval.movement.side.is_none();
    ticks.then(|| cue(CueKind::HalfTime, interval.start + Frames(interval.length.0 / 2)))
}

/// Takes the cues by importance, and by time among equals. A cue is dropped if it is too close to a cue that
/// was taken before or if it would end after `end`.
fn without_overlaps(mut wanted: Vec<Cue>, end: Samples) -> Vec<Cue> {
    wanted.sort_by_key(|cue| (std::cmp::Reverse(cue.importance()), cue.at));
    let mut taken: BTreeMap<Samples, Cue> = BTreeMap::new();
    let silence = Samples(MIN_SILENCE);
    for cue in wanted.into_iter().filter(|cue| cue.end() <= end) {
        let earlier = taken.range(..=cue.at).next_back();
        let later = taken.range(cue.at..).next();
        let free_before = earlier.is_none_or(|(_, earlier)| earlier.end() + silence <= cue.at);
        let free_after = later.is_none_or(|(at, _)| cue.end() + silence <= *at);
        if free_before && free_after {
            taken.insert(cue.at, cue);
        }
    }
    taken.into_values().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogue::ExerciseId;
    use crate::units::Speed;
    use crate::workout::Movement;

    use IntervalKind::{CoolDown, Finish, GetReady, Rest, RoundRest, WarmUp, Work};

    fn frames(kind: IntervalKind, frames: u64, side: Option<Side>) -> Interval {
        Interval {
            index: 0,
            kind,
            start: Frames::ZERO,
            length: Frames(frames),
            movement: Movement {
                exercise: ExerciseId::new("side-lunge").expect("a slug"),
                name: "Side lunge".to_owned(),
                side,
                speed: Speed::NORMAL,
            },
            round_position: None,
        }
    }

    fn seconds(kind: IntervalKind, seconds: u64) -> Interval {
        frames(kind, seconds * 30, None)
    }

    /// `<seconds> <kind>` of every cue.
    fn score(intervals: Vec<Interval>) -> Vec<String> {
        let timeline = Timeline::new(intervals).expect("an interval");
        let line = |cue: &Cue| format!("{:.2} {:?}", cue.at.0 as f64 / 48_000.0, cue.kind);
        cues(&timeline).iter().map(line).collect()
    }

    #[test]
    fn a_workout_is_counted_in_halved_and_ended() {
        let intervals = vec![
            seconds(GetReady, 5),
            seconds(Work, 40),
            seconds(Rest, 10),
            seconds(Work, 15),
        ];
        let finish = vec![seconds(Finish, 3)];
        assert_eq!(
            score([intervals, finish].concat()),
            [
                "2.00 Countdown",
                "3.00 Countdown",
                "4.00 Countdown",
                "5.00 Start",
                "25.00 HalfTime",
                "45.00 End",
                "52.00 Countdown",
                "53.00 Countdown",
                "54.00 Countdown",
                "55.00 Start",
                "70.00 End",
            ]
        );
    }

    #[test]
    fn short_waits_have_fewer_beeps() {
        let after = |wait| score(vec![wait, seconds(Work, 10), seconds(Finish, 2)]).len() - 2;
        assert_eq!([5, 3, 2, 1].map(|s| after(seconds(Rest, s))), [3, 3, 2, 1]);
        assert_eq!([89, 61, 29].map(|p| after(frames(Rest, p, None))), [2, 2, 0]);
        // The `Countdown` cue 3 s before the start would sound
        // together with the `End` cue of the previous exercise.
        let between = score(vec![
            seconds(Work, 10),
            seconds(Rest, 3),
            seconds(Work, 10),
            seconds(Finish, 1),
        ]);
        assert_eq!(
            between,
            [
                "0.00 Start",
                "10.00 End",
                "11.00 Countdown",
                "12.00 Countdown",
                "13.00 Start",
                "23.00 End"
            ]
        );
    }

    #[test]
    fn exercises_without_a_rest_between_have_one_signal() {
        assert_eq!(
            score(vec![
                seconds(WarmUp, 10),
                seconds(Work, 10),
                seconds(CoolDown, 10),
                seconds(Finish, 1)
            ]),
            ["0.00 Start", "10.00 Start", "20.00 Start", "30.00 End"]
        );
    }

    #[test]
    fn sides_are_switched_not_ended_and_started() {
        let sides = [Side::Left, Side::Right].map(|side| frames(Work, 600, Some(side)));
        let once = [sides.to_vec(), vec![seconds(RoundRest, 5)]].concat();
        assert_eq!(
            score([once.clone(), once].concat()),
            [
                "0.00 Start",
                "20.00 Switch",
                "40.00 End",
                "42.00 Countdown",
                "43.00 Countdown",
                "44.00 Countdown",
                "45.00 Start",
                "65.00 Switch",
                "85.00 End",
            ]
        );
    }

    #[test]
    fn a_last_exercise_ends_together_with_its_signal() {
        let timeline = Timeline::new(vec![seconds(Work, 10)]).expect("an interval");
        let last = cues(&timeline).pop().expect("a cue");
        assert_eq!(
            (last.kind, last.end()),
            (CueKind::End, timeline.length().samples())
        );
    }

    fn any_timeline() -> impl Strategy<Value = Timeline> {
        let kind = prop::sample::select(vec![
            GetReady, WarmUp, Work, Work, Rest, RoundRest, CoolDown, Finish,
        ]);
        let side = prop::sample::select(vec![None, None, Some(Side::Left), Some(Side::Right)]);
        let length = prop_oneof![1u64..40, 1u64..400, 500u64..2000];
        let interval = (kind, length, side).prop_map(|(kind, length, side)| frames(kind, length, side));
        prop::collection::vec(interval, 1..40)
            .prop_map(|intervals| Timeline::new(intervals).expect("intervals of at least a picture"))
    }

    proptest! {
        #[test]
        fn cues_rise_apart_from_each_other_and_stay_inside(timeline in any_timeline()) {
            let cues = cues(&timeline);
            for pair in cues.windows(2) {
                prop_assert!(pair[0].end().0 + MIN_SILENCE <= pair[1].at.0, "{:?}", pair);
            }
            if let Some(last) = cues.last() {
                prop_assert!(last.end() <= timeline.length().samples());
            }
        }

        #[test]
        fn what_is_dropped_gives_way_to_something_as_important(timeline in any_timeline()) {
            let cues = cues(&timeline);
            for (index, interval) in timeline.intervals().iter().enumerate() {
                let Some(before) = index.checked_sub(1).map(|i| &timeline.intervals()[i]) else { continue };
                let kinds: &[CueKind] = match (before.kind.is_exercise(), interval.kind.is_exercise()) {
                    (_, true) => &[CueKind::Start, CueKind::Switch],
                    (true, false) => &[CueKind::End],
                    (false, false) => continue,
                };
                let at = interval.start.samples();
                let sounds = cues.iter().any(|cue| cue.at == at && kinds.contains(&cue.kind));
                let full = CueKind::Start.length().0 + MIN_SILENCE;
                let crowded = cues.iter().any(|cue| {
                    ![CueKind::Countdown, CueKind::HalfTime].contains(&cue.kind)
                        && cue.at != at && cue.at.0.abs_diff(at.0) < full
                });
                let late = at.0 + full > timeline.length().samples().0;
                prop_assert!(sounds || crowded || late, "nothing at {} s in {:?}", at.0 as f64 / 48e3, cues);
            }
        }

        #[test]
        fn beeps_sound_in_waits_only_and_whole_seconds_before_a_start(timeline in any_timeline()) {
            let cues = cues(&timeline);
            for beep in cues.iter().filter(|cue| cue.kind == CueKind::Countdown) {
                let frame = Frames(beep.at.0 / 1600);
                let wait = timeline.at(frame);
                prop_assert!(!wait.kind.is_exercise());
                let left = wait.end() - frame;
                prop_assert!([30, 60, 90].contains(&left.0), "{} pictures before", left);
                prop_assert!(timeline.at(wait.end()).kind.is_exercise());
            }
        }
    }
}
