//! Clips: probing and decoding clip files, choosing their tracks, and keeping the results.
//!
//! `graph` uses the clip facts, the server's start uses the check of which exercises can be shown, and the
//! subcommand `doctor` uses the report. A clip may be any file that people own. Nothing that a file claims is
//! trusted until FFmpeg has probed the file and decoded its first frames. This module does not know workouts.

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
