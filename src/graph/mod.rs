//! Timeline -> shots -> groups -> FFmpeg filter graphs.
//!
//! For `render`, which runs the graphs, and for `stitch`, which prepares loops with them. This module
//! produces text only: it starts no process.
//!
//! A *shot* is what one interval shows: the clip, its length, its speed, and whether it is mirrored. A
//! *group* is a few shots that one FFmpeg process renders. FFmpeg opens all inputs before its first frame, so
//! with a single process latency and memory would grow with the length of the workout. Each group has two
//! graphs, one for its frames and one for the sound of its clips. They run in separate processes and with
//! separate groups, so that the sound is never cut where the frames are cut.
//!
//! ```text
//! clip ─ fit ─ loop ─ speed ─┐
//! clip ─ fit ─ loop ─ speed ─┴ concat ─┐
//! HUD bar, raw, on standard input ─────┴ vstack ─ x264
//! ```
//!
//! A short clip is decoded once and repeated from memory. A longer clip is opened again for each pass: its
//! shot is divided into one shot for each pass. No demuxer ever has to seek back to the start of a clip,
//! because many demuxers cannot do that exactly.
//!
//! No text of a request ever enters a graph. Shots hold only numbers and paths, and a path is a separate
//! argument of the process, never part of the graph's text.

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

/// A filter graph and its inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterGraph {
    /// The inputs, in the order of FFmpeg's input numbers.
    pub inputs: Vec<Input>,
    /// The text for `-filter_complex`, one chain on each line.
    pub text: String,
}

/// Label of the single output of every graph.
pub const OUTPUT: &str = "[out]";

/// All filters that a graph may use; FFmpeg must have each of them. `zscale` and `tonemap` are used only for
/// clips with other colours than BT.709, HDR included, but a build without them would fail in the middle of a
/// workout.
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

/// One input of a filter graph.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A clip.
    Clip {
        /// The file of the clip, or of the cut of its loop range.
        path: PathBuf,
        /// The decoder to use; `None` leaves the choice to FFmpeg.
        decoder: Option<&'static str>,
        /// The demuxer to use; `None` leaves the choice to FFmpeg. Set for files whose demuxer FFmpeg would
        /// choose by name.
        demuxer: Option<String>,
        /// Whether the clip is a still image. Only the first frame of the file is used then.
        still: bool,
    },
    /// The first image of an image file.
    Still(PathBuf),
    /// Raw HUD bars on standard input, `yuv420p` at 30 fps.
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
                // One decoder thread: each further thread holds several frames in memory, and the encoder
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
                // Raw video needs no probing, and probing would consume the first bars.
                options(&["-probesize", "32", "-analyzeduration", "0"]);
                options(&["-f", "rawvideo", "-pix_fmt", "yuv420p", "-framerate", "30"]);
                options(&["-video_size", &format!("{width}x{height}"), "-i", "pipe:0"]);
            }
        }
        arguments
    }
}
