//! Clips: what a file is, what will be done to it, and what is wrong with it.
//!
//! For the graph (facts), the server's start (which exercises can be shown) and `doctor`. A clip may
//! be anything people own; nothing is believed of it until FFmpeg has probed it and decoded its
//! first frames. This module knows nothing of workouts.

pub mod chains;
mod clips;
mod colour_space;
mod cut;
mod decode;
mod digest;
mod facts;
mod image_kind;
mod inspect;
mod library;
mod probe;
mod probe_cache;
mod report;
mod snapshot;

pub use clips::{Clips, InspectionProgress};
pub use colour_space::{BT709, BT2020, ColourSpace, Hdr, RGB, UNKNOWN};
pub use digest::FileDigests;
pub use facts::{Facts, Mix, SoundFacts, VideoFacts};
pub use inspect::{Clip, ClipError, Depth, Inspector, TrialError, TrialRender};
pub use library::{Diagnosis, Library};
pub use probe::NoFacts;
pub use probe_cache::{ProbeCache, Stamp};
pub use report::report;
pub use snapshot::{Needs, Snapshot};
