//! The moov of a video-only stream: what its one track is, and the defaults its fragments rely on.

use bytes::Bytes;
use mp4_atom::{FourCC, Mdhd, Tkhd, Trex};

use super::boxes::{ReadError, children, descend, leaf, only};
use super::config::AvcConfig;

/// What a stream says of its pictures before the first of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoHeader {
    /// Decoder parameters.
    pub config: AvcConfig,
    /// Coded width in pixels.
    pub width: u16,
    /// Coded height in pixels.
    pub height: u16,
    /// Ticks a second of the samples' durations. Never zero.
    pub timescale: u32,
}

/// `SampleEntry` and `VisualSampleEntry` before its boxes (ISO/IEC 14496-12 8.5.2.2, 12.1.3.2): width at
/// 24, height at 26.
const VISUAL_ENTRY: usize = 78;

/// Reads the body of moov. Edit lists are passed over: samples get other times anyway.
pub(super) fn read(moov: &Bytes) -> Result<(VideoHeader, Trex), ReadError> {
    // `only` also refuses a second track.
    let trak = only(moov, *b"trak")?;
    let mdhd: Mdhd = leaf(descend(trak, &[b"mdia", b"mdhd"])?)?;
    if mdhd.timescale == 0 {
        return Err(ReadError::Malformed {
            kind: FourCC::new(b"mdhd"),
            reason: "timescale is 0".to_owned(),
        });
    }
    let entry = sample_entry(descend(trak, &[b"mdia", b"minf", b"stbl", b"stsd"])?)?;
    let (fields, boxes) = entry.split_at_checked(VISUAL_ENTRY).ok_or(ReadError::BadSize {
        kind: FourCC::new(b"avc1"),
        size: entry.len() as u64,
    })?;
    let header = VideoHeader {
        config: AvcConfig::new(moov.slice_ref(only(boxes, *b"avcC")?))?,
        width: u16::from_be_bytes([fields[24], fields[25]]),
        height: u16::from_be_bytes([fields[26], fields[27]]),
        timescale: mdhd.timescale,
    };
    let tkhd: Tkhd = leaf(only(trak, *b"tkhd")?)?;
    Ok((header, defaults(moov, tkhd.track_id)?))
}

/// The body of the one avc1 entry of stsd (8.5.2.2: version and flags, `entry_count`, entries).
fn sample_entry(stsd: &[u8]) -> Result<&[u8], ReadError> {
    let entries = stsd.get(8..).ok_or(ReadError::BadSize {
        kind: FourCC::new(b"stsd"),
        size: stsd.len() as u64,
    })?;
    let mut entries = children(entries);
    match (entries.next().transpose()?, entries.next()) {
        (Some((kind, entry)), None) if kind == FourCC::new(b"avc1") => Ok(entry),
        (Some((_, _)), None) => Err(ReadError::Unsupported("a codec other than avc1")),
        (None, _) => Err(ReadError::Missing {
            kind: FourCC::new(b"avc1"),
        }),
        (Some(_), Some(_)) => Err(ReadError::Unsupported("several sample entries")),
    }
}

/// The track's trex, which mvex must hold (8.8.3).
fn defaults(moov: &[u8], track_id: u32) -> Result<Trex, ReadError> {
    let trex: Trex = leaf(descend(moov, &[b"mvex", b"trex"])?)?;
    if trex.track_id == track_id {
        Ok(trex)
    } else {
        Err(ReadError::Missing {
            kind: FourCC::new(b"trex"),
        })
    }
}
