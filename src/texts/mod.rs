//! The texts of a plan: captions, chapters, a summary, and a timeline for overlays that other programs draw.
//!
//! For workout links, and for the MP4 writer, which puts captions and chapters
//! into the video file. The functions are pure: the same plan gives the same
//! texts, in the plan's language. This module does not know HTTP or MP4 boxes.
//!
//! | file | gives |
//! | --- | --- |
//! | `captions` | what to do now, for how long, and what comes next |
//! | `chapters` | a title for each interval |
//! | `vtt` | captions or chapters as a WebVTT file |
//! | `summary` | a workout as a plain-text message |
//! | `timeline` | all data that an overlay needs, as JSON |

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
use crate::words::Words;
use crate::workout::Movement;

/// A text, and the frames during which a player shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// The first frame that shows the text.
    pub start: Frames,
    /// The first frame after the text; greater than `start`.
    pub end: Frames,
    /// One or more lines, separated by line feeds. Plain text: nothing is escaped.
    pub text: String,
}

/// Returns an exercise's name on one line, with its side: `Side Plank (left)`.
fn name(movement: &Movement, words: &Words) -> String {
    let name = one_line(&movement.name);
    match movement.side {
        None => name,
        Some(side) => format!("{name} ({})", words.side(side)),
    }
}

/// Replaces control characters, which could end a line or act
/// on a terminal, and joins the words with single spaces.
fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
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

    /// A plan with every kind of interval, two rounds and an exercise with two sides.
    fn plan_in(language: &str) -> Plan {
        planned(
            &json!({"exercise_names": ["push-ups", "side-plank"], "config": {"rounds": 2, "language": language,
            "include_warm_up": true, "include_cool_down": true, "seed": 1,
            "intervals": {"work_time": 15, "rest_time": 4, "round_rest_time": 10}}}),
        )
    }

    pub(super) fn small() -> Plan {
        planned(
            &json!({"exercise_names": ["push-ups", "side-plank"], "config": {"rounds": 2,
            "intervals": {"work_time": 15, "rest_time": 4, "round_rest_time": 10}}}),
        )
    }

    #[test]
    fn the_captions_of_a_french_workout() {
        insta::assert_snapshot!(webvtt(&captions(&plan_in("fr"))));
    }

    #[test]
    fn the_chapters_of_a_french_workout() {
        insta::assert_snapshot!(webvtt(&chapters(&plan_in("fr"))));
    }

    #[test]
    fn a_french_workout_as_a_message() {
        insta::assert_snapshot!(summary(&plan_in("fr")));
    }

    #[test]
    fn another_language_changes_words_and_no_instant() {
        let (english, french) = (plan_in("en"), plan_in("fr"));
        for tell in [captions, chapters] {
            let (one, other) = (tell(&english), tell(&french));
            assert_eq!(one.len(), other.len());
            for (one, other) in one.iter().zip(&other) {
                assert_eq!((one.start, one.end), (other.start, other.end));
                // A name can be the same in two languages. The names of these two exercises differ.
                assert_ne!(one.text, other.text);
            }
        }
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
        fn captions_and_chapters_leave_no_frame_out_and_none_twice(
            work in 1.0..50.0_f64, rest in 0.0..30.0_f64, ready in 0.0..9.0_f64, rounds in 1..4_u32,
        ) {
            let plan = planned(&json!({"exercise_names": ["push-ups", "side-plank"], "config": {"rounds": rounds,
                "intervals": {"work_time": work, "rest_time": rest, "get_ready": ready}}}));
            for texts in [captions(&plan), chapters(&plan)] {
                let mut at = Frames::ZERO;
                for caption in &texts {
                    prop_assert_eq!(caption.start, at);
                    prop_assert!(caption.end > at && !caption.text.is_empty());
                    at = caption.end;
                }
                prop_assert_eq!(at, plan.length());
            }
        }
    }
}
