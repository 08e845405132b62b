//! FFmpeg as a child process: how it is started, fenced in, listened to and ended.
//!
//! For `clip` (probing, posters) and `render` (pictures, sound). This module decides what every
//! FFmpeg of ours has in common: no network, no terminal, a log that is read and bounded, and an end
//! that is always reaped. What a process renders is the caller's business.

mod aac;
mod child;
mod job;

pub use aac::AUDIO_BITRATE;
pub use child::{Child, Progress};
pub use job::{LONG, SHORT};

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ffmpeg_sidecar::command::FfmpegCommand;
use tokio_util::task::TaskTracker;

/// Container formats that clips may have, as FFmpeg names its demuxers.
///
/// A list of what is allowed, because FFmpeg guesses a file's format from its bytes: a playlist
/// (`hls`, `concat`, `dash`) named `clip.mp4` would make it read other files. Still pictures are
/// allowed, they are clips of one picture.
pub const CLIP_FORMATS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,gif,ogg,asf,mxf,nut,\
    yuv4mpegpipe,apng,png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,tiff_pipe";

/// Where FFmpeg's two programs are, and who reaps them.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The `ffmpeg` program: a name on the `PATH` or a path.
    pub ffmpeg: PathBuf,
    /// The `ffprobe` program.
    pub ffprobe: PathBuf,
    /// The tasks that reap FFmpeg's processes, for a program's end to wait for.
    pub reapers: TaskTracker,
}

impl Default for Tools {
    fn default() -> Self {
        Self {
            ffmpeg: "ffmpeg".into(),
            ffprobe: "ffprobe".into(),
            reapers: TaskTracker::new(),
        }
    }
}

impl Tools {
    /// An `ffmpeg` command line to add inputs and outputs to.
    #[must_use]
    pub fn ffmpeg(&self) -> FfmpegCommand {
        // Sets `-loglevel level+info`, which the log parser relies on.
        let mut command = FfmpegCommand::new_with_path(&self.ffmpeg);
        command.hide_banner().arg("-y");
        command
    }

    /// Starts a command line of FFmpeg's; `feed` opens its standard input.
    pub fn spawn(&self, mut command: FfmpegCommand, feed: bool) -> Result<Child, FfmpegError> {
        if !feed {
            // Without it FFmpeg reads the server's terminal for keys.
            command.arg("-nostdin");
        }
        Child::spawn(command.into(), feed, &self.reapers)
    }
}

/// Options that keep an input on local files and known formats. They go before `-i`.
pub const FENCE: [&str; 4] = [
    "-protocol_whitelist",
    "file,pipe",
    "-format_whitelist",
    CLIP_FORMATS,
];

/// The arguments that make FFmpeg or ffprobe read a file, and nothing but this file: the fence,
/// `-i` and the path. Options for the input go before them.
#[must_use]
pub fn input(path: &Path) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = FENCE.iter().map(OsString::from).collect();
    let ending = path
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    if ["jpg", "jpeg"].contains(&ending.as_str()) {
        // By the name FFmpeg would take such a file for one of a numbered series, and look for more.
        arguments.extend(["-f", "jpeg_pipe"].map(OsString::from));
    }
    arguments.push("-i".into());
    arguments.push(file_argument(path));
    arguments
}

/// A path as an FFmpeg argument that can only mean a local file.
///
/// Without the `file:` prefix a name such as `-y.mp4` would be an option and `a:b.mov` a protocol.
#[must_use]
pub fn file_argument(path: &Path) -> OsString {
    let mut argument = OsString::from("file:");
    argument.push(path);
    argument
}

/// Why an FFmpeg process gave no result.
#[derive(Debug, thiserror::Error)]
pub enum FfmpegError {
    /// The program is not there or may not be run.
    #[error("cannot start {program}: {cause}")]
    Start {
        /// Which program.
        program: String,
        /// Why.
        cause: std::io::Error,
    },
    /// It ended with an error; the text holds the last lines of its log.
    #[error("FFmpeg ended with {status}: {log}")]
    Failed {
        /// Exit status.
        status: String,
        /// Last errors and warnings.
        log: String,
    },
    /// A pipe to or from it broke.
    #[error("lost touch with FFmpeg: {0}")]
    Pipe(std::io::Error),
    /// It did not end in time and was killed.
    #[error("FFmpeg did not end within {0} s")]
    Slow(u64),
    /// It wrote more than it was allowed to and was killed.
    #[error("FFmpeg wrote more than {0} bytes")]
    TooMuch(u64),
}

impl From<std::io::Error> for FfmpegError {
    fn from(error: std::io::Error) -> Self {
        Self::Pipe(error)
    }
}
