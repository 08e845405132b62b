//! Looking at one clip: find its tracks, decode them, cut out its loop range, and try it.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::decode::FrameSize;
use super::digest::FileSystem;
use super::facts::Facts;
use super::image_kind::ImageKind;
use super::probe::{self, NoFacts, Probed};
use super::probe_cache::{ProbeCache, Stamp};
use crate::catalogue::LoopRange;
use crate::ffmpeg::{self, FfmpegError, MAPPED_ALONE, Task, Tools};
use crate::files::open_regular;
use crate::units::{Frames, Seconds};

/// The part of its length that a clip's decoded frames must last: the last frame's length is often left open.
const WHOLE: f64 = 0.9;

/// Bytes of ffprobe's answer that are read. Ten thousand frames' times take about 400 KB.
pub(super) const PROBE_LIMIT: u64 = 32 << 20;

/// A clip that can be shown: probed, decoded, and where to read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clip {
    /// The file that is read: the clip itself, or the cut of its loop range.
    pub path: PathBuf,
    /// What that file is.
    pub facts: Facts,
    /// Length of one pass of the loop: from its first frame to the end of its last one.
    pub length: Seconds,
    /// Whether `path` is a cut of a longer clip.
    pub cut: bool,
    /// Where the file's frames end when they do so before the length that it claims: missing ones are
    /// noticed in any short clip, damaged ones only when all of it is decoded.
    pub breaks_off: Option<Seconds>,
}

impl Clip {
    /// One pass of the loop in output frames, at normal speed; at least one.
    #[must_use]
    pub fn frames(&self) -> Frames {
        Frames::from_seconds(self.length).max(Frames(1))
    }
}

/// Why a clip cannot be shown. The text is for people and names no path.
#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    /// No such file.
    #[error("the file {0} is not in the videos folder")]
    Missing(String),
    /// There, but it is no regular file, or the system does not let it be read.
    #[error("the file {0} cannot be opened: {1}")]
    Closed(String, #[source] std::io::Error),
    /// It looked good, and no loop could be prepared from it.
    #[error("{0} cannot be used: {1}")]
    Failed(String, String),
    /// A link that leads elsewhere.
    #[error("the file {0} lies outside of the videos folder")]
    Outside(String),
    /// Not a video that FFmpeg can read.
    #[error("{0} is not a video that FFmpeg can read")]
    Unreadable(String, #[source] FfmpegError),
    /// Readable, but there is nothing to show.
    #[error("{0}: {1}")]
    Nothing(String, #[source] NoFacts),
    /// The container is fine, its frames are not.
    #[error("the pictures of {0} cannot be decoded")]
    Undecodable(String, #[source] FfmpegError),
    /// An image that FFmpeg may be too old to read, in a format that only phones write.
    #[error("{0} is a HEIC or AVIF picture, which this FFmpeg cannot read as one: save it as JPEG or PNG")]
    Heif(String),
    /// An animation that FFmpeg has no decoder for.
    #[error(
        "{0} is an animated WebP, which this FFmpeg cannot read: save it as MP4, WebM, GIF or animated PNG"
    )]
    AnimatedWebp(String),
    /// The frame turns or changes its size in mid-clip.
    #[error("the picture of {name} changes from {from} to {to} in mid-clip: save it in one size and upright")]
    ChangedMacroblocks {
        /// File name.
        name: String,
        /// Size at first.
        from: FrameSize,
        /// Another one, later.
        to: FrameSize,
    },
    /// It looks good, and yet no video can be made of it.
    #[error("{0} cannot be made into a video")]
    Unplayable(String, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// The machine failed while it was tried.
    #[error("it could not be tried")]
    Untried(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The loop range does not fit.
    #[error("the loop range of {name} is {start} to {end} s, but the clip is {length:.2} s long")]
    Range {
        /// File name.
        name: String,
        /// First instant asked for.
        start: f64,
        /// Last instant asked for.
        end: f64,
        /// Length of the clip.
        length: f64,
    },
    /// Fewer frames lie in the loop range than it lasts.
    #[error("of the loop range of {name}, only {found} of {wanted} pictures are there")]
    RangeMissing {
        /// File name.
        name: String,
        /// Frames that came out.
        found: u64,
        /// Frames that it should have.
        wanted: u64,
    },
    /// The loop range is too long to be cut out.
    #[error("the loop range of {0} is longer than {1} s: cut the clip instead")]
    LongRange(String, f64),
    /// The cut could not be written.
    #[error("the loop range of {0} could not be cut out")]
    Cut(String, #[source] FfmpegError),
    /// FFmpeg itself is missing.
    #[error("FFmpeg cannot be run")]
    Tools(#[source] FfmpegError),
    /// FFmpeg was killed or took too long, or the machine had too little memory, disk or descriptors: that says
    /// nothing about the clip.
    #[error(
        "{0} could not be looked at: FFmpeg was killed or took too long, or the machine had too little memory, disk or files"
    )]
    Machine(String, #[source] FfmpegError),
}

impl ClipError {
    /// Whether it says nothing about the clip, and may be otherwise soon.
    #[must_use]
    pub fn is_of_machine(&self) -> bool {
        match self {
            Self::Tools(_) | Self::Machine(..) | Self::Untried(_) => true,
            Self::Closed(_, error) => error.kind() == io::ErrorKind::TimedOut || ffmpeg::is_starved(error),
            _ => false,
        }
    }
}

/// Why a trial failed; the text is for the log.
#[derive(Debug)]
pub struct TrialError {
    /// What happened.
    pub cause: Box<dyn std::error::Error + Send + Sync>,
    /// Whether it says nothing about the clip.
    pub is_of_machine: bool,
}

/// Makes a few frames of a clip, and of its sound, as every workout does. Given by those who can: this module
/// knows no workout.
#[derive(Clone)]
pub struct TrialRender(pub Arc<dyn Fn(Clip) -> BoxFuture<'static, Result<(), TrialError>> + Send + Sync>);

impl std::fmt::Debug for TrialRender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Trial")
    }
}

/// How closely a clip is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Its first frames are decoded: quick, for the server's start.
    First,
    /// All of it is decoded: for `doctor`.
    Whole,
}

/// Looks at the clips of one videos folder.
#[derive(Debug, Clone)]
pub struct Inspector {
    pub(super) tools: Arc<Tools>,
    videos: PathBuf,
    pub(super) cuts: PathBuf,
    probe_cache: Option<Arc<ProbeCache>>,
    files: FileSystem,
    trial: Option<TrialRender>,
}

impl Inspector {
    /// For clips in `videos`; cuts are kept in a folder of `cache`.
    #[must_use]
    pub fn new(tools: Arc<Tools>, videos: &Path, cache: &Path) -> Self {
        Self {
            tools,
            videos: videos.to_owned(),
            cuts: cache.join("cuts"),
            probe_cache: None,
            files: FileSystem::default(),
            trial: None,
        }
    }

    /// The same, that calls a clip good only if a trial succeeds.
    #[must_use]
    pub fn with_trial_render(self, trial: TrialRender) -> Self {
        Self {
            trial: Some(trial),
            ..self
        }
    }

    /// The same, that does not look again at first frames it knows, and remembers what it finds.
    #[must_use]
    pub fn with_probe_cache(self, probe_cache: Option<ProbeCache>) -> Self {
        Self {
            probe_cache: probe_cache.map(Arc::new),
            ..self
        }
    }

    /// Keeps what it found for the next start.
    pub(super) fn save_probe_cache(&self) {
        if let Some(probe_cache) = &self.probe_cache {
            probe_cache.save();
        }
    }

    /// Probes a clip, decodes it as deep as asked and cuts out its loop range.
    pub async fn inspect(
        &self,
        name: &str,
        range: Option<LoopRange>,
        depth: Depth,
    ) -> Result<Clip, ClipError> {
        // Before the look: a file that is replaced meanwhile is another one to the next start.
        let (path, stamp) = self.locate(name).await?;
        let Some(probe_cache) = self.probe_cache.as_ref() else {
            return self.look(path, name, range, depth).await;
        };
        if let Some(reason) = probe_cache.failure(&path, range, &stamp) {
            return Err(ClipError::Failed(name.to_owned(), reason));
        }
        if depth != Depth::First {
            return self.look(path, name, range, depth).await;
        }
        let (memory, file, state) = (Arc::clone(probe_cache), path.clone(), stamp.clone());
        let cached = self.files.ask(move || Ok(memory.get(&file, range, &state))).await;
        if let Ok(Some(clip)) = cached {
            return Ok(clip);
        }
        let clip = self.look(path.clone(), name, range, depth).await?;
        // Of one that was replaced meanwhile nobody knows what was seen.
        if self.stamp(&path).await.as_ref() == Some(&stamp) {
            probe_cache.put(&path, range, stamp, &clip);
        }
        Ok(clip)
    }

    /// Remembers that a clip which looked good cannot be used, for as long as its file stays as it is.
    pub(super) async fn cache_failure(
        &self,
        name: &str,
        range: Option<LoopRange>,
        seen: &Stamp,
        reason: &str,
    ) {
        // Of a file that is gone or has changed there is nothing to remember.
        if let (Some(probe_cache), Ok((path, stamp))) = (&self.probe_cache, self.locate(name).await)
            && stamp == *seen
        {
            probe_cache.put_failure(&path, range, stamp, reason.to_owned());
        }
    }

    async fn look(
        &self,
        path: PathBuf,
        name: &str,
        range: Option<LoopRange>,
        depth: Depth,
    ) -> Result<Clip, ClipError> {
        let kind = self.kind(&path).await;
        let probed = self.probe(&path, kind, name).await?;
        let (mut facts, decoded) = self.choose_video(&path, &probed, name, depth).await?;
        self.check_constant_size(&path, &facts, name, depth).await?;
        let length = self.length(&path, &facts, &decoded, name).await?;
        self.choose_sound(&path, &mut facts, name, probed.sounds, length)
            .await?;
        let damaged = decoded
            .end
            .filter(|end| depth == Depth::Whole && end.0 < length.0 * WHOLE);
        let breaks_off = damaged.or(facts.breaks_off.then_some(length));
        let clip = match range {
            Some(range) => self.cut(&path, &facts, name, length, range).await?,
            None => Clip {
                path,
                facts,
                length,
                cut: false,
                breaks_off: None,
            },
        };
        let clip = Clip { breaks_off, ..clip };
        if let Some(TrialRender(trial)) = &self.trial {
            let tried = trial(clip.clone()).await;
            tried.map_err(|error| {
                if error.is_of_machine {
                    ClipError::Untried(error.cause)
                } else {
                    ClipError::Unplayable(name.to_owned(), error.cause)
                }
            })?;
        }
        Ok(clip)
    }

    /// The clip's real path, which must lie in the videos folder whatever links there are, and the state of the
    /// file there, which must be a regular one.
    pub(super) async fn locate(&self, name: &str) -> Result<(PathBuf, Stamp), ClipError> {
        let (videos, file) = (self.videos.clone(), name.to_owned());
        let located = self.files.ask(move || Ok(locate(&videos, &file))).await;
        located.unwrap_or_else(|stalled| Err(ClipError::Closed(name.to_owned(), stalled)))
    }

    /// The state of another regular file, such as a cut.
    pub(super) async fn stamp(&self, path: &Path) -> Option<Stamp> {
        let path = path.to_owned();
        self.files.ask(move || Stamp::of_regular(&path)).await.ok()
    }

    /// What the file is by its first bytes. One that cannot be read is for FFmpeg to complain of.
    async fn kind(&self, path: &Path) -> Option<ImageKind> {
        let path = path.to_owned();
        let kind = self.files.ask(move || ImageKind::of(open_regular(&path)?));
        kind.await.ok()?
    }

    async fn probe(&self, path: &Path, kind: Option<ImageKind>, name: &str) -> Result<Probed, ClipError> {
        let demuxer = kind.and_then(ImageKind::demuxer);
        let answer = self.ask(path, demuxer, name, &probe::QUESTION).await;
        let probed = answer.and_then(|answer| {
            Probed::read(&answer).map_err(|error| ClipError::Nothing(name.to_owned(), error))
        });
        match (kind, probed) {
            (Some(ImageKind::AnimatedWebp), Err(ClipError::Nothing(..))) => {
                Err(ClipError::AnimatedWebp(name.to_owned()))
            }
            (Some(ImageKind::Heif), Err(ClipError::Unreadable(..) | ClipError::Nothing(..))) => {
                Err(ClipError::Heif(name.to_owned()))
            }
            // Its tiles are tracks of their own, each a part of the frame.
            (Some(ImageKind::Heif), Ok(probed)) if probed.videos.len() > 2 => {
                Err(ClipError::Heif(name.to_owned()))
            }
            (_, probed) => probed,
        }
    }

    /// What ffprobe says of a file when it is given these options.
    pub(super) async fn ask(
        &self,
        path: &Path,
        demuxer: Option<&str>,
        name: &str,
        options: &[&str],
    ) -> Result<Vec<u8>, ClipError> {
        let mut arguments: Vec<OsString> = options.iter().map(OsString::from).collect();
        arguments.extend(ffmpeg::input_as(path, demuxer));
        let answer = self.tools.probe(Task::Probe, arguments, PROBE_LIMIT).await;
        answer.map_err(|error| classify(error, name, ClipError::Unreadable))
    }

    /// Whether a file is a regular one that may be read.
    pub async fn regular(&self, path: &Path) -> io::Result<()> {
        let path = path.to_owned();
        self.files.ask(move || open_regular(&path).map(|_| ())).await
    }

    /// Whether a still image, such as a backdrop, can be shown.
    pub async fn still(&self, path: &Path) -> Result<(), FfmpegError> {
        let mut command = self.tools.ffmpeg();
        command.args(ffmpeg::input(path));
        command.args(["-map", "0:v:0"]).args(MAPPED_ALONE);
        command.args(["-frames:v", "1", "-f", "framecrc", "pipe:1"]);
        self.run(Task::Decode, command).await.map(|_| ())
    }
}

fn locate(videos: &Path, name: &str) -> Result<(PathBuf, Stamp), ClipError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ClipError::Missing(name.to_owned()),
        _ => ClipError::Closed(name.to_owned(), error),
    };
    let folder = videos.canonicalize().map_err(failed)?;
    let path = folder.join(name).canonicalize().map_err(failed)?;
    if !path.starts_with(&folder) {
        return Err(ClipError::Outside(name.to_owned()));
    }
    let stamp = Stamp::of_regular(&path).map_err(failed)?;
    Ok((path, stamp))
}

/// A fault of the machine says nothing about the clip.
pub(super) fn classify(
    error: FfmpegError,
    name: &str,
    of_clip: impl FnOnce(String, FfmpegError) -> ClipError,
) -> ClipError {
    match error {
        FfmpegError::Start { .. } if !error.is_starved() => ClipError::Tools(error),
        error if error.is_of_machine() => ClipError::Machine(name.to_owned(), error),
        error => of_clip(name.to_owned(), error),
    }
}
