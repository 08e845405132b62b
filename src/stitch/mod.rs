//! The stitch renderer's frames and sound: loops that were encoded once, put together anew for each
//! workout without encoding anything.
//!
//! A *prepared loop* is a clip's coded frames: fitted, mirrored if need be, in parts of one IDR frame and then
//! P-frames, without B-frames, so that decode order is display order and a pass may end after any
//! frame. Each frame is cut into slices, and one boundary lies exactly where the HUD begins:
//!
//! ```text
//! ┌───────────────────────┐ 0
//! │ exercise              │    slices of x264, kept as they are, shared by all viewers
//! ├ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ┤ area_height
//! │ guard: plain          │    keeps the decoder's 6-tap interpolation (8.4.2.2.1), which
//! ├───────────────────────┤ hud_top    reads three lines beyond a block, off the HUD
//! │ HUD                   │    one slice, written here for each picture of each workout;
//! └───────────────────────┘ height     was noise when x264 saw it, so that nothing is predicted from it
//! ```
//!
//! A workout is then arithmetic. Each interval is a [`Playback`](playback::Playback) of its loop's frames with sample
//! times of their own, which is how speed is made; each frame gets the slice of its instant's HUD
//! bar. The sound is laid likewise, frame by frame. What leaves is headers that were generated and bytes
//! that were there before.
//!
//! | file | does |
//! | --- | --- |
//! | `recipe` | what makes a prepared loop: FFmpeg's arguments, the digest that names it |
//! | `gops` | how a loop is divided, so that cuts come often enough (pure) |
//! | `intra_frames` | which frames are predicted from none (pure) |
//! | `prepare` | runs FFmpeg, takes the noise out, checks every slice header |
//! | `verify` | decodes the loop under two HUDs: is the exercise the same, bit for bit? |
//! | `prepared_loop`, `store`, `lru` | the file of a prepared loop; the bounded folder (recorded sounds, too) and memory of them |
//! | `write_backoff` | whether the folder takes files at present, and when to try again |
//! | `queue` | which preparation comes next (pure) |
//! | `loop_preparer`, `loop_source`, `loop_request` | one preparation however many ask; those ready, queued, under way, unfit |
//! | `playback` | interval -> which frame when (pure) |
//! | `segmentation` | which frames are keyframes, and where segments begin (pure) |
//! | `hud_slice` | the HUD slice of each frame |
//! | `stitched_frames` | a plan's frames, one after the other |
//! | `trial` | whether a recipe can be followed at all |
//! | `video_index` | a plan's frames and sound, any of them at once: sizes, times, bytes |
//! | `spec` | everything that changes a byte of a video: the key of all that is kept or named of one (pure) |
//! | `sound` | a plan's AAC frames, laid or recorded |
//!
//! It knows nothing of MP4 boxes beyond what FFmpeg writes, and nothing of HTTP. How the bits of a slice
//! are written is [`h264`](crate::h264)'s business; `docs/stitching.md` explains the idea at leisure.

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
