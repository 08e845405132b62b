//! One FFmpeg run: a clip in, a loop's coded frames out, each as soon as it is there.
//!
//! What FFmpeg writes is taken apart to slices. Those of the noise are thrown away; what stays is checked
//! against all that stitching relies on, so that a future encoder which behaves otherwise is an error
//! here and not a broken frame at a viewer's.

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::watch;

use super::gops::Gops;
use super::intra_frames::IntraFrames;
use super::prepared_loop::PreparedLoop;
use super::recipe::{Attempt, Recipe, noise};
use crate::ffmpeg::{FfmpegError, Task, Tools, is_starved};
use crate::h264::{self, Deblocking, NalKind, Parameters, SliceHeader, SliceType};
use crate::mp4::{AvcConfig, Event, FragmentReader, ReadError};
use crate::units::Frames;
use crate::workout::Profile;

/// Bytes that are read from FFmpeg at a time.
const CHUNK: usize = 64 << 10;

/// A loop that is being prepared, as far as it has come.
#[derive(Debug, Default)]
pub struct PartialLoop {
    /// Known before the first frame.
    pub config: Option<AvcConfig>,
    /// The exercise slices of each frame so far, not checked yet.
    pub frames: Vec<Bytes>,
    /// The second form of each GOP's first frame; there as soon as that frame is.
    pub restarts: Vec<Bytes>,
}

/// Why a loop could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// FFmpeg failed.
    #[error("FFmpeg failed: {0}")]
    Ffmpeg(#[from] FfmpegError),
    /// Its output cannot be read.
    #[error("FFmpeg's output cannot be read: {0}")]
    Output(#[from] ReadError),
    /// Its output is no H.264 that this program can stitch.
    #[error("the encoded loop cannot be stitched: {0}")]
    Form(#[from] h264::H264Error),
    /// Its frames are not built as asked.
    #[error("the encoded loop cannot be stitched: picture {frame} {what}")]
    Frame {
        /// From 0.
        frame: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A frame that not every decoder can be expected to decode.
    #[error("picture {frame} of the encoded loop {what}")]
    TooDemanding {
        /// From 0.
        frame: u64,
        /// What it asks.
        what: &'static str,
    },
    /// More or fewer frames than asked.
    #[error("FFmpeg made {made} of {asked} pictures")]
    Length {
        /// So many.
        made: u64,
        /// So many were asked for.
        asked: Frames,
    },
    /// A decoder in its strictest mode finds fault with the loop.
    #[error("a strict decoder refuses the loop: {0}")]
    Refused(FfmpegError),
    /// The loop's exercise rows depend on what the HUD shows, even where nothing is predicted from it.
    #[error("a decoder sees the HUD's pixels in picture {0} of the exercise")]
    HudLeak(u64),
    /// FFmpeg was started again, and encoded otherwise what it had encoded before.
    #[error("picture {0} came out otherwise when FFmpeg was started again")]
    Differs(usize),
    /// The clip was replaced while FFmpeg read it, so that nobody knows what it is a loop of.
    #[error("the clip was replaced while it was read")]
    Replaced,
    /// A file could not be read or written.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// The program ends.
    #[error("the preparation was broken off")]
    Cancelled,
}

impl PrepareError {
    /// What is wrong with the loop, for clients: without FFmpeg's words, in which there are paths.
    #[must_use]
    pub fn for_clients(&self) -> String {
        match self {
            Self::Refused(_) => "a strict decoder refuses its loop".to_owned(),
            other => other.to_string(),
        }
    }

    /// Whether the machine has no more memory, room, descriptors or processes at present.
    #[must_use]
    pub fn is_starved(&self) -> bool {
        match self {
            Self::Ffmpeg(error) => error.is_starved(),
            Self::File(error) => is_starved(error),
            _ => false,
        }
    }

    /// Whether it hung a short while ago, and is left alone for some more seconds.
    #[must_use]
    pub fn is_resting(&self) -> bool {
        matches!(self, Self::Ffmpeg(FfmpegError::Resting { .. }))
    }

    /// Whether it would be the same the next time: the fault is the loop's, not the machine's.
    #[must_use]
    pub fn is_of_the_loop(&self) -> bool {
        matches!(
            self,
            Self::Refused(_)
                | Self::HudLeak(_)
                | Self::Frame { .. }
                | Self::TooDemanding { .. }
                | Self::Form(_)
        )
    }
}

/// Runs a recipe, as `attempt` says. Every frame is put into `partial` when it is there; the whole is returned unchecked. `partial` may hold what an earlier run of the same recipe made before
/// it was killed.
pub async fn prepare(
    recipe: &Recipe,
    attempt: &Attempt,
    tools: &Tools,
    partial: &watch::Sender<PartialLoop>,
) -> Result<PreparedLoop, PrepareError> {
    let profile = recipe.look.profile;
    let with_noise = profile.bar_height() > 0;
    let mut child = tools.spawn(Task::Loop, recipe.command(attempt, tools), with_noise)?;
    if let Some(mut stdin) = child.take_stdin() {
        // More than a pipe holds, and FFmpeg reads it only once it has opened the clip: from beside.
        // It ends with the pipe, whatever becomes of FFmpeg, whose exit tells what went wrong.
        tokio::spawn(async move {
            let _ = stdin.write_all(&noise(&profile)).await;
        });
    }
    let mut stdout = child.take_stdout().ok_or(PrepareError::Cancelled)?;
    let mut reader = FragmentReader::new();
    let mut buffer = BytesMut::new();
    let mut strip: Option<NoiseFilter<'_>> = None;
    let mut number = 0;
    loop {
        while let Some(event) = reader.pull()? {
            match event {
                Event::Header(header) => {
                    let parameters = h264::Parameters::from_avcc(header.config.avcc())?;
                    partial.send_modify(|partial| partial.config = Some(header.config));
                    strip = Some(NoiseFilter::new(
                        parameters,
                        &profile,
                        recipe.gops(),
                        &attempt.intra,
                    ));
                }
                Event::Sample(sample) => {
                    // The reader gives the header first.
                    let strip = strip.as_mut().ok_or(PrepareError::Cancelled)?;
                    let (frame, restart) = strip.forms(&sample.data)?;
                    if let Some(known) = partial.borrow().frames.get(number) {
                        // The encoder does the same each time: so who reads goes on where the first run was killed.
                        if *known != frame {
                            return Err(PrepareError::Differs(number));
                        }
                    } else {
                        partial.send_modify(|partial| {
                            partial.restarts.extend(restart);
                            partial.frames.push(frame);
                        });
                    }
                    number += 1;
                }
            }
        }
        buffer.reserve(CHUNK);
        if stdout.read_buf(&mut buffer).await.map_err(FfmpegError::Pipe)? == 0 {
            break;
        }
        reader.push(buffer.split().freeze());
    }
    drop(stdout);
    child.finish().await?;
    reader.finish()?;
    let partial = partial.borrow();
    let made = partial.frames.len() as u64;
    match &partial.config {
        Some(config) if made == recipe.frames().0 => Ok(PreparedLoop {
            config: config.clone(),
            frames: partial.frames.clone(),
            restarts: partial.restarts.clone(),
            hud_top: profile.hud_top(),
        }),
        _ => Err(PrepareError::Length {
            made,
            asked: recipe.frames(),
        }),
    }
}

/// Takes the noise out of each frame and checks what is left.
struct NoiseFilter<'a> {
    parameters: Parameters,
    /// The first macroblock of the HUD; of the frame's end when there is none.
    hud: u32,
    has_hud: bool,
    next: u64,
    gops: Gops,
    intra: &'a IntraFrames,
}

impl<'a> NoiseFilter<'a> {
    fn new(parameters: Parameters, profile: &Profile, gops: Gops, intra: &'a IntraFrames) -> Self {
        let columns = profile.width.div_ceil(16);
        Self {
            parameters,
            hud: profile.hud_top().div_ceil(16) * columns,
            has_hud: profile.bar_height() > 0,
            next: 0,
            gops,
            intra,
        }
    }

    /// The next frame of the loop, and its second form if a GOP begins with it.
    fn forms(&mut self, sample: &Bytes) -> Result<(Bytes, Option<Bytes>), PrepareError> {
        let number = self.next;
        let frame = self.exercise(sample)?;
        Ok(match self.gops.begins(number) {
            true => {
                let restart = self.restart(&frame, number)?;
                (frame, Some(restart))
            }
            // A stream never begins within a part.
            false if self.intra.contains(number) => (self.restart(&frame, number)?, None),
            false => (frame, None),
        })
    }

    /// The exercise slices of the next frame as they were encoded, each behind its length.
    fn exercise(&mut self, sample: &Bytes) -> Result<Bytes, PrepareError> {
        let frame = self.next;
        let since = self.intra.since(frame);
        let wrong = |what| PrepareError::Frame { frame, what };
        let mut kept = Vec::with_capacity(sample.len());
        let mut at_hud = !self.has_hud;
        for nal in h264::nal_units(sample) {
            let nal = nal?;
            if !matches!(nal.kind(), NalKind::Slice | NalKind::IdrSlice) {
                continue; // messages and delimiters, which say nothing that the samples do not
            }
            let header = SliceHeader::read(nal, &self.parameters)?;
            if header.first_macroblock >= self.hud && self.has_hud {
                at_hud |= header.first_macroblock == self.hud;
                continue;
            }
            let first = (NalKind::IdrSlice, SliceType::I);
            let other = (NalKind::Slice, SliceType::P);
            if (nal.kind(), header.slice_type) != if since == 0 { first } else { other } {
                return Err(wrong(
                    "is neither an IDR picture in its place nor a P picture in its own",
                ));
            }
            if u64::from(header.picture.frame_num) != since % (1 << self.parameters.frame_num_bits()) {
                return Err(wrong("has another frame_num than its place"));
            }
            if self.has_hud && header.deblocking == Deblocking::All {
                return Err(wrong("is filtered across slices"));
            }
            kept.extend_from_slice(&(nal.bytes().len() as u32).to_be_bytes());
            kept.extend_from_slice(nal.bytes());
        }
        if !at_hud {
            return Err(wrong("has no slice that begins where the HUD does"));
        }
        if kept.is_empty() {
            return Err(wrong("has no slice of the exercise"));
        }
        self.next += 1;
        Ok(kept.into())
    }

    /// The second form of an IDR frame of the loop.
    fn restart(&self, frame: &Bytes, number: u64) -> Result<Bytes, PrepareError> {
        // Parts are short: it fits.
        let frame_num = self.intra.before(number) as u32;
        let mut restart = Vec::with_capacity(frame.len() + 64);
        for nal in h264::nal_units(frame) {
            h264::restart_form(nal?, &self.parameters, frame_num, &mut restart)?;
        }
        Ok(restart.into())
    }
}
