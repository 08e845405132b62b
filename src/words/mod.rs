//! All texts that a workout shows, in each language: in the frame, in captions, in chapters and in messages.
//!
//! For `hud` and `texts`. This module holds only words. It does not decide where or when a text appears. The
//! catalogue holds the names of the exercises. The web page has its own files with the words that it shows.
//! The test `the_video_and_the_page_have_the_same_words` (`tests/docs.rs`) compares the words that both use.

mod english;
mod french;

use crate::workout::{IntervalKind, Language, Side};

/// The words of one language.
#[derive(Debug)]
pub struct Words {
    /// Titles of the kinds of interval. A rest and the finish
    /// have no exercise name, so texts show this title instead.
    pub labels: Kinds,
    /// Headings of the kinds of interval for the HUD: short and in capitals.
    pub headings: Kinds,
    /// The text before the name of the next exercise, with the space that follows it.
    pub next: &'static str,
    /// The text between a label and its value.
    pub colon: &'static str,
    /// The left side of the body, for an exercise that trains one side after the other.
    pub left: &'static str,
    /// The right side of the body.
    pub right: &'static str,
    /// The text in place of the next exercise when no exercise follows.
    pub breathe: &'static str,
    /// The name of the finish, for a caption that announces it.
    pub the_end: &'static str,
    /// The HUD's label for the round, in capitals.
    pub round: &'static str,
    /// The HUD's label for the position of the exercise in the round, in capitals.
    pub exercise: &'static str,
    /// Arguments: the current round and the number of rounds.
    pub round_of: fn(u32, u32) -> String,
    /// Arguments: the position of the exercise in its round and the number of exercises in a round.
    pub exercise_of: fn(u32, u32) -> String,
    /// Arguments: the name of an exercise and the round in which it stands.
    pub in_round: fn(&str, u32) -> String,
    /// Announces the next interval. Arguments: its name and the seconds until it starts.
    pub soon: fn(&str, u64) -> String,
    /// Describes a whole workout. Arguments: its length as text and its energy in kilocalories.
    pub workout: fn(&str, f64) -> String,
    /// Arguments: the name of a part of the workout and the number of its rounds, at least 2.
    pub times: fn(&str, u32) -> String,
    /// Argument: the time for one side of the body, as text.
    pub each_side: fn(&str) -> String,
    /// Arguments: the shortest and the longest time, as text.
    pub between: fn(&str, &str) -> String,
}

/// One text for each [`IntervalKind`].
#[derive(Debug)]
pub struct Kinds {
    /// Before the first exercise.
    pub get_ready: &'static str,
    /// An exercise before the work.
    pub warm_up: &'static str,
    /// An exercise of the main part of the workout.
    pub work: &'static str,
    /// A pause between two exercises.
    pub rest: &'static str,
    /// A pause between two rounds.
    pub round_rest: &'static str,
    /// An exercise after the work.
    pub cool_down: &'static str,
    /// The end of the workout.
    pub finish: &'static str,
}

impl Kinds {
    /// Returns the text for a kind of interval.
    #[must_use]
    pub fn of(&self, kind: IntervalKind) -> &'static str {
        match kind {
            IntervalKind::GetReady => self.get_ready,
            IntervalKind::WarmUp => self.warm_up,
            IntervalKind::Work => self.work,
            IntervalKind::Rest => self.rest,
            IntervalKind::RoundRest => self.round_rest,
            IntervalKind::CoolDown => self.cool_down,
            IntervalKind::Finish => self.finish,
        }
    }
}

impl Words {
    /// Returns the words of `language`.
    #[must_use]
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &english::WORDS,
            Language::French => &french::WORDS,
        }
    }

    /// Returns the name of a side of the body.
    #[must_use]
    pub fn side(&self, side: Side) -> &'static str {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }
}

/// Returns the name of a language in that language, for example
/// "Français". Playlists show it in their list of languages.
#[must_use]
pub fn own_name(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::French => "Français",
    }
}
