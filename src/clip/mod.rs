//! Clips: what a file is, what will be done to it, and what is wrong with it.
//!
//! For the graph (facts), the server's start (which exercises can be shown) and `doctor`. A clip may
//! be anything people own; nothing is believed of it until FFmpeg has probed it and decoded its
//! first pictures. This module knows nothing of workouts.

mod clips;
mod cut;
mod digest;
mod facts;
mod inspect;
mod known;
mod library;
mod report;
mod snapshot;

pub use clips::{Clips, Progress};
pub use digest::FileDigests;
pub use facts::{Facts, Hdr, PictureFacts, SoundFacts};
pub use inspect::{Clip, ClipError, Depth, Inspector};
pub use known::{Known, Stamp};
pub use library::{Diagnosis, Library};
pub use report::report;
pub use snapshot::{Needs, Snapshot};
