//! Plans a week of sessions from a person's goals: which days, which muscles, which exercises, how long.
//!
//! For the API. The planner is pure and seeded: the same goals, catalogue, loop lengths and seed give the
//! same week everywhere. Each session is a workout config from which the workout planner has made a plan, so
//! the length and energy in a week are those of its videos. This module knows nothing of HTTP.
//!
//! | file | does |
//! | --- | --- |
//! | `request` | reads goals as received, and checks them |
//! | `days` | chooses the weekdays, and counts the rest days between them |
//! | `focus` | decides what each session trains, so that muscles rest on the next day |
//! | `pool` | finds the exercises from which a session may choose |
//! | `choose` | chooses from the pool, so that a week is balanced and its sessions differ |
//! | `pace` | sets work, rest and speed by goal, level and week |
//! | `fit` | finds rounds and lengths that fill the minutes to the frame |
//! | `session` | makes the config of a session, and the plan from it |
//! | `reason` | gives the reasons, as codes with values and as sentences |
//! | `view` | turns a week into JSON |
//!
//! The number of the week (1 to 4) changes only lengths and speed. Days, exercises and rounds do not depend
//! on it, so that a session can be compared with the same session of the week before.

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
