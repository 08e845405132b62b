//! The sound of a workout apart from its clips: cues, where they lie, and their samples.
//!
//! For the renderers, which mix a [`CueMixer`] of cues into the clips' sound or into silence. Pure: the
//! same timeline gives the same samples. It knows nothing of video frames, files and codecs.
//!
//! | file | decides |
//! | --- | --- |
//! | `cue_schedule` | which cues sound when |
//! | `tone` | what a cue sounds like |
//! | `cue_mixer` | any stretch of a workout as PCM |
//! | `frame_alignment` | where cues lie on the grid of coded frames |

mod cue_mixer;
mod cue_schedule;
mod frame_alignment;
mod tone;

pub use cue_mixer::{CueMixer, write_s16le};
pub use cue_schedule::{Cue, cues};
pub use frame_alignment::{AlignedCues, Cluster, FRAME_SAMPLES, MAX_SHIFT, Patch};
pub use tone::CueKind;
