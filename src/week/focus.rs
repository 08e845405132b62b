//! Decides what each session of a week trains, so that muscles rest on the next day.
//!
//! A session with a rest day before and after trains everything. On successive days (Sunday and the following
//! Monday are successive, too), lower body alternates with upper body and core. If there are too few
//! exercises for that, every second session is easy. The seventh of seven sessions is always easy.

use serde::Serialize;

use super::days::{Weekday, rests_before};
use crate::catalogue::Exercise;

/// A part of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MuscleGroup {
    /// Hips and legs.
    LowerBody,
    /// Chest, shoulders, arms, upper back and neck.
    UpperBody,
    /// Abdominals and lower back.
    Core,
}

impl MuscleGroup {
    /// Returns the group of a muscle, which is a word of the catalogue's vocabulary.
    pub(super) fn of(muscle: &str) -> Self {
        match muscle {
            "abdominals" | "lower back" => Self::Core,
            "abductors" | "adductors" | "calves" | "glutes" | "hamstrings" | "quadriceps" => Self::LowerBody,
            // biceps, chest, forearms, lats, middle back, neck, shoulders, traps, triceps
            _ => Self::UpperBody,
        }
    }

    /// The name of the group in a sentence.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::LowerBody => "lower body",
            Self::UpperBody => "upper body",
            Self::Core => "core",
        }
    }
}

/// Returns the groups of an exercise's primary muscles. A group may occur several times.
pub(super) fn groups(exercise: &Exercise) -> impl Iterator<Item = MuscleGroup> {
    exercise.muscles.primary.iter().map(|m| MuscleGroup::of(m))
}

/// What a session trains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Focus {
    /// Every muscle group.
    Whole,
    /// Lower body only.
    Lower,
    /// Upper body and core, but not lower body.
    UpperAndCore,
    /// Mobility. No muscle needs rest after this.
    Easy,
}

impl Focus {
    /// Returns all groups that a session with this focus should train.
    pub(super) fn wants(self) -> &'static [MuscleGroup] {
        use MuscleGroup::{Core, LowerBody, UpperBody};
        match self {
            Self::Whole => &[LowerBody, UpperBody, Core],
            Self::Lower => &[LowerBody],
            Self::UpperAndCore => &[UpperBody, Core],
            Self::Easy => &[],
        }
    }

    /// Whether the muscles of an exercise suit a session with this focus.
    pub(super) fn holds(self, exercise: &Exercise) -> bool {
        match self {
            Self::Whole | Self::Easy => true,
            Self::Lower => groups(exercise).all(|g| g == MuscleGroup::LowerBody),
            Self::UpperAndCore => groups(exercise).all(|g| g != MuscleGroup::LowerBody),
        }
    }
}

/// Returns the focus of each of `days`, which are in order. `split`: whether lower and upper body
/// can alternate.
pub(super) fn focuses(days: &[Weekday], split: bool) -> Vec<Focus> {
    let rests = rests_before(days);
    let count = days.len();
    // Begins after a rest day, so that the end of the week cuts no run of successive days. With
    // seven days, begins on Monday.
    let first = rests.iter().position(|rest| *rest > 0).unwrap_or(0);
    let follows = |i: usize| rests[i] == 0;
    let mut focuses = vec![Focus::Whole; count];
    let mut turn = Focus::Lower;
    for i in (0..count).map(|step| (first + step) % count) {
        let before = focuses[(i + count - 1) % count];
        let alone = !follows(i) && !follows((i + 1) % count);
        focuses[i] = if alone {
            Focus::Whole
        } else if count == 7 && i == 6 {
            Focus::Easy
        } else if split {
            let now = turn;
            turn = match now {
                Focus::Lower => Focus::UpperAndCore,
                _ => Focus::Lower,
            };
            now
        } else if follows(i) && before == Focus::Whole && i != first {
            Focus::Easy
        } else {
            Focus::Whole
        };
    }
    focuses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::week::days::spread;

    /// A letter for each weekday: W, L, U or E for the focus, `.` for rest.
    fn drawn(days: &[Weekday], split: bool) -> String {
        let focuses = focuses(days, split);
        let letter = |day: &Weekday| match days.iter().position(|d| d == day).map(|i| focuses[i]) {
            None => '.',
            Some(Focus::Whole) => 'W',
            Some(Focus::Lower) => 'L',
            Some(Focus::UpperAndCore) => 'U',
            Some(Focus::Easy) => 'E',
        };
        Weekday::ALL.iter().map(letter).collect()
    }

    #[test]
    fn typical_weeks_read_well() {
        let told: Vec<String> = (1..=7)
            .map(|n| format!("{} {}", drawn(&spread(n), true), drawn(&spread(n), false)))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        W...... W......
        W..W... W..W...
        W.W.W.. W.W.W..
        LU.W.W. WE.W.W.
        LUL.UL. WEW.WE.
        LULULU. WEWEWE.
        LULULUE WEWEWEE
        ");
    }

    #[test]
    fn in_every_week_neighbours_differ_and_groups_are_balanced() {
        for mask in 1_u32..128 {
            let days: Vec<Weekday> = Weekday::ALL
                .into_iter()
                .filter(|day| mask & (1 << *day as u32) != 0)
                .collect();
            for split in [true, false] {
                let drawn = drawn(&days, split);
                let around = format!("{drawn}{}", &drawn[..1]);
                let clash = around
                    .as_bytes()
                    .windows(2)
                    .any(|pair| matches!(pair, b"WW" | b"LL" | b"UU" | b"WL" | b"WU" | b"LW" | b"UW"));
                // A week with one session has no neighbours.
                assert!(days.len() == 1 || !clash, "{drawn}");
                let count = |letter| drawn.matches(letter).count();
                assert!(count('L').abs_diff(count('U')) <= 1, "{drawn}");
                assert!(count('E') < days.len(), "{drawn}");
            }
        }
    }
}
