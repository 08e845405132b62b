//! MP4 and ADTS as bytes: reading what FFmpeg pipes to us, writing the one stream that leaves.
//!
//! For the renderers. FFmpeg's fragments are taken apart to samples ([`FragmentReader`] for video frames,
//! [`AdtsReader`] for sound); whoever owns the timeline gives each [`Sample`] its duration; [`Movie`]
//! and [`fragment`] write them anew. Grouping, stitching, byte ranges and HLS are the same writer with
//! other sources of samples.
//!
//! Pure code: no files, no processes, no workouts, and no decoding of video frames or sound. Nothing here
//! reorders video frames: a stream with B-frames is refused, so that decode time is display time.
//!
//! What is written (ISO/IEC 14496-12; every box's writer cites its clause):
//!
//! ```text
//! ftyp                     Movie::init_segment
//! moov
//! ├─ mvhd                  true total duration: Chromium shows it before the last fragment came
//! ├─ trak (video, 1)
//! │  ├─ tkhd
//! │  └─ mdia: mdhd, hdlr, minf: vmhd, dinf/dref/url, stbl: stsd/avc1: avcC, pasp, colr
//! ├─ trak (audio, 2)       only if there is sound
//! │  ├─ tkhd
//! │  └─ mdia: mdhd, hdlr, minf: smhd, dinf/dref/url, stbl: stsd/mp4a: esds
//! └─ mvex: mehd, trex per track
//! moof                     fragment, over and over
//! ├─ mfhd                  rising sequence number
//! └─ traf per track: tfhd, tfdt (64 bits), trun
//! mdat                     the samples of the first traf, then those of the second
//! ```
//!
//! [`Progressive`] writes the other form: a moov with tables of all samples ([`Table`]), then one mdat.
//!
//! There is no edit list: the first video frame and the first sound both lie at time 0. The sound's
//! priming frame must therefore be left out by the caller.

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
