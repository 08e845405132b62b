//! Timeline -> shots -> bounded groups -> FFmpeg filter graphs. Pure text, no process.
//!
//! A *shot* is what one interval shows: a clip, how long, how fast, which way round. Shots go to
//! FFmpeg in *groups* of a few, because FFmpeg opens every input before its first frame: with one
//! process for all, latency and memory would grow with the workout. For each group there are two
//! graphs, one for the frames and one for the clips' sound; they run as processes of their own, so
//! that the sound is never cut where the frames are cut.
//!
//! ```text
//! clip ─ fit ─ loop ─ speed ─┐
//! clip ─ fit ─ loop ─ speed ─┴ concat ─┐
//! HUD bar, raw, on standard input ─────┴ vstack ─ x264
//! ```
//!
//! A clip that is short enough is repeated from memory. Any other is opened anew for each pass: the shot is divided
//! into one shot a pass. No demuxer is ever asked to seek back to a clip's start, which many cannot do exactly.
//!
//! Nothing of a request's text ever enters a graph: shots hold numbers and paths, and paths are
//! arguments of their own, never part of the graph's text.

mod colour_conversion;
mod group;
mod shot;
mod sound;
mod video;

pub use group::{Group, groups, sound_groups};
pub use shot::{Offset, Shot, shots};
pub use sound::sound_graph;
pub use video::{Backdrop, Look, clip_graph, loop_graph, video_graph};

use std::ffi::OsString;
use std::path::PathBuf;

use crate::ffmpeg;

/// A filter graph and what feeds it.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterGraph {
    /// In the order of FFmpeg's input numbers.
    pub inputs: Vec<Input>,
    /// The graph's text for `-filter_complex`, one chain a line.
    pub text: String,
}

/// The label of every graph's only output.
pub const OUTPUT: &str = "[out]";

/// Every filter that a graph may use. `zscale` and `tonemap` are only for clips of other colours than BT.709's, HDR
/// among them, but a build that lacks them would fail in the middle of a workout.
pub const FILTERS: &[&str] = &[
    "adelay",
    "aformat",
    "afade",
    "aloop",
    "anullsrc",
    "apad",
    "aresample",
    "asetpts",
    "atempo",
    "atrim",
    "boxblur",
    "bwdif",
    "color",
    "concat",
    "crop",
    "format",
    "fps",
    "hflip",
    "loop",
    "lutyuv",
    "overlay",
    "pan",
    "scale",
    "setpts",
    "setsar",
    "settb",
    "split",
    "tonemap",
    "tpad",
    "trim",
    "vstack",
    "zscale",
];

/// One input of a graph.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A clip.
    Clip {
        /// The file.
        path: PathBuf,
        /// A decoder other than FFmpeg's choice.
        decoder: Option<&'static str>,
        /// A demuxer where FFmpeg would choose by the file's name.
        demuxer: Option<String>,
        /// Only its first frame is meant.
        still: bool,
    },
    /// A still image: the first of its file.
    Still(PathBuf),
    /// Raw HUD bars on standard input.
    Hud {
        /// Width of a bar in pixels.
        width: u32,
        /// Height of a bar in pixels.
        height: u32,
    },
}

impl Input {
    /// FFmpeg's arguments for this input, `-i` included.
    #[must_use]
    pub fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = Vec::new();
        let mut options = |words: &[&str]| arguments.extend(words.iter().map(OsString::from));
        match self {
            Self::Clip {
                path,
                decoder,
                demuxer,
                still,
            } => {
                // One decoding thread: each further one holds several frames, and the encoder
                // keeps the cores busy anyway.
                options(&["-threads", "1"]);
                if let Some(decoder) = decoder {
                    options(&["-c:v", decoder]);
                }
                arguments.extend(match demuxer {
                    Some(demuxer) if *still => ffmpeg::image_input(path, demuxer),
                    _ => ffmpeg::input_as(path, demuxer.as_deref()),
                });
            }
            Self::Still(path) => {
                arguments.extend(match ffmpeg::image_demuxer(path) {
                    Some(demuxer) => ffmpeg::image_input(path, demuxer),
                    None => ffmpeg::input(path),
                });
            }
            Self::Hud { width, height } => {
                // Raw video needs no probing, and probing would swallow the first bars.
                options(&["-probesize", "32", "-analyzeduration", "0"]);
                options(&["-f", "rawvideo", "-pix_fmt", "yuv420p", "-framerate", "30"]);
                options(&["-video_size", &format!("{width}x{height}"), "-i", "pipe:0"]);
            }
        }
        arguments
    }
}
