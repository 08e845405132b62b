//! Reads AAC audio frames from an ADTS stream (FFmpeg's `-f adts`) while it arrives (ISO/IEC
//! 14496-3 1.A.2.2).
//!
//! For the renderers of sound. [`AdtsReader`] reads no pipe itself and decodes no sound.

use bytes::Bytes;

use super::config::AacConfig;
use super::queue::ByteQueue;
use super::sample::{AAC_FRAME_SAMPLES, Sample};

/// Bytes of an ADTS header. If `protection_absent` is 0, a checksum of two more bytes follows.
const HEADER: usize = 7;

/// Why the reader refuses an ADTS stream: it is not what FFmpeg was asked to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AdtsError {
    /// A frame does not begin with the sync word and layer 0. The reader does not search for
    /// another sync word.
    #[error("no ADTS frame begins at byte {offset}")]
    Sync {
        /// Offset in the stream at which the frame should begin.
        offset: u64,
    },
    /// A header has reserved values, or says that the audio frames describe the channels.
    #[error("the ADTS frame at byte {offset} has a reserved rate or channel configuration")]
    Config {
        /// Offset of the frame in the stream.
        offset: u64,
    },
    /// A frame has another profile, sample rate or channel configuration than the first frame.
    #[error("the ADTS frame at byte {offset} has another configuration than the first")]
    Changed {
        /// Offset of the frame in the stream.
        offset: u64,
    },
    /// A frame holds no data, or several blocks. The reader cannot find the border between two blocks.
    #[error("the ADTS frame at byte {offset} does not hold exactly one block")]
    Blocks {
        /// Offset of the frame in the stream.
        offset: u64,
    },
    /// The stream ended inside a frame.
    #[error("the ADTS stream ended at byte {offset}, inside a frame")]
    Truncated {
        /// Length of the stream in bytes.
        offset: u64,
    },
}

/// Reads an ADTS stream that arrives in pieces.
///
/// Push the bytes that arrived, then pull until `None`. At the end of the stream, call
/// [`finish`](Self::finish). The reader holds only bytes that were pushed and not yet pulled; a
/// frame has at most 8 KiB. The reader returns the priming frame of an encoder like any other
/// frame; the caller must leave it out.
#[derive(Debug, Default)]
pub struct AdtsReader {
    queue: ByteQueue,
    config: Option<AacConfig>,
    failed: Option<AdtsError>,
}

impl AdtsReader {
    /// Creates a reader at the beginning of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next bytes of the stream, in pieces of any size.
    pub fn push(&mut self, bytes: Bytes) {
        // The reader never reads beyond an error, so it does not keep later bytes.
        if self.failed.is_none() {
            self.queue.push(bytes);
        }
    }

    /// The AAC parameters of the stream; `None` until [`pull`](Self::pull) has read the header of
    /// the first frame.
    #[must_use]
    pub fn config(&self) -> Option<AacConfig> {
        self.config
    }

    /// Returns the next audio frame: its `raw_data_block`, with a duration of 1024 ticks. Returns `None` if
    /// the caller must push more bytes first. After an error, every call returns the same error.
    pub fn pull(&mut self) -> Result<Option<Sample>, AdtsError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let result = self.advance();
        if let Err(error) = result {
            self.failed = Some(error);
            self.queue = ByteQueue::default();
        }
        result
    }

    /// Checks that the stream ended between two frames. The caller must have pushed all bytes and
    /// pulled all frames.
    pub fn finish(&self) -> Result<(), AdtsError> {
        match self.failed {
            Some(error) => Err(error),
            None if self.queue.is_empty() => Ok(()),
            None => Err(AdtsError::Truncated {
                offset: self.queue.position() + self.queue.len() as u64,
            }),
        }
    }

    fn advance(&mut self) -> Result<Option<Sample>, AdtsError> {
        let Some(header) = self.queue.peek::<HEADER>() else {
            return Ok(None);
        };
        let offset = self.queue.position();
        let header = FrameHeader::parse(header, offset)?;
        if *self.config.get_or_insert(header.config) != header.config {
            return Err(AdtsError::Changed { offset });
        }
        let Some(frame) = self.queue.take(header.frame) else {
            return Ok(None);
        };
        Ok(Some(Sample {
            data: frame.slice(header.header..),
            duration: AAC_FRAME_SAMPLES,
            key: true,
        }))
    }
}

/// The needed fields of `adts_fixed_header` and `adts_variable_header` (1.A.2.2.1, 1.A.2.2.2).
struct FrameHeader {
    config: AacConfig,
    /// Bytes before the block: the header and its checksum.
    header: usize,
    /// Bytes of header, checksum and block; always more than `header`.
    frame: usize,
}

impl FrameHeader {
    fn parse(bytes: [u8; HEADER], offset: u64) -> Result<Self, AdtsError> {
        let [b0, b1, b2, b3, b4, b5, b6] = bytes;
        // Bits: syncword 12, ID 1 (MPEG-2 or MPEG-4, not used here), layer 2, protection_absent 1.
        if b0 != 0xff || b1 & 0xf6 != 0xf0 {
            return Err(AdtsError::Sync { offset });
        }
        // Bits: profile_ObjectType 2 (object type - 1), sampling_frequency_index 4, private_bit 1,
        // channel_configuration 3, ...
        let channels = (b2 & 1) << 2 | b3 >> 6;
        let config =
            AacConfig::new((b2 >> 6) + 1, b2 >> 2 & 0xf, channels).ok_or(AdtsError::Config { offset })?;
        // ... then 4 bits that are not used here, aac_frame_length 13, adts_buffer_fullness 11,
        // number_of_raw_data_blocks_in_frame 2 (blocks - 1).
        let frame = usize::from(b3 & 3) << 11 | usize::from(b4) << 3 | usize::from(b5) >> 5;
        let header = if b1 & 1 == 1 { HEADER } else { HEADER + 2 };
        if b6 & 3 != 0 || frame <= header {
            return Err(AdtsError::Blocks { offset });
        }
        Ok(Self {
            config,
            header,
            frame,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An ADTS frame around `block`, as FFmpeg writes it: AAC-LC, 48 kHz, stereo, no checksum.
    fn frame(block: &[u8]) -> Vec<u8> {
        let length = HEADER + block.len();
        let mut bytes = vec![
            0xff,
            0xf1,
            0x4c,
            0x80 | (length >> 11) as u8,
            (length >> 3) as u8,
            (length << 5) as u8 | 0x1f,
            0xfc,
        ];
        bytes.extend_from_slice(block);
        bytes
    }

    fn read(bytes: Vec<u8>) -> (Vec<Bytes>, Result<(), AdtsError>) {
        let mut reader = AdtsReader::new();
        reader.push(bytes.into());
        let mut frames = Vec::new();
        while let Ok(Some(frame)) = reader.pull() {
            frames.push(frame.data);
        }
        (frames, reader.finish())
    }

    #[test]
    fn frames_lose_their_headers_and_give_the_config() {
        let mut reader = AdtsReader::new();
        reader.push(frame(b"one").into());
        assert_eq!(reader.config(), None);
        let first = reader.pull().expect("a sound frame").expect("a whole frame");
        assert_eq!((first.data.as_ref(), first.duration), (&b"one"[..], 1024));
        assert_eq!(reader.config(), Some(AacConfig::LC_48K_STEREO));
    }

    #[test]
    fn a_checksum_is_left_out() {
        let mut bytes = frame(b"??block");
        bytes[1] = 0xf0;
        assert_eq!(read(bytes), (vec![Bytes::from_static(b"block")], Ok(())));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let second = |at: usize, value: u8| {
            let mut bytes = frame(b"first");
            let offset = bytes.len();
            bytes.extend(frame(b"second"));
            bytes[offset + at] = value;
            read(bytes).1
        };
        assert_eq!(second(0, 0xfe), Err(AdtsError::Sync { offset: 12 }));
        assert_eq!(second(1, 0xf3), Err(AdtsError::Sync { offset: 12 }));
        assert_eq!(second(2, 0x50), Err(AdtsError::Changed { offset: 12 }));
        assert_eq!(second(2, 0x7c), Err(AdtsError::Config { offset: 12 }));
        assert_eq!(second(6, 0xfd), Err(AdtsError::Blocks { offset: 12 }));
        assert_eq!(second(4, 0), Err(AdtsError::Blocks { offset: 12 }));
        assert_eq!(second(4, 2), Err(AdtsError::Truncated { offset: 25 }));
    }

    #[test]
    fn an_error_stays() {
        let mut reader = AdtsReader::new();
        reader.push(Bytes::from_static(b"not an ADTS frame"));
        assert_eq!(reader.pull(), Err(AdtsError::Sync { offset: 0 }));
        reader.push(frame(b"late").into());
        assert_eq!(reader.pull(), Err(AdtsError::Sync { offset: 0 }));
    }
}
