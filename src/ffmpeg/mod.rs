//! FFmpeg as a child process: how it is started, restricted, read and ended.
//!
//! For `clip` (probing, cuts), `stitch` (loops, cues) and `render` (frames, sound, posters and previews).
//! This module defines what all FFmpeg processes have in common: no network, no terminal, a [`Task`] with
//! deadlines, a log that is read and bounded, a reaper for each process, and no process that outlives this
//! one ([`launch`]). This module does not decide what a process renders; the caller does.

mod aac;
mod backoff;
mod child;
mod error;
mod job;
pub mod launch;
mod output;
mod spawner;
mod task;
mod troubles;
mod watch;

pub use aac::AUDIO_BITRATE;
pub use backoff::Backoff;
pub use child::{Child, EncodeProgress, Stdin, Stdout};
pub use error::{FfmpegError, is_starved};
pub use job::Retries;
pub use output::{FRAGMENTS, MAPPED_ALONE, MP4};
pub use task::{Deadline, Task, VARIABLE};
pub use troubles::{Trouble, Troubles};

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ffmpeg_sidecar::command::FfmpegCommand;
use tokio_util::task::TaskTracker;

/// FFmpeg's names of the demuxers that are allowed for clips.
///
/// An allowlist is needed because FFmpeg guesses a file's format from its bytes: a
/// playlist (`hls`, `concat`, `dash`) named `clip.mp4` would make FFmpeg read
/// other files. Still images are allowed, as clips of one image.
pub const CLIP_FORMATS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,gif,ogg,asf,mxf,nut,\
    yuv4mpegpipe,apng,webp_anim,png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,tiff_pipe";

/// Default of the time that a child may be without progress; a setting can change it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// FFmpeg's two programs, and how their processes are started and reaped.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The `ffmpeg` program: a path, or a name to be looked up in `PATH`.
    pub ffmpeg: PathBuf,
    /// The `ffprobe` program: a path, or a name to be looked up in `PATH`.
    pub ffprobe: PathBuf,
    /// The tasks that reap FFmpeg's processes. The program waits for them before it ends.
    pub reapers: TaskTracker,
    /// The program whose subcommand `launch` starts the children (see [`launch`]). With
    /// `None`, children are started directly and may outlive this process.
    pub launcher: Option<PathBuf>,
    /// Maximum time that a child may be without progress. The other deadlines of
    /// a child follow from this time and the child's [`Task`].
    pub patience: Duration,
    /// Counts of the children that gave no result, by task.
    pub troubles: Arc<Troubles>,
    /// If set, all children are started with this task, whatever task the caller names.
    pub declared: Option<Task>,
}

impl Default for Tools {
    fn default() -> Self {
        Self {
            ffmpeg: "ffmpeg".into(),
            ffprobe: "ffprobe".into(),
            reapers: TaskTracker::new(),
            launcher: None,
            patience: PATIENCE,
            troubles: Arc::default(),
            declared: None,
        }
    }
}

impl Tools {
    /// The same programs for trials: all their children have [`Task::Trial`], so that
    /// neither the deadlines nor the failures of a trial count as those of a workout.
    #[must_use]
    pub fn on_trial(&self) -> Self {
        Self {
            declared: Some(Task::Trial),
            ..self.clone()
        }
    }

    /// A new `ffmpeg` command line without inputs and outputs.
    #[must_use]
    pub fn ffmpeg(&self) -> FfmpegCommand {
        // This call sets `-loglevel level+info`, which the log parser needs.
        let mut command = FfmpegCommand::new_with_path(&self.ffmpeg);
        command.hide_banner().arg("-y");
        command
    }

    /// Starts an FFmpeg command line for `task`; `feed` opens its standard input.
    pub fn spawn(&self, task: Task, mut command: FfmpegCommand, feed: bool) -> Result<Child, FfmpegError> {
        if !feed {
            // Without this option, FFmpeg reads key presses from the server's terminal.
            command.arg("-nostdin");
        }
        self.start(task, command.into(), feed)
    }
}

/// Options that restrict an input to local files and allowed formats. They must come before `-i`.
pub const FENCE: [&str; 4] = [
    "-protocol_whitelist",
    "file,pipe",
    "-format_whitelist",
    CLIP_FORMATS,
];

/// The arguments that make FFmpeg or ffprobe read this file and no other: the [`FENCE`],
/// `-i` and the path. Other options of the input must come before them.
#[must_use]
pub fn input(path: &Path) -> Vec<OsString> {
    input_as(path, image_demuxer(path))
}

/// The arguments of [`input`] with a known demuxer, for files whose demuxer FFmpeg would guess by the name.
#[must_use]
pub fn input_as(path: &Path, demuxer: Option<&str>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = FENCE.iter().map(OsString::from).collect();
    arguments.extend(demuxer.iter().flat_map(|name| ["-f", name]).map(OsString::from));
    arguments.push("-i".into());
    arguments.push(file_argument(path));
    arguments
}

/// The arguments that make FFmpeg read the first, main image of a
/// file whose demuxer is one of [`IMAGE_DEMUXERS`].
///
/// The demuxer `image2` reads the whole file as one packet, so the data after the image (phones
/// append a gain map) is never decoded. If the images were read one by one, a second image of
/// another size would make FFmpeg configure its filter graph anew; FFmpeg 5.1 does so whatever the
/// options say. The name is taken literally, and no other format is allowed.
#[must_use]
pub fn image_input(path: &Path, demuxer: &str) -> Vec<OsString> {
    let codec = demuxer.trim_end_matches("_pipe");
    let decoder = if codec == "jpeg" { "mjpeg" } else { codec };
    let options = ["-protocol_whitelist", "file,pipe", "-format_whitelist", "image2"];
    let one = ["-f", "image2", "-pattern_type", "none", "-c:v", decoder, "-i"];
    let mut arguments: Vec<OsString> = options.iter().chain(&one).map(OsString::from).collect();
    arguments.push(file_argument(path));
    arguments
}

/// The demuxer of a still image, by the extension of its file name.
#[must_use]
pub fn image_demuxer(path: &Path) -> Option<&'static str> {
    let ending = path
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let still = IMAGE_DEMUXERS.iter().find(|(known, _)| *known == ending);
    still.map(|(_, demuxer)| *demuxer)
}

/// Extensions of still images, and FFmpeg's demuxers for them. If FFmpeg went by
/// the name alone, it would take such a file for one of a numbered series, or a
/// `%`, `?` or `*` in the name for a pattern, and look for more files.
const IMAGE_DEMUXERS: [(&str, &str); 7] = [
    ("jpg", "jpeg_pipe"),
    ("jpeg", "jpeg_pipe"),
    ("png", "png_pipe"),
    ("webp", "webp_pipe"),
    ("bmp", "bmp_pipe"),
    ("tif", "tiff_pipe"),
    ("tiff", "tiff_pipe"),
];

/// A path as an FFmpeg argument that can only mean a local file.
///
/// Without the prefix `file:`, FFmpeg would take the name `-y.mp4`
/// for an option and `a:b.mov` for a protocol.
#[must_use]
pub fn file_argument(path: &Path) -> OsString {
    let mut argument = OsString::from("file:");
    argument.push(path);
    argument
}
