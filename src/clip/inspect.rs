//! Looking at one clip: probe, decode, and cut out its loop range.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ffmpeg_sidecar::command::FfmpegCommand;
use serde::{Deserialize, Serialize};

use super::digest::FileSystem;
use super::facts::{COUNTED, Facts, NoFacts};
use super::known::{Known, Stamp};
use crate::catalogue::LoopRange;
use crate::ffmpeg::{self, FfmpegError, Task, Tools};
use crate::files::open_regular;
use crate::units::{Frames, Seconds};

/// Bytes of ffprobe's answer that are read. Ten thousand pictures' times take about 400 KB.
const PROBE_LIMIT: u64 = 32 << 20;
/// Pictures decoded when the server starts: enough to know that the decoder works.
const FIRST_PICTURES: &str = "3";
/// The part of its claimed length that a clip's pictures must last: containers round, and the last
/// picture's length is often left open.
const WHOLE: f64 = 0.9;

/// A clip that can be shown: probed, decoded, and where to read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clip {
    /// The file that is read: the clip itself, or the cut of its loop range.
    pub path: PathBuf,
    /// What that file is.
    pub facts: Facts,
    /// Length of one pass of the loop: from its first picture to the end of its last one.
    pub length: Seconds,
    /// Whether `path` is a cut of a longer clip.
    pub cut: bool,
    /// Where the file's pictures end when they do so before the length that it claims: missing ones are
    /// noticed in any short clip, damaged ones only when all of it is decoded.
    pub breaks_off: Option<Seconds>,
}

impl Clip {
    /// One pass of the loop in output pictures, at normal speed; at least one.
    #[must_use]
    pub fn pictures(&self) -> Frames {
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
    /// The container is fine, its pictures are not.
    #[error("the pictures of {0} cannot be decoded")]
    Undecodable(String, #[source] FfmpegError),
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
            Self::Tools(_) | Self::Machine(..) => true,
            Self::Closed(_, error) => error.kind() == io::ErrorKind::TimedOut,
            _ => false,
        }
    }
}

/// How closely a clip is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Its first pictures are decoded: quick, for the server's start.
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
    known: Option<Arc<Known>>,
    files: FileSystem,
}

impl Inspector {
    /// For clips in `videos`; cuts are kept in a folder of `cache`.
    #[must_use]
    pub fn new(tools: Arc<Tools>, videos: &Path, cache: &Path) -> Self {
        Self {
            tools,
            videos: videos.to_owned(),
            cuts: cache.join("cuts"),
            known: None,
            files: FileSystem::default(),
        }
    }

    /// The same, that does not look again at first pictures it knows, and remembers what it finds.
    #[must_use]
    pub fn remembering(self, known: Option<Known>) -> Self {
        Self {
            known: known.map(Arc::new),
            ..self
        }
    }

    /// Keeps what it found for the next start.
    pub(super) fn remember(&self) {
        if let Some(known) = &self.known {
            known.save();
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
        let Some(known) = self.known.as_ref() else {
            return self.look(path, name, range, depth).await;
        };
        if let Some(reason) = known.failure(&path, range, &stamp) {
            return Err(ClipError::Failed(name.to_owned(), reason));
        }
        if depth != Depth::First {
            return self.look(path, name, range, depth).await;
        }
        let (memory, file, state) = (Arc::clone(known), path.clone(), stamp.clone());
        let remembered = self.files.ask(move || Ok(memory.get(&file, range, &state))).await;
        if let Ok(Some(clip)) = remembered {
            return Ok(clip);
        }
        let clip = self.look(path.clone(), name, range, depth).await?;
        known.put(&path, range, stamp, &clip);
        Ok(clip)
    }

    /// Remembers that a clip which looked good cannot be used, for as long as its file stays as it is.
    pub(super) async fn remember_failure(
        &self,
        name: &str,
        range: Option<LoopRange>,
        seen: &Stamp,
        reason: &str,
    ) {
        // Of a file that is gone or has changed there is nothing to remember.
        if let (Some(known), Ok((path, stamp))) = (&self.known, self.locate(name).await)
            && stamp == *seen
        {
            known.put_failure(&path, range, stamp, reason.to_owned());
        }
    }

    async fn look(
        &self,
        path: PathBuf,
        name: &str,
        range: Option<LoopRange>,
        depth: Depth,
    ) -> Result<Clip, ClipError> {
        let facts = self.probe(&path, name).await?;
        let decoded = self.decode(&path, &facts, name, depth).await?;
        let length = self.measure(&path, &facts, name).await?;
        // Of a clip whose rate is unknown, a count of pictures says nothing about time.
        let lasted = (facts.picture.fps > 0.0).then(|| Seconds(decoded as f64 / facts.picture.fps));
        let damaged = lasted.filter(|lasted| depth == Depth::Whole && lasted.0 < length.0 * WHOLE);
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
        Ok(Clip { breaks_off, ..clip })
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

    pub(super) async fn probe(&self, path: &Path, name: &str) -> Result<Facts, ClipError> {
        let counted = format!("%+{}", COUNTED.0);
        let options = [
            "-show_format",
            "-show_streams",
            "-count_packets",
            "-read_intervals",
            &counted,
        ];
        let answer = self.ask(path, name, &options).await?;
        Facts::from_ffprobe(&answer).map_err(|e| ClipError::Nothing(name.to_owned(), e))
    }

    /// What ffprobe says of a file when it is given these options.
    async fn ask(&self, path: &Path, name: &str, options: &[&str]) -> Result<Vec<u8>, ClipError> {
        let mut arguments: Vec<OsString> = options.iter().map(OsString::from).collect();
        arguments.extend(ffmpeg::input(path));
        let answer = self.tools.probe(Task::Probe, arguments, PROBE_LIMIT).await;
        answer.map_err(|error| classify(error, name, ClipError::Unreadable))
    }

    /// ffprobe may succeed on a file of which no picture decodes: only decoding tells.
    /// Returns how many came out, which is never none.
    async fn decode(&self, path: &Path, facts: &Facts, name: &str, depth: Depth) -> Result<usize, ClipError> {
        let mut command = self.tools.ffmpeg();
        if let Some(decoder) = facts.picture.decoder() {
            command.args(["-c:v", decoder]);
        }
        command.args(ffmpeg::input(path));
        command.args(["-map", &format!("0:{}", facts.picture.stream)]);
        if depth == Depth::First {
            command.args(["-frames:v", FIRST_PICTURES]);
        }
        // Scaled and converted as a rendering would, which not every pixel format allows. A line for
        // each picture comes out.
        command.args(["-vf", "scale=64:64,format=yuv420p"]);
        command.args(["-f", "framecrc", "pipe:1"]);
        let pictures = self.pictures(command).await;
        pictures.map_err(|error| classify(error, name, ClipError::Undecodable))
    }

    /// Whether a file is a regular one that may be read.
    pub async fn regular(&self, path: &Path) -> io::Result<()> {
        let path = path.to_owned();
        self.files.ask(move || open_regular(&path).map(|_| ())).await
    }

    /// Whether a still picture, such as a backdrop, can be shown.
    pub async fn still(&self, path: &Path) -> Result<(), FfmpegError> {
        let mut command = self.tools.ffmpeg();
        command.args(ffmpeg::input(path));
        command.args(["-frames:v", "1", "-f", "framecrc", "pipe:1"]);
        self.pictures(command).await.map(|_| ())
    }

    /// Runs an FFmpeg that writes a line for each picture, and counts them: never none.
    async fn pictures(&self, command: FfmpegCommand) -> Result<usize, FfmpegError> {
        let lines = self.tools.run(Task::Decode, command, PROBE_LIMIT).await?;
        let is_picture = |line: &&[u8]| line.first().is_some_and(u8::is_ascii_digit);
        match lines.split(|b| *b == b'\n').filter(is_picture).count() {
            0 => Err(FfmpegError::Failed {
                status: "success".to_owned(),
                log: "no picture came out".to_owned(),
            }),
            pictures => Ok(pictures),
        }
    }

    /// Length of the video track. Where the container does not say (recordings of a browser,
    /// Matroska, stills), the times of all pictures are read.
    pub(super) async fn measure(&self, path: &Path, facts: &Facts, name: &str) -> Result<Seconds, ClipError> {
        if let Some(length) = facts.length {
            return Ok(length);
        }
        let stream = facts.picture.stream.to_string();
        let entries = "packet=pts_time,duration_time";
        let options = ["-select_streams", &stream, "-show_entries", entries];
        let answer = self.ask(path, name, &options).await?;
        Ok(span(&answer).unwrap_or_else(|| Frames(1).seconds()))
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

/// From the first picture's time to the end of the last one, in ffprobe's list of packets.
fn span(answer: &[u8]) -> Option<Seconds> {
    #[derive(Deserialize)]
    struct Answer {
        packets: Vec<Packet>,
    }
    #[derive(Deserialize)]
    struct Packet {
        pts_time: Option<String>,
        duration_time: Option<String>,
    }
    let answer: Answer = serde_json::from_slice(answer).ok()?;
    let number = |text: &Option<String>| text.as_deref().and_then(|t| t.parse::<f64>().ok());
    let times: Vec<f64> = answer
        .packets
        .iter()
        .filter_map(|p| number(&p.pts_time))
        .collect();
    let first = times.iter().copied().reduce(f64::min)?;
    let last = times.iter().copied().reduce(f64::max)?;
    let stated = answer.packets.iter().rev().find_map(|p| number(&p.duration_time));
    // Without a stated length the last picture lasts as long as the others do on average.
    let average = (times.len() > 1).then(|| (last - first) / (times.len() - 1) as f64);
    let length = last - first + stated.or(average).unwrap_or_else(|| Frames(1).seconds().0);
    (length > 0.0 && length.is_finite()).then_some(Seconds(length))
}
