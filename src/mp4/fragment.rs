//! moof and mdat: some samples of each track, with their times.

use bytes::{BufMut, Bytes};

use super::put::{put_box, put_full_box};
use super::sample::{Sample, SampleInfo, flags};
use super::track_run::MAX_SAMPLES;

/// Why a fragment cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// No track has a sample.
    #[error("a fragment without samples")]
    Empty,
    /// More than [`MAX_SAMPLES`] of one track.
    #[error("a fragment with {0} samples of one track")]
    TooManySamples(usize),
    /// More bytes than a run's 31-bit data offset reaches.
    #[error("a fragment of {0} bytes")]
    TooLarge(u64),
}

/// Samples of one track that follow each other, without their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackRun<'a> {
    /// [`VIDEO_TRACK`](super::VIDEO_TRACK) or [`AUDIO_TRACK`](super::AUDIO_TRACK).
    pub track_id: u32,
    /// When the first sample is decoded and shown, in ticks of the track's timescale.
    pub decode_time: u64,
    /// The samples in order. A track without any is left out.
    pub samples: &'a [SampleInfo],
}

/// Samples of one track that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackSamples<'a> {
    /// [`VIDEO_TRACK`](super::VIDEO_TRACK) or [`AUDIO_TRACK`](super::AUDIO_TRACK).
    pub track_id: u32,
    /// When the first sample is decoded and shown, in ticks of the track's timescale.
    pub decode_time: u64,
    /// The samples in order. A track without any is left out.
    pub samples: &'a [Sample],
}

/// A fragment ready to send: its header, then the samples as they are, not copied.
///
/// `sequence` begins at 1 and rises from fragment to fragment (ISO/IEC 14496-12 8.8.5).
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

/// moof and the header of mdat. The samples of the first track must follow, then those of the next.
pub fn fragment_header(sequence: u32, tracks: &[TrackRun<'_>]) -> Result<Bytes, WriteError> {
    let payload = check(tracks)?;
    let mut out = Vec::new();
    // Where data_offset stands in each trun, to be filled once the length of moof is known.
    let mut offsets = Vec::new();
    put_box(&mut out, *b"moof", |out| {
        // 8.8.5.
        put_full_box(out, *b"mfhd", 0, 0, |out| out.put_u32(sequence));
        for track in tracks.iter().filter(|track| !track.samples.is_empty()) {
            put_box(out, *b"traf", |out| offsets.push(put_track(out, track)));
        }
    });
    // mdat (8.1.1). `check` saw that header and payload fit.
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

/// The payload's bytes, once it is sure that every count, size and offset fits its field.
fn check(tracks: &[TrackRun<'_>]) -> Result<u64, WriteError> {
    let most = tracks.iter().map(|track| track.samples.len()).max().unwrap_or(0);
    if most == 0 {
        return Err(WriteError::Empty);
    }
    if most > MAX_SAMPLES {
        return Err(WriteError::TooManySamples(most));
    }
    let payload = tracks.iter().map(bytes_of).sum();
    // 256 bytes a track, 12 a sample: more than moof and the header of mdat take.
    let header = tracks.len() as u64 * (256 + 12 * most as u64) + 256;
    // data_offset is signed (8.8.8.1).
    if payload + header > i32::MAX as u64 {
        return Err(WriteError::TooLarge(payload));
    }
    Ok(payload)
}

fn bytes_of(track: &TrackRun<'_>) -> u64 {
    track.samples.iter().map(|sample| u64::from(sample.size)).sum()
}

/// A field of samples: said once for all, or for each.
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

    /// The bit that says where the field is: `default` in tfhd, or `each` in trun.
    fn flag(self, default: u32, each: u32) -> (u32, u32) {
        match self {
            Self::Same(_) => (default, 0),
            Self::Each => (0, each),
        }
    }
}

/// tfhd (8.8.7), tfdt (8.8.12) and trun (8.8.8) of a track with samples; gives where `data_offset` stands.
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

/// `sample_flags`: like any field, except that the first sample may have its own (`first_sample_flags`), as
/// it does in every fragment that begins with a keyframe.
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
