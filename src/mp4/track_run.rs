//! Reads a moof: the position, size, duration and sync flag of each sample of one track (ISO/IEC
//! 14496-12 8.8.6 to 8.8.8).
//!
//! For `FragmentReader`, which takes the bytes of the samples from the mdat after the moof.

use std::collections::VecDeque;

use mp4_atom::{FourCC, Tfhd, Trex, Trun, TrunEntry};

use super::boxes::{ReadError, children, leaf, only};
use super::sample::is_key;

/// Largest number of samples of one track in one fragment, read or written: 36 minutes of video frames.
pub const MAX_SAMPLES: usize = 65_536;
/// Largest sample, in bytes. An uncompressed 1080p frame has 3 MB.
pub(super) const MAX_SAMPLE_SIZE: u32 = 16 << 20;

/// A sample that a moof describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Announced {
    /// Offset of the first byte of the sample in the stream.
    pub start: u64,
    /// Bytes, from 1 to [`MAX_SAMPLE_SIZE`].
    pub size: u32,
    pub duration: u32,
    pub key: bool,
}

impl Announced {
    /// Offset after the last byte of the sample in the stream.
    pub fn end(&self) -> u64 {
        // `announce` made sure that this does not overflow.
        self.start + u64::from(self.size)
    }
}

/// The values of samples without values of their own: those of tfhd, or else those of trex (8.8.7.1).
struct Defaults {
    duration: u32,
    size: u32,
    flags: u32,
}

/// Reads the body of a moof that begins at offset `moof_start` of the stream.
///
/// Returns the samples of the track that `trex` names, in stream order and without overlaps. Ignores other
/// tracks. Returns no samples if the moof has none of this track.
pub(super) fn read(moof: &[u8], moof_start: u64, trex: &Trex) -> Result<VecDeque<Announced>, ReadError> {
    let mut found = None;
    let mut is_first = true;
    for child in children(moof) {
        let (kind, traf) = child?;
        if kind != FourCC::new(b"traf") {
            continue;
        }
        let tfhd: Tfhd = leaf(only(traf, *b"tfhd")?)?;
        if tfhd.track_id == trex.track_id && found.replace((traf, tfhd, is_first)).is_some() {
            return Err(ReadError::Duplicate { kind });
        }
        is_first = false;
    }
    let Some((traf, tfhd, is_first)) = found else {
        return Ok(VecDeque::new());
    };
    let defaults = defaults(&tfhd, trex)?;
    // Offsets count from the explicit base, if there is one. Otherwise they count from the moof in the first
    // traf of a moof, and in every traf with default-base-is-moof. In any other traf they would count from
    // the end of the data of the previous traf (8.8.7.1).
    let base = match tfhd.base_data_offset {
        Some(base) => base,
        None if is_first || tfhd.default_base_is_moof => moof_start,
        None => return Err(ReadError::Unsupported("an offset from another track's samples")),
    };
    let mut announced = VecDeque::new();
    // A run without an offset begins "immediately after the data of the previous run, or at the
    // base" (8.8.8.2).
    let mut next = base;
    for child in children(traf) {
        let (kind, body) = child?;
        if kind == FourCC::new(b"trun") {
            let trun: Trun = leaf(body)?;
            let start = match trun.data_offset {
                Some(offset) => base
                    .checked_add_signed(offset.into())
                    .ok_or(ReadError::OutsideData)?,
                None => next,
            };
            next = announce(&mut announced, &trun, start, &defaults)?;
        }
    }
    if tfhd.duration_is_empty && !announced.is_empty() {
        return Err(ReadError::Malformed {
            kind: FourCC::new(b"tfhd"),
            reason: "duration-is-empty, and samples".to_owned(),
        });
    }
    Ok(announced)
}

fn defaults(tfhd: &Tfhd, trex: &Trex) -> Result<Defaults, ReadError> {
    let entry = tfhd
        .sample_description_index
        .unwrap_or(trex.default_sample_description_index);
    if entry != 1 {
        return Err(ReadError::Unsupported(
            "a sample description other than the first",
        ));
    }
    Ok(Defaults {
        duration: tfhd
            .default_sample_duration
            .unwrap_or(trex.default_sample_duration),
        size: tfhd.default_sample_size.unwrap_or(trex.default_sample_size),
        flags: tfhd.default_sample_flags.unwrap_or(trex.default_sample_flags),
    })
}

/// Adds the samples of one run that begins at stream offset `start`. Returns the offset at which
/// the run ends.
///
/// The number of samples is checked first: a run without per-sample fields has no bytes per sample,
/// and may claim any number. A run with both first-sample-flags and sample-flags, which 8.8.8.1
/// forbids, never gets here: mp4-atom reads first-sample-flags in place of the first sample-flags,
/// and then finds bytes left over.
fn announce(
    announced: &mut VecDeque<Announced>,
    trun: &Trun,
    start: u64,
    defaults: &Defaults,
) -> Result<u64, ReadError> {
    let count = announced.len().saturating_add(trun.samples.len());
    if count > MAX_SAMPLES {
        return Err(ReadError::TooManySamples { count });
    }
    if announced.back().is_some_and(|last| start < last.end()) {
        return Err(ReadError::OutsideData);
    }
    let mut start = start;
    for entry in &trun.samples {
        let size = size(entry, defaults)?;
        let end = start.checked_add(u64::from(size)).ok_or(ReadError::OutsideData)?;
        announced.push_back(Announced {
            start,
            size,
            duration: entry.duration.unwrap_or(defaults.duration),
            // `entry.flags` holds first-sample-flags or sample-flags; both precede the defaults (8.8.8.1).
            key: is_key(entry.flags.unwrap_or(defaults.flags)),
        });
        start = end;
    }
    Ok(start)
}

/// Returns the size of a sample. Refuses a size that is out of bounds, and a sample that must be reordered.
fn size(entry: TrunEntry, defaults: &Defaults) -> Result<u32, ReadError> {
    if entry.cts.is_some_and(|offset| offset != 0) {
        return Err(ReadError::Unsupported("composition offsets (B-frames)"));
    }
    let size = entry.size.unwrap_or(defaults.size);
    if (1..=MAX_SAMPLE_SIZE).contains(&size) {
        Ok(size)
    } else {
        Err(ReadError::SampleSize {
            size,
            limit: MAX_SAMPLE_SIZE,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mp4::put::{put_box, put_full_box};
    use bytes::BufMut;

    const TREX: Trex = Trex {
        track_id: 1,
        default_sample_description_index: 1,
        default_sample_duration: 10,
        default_sample_size: 7,
        default_sample_flags: 0x0101_0000,
    };

    /// The body of a moof with one traf. `tfhd` and each of `truns` are the flags of the box and its
    /// fields after version and flags.
    fn moof(tfhd: (u32, &[u32]), truns: &[(u32, &[u32])]) -> Vec<u8> {
        let mut out = Vec::new();
        put_box(&mut out, *b"traf", |out| {
            put_full_box(out, *b"tfhd", 0, tfhd.0, |out| {
                tfhd.1.iter().for_each(|field| out.put_u32(*field));
            });
            for (flags, fields) in truns {
                put_full_box(out, *b"trun", 0, *flags, |out| {
                    fields.iter().for_each(|field| out.put_u32(*field));
                });
            }
        });
        out
    }

    fn sample(start: u64, size: u32, duration: u32, key: bool) -> Announced {
        Announced {
            start,
            size,
            duration,
            key,
        }
    }

    #[test]
    fn trex_holds_where_nothing_else_is_said() {
        let moof = moof((0, &[1]), &[(0, &[2])]);
        let samples = read(&moof, 1000, &TREX).expect("a legal moof");
        assert_eq!(samples, [sample(1000, 7, 10, false), sample(1007, 7, 10, false)]);
    }

    #[test]
    fn tfhd_overrides_trex_and_trun_overrides_tfhd() {
        // tfhd: duration 20, size 30, flags sync. First trun: data offset, first-sample-flags, sizes. Second
        // trun: durations and flags; its data follows the data of the first.
        let moof = moof(
            (0x02_0038, &[1, 20, 30, 0x0200_0000]),
            &[
                (0x205, &[2, 100, 0x0101_0000, 5, 6]),
                (0x500, &[2, 1, 0x0200_0000, 2, 0x0001_0000]),
            ],
        );
        let samples = read(&moof, 1000, &TREX).expect("a legal moof");
        assert_eq!(
            samples,
            [
                sample(1100, 5, 20, false),
                sample(1105, 6, 20, true),
                sample(1111, 30, 1, true),
                sample(1141, 30, 2, false),
            ]
        );
    }

    #[test]
    fn an_explicit_base_and_a_negative_offset_are_followed() {
        let moof = moof((1, &[1, 0, 5000]), &[(1, &[1, (-8i32) as u32])]);
        assert_eq!(
            read(&moof, 1000, &TREX).expect("a legal moof"),
            [sample(4992, 7, 10, false)]
        );
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let cases = [
            ("B-frames", (0, &[1][..]), (0x800, &[1, 5][..])),
            ("a second sample entry", (2, &[1, 2]), (0, &[1])),
            ("four billion samples for free", (0, &[1]), (0, &[u32::MAX])),
            ("an empty sample", (0x10, &[1, 0]), (0, &[1])),
            ("a giant sample", (0x10, &[1, u32::MAX]), (0, &[1])),
            ("both kinds of flags", (0, &[1]), (0x404, &[1, 0, 0])),
            (
                "an offset before the stream",
                (0, &[1]),
                (1, &[1, i32::MIN as u32]),
            ),
            ("more samples than fields", (0, &[1]), (0x200, &[3, 1, 1])),
            ("empty, with samples", (0x01_0000, &[1]), (0, &[1])),
            ("beyond 64 bits", (1, &[1, u32::MAX, u32::MAX]), (0, &[1])),
        ];
        for (what, tfhd, trun) in cases {
            let result = read(&moof(tfhd, &[trun]), 0, &TREX);
            assert!(result.is_err(), "{what} was read as {result:?}");
        }
        let back = moof((0, &[1]), &[(1, &[1, 100]), (1, &[1, 90])]);
        assert_eq!(read(&back, 0, &TREX), Err(ReadError::OutsideData), "runs overlap");
    }

    #[test]
    fn other_tracks_are_passed_over() {
        let other = moof((0, &[2]), &[(0, &[3])]);
        let relative = moof((0, &[1]), &[(0, &[1])]);
        let from_moof = moof((0x02_0000, &[1]), &[(1, &[1, 50])]);
        assert_eq!(read(&other, 1000, &TREX), Ok(VecDeque::new()));
        assert_eq!(
            read(&[relative.clone(), other.clone()].concat(), 1000, &TREX),
            Ok([sample(1000, 7, 10, false)].into())
        );
        assert_eq!(
            read(&[other.clone(), from_moof].concat(), 1000, &TREX),
            Ok([sample(1050, 7, 10, false)].into())
        );
        let refused = read(&[other, relative.clone()].concat(), 1000, &TREX);
        assert!(matches!(refused, Err(ReadError::Unsupported(_))), "{refused:?}");
        let twice = read(&[relative.clone(), relative].concat(), 1000, &TREX);
        assert!(matches!(twice, Err(ReadError::Duplicate { .. })), "{twice:?}");
    }

    #[test]
    fn a_composition_offset_of_zero_is_none() {
        let moof = moof((0, &[1]), &[(0x800, &[1, 0])]);
        assert!(read(&moof, 0, &TREX).is_ok());
    }
}
