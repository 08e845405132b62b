//! What the HUD says in an interval, as text; where it stands and how it looks is not decided here, and in
//! which words neither.

use crate::words::Words;
use crate::workout::{Interval, IntervalKind, Movement, Timeline};

/// Longest name that is considered, in characters: far more than any bar has room for.
const LONGEST_NAME: usize = 200;

/// The name line in its three parts, and what stands above it. Only the middle one may be cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameLine {
    /// What the interval is for, in capitals.
    pub label: &'static str,
    /// Before the name: "Next: " or nothing.
    pub lead: &'static str,
    /// The name, or what stands for it; any text.
    pub name: String,
    /// After the name: the side or nothing.
    pub tail: String,
}

impl NameLine {
    /// For one interval; `can_show` tells which characters the font has.
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

/// The name without what the font lacks (emoji, say), on one line.
///
/// A name of which less than half could be shown (one in Japanese, say) is worse than none: then it is the
/// exercise's id, which is always plain ASCII, written as a name.
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
