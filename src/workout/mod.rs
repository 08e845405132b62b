//! What happens when: request -> plan -> timeline.
//!
//! Pure and deterministic: the same request, catalogue, lengths of loops and seed give the same timeline
//! on every machine. Knows nothing of files, FFmpeg or HTTP.
//!
//! | file | does |
//! | --- | --- |
//! | `request`, `request_reader`, `unknown` | the request as received, and what in it is not known |
//! | `check`, `violations` | received -> checked: bounds, defaults, contradictions |
//! | `note`, `violation`, `values` | what was decided that nobody asked for, and why there is no plan: codes and sentences |
//! | `avoid` | what somebody does not want to do |
//! | `language` | what a workout can be told in |
//! | `from_list`, `auto_select` | the two ways to a course: listed by the client, chosen to fill a time |
//! | `choose`, `seeded_rng` | which exercises, in which order, by which chance |
//! | `duration_solver` | rounds, exercises a round, and where a remainder of time goes |
//! | `build_timeline` | course -> timeline |
//! | `whole_reps` | speeds at which whole repetitions fill the exercises |
//! | `plan` | all of it in order, and what a plan is |
//! | `decision` | what was decided -> plan |
//! | `token`, `link_codec`, `fingerprint` | what was decided as the text of a link, and back |
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
