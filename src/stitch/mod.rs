//! The frames and the sound of the stitch renderer. It encodes each loop once and then puts loops together
//! for each workout without encoding anything.
//!
//! For the `render` and `deliver` modules, which write the frames and the sound as MP4 or HLS. This module
//! knows nothing of HTTP, and of MP4 boxes it knows only those that FFmpeg writes. The [`h264`](crate::h264)
//! module writes the bits of slices. `docs/stitching.md` explains the idea at length.
//!
//! A *prepared loop* holds the loop of a clip as coded frames. The frames are fitted to the frame size and
//! mirrored if needed. They are divided into GOPs of one IDR frame and then P-frames, without B-frames, so
//! that decode order is display order and a pass may end after any frame. Each frame is cut into slices, and
//! one slice boundary lies exactly where the HUD begins:
//!
//! ```text
//! ┌───────────────────────┐ 0
//! │ exercise              │    slices of x264, kept unchanged, shared by all viewers
//! ├ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ┤ area_height
//! │ guard: plain          │    the decoder's 6-tap interpolation (8.4.2.2.1) reads three lines
//! ├───────────────────────┤ hud_top    beyond a block; the guard keeps these reads off the HUD
//! │ HUD                   │    one slice, written here for each frame of each workout;
//! └───────────────────────┘ height     x264 saw noise here, so that it predicts nothing from these rows
//! ```
//!
//! After that, a workout is arithmetic. Each interval is a [`Playback`](playback::Playback): frames
//! of its loop with new sample times, which set the speed. Each frame gets the HUD slice of its
//! instant. The sound is put together in the same way, audio frame by audio frame. The server sends
//! generated headers and bytes that already existed.
//!
//! | file | does |
//! | --- | --- |
//! | `recipe` | how a loop is prepared: FFmpeg's arguments, and the digest that names the result |
//! | `gops` | how a loop is divided into GOPs, so that cuts are possible often enough (pure) |
//! | `intra_frames` | which frames are intra-coded (pure) |
//! | `prepare` | runs FFmpeg, removes the slices of noise, checks every slice header |
//! | `verify` | decodes a loop under two HUDs and compares the exercise, bit for bit |
//! | `isolation` | encodes a loop again until `verify` accepts it |
//! | `prepared_loop`, `store`, `lru` | a loop's file; the bounded folder of files; loops in memory |
//! | `write_backoff` | whether the folder can be written at present, and when to try again |
//! | `queue` | which preparation comes next (pure) |
//! | `loop_preparer`, `loop_source`, `loop_request` | one preparation for all requests; loops' states |
//! | `playback` | which frame an interval shows when (pure) |
//! | `segmentation` | which frames are keyframes, and where segments begin (pure) |
//! | `hud_slice` | the HUD slice of each frame |
//! | `stitched_frames` | the frames of a plan in order, while loops are still being prepared |
//! | `trial` | whether FFmpeg can encode a recipe at all |
//! | `video_index` | random access to the frames and the sound of a plan: sizes, times, bytes |
//! | `spec` | everything that changes a byte of a video: the source of all cache keys and names (pure) |
//! | `sound` | the AAC frames of a plan, from cues or from a recording |

mod gops;
mod hud_slice;
mod intra_frames;
mod isolation;
mod loop_preparer;
mod loop_request;
mod loop_source;
mod lru;
mod playback;
mod prepare;
mod prepared_loop;
mod queue;
mod recipe;
mod segmentation;
pub mod sound;
mod spec;
mod stitched_frames;
mod store;
mod trial;
mod verify;
mod video_index;
mod write_backoff;

pub use gops::Gops;
pub use loop_preparer::LoopPreparer;
pub use loop_request::LoopRequest;
pub use loop_source::{LoopSource, StitchError};
pub use playback::FrameForm;
pub use prepare::PrepareError;
pub use prepared_loop::{LoopFileError, MAX_FILE, MAX_FRAMES, PreparedLoop, read, write};
pub use queue::Urgency;
pub use recipe::Recipe;
pub use segmentation::Segmentation;
pub use sound::{CueCache, CueError, CueTrack, Recorded, Recorder, SoundTrack};
pub use spec::{Encoding, RenderSpec, WRITER_VERSION};
pub use stitched_frames::{StitchedFrame, StitchedFrames};
pub use store::{Digest, InMemory, Store, StoreLimits};
pub use trial::try_recipe;
pub use video_index::{
    HudSliceWriter, Material, SliceMemory, StitchedVideo, StoredFrame, VideoError, VideoIndex,
};
