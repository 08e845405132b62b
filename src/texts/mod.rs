//! What a plan says in words: captions, chapters, a summary, and a timeline for other people's overlays.
//!
//! For links and for whoever puts subtitles and chapters into a video. Pure: the same plan gives the same
//! texts. In English, with the names of the catalogue. It knows nothing of HTTP and of boxes.
//!
//! | file | gives |
//! | --- | --- |
//! | `captions` | what to do now, how long still, what comes next |
//! | `chapters` | a title for each interval |
//! | `vtt` | either of them as WebVTT |
//! | `summary` | a workout as a message |
//! | `timeline` | all that an overlay needs, as JSON |

mod captions;
mod chapters;
mod summary;
mod timeline;
mod vtt;

pub use captions::captions;
pub use chapters::chapters;
pub use summary::summary;
pub use timeline::{CueView, NextView, TimedInterval, TimelineView, timeline};
pub use vtt::webvtt;

use crate::units::Frames;
use crate::workout::{IntervalKind, Movement, Side};

/// A text and the pictures during which it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// First picture.
    pub start: Frames,
    /// First picture without it; later than `start`.
    pub end: Frames,
    /// One line or several, divided by line feeds; plain text, nothing in it is escaped.
    pub text: String,
}

/// An exercise's name on one line, with its side: `Side Plank (left)`.
fn name(movement: &Movement) -> String {
    let side = match movement.side {
        None => "",
        Some(Side::Left) => " (left)",
        Some(Side::Right) => " (right)",
    };
    format!("{}{side}", one_line(&movement.name))
}

/// Text without what would end a line or act on a terminal.
fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What an interval is called that is no exercise; what comes before the name of one that is.
fn label(kind: IntervalKind) -> &'static str {
    match kind {
        IntervalKind::GetReady => "Get ready",
        IntervalKind::WarmUp => "Warm-up",
        IntervalKind::Work => "Work",
        IntervalKind::Rest => "Rest",
        IntervalKind::RoundRest => "Rest between rounds",
        IntervalKind::CoolDown => "Cool-down",
        IntervalKind::Finish => "Well done",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::catalogue::{Catalogue, LoopLengths};
    use crate::workout::{Plan, WorkoutRequest, plan};

    pub(super) fn planned(body: &serde_json::Value) -> Plan {
        let catalogue = Catalogue::parse(include_str!("../../exercises.json")).unwrap();
        let request = WorkoutRequest::from_json(body.to_string().as_bytes()).unwrap();
        plan(&request, &catalogue, &LoopLengths::default(), 3).unwrap()
    }

    pub(super) fn small() -> Plan {
        planned(
            &json!({"exercise_names": ["push-ups", "side-plank"], "config": {"rounds": 2,
            "intervals": {"work_time": 15, "rest_time": 4, "round_rest_time": 10}}}),
        )
    }

    #[test]
    fn the_captions_of_a_small_workout() {
        insta::assert_snapshot!(webvtt(&captions(&small())));
    }

    #[test]
    fn the_chapters_of_a_small_workout() {
        insta::assert_snapshot!(webvtt(&chapters(&small())));
    }

    #[test]
    fn a_small_workout_as_a_message() {
        insta::assert_snapshot!(summary(&small()));
    }

    #[test]
    fn a_chosen_workout_as_a_message() {
        insta::assert_snapshot!(summary(&planned(
            &json!({"config": {"target_duration": 20, "seed": 4}})
        )));
    }

    proptest! {
        #[test]
        fn captions_and_chapters_leave_no_picture_out_and_none_twice(
            work in 1.0..50.0_f64, rest in 0.0..30.0_f64, ready in 0.0..9.0_f64, rounds in 1..4_u32,
        ) {
            let plan = planned(&json!({"exercise_names": ["push-ups", "side-plank"], "config": {"rounds": rounds,
                "intervals": {"work_time": work, "rest_time": rest, "get_ready": ready}}}));
            for told in [captions(&plan), chapters(&plan)] {
                let mut at = Frames::ZERO;
                for caption in &told {
                    prop_assert_eq!(caption.start, at);
                    prop_assert!(caption.end > at && !caption.text.is_empty());
                    at = caption.end;
                }
                prop_assert_eq!(at, plan.length());
            }
        }
    }
}
