//! Runs FFmpeg once: reads a clip and returns the coded frames of its loop, each as soon as it is written.
//!
//! For `isolation`, which decides how often and with which arguments to encode, and for `trial`. This module
//! splits FFmpeg's output into slices and drops the slices of noise. It checks the headers of the other
//! slices against everything that stitching relies on. So a future encoder that behaves differently causes an
//! error here and not broken frames at a viewer. [`verify`](super::verify) checks the pixels.

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

/// Bytes to read from FFmpeg at a time.
const CHUNK: usize = 64 << 10;

/// The part of a loop that has been prepared so far.
#[derive(Debug, Default)]
pub struct PartialLoop {
    /// Set before the first frame.
    pub config: Option<AvcConfig>,
    /// The exercise slices of each frame so far. They are not verified yet.
    pub frames: Vec<Bytes>,
    /// The restart form of the first frame of each GOP. Added together with that frame.
    pub restarts: Vec<Bytes>,
}

/// Why a loop could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// FFmpeg failed.
    #[error("FFmpeg failed: {0}")]
    Ffmpeg(#[from] FfmpegError),
    /// FFmpeg's output is not fragmented MP4 as expected.
    #[error("FFmpeg's output cannot be read: {0}")]
    Output(#[from] ReadError),
    /// FFmpeg's output is not H.264 that this program can stitch.
    #[error("the encoded loop cannot be stitched: {0}")]
    Form(#[from] h264::H264Error),
    /// A frame does not have the requested structure.
    #[error("the encoded loop cannot be stitched: picture {frame} {what}")]
    Frame {
        /// Number of the frame in the loop, from 0.
        frame: u64,
        /// The fault, as the end of a sentence about the frame.
        what: &'static str,
    },
    /// A frame that not every decoder can be expected to decode.
    #[error("picture {frame} of the encoded loop {what}")]
    TooDemanding {
        /// Number of the frame in the loop, from 0.
        frame: u64,
        /// The demand, as the end of a sentence about the frame.
        what: &'static str,
    },
    /// FFmpeg wrote more or fewer frames than requested.
    #[error("FFmpeg made {made} of {asked} pictures")]
    Length {
        /// Number of frames that FFmpeg wrote.
        made: u64,
        /// Number of frames that were requested.
        asked: Frames,
    },
    /// A decoder in its strictest mode reports an error in the loop.
    #[error("a strict decoder refuses the loop: {0}")]
    Refused(FfmpegError),
    /// The exercise of this intra frame depends on what the HUD shows,
    /// although it is predicted from no other frame.
    #[error("a decoder sees the HUD's pixels in picture {0} of the exercise")]
    HudLeak(u64),
    /// FFmpeg was started again, and this frame differs from that of the earlier run.
    #[error("picture {0} came out otherwise when FFmpeg was started again")]
    Differs(usize),
    /// The clip was replaced while FFmpeg read it, so it is unknown which file the loop was made from.
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
    /// The error for clients, without FFmpeg's own text, which contains paths.
    #[must_use]
    pub fn for_clients(&self) -> String {
        match self {
            Self::Refused(_) => "a strict decoder refuses its loop".to_owned(),
            other => other.to_string(),
        }
    }

    /// Whether the machine lacks memory, disk space, file descriptors or processes at present.
    #[must_use]
    pub fn is_starved(&self) -> bool {
        match self {
            Self::Ffmpeg(error) => error.is_starved(),
            Self::File(error) => is_starved(error),
            _ => false,
        }
    }

    /// Whether the preparation hung a short while ago and is left alone for now.
    #[must_use]
    pub fn is_resting(&self) -> bool {
        matches!(self, Self::Ffmpeg(FfmpegError::Resting { .. }))
    }

    /// Whether the next preparation would fail in the same way, because
    /// the fault is in the loop and not in the machine.
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

/// Encodes a recipe with the settings of `attempt`. Puts each frame into `partial` when it is
/// written. Returns the whole loop, which is not verified yet. `partial` may hold frames of an
/// earlier run of the same recipe that was killed.
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
        // The noise is larger than a pipe's buffer, and FFmpeg reads it only after it has opened the clip. So
        // a separate task writes it. The task ends when the pipe is closed. Write errors are ignored, because
        // FFmpeg's exit tells what went wrong.
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
                    // `FragmentReader` returns the header before any sample.
                    let strip = strip.as_mut().ok_or(PrepareError::Cancelled)?;
                    let (frame, restart) = strip.forms(&sample.data)?;
                    if let Some(known) = partial.borrow().frames.get(number) {
                        // The encoder is deterministic, so readers of `partial`
                        // continue where the killed run stopped.
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

/// Removes the slices of noise from each frame and checks the other slices.
struct NoiseFilter<'a> {
    parameters: Parameters,
    /// Address of the first macroblock of the HUD. Without a HUD, the number of macroblocks of the frame.
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

    /// The exercise slices of the next frame, and its restart form if it is the first of a GOP.
    fn forms(&mut self, sample: &Bytes) -> Result<(Bytes, Option<Bytes>), PrepareError> {
        let number = self.next;
        let frame = self.exercise(sample)?;
        Ok(match self.gops.begins(number) {
            true => {
                let restart = self.restart(&frame, number)?;
                (frame, Some(restart))
            }
            // An added intra frame exists only in its restart form, because no stream begins within a GOP.
            false if self.intra.contains(number) => (self.restart(&frame, number)?, None),
            false => (frame, None),
        })
    }

    /// The exercise slices of the next frame as they were encoded, each after its 4-byte length.
    fn exercise(&mut self, sample: &Bytes) -> Result<Bytes, PrepareError> {
        let frame = self.next;
        let since = self.intra.since(frame);
        let wrong = |what| PrepareError::Frame { frame, what };
        let mut kept = Vec::with_capacity(sample.len());
        let mut at_hud = !self.has_hud;
        for nal in h264::nal_units(sample) {
            let nal = nal?;
            if !matches!(nal.kind(), NalKind::Slice | NalKind::IdrSlice) {
                continue; // SEI messages, delimiters: they tell nothing beyond the samples
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

    /// The restart form of an IDR frame of the loop.
    fn restart(&self, frame: &Bytes, number: u64) -> Result<Bytes, PrepareError> {
        // This fits: GOPs are short.
        let frame_num = self.intra.before(number) as u32;
        let mut restart = Vec::with_capacity(frame.len() + 64);
        for nal in h264::nal_units(frame) {
            h264::restart_form(nal?, &self.parameters, frame_num, &mut restart)?;
        }
        Ok(restart.into())
    }
}
