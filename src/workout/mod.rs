//! What happens when: request -> plan -> timeline.
//!
//! Pure and deterministic: the same request, catalogue, lengths of loops and seed give the same timeline
//! on every machine. Knows nothing of files, FFmpeg or HTTP.
//!
//! | file | does |
//! | --- | --- |
//! | `request`, `fields`, `unknown` | the request as received, and what in it is not known |
//! | `check`, `refusals` | received -> checked: bounds, defaults, contradictions |
//! | `note`, `refusal`, `values` | what was decided that nobody asked for, and why there is no plan: codes and sentences |
//! | `avoid` | what somebody does not want to do |
//! | `language` | what a workout can be told in |
//! | `listed`, `chosen` | the two ways to a course: listed by the client, chosen to fill a time |
//! | `choose`, `draw` | which exercises, in which order, by which chance |
//! | `fill` | rounds, exercises a round, and where a remainder of time goes |
//! | `lay` | course -> timeline |
//! | `reps` | speeds at which whole repetitions fill the exercises |
//! | `plan` | all of it in order, and what a plan is |
//! | `decision` | what was decided -> plan |
//! | `token`, `written`, `fingerprint` | what was decided as the text of a link, and back |
//! | `view`, `table` | a plan as JSON and as text |

mod avoid;
pub(crate) mod check;
pub(crate) mod choose;
mod chosen;
mod decision;
pub(crate) mod draw;
pub(crate) mod fields;
mod fill;
mod fingerprint;
mod language;
mod lay;
mod listed;
mod note;
mod plan;
mod profile;
mod refusal;
pub(crate) mod refusals;
mod reps;
pub(crate) mod request;
mod table;
#[cfg(test)]
mod tests;
mod timeline;
mod token;
pub(crate) mod unknown;
pub(crate) mod values;
mod view;
mod written;

pub use avoid::Avoid;
pub use check::{Intensity, MAX_LISTED, MAX_ROUNDS, MAX_SEED};
pub use language::Language;
pub use note::{Note, NoteCode};
pub use plan::*;
pub use profile::*;
pub use refusal::{Refusal, RefusalCode};
pub use request::*;
pub use table::{strip, table};
pub use timeline::*;
pub use token::{MAX_TOKEN, Token, TokenError, TooLong};
pub use values::Values;
pub use view::*;
