//! All that a workout says, in each language: in the frame, in captions, chapters and messages.
//!
//! For the HUD and for texts. The page has the same words in its own files; a test holds the two together. Only
//! words: where and when they are shown is decided elsewhere. Names of exercises are the catalogue's.

mod english;
mod french;

use crate::workout::{IntervalKind, Language, Side};

/// The words of a language.
#[derive(Debug)]
pub struct Words {
    /// What an interval is for, as a title; what stands for one that is no exercise.
    pub labels: Kinds,
    /// The same in the HUD: in capitals, and short.
    pub headings: Kinds,
    /// Before the name of what comes next, with the space after it.
    pub next: &'static str,
    /// Between a label and what it labels.
    pub colon: &'static str,
    /// Of an exercise that is done one side after the other.
    pub left: &'static str,
    /// The other side.
    pub right: &'static str,
    /// In place of an exercise where none follows.
    pub breathe: &'static str,
    /// What comes after the last exercise.
    pub the_end: &'static str,
    /// The HUD's label of the round, in capitals.
    pub round: &'static str,
    /// The HUD's label of the exercise's position, in capitals.
    pub exercise: &'static str,
    /// This round and all of them.
    pub round_of: fn(u32, u32) -> String,
    /// This exercise of the round and all of them.
    pub exercise_of: fn(u32, u32) -> String,
    /// An exercise in this round.
    pub in_round: fn(&str, u32) -> String,
    /// What comes in so many seconds.
    pub soon: fn(&str, u64) -> String,
    /// A workout of this length that takes so many kilocalories.
    pub workout: fn(&str, f64) -> String,
    /// A part that is done so many times; at least two.
    pub times: fn(&str, u32) -> String,
    /// A time that each side takes.
    pub each_side: fn(&str) -> String,
    /// From the shortest to the longest time.
    pub between: fn(&str, &str) -> String,
}

/// A text for each kind of interval.
#[derive(Debug)]
pub struct Kinds {
    /// Before the first exercise.
    pub get_ready: &'static str,
    /// An exercise before the work.
    pub warm_up: &'static str,
    /// An exercise of the workout itself.
    pub work: &'static str,
    /// Between two exercises.
    pub rest: &'static str,
    /// Between two rounds.
    pub round_rest: &'static str,
    /// An exercise after the work.
    pub cool_down: &'static str,
    /// The end.
    pub finish: &'static str,
}

impl Kinds {
    /// The text of a kind.
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
    /// The words of a language.
    #[must_use]
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &english::WORDS,
            Language::French => &french::WORDS,
        }
    }

    /// A side of the body.
    #[must_use]
    pub fn side(&self, side: Side) -> &'static str {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }
}

/// What a language is called in itself, for lists to choose from.
#[must_use]
pub fn own_name(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::French => "Français",
    }
}
