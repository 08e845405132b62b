//! A week of sessions from somebody's goals: which days, which muscles, which exercises, how long.
//!
//! For the API. Pure and seeded: the same goals, catalogue, loops and seed give the same week everywhere.
//! Every session is a workout config of which the workout planner has made a plan, so what a week says of
//! its length and energy is what its videos have. Knows nothing of HTTP.
//!
//! | file | does |
//! | --- | --- |
//! | `request` | goals as received -> checked |
//! | `days` | which weekdays, and which of them follow each other |
//! | `focus` | what each session trains, so that neighbours rest each other's muscles |
//! | `pool` | the exercises that a session may have |
//! | `choose` | which of them, so that a week is balanced and its sessions differ |
//! | `pace` | work, rest and speed by goal, level and week |
//! | `fit` | rounds and lengths that fill the minutes to the frame |
//! | `session` | all of it -> config -> plan |
//! | `reason` | why, as codes with values and as sentences |
//! | `view` | a week as JSON |
//!
//! The week (1 to 4) decides lengths and speed only. Days, exercises and rounds are those of the seed, so
//! that a session can be compared with the same one of the week before.

mod choose;
mod days;
mod fit;
mod focus;
mod pace;
mod plan;
mod pool;
mod reason;
mod request;
mod session;
#[cfg(test)]
mod tests;
mod view;

pub use days::Weekday;
pub use focus::MuscleGroup;
pub use plan::{Day, Week, plan_week};
pub use reason::{Reason, ReasonCode};
pub use request::{Goal, WeekRequest};
pub use session::{Session, Title};
pub use view::{DayView, ListedView, SessionView, WeekView};
