//! The sound track of a video, any frame of it at once: laid out of cues, or recorded as a whole.

use std::borrow::Cow;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::{CueTrack, Recorded};
use crate::mp4::AacConfig;
use crate::sound::FRAME_SAMPLES;
use crate::units::Samples;

/// See the module.
#[derive(Debug, Clone)]
pub enum SoundTrack {
    /// Cues between silence.
    Cues(CueTrack),
    /// With the clips' own sound.
    Recorded(Arc<Recorded>),
}

impl SoundTrack {
    /// What the frames are.
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

    /// How many frames there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.length().0.div_ceil(FRAME_SAMPLES)
    }

    /// How long frame `number` lasts: the last is cut short, so that the track ends with the last video frame.
    #[must_use]
    pub fn lasts(&self, number: u64) -> u32 {
        self.length()
            .0
            .saturating_sub(number * FRAME_SAMPLES)
            .min(FRAME_SAMPLES) as u32
    }

    /// The first of some frames, and those that lie in one place with it and are best read with it: at least
    /// one, unless there is none.
    #[must_use]
    pub fn together(&self, frames: Range<u64>) -> Range<u64> {
        match self {
            Self::Cues(_) => frames.start..frames.end.min(frames.start + 1),
            Self::Recorded(_) => frames,
        }
    }

    /// Bytes of some frames.
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

    /// Some frames, one behind the other. Fails when the file of a recorded track cannot be read.
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

    /// Gives `part` all that names the frames' bytes.
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

    /// Bytes of memory that it takes beside what it shares with others.
    #[must_use]
    pub fn in_memory(&self) -> usize {
        match self {
            Self::Cues(_) => 0,
            Self::Recorded(recorded) => recorded.in_memory(),
        }
    }

    /// Bytes of the file that it holds open, if it does.
    #[must_use]
    pub fn on_disk(&self) -> Option<u64> {
        match self {
            Self::Cues(_) => None,
            Self::Recorded(recorded) => Some(recorded.on_disk()),
        }
    }
}
