//! The text that the HUD shows in an interval: the label and the name line.
//!
//! `Hud` draws a [`NameLine`]. The words come from [`Words`]. This
//! file does not decide positions, sizes or colours.

use crate::words::Words;
use crate::workout::{Interval, IntervalKind, Movement, Timeline};

/// Maximum number of characters of a name that this file reads. Every bar has room for far fewer.
const LONGEST_NAME: usize = 200;

/// The label and the three parts of the name line below it. Only the middle part, the name, may be cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameLine {
    /// The purpose of the interval, in capitals.
    pub label: &'static str,
    /// Text before the name: "Next: " or nothing.
    pub lead: &'static str,
    /// The exercise's name or a replacement. It may be any text.
    pub name: String,
    /// Text after the name: the side or nothing.
    pub tail: String,
}

impl NameLine {
    /// The texts of one interval. `can_show` says whether the font has a character.
    pub(super) fn of(
        timeline: &Timeline,
        interval: &Interval,
        words: &Words,
        can_show: impl Fn(char) -> bool,
    ) -> Self {
        let label = words.headings.of(interval.kind);
        let movement = |lead, movement: &Movement| Self {
            label,
            lead,
            name: showable_name(movement, &can_show),
            tail: movement
                .side
                .map(|side| format!(" – {}", words.side(side)))
                .unwrap_or_default(),
        };
        let fixed = |name: &str| Self {
            label,
            lead: "",
            name: name.to_owned(),
            tail: String::new(),
        };
        match interval.kind {
            IntervalKind::Finish => fixed(words.labels.finish),
            kind if kind.is_exercise() => movement("", &interval.movement),
            _ => match timeline.next_exercise(interval) {
                Some(next) => movement(words.next, &next.movement),
                None => fixed(words.breathe),
            },
        }
    }
}

/// The name on one line, without the characters that the font lacks (for example emoji).
///
/// If the font has less than half of the name's letters and digits (for example in Japanese), the result is
/// the exercise's id written as a name. An id is always plain ASCII.
fn showable_name(movement: &Movement, can_show: impl Fn(char) -> bool) -> String {
    let text = || movement.name.chars().take(LONGEST_NAME);
    let shown: String = text()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|&c| c == ' ' || (!c.is_control() && can_show(c)))
        .collect();
    let letters = |c: &char| c.is_alphanumeric();
    let (kept, wanted) = (
        shown.chars().filter(letters).count(),
        text().filter(letters).count(),
    );
    if kept > 0 && kept * 2 >= wanted {
        shown.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        name_of_id(movement.exercise.as_str())
    }
}

/// `air-squat` -> `Air squat`.
fn name_of_id(id: &str) -> String {
    let mut words = id.replace('-', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::ExerciseId;
    use crate::hud::tests::{interval, timeline};
    use crate::workout::{Language, Side};

    fn shown(name: &str) -> String {
        let mut movement = interval(IntervalKind::Work, 1, name).movement;
        movement.exercise = ExerciseId::new("air-squat").expect("a slug");
        showable_name(&movement, |c| c.is_ascii() || c == 'É')
    }

    #[test]
    fn what_the_font_lacks_is_left_out_or_replaced_by_the_id() {
        assert_eq!(shown("Élan 🔥 drill"), "Élan drill");
        assert_eq!(shown("  two\n\tlines\u{7} "), "two lines");
        assert_eq!(shown("腕立て伏せ"), "Air squat");
        assert_eq!(shown("🔥🔥"), "Air squat");
        assert_eq!(shown(""), "Air squat");
    }

    #[test]
    fn rests_name_what_comes_next_and_the_finish_praises() {
        let mut left = interval(IntervalKind::Work, 1, "Side plank");
        left.movement.side = Some(Side::Left);
        let timeline = timeline(vec![
            interval(IntervalKind::GetReady, 1, "Side plank"),
            left,
            interval(IntervalKind::RoundRest, 1, "Side plank"),
            interval(IntervalKind::Finish, 1, "Side plank"),
        ]);
        let lines = |language| {
            let line = |interval| {
                let NameLine {
                    label,
                    lead,
                    name,
                    tail,
                } = NameLine::of(&timeline, interval, Words::of(language), |_| true);
                format!("{label} | {lead}{name}{tail}")
            };
            timeline.intervals().iter().map(line).collect::<Vec<_>>()
        };
        let english = [
            "GET READY | Next: Side plank – left",
            "WORK | Side plank – left",
            "ROUND REST | Take a breath",
            "FINISH | Well done",
        ];
        assert_eq!(lines(Language::English), english);
        let french = [
            "PRÉPAREZ-VOUS | Ensuite\u{a0}: Side plank – gauche",
            "EFFORT | Side plank – gauche",
            "REPOS ENTRE LES TOURS | Reprenez votre souffle",
            "FIN | Bravo",
        ];
        assert_eq!(lines(Language::French), french);
    }
}
