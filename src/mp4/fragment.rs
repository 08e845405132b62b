//! Writes fragments: a moof with the times and sizes of some samples of each track, and an mdat
//! with the samples.
//!
//! For `deliver` and the renderers. The caller decides which samples a fragment holds, and their times.

use bytes::{BufMut, Bytes};

use super::put::{put_box, put_full_box};
use super::sample::{Sample, SampleInfo, flags};
use super::track_run::MAX_SAMPLES;

/// Why the writer refuses to write a fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// No track has a sample.
    #[error("a fragment without samples")]
    Empty,
    /// One track has more samples than [`MAX_SAMPLES`]. Holds their number.
    #[error("a fragment with {0} samples of one track")]
    TooManySamples(usize),
    /// The samples have more bytes than the 31-bit data offset of a run can reach. Holds the number of bytes.
    #[error("a fragment of {0} bytes")]
    TooLarge(u64),
}

/// Successive samples of one track, without their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackRun<'a> {
    /// [`VIDEO_TRACK`](super::VIDEO_TRACK) or [`AUDIO_TRACK`](super::AUDIO_TRACK).
    pub track_id: u32,
    /// Decode time and display time of the first sample, in ticks of the track's timescale.
    pub decode_time: u64,
    /// The samples in order. If there are none, the fragment has no traf for this track.
    pub samples: &'a [SampleInfo],
}

/// Successive samples of one track, with their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackSamples<'a> {
    /// [`VIDEO_TRACK`](super::VIDEO_TRACK) or [`AUDIO_TRACK`](super::AUDIO_TRACK).
    pub track_id: u32,
    /// Decode time and display time of the first sample, in ticks of the track's timescale.
    pub decode_time: u64,
    /// The samples in order. If there are none, the fragment has no traf for this track.
    pub samples: &'a [Sample],
}

/// Returns a fragment that is ready to send: the header, then the samples, whose bytes are not copied.
///
/// `sequence` is 1 in the first fragment and rises from fragment to fragment (ISO/IEC 14496-12 8.8.5).
pub fn fragment(sequence: u32, tracks: &[TrackSamples<'_>]) -> Result<Vec<Bytes>, WriteError> {
    let infos: Vec<Vec<SampleInfo>> = tracks
        .iter()
        .map(|track| track.samples.iter().map(Sample::info).collect())
        .collect();
    let runs: Vec<TrackRun<'_>> = tracks
        .iter()
        .zip(&infos)
        .map(|(track, samples)| TrackRun {
            track_id: track.track_id,
            decode_time: track.decode_time,
            samples,
        })
        .collect();
    let header = fragment_header(sequence, &runs)?;
    let payload = tracks.iter().flat_map(|track| track.samples);
    Ok(std::iter::once(header)
        .chain(payload.map(|sample| sample.data.clone()))
        .collect())
}

/// Returns moof and the header of mdat. After them, the caller must send all samples of the first
/// track, then those of the next track.
pub fn fragment_header(sequence: u32, tracks: &[TrackRun<'_>]) -> Result<Bytes, WriteError> {
    let payload = check(tracks)?;
    let mut out = Vec::new();
    // Position of data_offset in each trun. The offsets are filled in once the length of moof is known.
    let mut offsets = Vec::new();
    put_box(&mut out, *b"moof", |out| {
        // mfhd: 8.8.5.
        put_full_box(out, *b"mfhd", 0, 0, |out| out.put_u32(sequence));
        for track in tracks.iter().filter(|track| !track.samples.is_empty()) {
            put_box(out, *b"traf", |out| offsets.push(put_track(out, track)));
        }
    });
    // The header of mdat (8.1.1). `check` made sure that header and payload fit.
    let mdat_header = 8;
    let mut offset = out.len() as u32 + mdat_header;
    let runs = tracks.iter().filter(|track| !track.samples.is_empty());
    for (position, track) in offsets.into_iter().zip(runs) {
        out[position..position + 4].copy_from_slice(&offset.to_be_bytes());
        offset += bytes_of(track) as u32;
    }
    out.put_u32(mdat_header + payload as u32);
    out.put_slice(b"mdat");
    Ok(out.into())
}

/// Returns the number of bytes of the payload. Refuses a fragment if a count, size or offset does
/// not fit its field.
fn check(tracks: &[TrackRun<'_>]) -> Result<u64, WriteError> {
    let most = tracks.iter().map(|track| track.samples.len()).max().unwrap_or(0);
    if most == 0 {
        return Err(WriteError::Empty);
    }
    if most > MAX_SAMPLES {
        return Err(WriteError::TooManySamples(most));
    }
    let payload = tracks.iter().map(bytes_of).sum();
    // 256 bytes per track, 12 bytes per sample, and 256 bytes: more than moof and the header of mdat need.
    let header = tracks.len() as u64 * (256 + 12 * most as u64) + 256;
    // data_offset is a signed 32-bit number (8.8.8.1).
    if payload + header > i32::MAX as u64 {
        return Err(WriteError::TooLarge(payload));
    }
    Ok(payload)
}

fn bytes_of(track: &TrackRun<'_>) -> u64 {
    track.samples.iter().map(|sample| u64::from(sample.size)).sum()
}

/// How a fragment states a field of its samples: one value for all in tfhd, or a value for each in trun.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Same(u32),
    Each,
}

impl Field {
    fn of(samples: &[SampleInfo], value: impl Fn(&SampleInfo) -> u32) -> Self {
        match samples {
            [first, rest @ ..] if rest.iter().all(|sample| value(sample) == value(first)) => {
                Self::Same(value(first))
            }
            _ => Self::Each,
        }
    }

    /// The flags for tfhd and for trun. Only one of them is set: `default` in tfhd, or `each` in trun.
    fn flag(self, default: u32, each: u32) -> (u32, u32) {
        match self {
            Self::Same(_) => (default, 0),
            Self::Each => (0, each),
        }
    }
}

/// Writes tfhd (8.8.7), tfdt (8.8.12) and trun (8.8.8) of a track that has samples. Returns the
/// position of `data_offset` in `out`.
fn put_track(out: &mut Vec<u8>, track: &TrackRun<'_>) -> usize {
    let samples = track.samples;
    let duration = Field::of(samples, |sample| sample.duration);
    let size = Field::of(samples, |sample| sample.size);
    let sync = SyncFlags::of(samples);
    let (tfhd_duration, trun_duration) = duration.flag(0x08, 0x100);
    let (tfhd_size, trun_size) = size.flag(0x10, 0x200);
    let (tfhd_sync, trun_sync) = sync.rest.flag(0x20, 0x400);

    let default_base_is_moof = 0x02_0000;
    let tfhd_flags = default_base_is_moof | tfhd_duration | tfhd_size | tfhd_sync;
    put_full_box(out, *b"tfhd", 0, tfhd_flags, |out| {
        out.put_u32(track.track_id);
        for field in [duration, size, sync.rest] {
            if let Field::Same(value) = field {
                out.put_u32(value);
            }
        }
    });
    put_full_box(out, *b"tfdt", 1, 0, |out| out.put_u64(track.decode_time));

    let data_offset_present = 0x01;
    let first_sample_flags = if sync.first.is_some() { 0x04 } else { 0 };
    let trun_flags = data_offset_present | first_sample_flags | trun_duration | trun_size | trun_sync;
    let mut data_offset = 0;
    put_full_box(out, *b"trun", 0, trun_flags, |out| {
        out.put_u32(samples.len() as u32); // at most MAX_SAMPLES
        data_offset = out.len();
        out.put_u32(0);
        if let Some(first) = sync.first {
            out.put_u32(first);
        }
        for sample in samples {
            let values = [sample.duration, sample.size, flags(sample.key)];
            for (field, value) in [duration, size, sync.rest].into_iter().zip(values) {
                if field == Field::Each {
                    out.put_u32(value);
                }
            }
        }
    });
    data_offset
}

/// How a fragment states `sample_flags`: like any other field, except that the first sample may have flags of
/// its own (`first_sample_flags`). It has them in every fragment that begins with a keyframe.
struct SyncFlags {
    first: Option<u32>,
    rest: Field,
}

impl SyncFlags {
    fn of(samples: &[SampleInfo]) -> Self {
        let of = |samples| Field::of(samples, |sample| flags(sample.key));
        match (of(samples), samples) {
            (Field::Each, [first, rest @ ..]) if of(rest) != Field::Each => Self {
                first: Some(flags(first.key)),
                rest: of(rest),
            },
            (all, _) => Self {
                first: None,
                rest: all,
            },
        }
    }
}
