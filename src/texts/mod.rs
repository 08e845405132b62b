//! What a plan says in words: captions, chapters, a summary, and a timeline for other people's overlays.
//!
//! For links and for whoever puts subtitles and chapters into a video. Pure: the same plan gives the same
//! texts, in the plan's language. It knows nothing of HTTP and of boxes.
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
use crate::words::Words;
use crate::workout::Movement;

/// A text and the frames during which it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// First frame.
    pub start: Frames,
    /// First frame without it; later than `start`.
    pub end: Frames,
    /// One line or several, divided by line feeds; plain text, nothing in it is escaped.
    pub text: String,
}

/// An exercise's name on one line, with its side: `Side Plank (left)`.
fn name(movement: &Movement, words: &Words) -> String {
    let name = one_line(&movement.name);
    match movement.side {
        None => name,
        Some(side) => format!("{name} ({})", words.side(side)),
    }
}

/// Text without what would end a line or act on a terminal.
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

    /// With all that there can be to tell, but for the length.
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
                // Names may be the same in both; not one of these exercises' is.
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
