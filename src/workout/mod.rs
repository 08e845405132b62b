//! What happens when: request -> plan -> timeline.
//!
//! Pure and deterministic: the same request, catalogue and seed give the same timeline on every
//! machine. Knows nothing of files, FFmpeg or HTTP.

mod plan;
mod profile;
mod request;
mod timeline;

pub use plan::*;
pub use profile::*;
pub use request::*;
pub use timeline::*;
