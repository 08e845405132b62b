//! FFmpeg as a child process: how it is started, fenced in, listened to and ended.
//!
//! For `clip` (probing, posters), `stitch` (loops, cues) and `render` (frames, sound). This module decides what every
//! FFmpeg of ours has in common: no network, no terminal, a [`Task`] with a deadline, a log that is read and
//! bounded, an end that is always reaped, and no life after this process ([`launch`]). What a process renders is the
//! caller's business.

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

/// Container formats that clips may have, as FFmpeg names its demuxers.
///
/// A list of what is allowed, because FFmpeg guesses a file's format from its bytes: a playlist
/// (`hls`, `concat`, `dash`) named `clip.mp4` would make it read other files. Still images are
/// allowed, they are clips of one image.
pub const CLIP_FORMATS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,gif,ogg,asf,mxf,nut,\
    yuv4mpegpipe,apng,webp_anim,png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,tiff_pipe";

/// How long a child may be without progress, unless a setting says otherwise.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Where FFmpeg's two programs are, how they are started, and who reaps them.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The `ffmpeg` program: a name on the `PATH` or a path.
    pub ffmpeg: PathBuf,
    /// The `ffprobe` program.
    pub ffprobe: PathBuf,
    /// The tasks that reap FFmpeg's processes, for a program's end to wait for.
    pub reapers: TaskTracker,
    /// The program whose subcommand `launch` starts them (see [`launch`]); `None` starts them directly, and then they
    /// may outlive this process.
    pub launcher: Option<PathBuf>,
    /// How long a child may be without progress; what else its deadlines are follows from its [`Task`].
    pub patience: Duration,
    /// The children that gave no result, counted.
    pub troubles: Arc<Troubles>,
    /// The task that all children are declared with, whatever they are started for.
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
    /// The same programs, for finding out whether something can be done: what a trial starts is no workout's work,
    /// and neither its deadlines nor its failures are those of one.
    #[must_use]
    pub fn on_trial(&self) -> Self {
        Self {
            declared: Some(Task::Trial),
            ..self.clone()
        }
    }

    /// An `ffmpeg` command line to add inputs and outputs to.
    #[must_use]
    pub fn ffmpeg(&self) -> FfmpegCommand {
        // Sets `-loglevel level+info`, which the log parser relies on.
        let mut command = FfmpegCommand::new_with_path(&self.ffmpeg);
        command.hide_banner().arg("-y");
        command
    }

    /// Starts a command line of FFmpeg's for `task`; `feed` opens its standard input.
    pub fn spawn(&self, task: Task, mut command: FfmpegCommand, feed: bool) -> Result<Child, FfmpegError> {
        if !feed {
            // Without it FFmpeg reads the server's terminal for keys.
            command.arg("-nostdin");
        }
        self.start(task, command.into(), feed)
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
    input_as(path, image_demuxer(path))
}

/// The same by a demuxer that is known, where FFmpeg would guess by the name.
#[must_use]
pub fn input_as(path: &Path, demuxer: Option<&str>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = FENCE.iter().map(OsString::from).collect();
    arguments.extend(demuxer.iter().flat_map(|name| ["-f", name]).map(OsString::from));
    arguments.push("-i".into());
    arguments.push(file_argument(path));
    arguments
}

/// The arguments that make FFmpeg read the first, main image of a file, whose demuxer is one of [`IMAGE_DEMUXERS`].
///
/// The file is one packet: what follows the image (phones append a map of gains) is never decoded. Taken one by one,
/// a second image of another size would make FFmpeg begin its graph anew, in 5.1 whatever it is told. The name means
/// just this file, and no other format may be read.
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

/// The demuxer of a still image, by its name.
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

/// Endings of still images, and FFmpeg's demuxers for them. By the name alone it would take such a file for one of a
/// numbered series, or a `%`, `?` or `*` in it for a pattern, and look for more.
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
/// Without the `file:` prefix a name such as `-y.mp4` would be an option and `a:b.mov` a protocol.
#[must_use]
pub fn file_argument(path: &Path) -> OsString {
    let mut argument = OsString::from("file:");
    argument.push(path);
    argument
}
