//! The planner: request -> plan -> timeline.
//!
//! For the API, the command line and the week planner. The planner is pure and
//! deterministic: the same request, catalogue, loop lengths and seed give the
//! same timeline on every machine. It does not know files, FFmpeg or HTTP.
//!
//! | file | does |
//! | --- | --- |
//! | `request`, `request_reader`, `unknown` | read the JSON; collect wrong types and unknown fields |
//! | `check`, `violations` | request -> options: bounds, defaults, contradictions |
//! | `violation`, `note`, `values` | why there is no plan; what the planner decided unasked |
//! | `avoid` | what a client can exclude |
//! | `language` | the languages of a workout |
//! | `from_list`, `auto_select` | options -> outline: exercises from a list, or chosen to fill a time |
//! | `choose`, `seeded_rng` | choose exercises and their order, with a repeatable random generator |
//! | `duration_solver` | finds rounds and exercises per round that fill a time to the frame |
//! | `build_timeline` | outline -> timeline |
//! | `timeline`, `profile` | the intervals of a workout; the sizes of the output frame |
//! | `whole_reps` | adjusts speeds so that whole repetitions fill the exercises |
//! | `plan` | calls these modules in order; defines the plan and its errors |
//! | `decision` | an outline with its presentation -> plan |
//! | `token`, `link_codec`, `fingerprint` | a decision as the text of a link, and back |
//! | `view`, `table` | a plan as JSON and as text |

mod auto_select;
mod avoid;
mod build_timeline;
pub(crate) mod check;
pub(crate) mod choose;
mod decision;
mod duration_solver;
mod fingerprint;
mod from_list;
mod language;
mod link_codec;
mod note;
mod plan;
mod profile;
pub(crate) mod request;
pub(crate) mod request_reader;
pub(crate) mod seeded_rng;
mod table;
#[cfg(test)]
mod tests;
mod timeline;
mod token;
pub(crate) mod unknown;
pub(crate) mod values;
mod view;
mod violation;
pub(crate) mod violations;
mod whole_reps;

pub use avoid::Avoid;
pub use check::{Intensity, MAX_LISTED, MAX_ROUNDS, MAX_SEED};
pub use language::Language;
pub use note::{Note, NoteCode};
pub use plan::*;
pub use profile::*;
pub use request::*;
pub use table::{strip, table};
pub use timeline::*;
pub use token::{MAX_TOKEN, Token, TokenError, TooLong};
pub use values::Values;
pub use view::*;
pub use violation::{Violation, ViolationCode};
