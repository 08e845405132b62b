//! MP4 and ADTS as bytes: readers for the streams that FFmpeg writes to a pipe, and a writer for the files
//! and streams that clients receive.
//!
//! For the renderers (`render`, `stitch`) and for `deliver`. [`FragmentReader`] takes FFmpeg's MP4 fragments
//! apart into video samples, and [`AdtsReader`] takes an ADTS stream apart into audio frames. The caller
//! owns the timeline and gives each [`Sample`] its duration. [`Movie`] and [`fragment`] write the samples
//! into a new MP4. Rendering in groups, stitching, byte ranges and HLS all use the same writer; only the
//! source of their samples differs.
//!
//! This module is pure code: it opens no files, starts no processes and knows nothing of workouts. It decodes
//! neither video nor sound. It never reorders frames: it refuses a stream with B-frames, so that the decode
//! time of each frame is also its display time.
//!
//! The writer produces these boxes (ISO/IEC 14496-12; the code that writes a box cites the clause):
//!
//! ```text
//! ftyp                     Movie::init_segment
//! moov
//! ├─ mvhd                  total duration: Chromium shows it before it has received the last fragment
//! ├─ trak (video, 1)
//! │  ├─ tkhd
//! │  └─ mdia: mdhd, hdlr, minf: vmhd, dinf/dref/url, stbl: stsd/avc1: avcC, pasp, colr
//! ├─ trak (audio, 2)       only if the movie has sound
//! │  ├─ tkhd
//! │  └─ mdia: mdhd, hdlr, minf: smhd, dinf/dref/url, stbl: stsd/mp4a: esds
//! └─ mvex: mehd, one trex per track
//! moof                     fragment; moof and mdat repeat
//! ├─ mfhd                  rising sequence number
//! └─ one traf per track: tfhd, tfdt (64 bits), trun
//! mdat                     the samples of the first traf, then those of the second
//! ```
//!
//! [`Progressive`] writes the other form of MP4: a moov with tables of all samples ([`Table`]),
//! then one mdat.
//!
//! The writer uses no edit lists: the first video frame and the first audio frame both start at time 0. The
//! caller must therefore leave out the priming frame of the AAC encoder.

mod adts;
mod boxes;
mod config;
mod fragment;
mod header;
mod movie;
mod progressive;
mod put;
mod queue;
mod reader;
mod sample;
mod table;
mod text;
mod track_run;

pub use adts::{AdtsError, AdtsReader};
pub use boxes::ReadError;
pub use config::{AacConfig, AvcConfig, ConfigError};
pub use fragment::{TrackRun, TrackSamples, WriteError, fragment, fragment_header};
pub use header::VideoHeader;
pub use movie::{AUDIO_TRACK, AudioTrack, Movie, TrackLanguage, VIDEO_TRACK, VideoTrack};
pub use progressive::Progressive;
pub use reader::{Event, FragmentReader};
pub use sample::{AAC_FRAME_SAMPLES, Sample, SampleInfo};
pub use table::Table;
pub use text::{Chapter, chapter_sample, text_sample};
pub use track_run::MAX_SAMPLES;
