//! One sample of a track (a coded video frame or an audio frame), and the fields of a fragment that
//! describe it.
//!
//! For the readers, which produce samples, and for the writers. A sample carries no start time: it starts at
//! the sum of the durations of all samples before it in its track.

use bytes::Bytes;

/// Audio samples per channel in one AAC frame (ISO/IEC 14496-3 4.4.1: `frameLengthFlag` 0).
pub const AAC_FRAME_SAMPLES: u32 = 1024;

/// A coded frame with its bytes and its duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The bytes as mdat stores them. For H.264: NAL units, each after a 4-byte length. For AAC:
    /// one `raw_data_block`. A reader does not copy these bytes, except for a sample that arrived
    /// in several pieces.
    pub data: Bytes,
    /// Duration in ticks of the track's timescale.
    pub duration: u32,
    /// Whether a decoder can decode this sample without any sample before it. Always true for AAC.
    pub key: bool,
}

impl Sample {
    /// The fields of this sample that a fragment header holds.
    #[must_use]
    pub fn info(&self) -> SampleInfo {
        SampleInfo {
            // No real sample has 4 GiB; the fragment writer refuses the saturated size.
            size: u32::try_from(self.data.len()).unwrap_or(u32::MAX),
            duration: self.duration,
            key: self.key,
        }
    }
}

/// A sample without its bytes: enough to write a fragment header or to compute the layout of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleInfo {
    /// Number of bytes in mdat.
    pub size: u32,
    /// Duration in ticks of the track's timescale.
    pub duration: u32,
    /// Whether a decoder can decode this sample without any sample before it.
    pub key: bool,
}

/// `sample_flags` of a keyframe: `sample_depends_on` is 2 (ISO/IEC 14496-12 8.8.3.1).
pub(super) const SYNC: u32 = 0x0200_0000;
/// `sample_flags` of any other video frame: `sample_depends_on` is 1, and
/// `sample_is_non_sync_sample` is set (8.8.3.1).
pub(super) const NON_SYNC: u32 = 0x0101_0000;

/// The `sample_flags` to write for a keyframe or for another frame.
pub(super) const fn flags(key: bool) -> u32 {
    if key { SYNC } else { NON_SYNC }
}

/// Whether `sample_flags` from a stream mark a sync sample: `sample_is_non_sync_sample`, bit 16, is
/// 0 (8.8.3.1).
pub(super) const fn is_key(flags: u32) -> bool {
    flags & 0x0001_0000 == 0
}
