//! Random access to the sound track of a video, either of coded cues or recorded as a whole.
//!
//! For [`StitchedVideo`](crate::stitch::StitchedVideo), which reads any audio frames by number.

use std::borrow::Cow;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::{CueTrack, Recorded};
use crate::mp4::AacConfig;
use crate::sound::FRAME_SAMPLES;
use crate::units::Samples;

/// A sound track. Clones are cheap and share the frames.
#[derive(Debug, Clone)]
pub enum SoundTrack {
    /// Coded cues between frames of silence.
    Cues(CueTrack),
    /// A recording with the clips' own sound.
    Recorded(Arc<Recorded>),
}

impl SoundTrack {
    /// The AAC parameters of the frames.
    #[must_use]
    pub fn config(&self) -> AacConfig {
        match self {
            Self::Cues(cues) => cues.config(),
            Self::Recorded(recorded) => recorded.config(),
        }
    }

    fn length(&self) -> Samples {
        match self {
            Self::Cues(cues) => cues.length(),
            Self::Recorded(recorded) => recorded.length(),
        }
    }

    /// Number of audio frames.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.length().0.div_ceil(FRAME_SAMPLES)
    }

    /// The duration of frame `number` in samples. The last frame is cut short, so
    /// that the track ends with the last video frame.
    #[must_use]
    pub fn lasts(&self, number: u64) -> u32 {
        self.length()
            .0
            .saturating_sub(number * FRAME_SAMPLES)
            .min(FRAME_SAMPLES) as u32
    }

    /// The part of `frames` from its start that is stored in one place and is best read at once: at least one
    /// frame, unless `frames` is empty.
    #[must_use]
    pub fn together(&self, frames: Range<u64>) -> Range<u64> {
        match self {
            Self::Cues(_) => frames.start..frames.end.min(frames.start + 1),
            Self::Recorded(_) => frames,
        }
    }

    /// Size of these frames together, in bytes.
    #[must_use]
    pub fn size(&self, mut frames: Range<u64>) -> u64 {
        match self {
            Self::Cues(cues) => frames.map(|frame| cues.frame(frame).len() as u64).sum(),
            Self::Recorded(recorded) => {
                frames.end = frames.end.max(frames.start);
                recorded.size(frames)
            }
        }
    }

    /// Reads these frames, one after the other. Fails if the file of a recorded track cannot be read.
    pub fn read(&self, frames: Range<u64>) -> io::Result<Cow<'_, Bytes>> {
        Ok(match self {
            Self::Cues(cues) if frames.end == frames.start + 1 => Cow::Borrowed(cues.frame(frames.start)),
            Self::Cues(cues) => {
                let frames: Vec<&[u8]> = frames.map(|frame| &**cues.frame(frame)).collect();
                Cow::Owned(frames.concat().into())
            }
            Self::Recorded(recorded) => Cow::Owned(recorded.read(frames)?),
        })
    }

    /// Calls `part` with bytes that together identify the bytes of all frames.
    pub(in crate::stitch) fn parts(&self, mut part: impl FnMut(&[u8])) {
        let cues = match self {
            Self::Cues(cues) => cues,
            Self::Recorded(recorded) => return part(recorded.digest().as_bytes()),
        };
        part(cues.silence());
        for (frames, sounds) in cues.stretches() {
            for frame in frames.filter(|_| sounds) {
                part(cues.frame(frame));
            }
        }
    }

    /// Bytes of memory that the track takes, without what it shares with others.
    #[must_use]
    pub fn in_memory(&self) -> usize {
        match self {
            Self::Cues(_) => 0,
            Self::Recorded(recorded) => recorded.in_memory(),
        }
    }

    /// Size of all frames in the open file of a recorded track, in bytes. `None` for cues.
    #[must_use]
    pub fn on_disk(&self) -> Option<u64> {
        match self {
            Self::Cues(_) => None,
            Self::Recorded(recorded) => Some(recorded.on_disk()),
        }
    }
}
