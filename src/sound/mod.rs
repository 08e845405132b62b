//! The sound of a workout apart from its clips: cues, where they lie, and their samples.
//!
//! For the renderers, which mix a [`Bed`] of cues into the clips' sound or into silence. Pure: the
//! same timeline gives the same samples. It knows nothing of pictures, files and codecs.
//!
//! | file | decides |
//! | --- | --- |
//! | `score` | which cues sound when |
//! | `tone` | what a cue sounds like |
//! | `bed` | any stretch of a workout as PCM |
//! | `laid` | where cues lie on the grid of coded frames |

mod bed;
mod laid;
mod score;
mod tone;

pub use bed::{Bed, write_s16le};
pub use laid::{Cluster, FRAME, Laid, MOST_MOVED, Patch};
pub use score::{Cue, cues};
pub use tone::CueKind;
