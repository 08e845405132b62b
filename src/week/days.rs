//! The days of a week: on which days the sessions are, and how many rest days are between them.
//!
//! For the other files of `week`. This module knows nothing of what a session trains.

use serde::{Deserialize, Serialize};

/// A day of the week.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names need no description
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// All days, from Monday to Sunday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];
    /// The names of all days, as a message lists them.
    pub(super) const NAMES: &str = "monday, tuesday, wednesday, thursday, friday, saturday, sunday";

    /// The name of the day in a sentence.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Monday => "Monday",
            Self::Tuesday => "Tuesday",
            Self::Wednesday => "Wednesday",
            Self::Thursday => "Thursday",
            Self::Friday => "Friday",
            Self::Saturday => "Saturday",
            Self::Sunday => "Sunday",
        }
    }
}

/// Returns `count` days, at most seven, spread as evenly as possible from week to week: no two neighbours are
/// further apart than 7 / `count` days, rounded up.
pub(super) fn spread(count: u64) -> Vec<Weekday> {
    let count = count.min(7) as usize;
    (0..count).map(|i| Weekday::ALL[i * 7 / count]).collect()
}

/// Returns the number of rest days before each of `days`, which are in order and the same in every week.
pub(super) fn rests_before(days: &[Weekday]) -> Vec<u64> {
    let before = |i: usize| days[(i + days.len() - 1) % days.len()] as u64;
    // A single day comes again a week later, after six rest days.
    (0..days.len())
        .map(|i| (days[i] as u64 + 6 - before(i)) % 7)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_spread_with_the_smallest_greatest_gap() {
        let told: Vec<String> = (1..=7)
            .map(|count| {
                let days = spread(count);
                let rests = rests_before(&days);
                assert_eq!(days.len() as u64, count);
                assert_eq!(rests.iter().sum::<u64>() + count, 7);
                assert_eq!(rests.iter().max(), Some(&(7_u64.div_ceil(count) - 1)), "{days:?}");
                let names: Vec<&str> = days.iter().map(|day| &day.name()[..3]).collect();
                format!("{}: {rests:?}", names.join(" "))
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        Mon: [6]
        Mon Thu: [3, 2]
        Mon Wed Fri: [2, 1, 1]
        Mon Tue Thu Sat: [1, 0, 1, 1]
        Mon Tue Wed Fri Sat: [1, 0, 0, 1, 0]
        Mon Tue Wed Thu Fri Sat: [1, 0, 0, 0, 0, 0]
        Mon Tue Wed Thu Fri Sat Sun: [0, 0, 0, 0, 0, 0, 0]
        ");
    }
}
