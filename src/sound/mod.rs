//! The cues of a workout: their kinds, their times, and their samples.
//!
//! The renderers use this module: they mix the cues of a [`CueMixer`] into the sound of the
//! clips or into silence. The module is pure: the same timeline always gives the same samples.
//! It does not know video frames, files or codecs.
//!
//! | file | decides |
//! | --- | --- |
//! | `cue_schedule` | which cues sound, and when |
//! | `tone` | the samples of a cue |
//! | `cue_mixer` | the PCM of any part of a workout |
//! | `frame_alignment` | the position of cues on the grid of audio frames |

mod cue_mixer;
mod cue_schedule;
mod frame_alignment;
mod tone;

pub use cue_mixer::{CueMixer, write_s16le};
pub use cue_schedule::{Cue, cues};
pub use frame_alignment::{AlignedCues, Cluster, FRAME_SAMPLES, MAX_SHIFT, Patch};
pub use tone::CueKind;
