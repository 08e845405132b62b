//! Reads the moov of a fragmented stream: the parameters of its only video track, and the defaults (trex)
//! for the fragments of that track.
//!
//! For `FragmentReader`. Ignores other tracks (chapters, a timecode, sound).

use bytes::Bytes;
use mp4_atom::{FourCC, Mdhd, Tkhd, Trex};

use super::boxes::{ReadError, children, descend, leaf, only};
use super::config::AvcConfig;

/// The parameters of the video frames, which a stream states before the first frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoHeader {
    /// Decoder parameters: the avcC of the track.
    pub config: AvcConfig,
    /// Coded width in pixels.
    pub width: u16,
    /// Coded height in pixels.
    pub height: u16,
    /// Ticks per second, in which the samples' durations count. Never zero.
    pub timescale: u32,
}

/// Bytes of the fields of `SampleEntry` and `VisualSampleEntry` before the boxes in the entry (ISO/IEC
/// 14496-12 8.5.2.2, 12.1.3.2). The width is at offset 24, the height at offset 26.
const VISUAL_ENTRY: usize = 78;

/// Reads the body of a moov. Ignores edit lists, because the caller gives the samples new times.
pub(super) fn read(moov: &Bytes) -> Result<(VideoHeader, Trex), ReadError> {
    let trak = video_track(moov)?;
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

/// Returns the body of the only trak with handler type `vide`. In hdlr, `handler_type` follows version and
/// flags and a reserved word (8.4.3).
fn video_track(moov: &[u8]) -> Result<&[u8], ReadError> {
    let kind = FourCC::new(b"trak");
    let mut found = None;
    for child in children(moov) {
        let (child_kind, trak) = child?;
        if child_kind != kind {
            continue;
        }
        let handler = descend(trak, &[b"mdia", b"hdlr"])?;
        if handler.get(8..12) == Some(b"vide") && found.replace(trak).is_some() {
            return Err(ReadError::Duplicate { kind });
        }
    }
    found.ok_or(ReadError::Missing { kind })
}

/// Returns the body of the only entry of stsd, which must be avc1. The entries follow version and
/// flags and `entry_count` (8.5.2.2).
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

/// Returns the trex of a track. mvex must hold one for each track (8.8.3).
fn defaults(moov: &[u8], track_id: u32) -> Result<Trex, ReadError> {
    let kind = FourCC::new(b"trex");
    for child in children(only(moov, *b"mvex")?) {
        let (child_kind, body) = child?;
        if child_kind != kind {
            continue;
        }
        let trex: Trex = leaf(body)?;
        if trex.track_id == track_id {
            return Ok(trex);
        }
    }
    Err(ReadError::Missing { kind })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mp4::{AacConfig, AudioTrack, Movie, VideoTrack};

    const AVCC: &[u8] = b"\x01\x42\xc0\x1f\xff\xe1\0\x04\x67\x42\xc0\x1f\x01\0\x02\x68\xce";

    /// The body of a moov from this program's writer, with the first occurrence of `from`
    /// overwritten by `to`.
    fn moov(sound: bool, from: &[u8], to: &[u8]) -> Bytes {
        let movie = Movie {
            video: VideoTrack {
                config: AvcConfig::new(Bytes::from_static(AVCC)).expect("a sound avcC"),
                width: 640,
                height: 360,
                timescale: 90_000,
                duration: 1,
            },
            audio: sound.then_some(AudioTrack {
                config: AacConfig::LC_48K_STEREO,
                duration: 1,
                bitrate: 1,
            }),
        };
        // Skips ftyp (32 bytes) and the header of moov (8 bytes).
        let mut body = movie.init_segment()[32 + 8..].to_vec();
        let at = body
            .windows(from.len())
            .position(|bytes| bytes == from)
            .expect("the bytes to replace are there");
        body[at..at + to.len()].copy_from_slice(to);
        body.into()
    }

    #[test]
    fn a_header_says_what_the_frames_are() {
        let (header, trex) = read(&moov(false, b"mvhd", b"mvhd")).expect("our own moov");
        assert_eq!(
            (header.width, header.height, header.timescale),
            (640, 360, 90_000)
        );
        assert_eq!(header.config.avcc(), AVCC);
        assert_eq!(trex.track_id, 1);
    }

    #[test]
    fn a_header_without_what_the_fragments_need_is_refused() {
        let missing = |kind: &[u8; 4]| {
            Err(ReadError::Missing {
                kind: FourCC::new(kind),
            })
        };
        for kind in [
            b"trak", b"tkhd", b"hdlr", b"mdhd", b"stsd", b"avcC", b"mvex", b"trex",
        ] {
            assert_eq!(read(&moov(false, kind, b"free")), missing(kind));
        }
        // A trex for another track; a track with timescale 0; another codec; other NAL lengths;
        // only sound; two video tracks.
        let refused = |from: &[u8], to: &[u8]| read(&moov(false, from, to));
        assert_eq!(
            refused(b"trex\0\0\0\0\0\0\0\x01", b"trex\0\0\0\0\0\0\0\x02"),
            missing(b"trex")
        );
        let no_clock = refused(
            &[b"mdhd", &[0; 12][..], &[0, 1, 0x5f, 0x90]].concat(),
            &[b"mdhd", &[0; 16][..]].concat(),
        );
        assert!(
            matches!(no_clock, Err(ReadError::Malformed { .. })),
            "{no_clock:?}"
        );
        assert!(matches!(
            refused(b"avc1", b"hev1"),
            Err(ReadError::Unsupported(_))
        ));
        assert!(matches!(
            refused(b"\xff\xe1", b"\xfe\xe1"),
            Err(ReadError::Config(_))
        ));
        let sound_alone = read(&moov(false, b"vide", b"soun"));
        assert_eq!(sound_alone, missing(b"trak"));
        let two_videos = read(&moov(true, b"soun", b"vide"));
        assert!(
            matches!(two_videos, Err(ReadError::Duplicate { .. })),
            "{two_videos:?}"
        );
    }

    #[test]
    fn tracks_that_nobody_asked_for_are_passed_over() {
        let (header, trex) = read(&moov(true, b"mvhd", b"mvhd")).expect("video beside sound");
        assert_eq!((header.width, header.height, trex.track_id), (640, 360, 1));
    }
}
