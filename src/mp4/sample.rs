//! One coded video frame or one coded frame of sound, and what a fragment says of it.

use bytes::Bytes;

/// Audio samples per channel in one AAC frame (ISO/IEC 14496-3 4.4.1: `frameLengthFlag` 0).
pub const AAC_FRAME_SAMPLES: u32 = 1024;

/// A coded unit with its length in time; its instant is the sum of what came before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The bytes as they lie in mdat: for H.264 NAL units each behind a 4-byte length, for AAC one
    /// `raw_data_block`. A slice of what was read, not a copy.
    pub data: Bytes,
    /// Length in ticks of the track's timescale.
    pub duration: u32,
    /// Decodable without any sample before it. Always true for AAC.
    pub key: bool,
}

impl Sample {
    /// What a fragment header says of this sample.
    #[must_use]
    pub fn info(&self) -> SampleInfo {
        SampleInfo {
            // A sample of 4 GiB exists nowhere; the writer refuses the saturated size.
            size: u32::try_from(self.data.len()).unwrap_or(u32::MAX),
            duration: self.duration,
            key: self.key,
        }
    }
}

/// A sample without its bytes: enough to write a fragment header or to lay out a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleInfo {
    /// Bytes in mdat.
    pub size: u32,
    /// Length in ticks of the track's timescale.
    pub duration: u32,
    /// Decodable without any sample before it.
    pub key: bool,
}

/// `sample_flags` of a video frame that needs no other: `sample_depends_on` 2 (ISO/IEC 14496-12 8.8.3.1).
pub(super) const SYNC: u32 = 0x0200_0000;
/// `sample_flags` of any other video frame: `sample_depends_on` 1, `sample_is_non_sync_sample` (8.8.3.1).
pub(super) const NON_SYNC: u32 = 0x0101_0000;

/// The `sample_flags` to write.
pub(super) const fn flags(key: bool) -> u32 {
    if key { SYNC } else { NON_SYNC }
}

/// Whether `sample_flags` read from a stream mark a sync sample (8.8.3.1, bit 16).
pub(super) const fn is_key(flags: u32) -> bool {
    flags & 0x0001_0000 == 0
}
