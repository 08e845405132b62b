//! The inspector: finds the tracks of one clip, decodes its first
//! frames, cuts out its loop range and tries to render it.
//!
//! [`super::Clips`] and `doctor` use the inspector to decide which exercises can be shown. The
//! steps stand in their own modules (`probe`, `decode`, `cut`); this module holds their order,
//! the errors and the search for the file. It does not prepare loops.

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

/// Part of a clip's length that its decoded frames must last at least. It is
/// below 1 because the duration of the last frame is often unspecified.
const WHOLE: f64 = 0.9;

/// Maximum number of bytes that are read from ffprobe. The times of ten thousand frames take about 400 KB.
pub(super) const PROBE_LIMIT: u64 = 32 << 20;

/// A clip that can be shown: the file to read, and what is known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clip {
    /// The file that is read: the clip itself, or the cut of its loop range.
    pub path: PathBuf,
    /// The facts of the file at `path`.
    pub facts: Facts,
    /// Length of one pass of the loop, from the start of the first frame to the end of the last one.
    pub length: Seconds,
    /// Whether `path` is a cut of a longer clip.
    pub cut: bool,
    /// Time at which the file's frames end, if they end before the length that the
    /// file claims. Missing frames are noticed in every short clip; damaged frames
    /// are noticed only when the whole clip is decoded.
    pub breaks_off: Option<Seconds>,
}

impl Clip {
    /// Number of output frames of one pass of the loop at normal speed; at least one.
    #[must_use]
    pub fn frames(&self) -> Frames {
        Frames::from_seconds(self.length).max(Frames(1))
    }
}

/// Why a clip cannot be shown. The text is for people and names no path.
#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    /// The videos folder has no such file.
    #[error("the file {0} is not in the videos folder")]
    Missing(String),
    /// The file exists, but it is not a regular file or the system does not permit reading it.
    #[error("the file {0} cannot be opened: {1}")]
    Closed(String, #[source] std::io::Error),
    /// The clip passed the inspection, but no loop could be prepared from it.
    #[error("{0} cannot be used: {1}")]
    Failed(String, String),
    /// The file is a link to a place outside of the videos folder.
    #[error("the file {0} lies outside of the videos folder")]
    Outside(String),
    /// FFmpeg cannot read the file as a video.
    #[error("{0} is not a video that FFmpeg can read")]
    Unreadable(String, #[source] FfmpegError),
    /// FFmpeg can read the file, but the file has no video that can be shown.
    #[error("{0}: {1}")]
    Nothing(String, #[source] NoFacts),
    /// The container can be read, but its frames cannot be decoded.
    #[error("the pictures of {0} cannot be decoded")]
    Undecodable(String, #[source] FfmpegError),
    /// A HEIC or AVIF image, as phones write them, that this FFmpeg cannot read.
    #[error("{0} is a HEIC or AVIF picture, which this FFmpeg cannot read as one: save it as JPEG or PNG")]
    Heif(String),
    /// An animation for which FFmpeg has no decoder.
    #[error(
        "{0} is an animated WebP, which this FFmpeg cannot read: save it as MP4, WebM, GIF or animated PNG"
    )]
    AnimatedWebp(String),
    /// The frame's size or rotation changes within the clip.
    #[error("the picture of {name} changes from {from} to {to} in mid-clip: save it in one size and upright")]
    ChangedSize {
        /// Name of the file.
        name: String,
        /// Size of the first frame.
        from: FrameSize,
        /// The other size, of a later frame.
        to: FrameSize,
    },
    /// The clip passed all checks, but the trial render failed.
    #[error("{0} cannot be made into a video")]
    Unplayable(String, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// The trial render failed because of the machine.
    #[error("it could not be tried")]
    Untried(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The loop range does not lie within the clip.
    #[error("the loop range of {name} is {start} to {end} s, but the clip is {length:.2} s long")]
    Range {
        /// Name of the file.
        name: String,
        /// Start of the requested range in seconds.
        start: f64,
        /// End of the requested range in seconds.
        end: f64,
        /// Length of the clip in seconds.
        length: f64,
    },
    /// The cut of the loop range does not have the number of frames that the range should have.
    #[error("of the loop range of {name}, only {found} of {wanted} pictures are there")]
    RangeFrameCount {
        /// Name of the file.
        name: String,
        /// Number of frames in the cut.
        found: u64,
        /// Number of frames that the range should have.
        wanted: u64,
    },
    /// The loop range is longer than the maximum, which is the second value (in seconds).
    #[error("the loop range of {0} is longer than {1} s: cut the clip instead")]
    LongRange(String, f64),
    /// FFmpeg could not write the cut.
    #[error("the loop range of {0} could not be cut out")]
    Cut(String, #[source] FfmpegError),
    /// FFmpeg cannot be started.
    #[error("FFmpeg cannot be run")]
    Tools(#[source] FfmpegError),
    /// FFmpeg was killed or took too long, or the machine had too little memory, disk
    /// space or file descriptors. This error says nothing about the clip.
    #[error(
        "{0} could not be looked at: FFmpeg was killed or took too long, or the machine had too little memory, disk or files"
    )]
    Machine(String, #[source] FfmpegError),
}

impl ClipError {
    /// Whether the machine is at fault. Such an error says nothing about the clip, and may soon be gone.
    #[must_use]
    pub fn is_of_machine(&self) -> bool {
        match self {
            Self::Tools(_) | Self::Machine(..) | Self::Untried(_) => true,
            Self::Closed(_, error) => error.kind() == io::ErrorKind::TimedOut || ffmpeg::is_starved(error),
            _ => false,
        }
    }
}

/// Why a trial render failed; the text is for the log.
#[derive(Debug)]
pub struct TrialError {
    /// The error of the renderer.
    pub cause: Box<dyn std::error::Error + Send + Sync>,
    /// Whether the machine is at fault, so that the failure says nothing about the clip.
    pub is_of_machine: bool,
}

/// Renders a few frames of a clip, in the same way as every workout. The renderer
/// provides this function, because this module does not know workouts.
#[derive(Clone)]
pub struct TrialRender(pub Arc<dyn Fn(Clip) -> BoxFuture<'static, Result<(), TrialError>> + Send + Sync>);

impl std::fmt::Debug for TrialRender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Trial")
    }
}

/// How much of a clip is decoded during the inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The first frames only: fast, for the server's start.
    First,
    /// The whole clip: for `doctor`.
    Whole,
}

/// Inspects the clips of one videos folder. Clones share the tools,
/// the probe cache and the file system permits.
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
    /// An inspector for the clips in the folder `videos`. Cuts are kept in the folder `cuts` within `cache`.
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

    /// Adds a trial render: a clip then passes only if its trial succeeds.
    #[must_use]
    pub fn with_trial_render(self, trial: TrialRender) -> Self {
        Self {
            trial: Some(trial),
            ..self
        }
    }

    /// Adds a probe cache: known results of [`Depth::First`] are reused, and new ones are stored.
    #[must_use]
    pub fn with_probe_cache(self, probe_cache: Option<ProbeCache>) -> Self {
        Self {
            probe_cache: probe_cache.map(Arc::new),
            ..self
        }
    }

    /// Saves the probe cache for the next start.
    pub(super) fn save_probe_cache(&self) {
        if let Some(probe_cache) = &self.probe_cache {
            probe_cache.save();
        }
    }

    /// Probes a clip, decodes it to the requested depth, and cuts out its loop range.
    pub async fn inspect(
        &self,
        name: &str,
        range: Option<LoopRange>,
        depth: Depth,
    ) -> Result<Clip, ClipError> {
        // The stamp is taken before the inspection: a file that is replaced
        // meanwhile has another stamp at the next start.
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
        // If the file was replaced meanwhile, nobody knows which of the two files the result describes.
        if self.stamp(&path).await.as_ref() == Some(&stamp) {
            probe_cache.put(&path, range, stamp, &clip);
        }
        Ok(clip)
    }

    /// Stores in the probe cache that a clip which passed the inspection
    /// cannot be used, for as long as its file does not change.
    pub(super) async fn cache_failure(
        &self,
        name: &str,
        range: Option<LoopRange>,
        seen: &Stamp,
        reason: &str,
    ) {
        // If the file is missing or has changed, the failure does not describe it.
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

    /// Resolves the clip's real path and takes the stamp of its file. The path must lie in the
    /// videos folder, also after all links are followed, and must lead to a regular file.
    pub(super) async fn locate(&self, name: &str) -> Result<(PathBuf, Stamp), ClipError> {
        let (videos, file) = (self.videos.clone(), name.to_owned());
        let located = self.files.ask(move || Ok(locate(&videos, &file))).await;
        located.unwrap_or_else(|stalled| Err(ClipError::Closed(name.to_owned(), stalled)))
    }

    /// The stamp of any regular file, such as a cut; `None` if the file cannot be read.
    pub(super) async fn stamp(&self, path: &Path) -> Option<Stamp> {
        let path = path.to_owned();
        self.files.ask(move || Stamp::of_regular(&path)).await.ok()
    }

    /// The image kind by the file's first bytes. A file that cannot be
    /// read has none here, because FFmpeg then reports the error.
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
            // The tiles of such an image are separate tracks, each of which shows only a part of the image.
            (Some(ImageKind::Heif), Ok(probed)) if probed.videos.len() > 2 => {
                Err(ClipError::Heif(name.to_owned()))
            }
            (_, probed) => probed,
        }
    }

    /// ffprobe's JSON answer for a file and these options.
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

    /// Checks that a file is a regular one and may be read.
    pub async fn regular(&self, path: &Path) -> io::Result<()> {
        let path = path.to_owned();
        self.files.ask(move || open_regular(&path).map(|_| ())).await
    }

    /// Checks that FFmpeg can decode a still image, such as a backdrop.
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

/// Makes a [`ClipError`] of an FFmpeg error. A fault of the machine says
/// nothing about the clip, so only other errors become `of_clip`.
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
