//! Writes ftyp and moov: everything that a player must know before the first fragment.
//!
//! [`Movie::init_segment`] writes them for a fragmented MP4. `progressive` and `text` use the writers of the
//! single boxes for their own moov.

use bytes::{BufMut, Bytes};

use super::config::{AacConfig, AvcConfig};
use super::put::{put_box, put_descriptor, put_full_box};
use super::sample::{NON_SYNC, SYNC};

/// `track_ID` of the video track.
pub const VIDEO_TRACK: u32 = 1;
/// `track_ID` of the audio track.
pub const AUDIO_TRACK: u32 = 2;

/// The language of a track (ISO/IEC 14496-12 8.4.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackLanguage(u16);

impl TrackLanguage {
    /// `und`: the track holds no speech and no text.
    pub const UNDETERMINED: Self = Self::new(*b"und");

    /// Creates a language from the three letters of its ISO 639-2/T code, `a` to `z`. Keeps five bits of each
    /// letter, because the field has no room for more.
    #[must_use]
    pub const fn new([first, second, third]: [u8; 3]) -> Self {
        // The low five bits of a letter are its number, counted from the character before "a". The mask is
        // written three times, because a const fn cannot call a closure.
        let [first, second, third] = [first as u16 & 0x1f, second as u16 & 0x1f, third as u16 & 0x1f];
        Self(first << 10 | second << 5 | third)
    }
}

/// Flags of tkhd: the track is enabled and part of the movie (8.3.2.3).
pub(super) const SHOWN: u32 = 3;
/// Flags of tkhd: the track is part of the movie but not enabled; players offer it to the viewer.
pub(super) const OFFERED: u32 = 2;

/// The tracks of a movie, with their total durations, which are known before the first sample is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movie {
    /// The video track.
    pub video: VideoTrack,
    /// The audio track; `None` for a movie without sound.
    pub audio: Option<AudioTrack>,
}

/// An H.264 track. It has square pixels and BT.709 colours in limited range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoTrack {
    /// Decoder parameters: the avcC of the track.
    pub config: AvcConfig,
    /// Width in pixels.
    pub width: u16,
    /// Height in pixels.
    pub height: u16,
    /// Ticks per second, of the track and of the whole movie.
    pub timescale: u32,
    /// Total duration in ticks of `timescale`.
    pub duration: u64,
}

/// An AAC track. Its timescale is its sample rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioTrack {
    /// Decoder parameters: the AudioSpecificConfig of the track.
    pub config: AacConfig,
    /// Total duration in samples per channel.
    pub duration: u64,
    /// Bits per second, as the encoder was told. Written both as the average and as the maximum bit rate.
    pub bitrate: u32,
}

impl Movie {
    /// Returns ftyp and moov. Every duration in them is the true total, rounded up where a
    /// timescale cannot express it exactly.
    #[must_use]
    pub fn init_segment(&self) -> Bytes {
        let mut out = Vec::with_capacity(1500);
        put_ftyp(&mut out);
        put_box(&mut out, *b"moov", |out| {
            self.put_mvhd(out, AUDIO_TRACK + 1);
            self.put_video(out, |_| (), put_no_samples);
            if let Some(audio) = &self.audio {
                self.put_audio(out, audio, put_no_samples);
            }
            self.put_mvex(out);
        });
        out.into()
    }

    /// The codecs of the tracks as `Content-Type` and the APIs of players name them, for example
    /// `avc1.42C01F,mp4a.40.2` (RFC 6381).
    #[must_use]
    pub fn codecs(&self) -> String {
        match &self.audio {
            Some(audio) => format!("{},{}", self.video.config.codec(), audio.config.codec()),
            None => self.video.config.codec(),
        }
    }

    /// The movie has the timescale of the video track, so that the duration of the video is exact
    /// in every box.
    fn timescale(&self) -> u32 {
        self.video.timescale
    }

    fn audio_duration(&self, audio: &AudioTrack) -> u64 {
        let rate = u128::from(audio.config.sample_rate());
        let ticks = (u128::from(audio.duration) * u128::from(self.timescale())).div_ceil(rate);
        u64::try_from(ticks).unwrap_or(u64::MAX)
    }

    /// Duration of the longest track, in ticks of the movie's timescale.
    fn duration(&self) -> u64 {
        let audio = self.audio.as_ref().map_or(0, |audio| self.audio_duration(audio));
        self.video.duration.max(audio)
    }

    /// Writes mvhd (8.2.2). `next_track` is the lowest `track_ID` that is free.
    pub(super) fn put_mvhd(&self, out: &mut Vec<u8>, next_track: u32) {
        let duration = self.duration();
        put_full_box(out, *b"mvhd", version(duration), 0, |out| {
            put_times(out, version(duration), self.timescale(), duration);
            out.put_u32(0x0001_0000); // rate 1.0
            out.put_u16(0x0100); // volume 1.0
            out.put_bytes(0, 2 + 8); // reserved
            put_matrix(out);
            out.put_bytes(0, 24); // pre_defined
            out.put_u32(next_track);
        });
    }

    /// Writes the video track. `references` writes its tref, and `samples` writes its sample tables.
    pub(super) fn put_video(
        &self,
        out: &mut Vec<u8>,
        references: impl FnOnce(&mut Vec<u8>),
        samples: impl FnOnce(&mut Vec<u8>),
    ) {
        let video = &self.video;
        let track = TrackBox {
            id: VIDEO_TRACK,
            flags: SHOWN,
            alternate_group: 0,
            movie_duration: video.duration,
            size: (video.width, video.height),
            volume: 0,
            timescale: video.timescale,
            duration: video.duration,
            language: TrackLanguage::UNDETERMINED,
            handler: b"vide",
            name: "VideoHandler",
        };
        track.put(
            out,
            references,
            // vmhd (12.1.2): flags 1, graphicsmode copy, opcolor black.
            |out| put_full_box(out, *b"vmhd", 0, 1, |out| out.put_bytes(0, 8)),
            |out| put_stbl(out, |out| video.put_avc1(out), samples),
        );
    }

    /// Writes the audio track. `samples` writes its sample tables.
    pub(super) fn put_audio(
        &self,
        out: &mut Vec<u8>,
        audio: &AudioTrack,
        samples: impl FnOnce(&mut Vec<u8>),
    ) {
        let track = TrackBox {
            id: AUDIO_TRACK,
            flags: SHOWN,
            alternate_group: 0,
            movie_duration: self.audio_duration(audio),
            size: (0, 0),
            volume: 0x0100,
            timescale: audio.config.sample_rate(),
            duration: audio.duration,
            language: TrackLanguage::UNDETERMINED,
            handler: b"soun",
            name: "SoundHandler",
        };
        track.put(
            out,
            |_| (),
            // smhd (12.2.2): balance 0, reserved.
            |out| put_full_box(out, *b"smhd", 0, 0, |out| out.put_bytes(0, 4)),
            |out| put_stbl(out, |out| audio.put_mp4a(out), samples),
        );
    }

    /// Writes mvex (8.8.1), with mehd (8.8.2) and one trex per track (8.8.3).
    fn put_mvex(&self, out: &mut Vec<u8>) {
        put_box(out, *b"mvex", |out| {
            let duration = self.duration();
            put_full_box(out, *b"mehd", version(duration), 0, |out| {
                put_duration(out, version(duration), duration);
            });
            put_trex(out, VIDEO_TRACK, NON_SYNC);
            if self.audio.is_some() {
                put_trex(out, AUDIO_TRACK, SYNC);
            }
        });
    }
}

impl VideoTrack {
    /// Writes the sample entry avc1 (12.1.3, ISO/IEC 14496-15 5.4.2.1).
    fn put_avc1(&self, out: &mut Vec<u8>) {
        put_box(out, *b"avc1", |out| {
            put_sample_entry(out);
            out.put_bytes(0, 16); // pre_defined, reserved
            out.put_u16(self.width);
            out.put_u16(self.height);
            out.put_u32(0x0048_0000); // 72 dpi
            out.put_u32(0x0048_0000);
            out.put_u32(0); // reserved
            out.put_u16(1); // frame_count: one frame per sample
            out.put_bytes(0, 32); // compressorname
            out.put_u16(0x0018); // depth: colour without alpha
            out.put_i16(-1); // pre_defined
            put_box(out, *b"avcC", |out| out.put_slice(self.config.avcc()));
            // Square pixels (12.1.4).
            put_box(out, *b"pasp", |out| {
                out.put_u32(1);
                out.put_u32(1);
            });
            // 12.1.5: primaries, transfer and matrix of BT.709; full_range_flag 0.
            put_box(out, *b"colr", |out| {
                out.put_slice(b"nclx");
                out.put_u16(1);
                out.put_u16(1);
                out.put_u16(1);
                out.put_u8(0);
            });
        });
    }
}

impl AudioTrack {
    /// Writes the sample entry mp4a (12.2.3, ISO/IEC 14496-14 5.6.1).
    fn put_mp4a(&self, out: &mut Vec<u8>) {
        put_box(out, *b"mp4a", |out| {
            put_sample_entry(out);
            out.put_bytes(0, 8); // reserved
            out.put_u16(self.config.channels());
            out.put_u16(16); // samplesize, a template value
            out.put_u32(0); // pre_defined, reserved
            // samplerate in 16.16 fixed point, or 0 if the rate does not fit. The
            // AudioSpecificConfig holds every rate.
            out.put_u16(u16::try_from(self.config.sample_rate()).unwrap_or(0));
            out.put_u16(0);
            self.put_esds(out);
        });
    }

    /// Writes esds (ISO/IEC 14496-14 5.6.1) with the descriptors of ISO/IEC 14496-1 7.2.6.
    fn put_esds(&self, out: &mut Vec<u8>) {
        put_full_box(out, *b"esds", 0, 0, |out| {
            // ES_Descriptor (7.2.6.5): ES_ID 0 inside a file (14496-14 3.1.2); no dependence, URL or OCR.
            put_descriptor(out, 0x03, |out| {
                out.put_bytes(0, 3);
                // DecoderConfigDescriptor (7.2.6.6).
                put_descriptor(out, 0x04, |out| {
                    out.put_u8(0x40); // objectTypeIndication: MPEG-4 audio
                    out.put_u8(0x15); // streamType audio (5), upStream 0, reserved 1
                    out.put_bytes(0, 3); // bufferSizeDB: not stated
                    out.put_u32(self.bitrate); // maxBitrate
                    out.put_u32(self.bitrate); // avgBitrate
                    // DecoderSpecificInfo (7.2.6.7).
                    put_descriptor(out, 0x05, |out| out.put_slice(&self.config.asc()));
                });
                // SLConfigDescriptor (7.2.6.8): predefined 2, for use in MP4.
                put_descriptor(out, 0x06, |out| out.put_u8(2));
            });
        });
    }
}

/// The fields that differ between tracks, in the boxes that all tracks have.
pub(super) struct TrackBox {
    pub(super) id: u32,
    /// Flags of tkhd: [`SHOWN`], [`OFFERED`] or 0 (8.3.2.3).
    pub(super) flags: u32,
    /// Of the tracks of one group, a player plays one; 0 means no group.
    pub(super) alternate_group: u16,
    /// Duration in ticks of the movie's timescale.
    pub(super) movie_duration: u64,
    pub(super) size: (u16, u16),
    /// Fixed point with 8.8 bits; 0x0100 is full volume.
    pub(super) volume: u16,
    pub(super) timescale: u32,
    /// Duration in ticks of `timescale`.
    pub(super) duration: u64,
    /// Three letters of five bits each (8.4.2.3).
    pub(super) language: TrackLanguage,
    pub(super) handler: &'static [u8; 4],
    pub(super) name: &'static str,
}

impl TrackBox {
    /// Writes trak (8.3.1) with all boxes in it. `references` writes tref, `media_header` writes the media
    /// header box (such as vmhd), and `samples` writes stbl.
    pub(super) fn put(
        &self,
        out: &mut Vec<u8>,
        references: impl FnOnce(&mut Vec<u8>),
        media_header: impl FnOnce(&mut Vec<u8>),
        samples: impl FnOnce(&mut Vec<u8>),
    ) {
        put_box(out, *b"trak", |out| {
            self.put_tkhd(out);
            references(out);
            put_box(out, *b"mdia", |out| {
                self.put_mdhd(out);
                self.put_hdlr(out);
                put_box(out, *b"minf", |out| {
                    media_header(out);
                    put_dinf(out);
                    samples(out);
                });
            });
        });
    }

    /// Writes tkhd (8.3.2).
    fn put_tkhd(&self, out: &mut Vec<u8>) {
        let version = version(self.movie_duration);
        put_full_box(out, *b"tkhd", version, self.flags, |out| {
            put_duration(out, version, 0); // creation_time: 0, so that equal movies give equal bytes
            put_duration(out, version, 0); // modification_time
            out.put_u32(self.id);
            out.put_u32(0); // reserved
            put_duration(out, version, self.movie_duration);
            out.put_bytes(0, 8 + 2); // reserved, layer
            out.put_u16(self.alternate_group);
            out.put_u16(self.volume);
            out.put_u16(0); // reserved
            put_matrix(out);
            out.put_u32(u32::from(self.size.0) << 16);
            out.put_u32(u32::from(self.size.1) << 16);
        });
    }

    /// Writes mdhd (8.4.2).
    fn put_mdhd(&self, out: &mut Vec<u8>) {
        let version = version(self.duration);
        put_full_box(out, *b"mdhd", version, 0, |out| {
            put_times(out, version, self.timescale, self.duration);
            out.put_u16(self.language.0);
            out.put_u16(0); // pre_defined
        });
    }

    /// Writes hdlr (8.4.3).
    fn put_hdlr(&self, out: &mut Vec<u8>) {
        put_full_box(out, *b"hdlr", 0, 0, |out| {
            out.put_u32(0); // pre_defined
            out.put_slice(self.handler);
            out.put_bytes(0, 12); // reserved
            out.put_slice(self.name.as_bytes());
            out.put_u8(0);
        });
    }
}

/// Writes ftyp (4.3). Brand iso5 added default-base-is-moof, and iso6 added tfdt.
fn put_ftyp(out: &mut Vec<u8>) {
    put_box(out, *b"ftyp", |out| {
        out.put_slice(b"iso6");
        out.put_u32(0x200); // minor_version: only informative
        out.put_slice(b"iso6iso5avc1mp41");
    });
}

/// Writes dinf (8.7.1). Flags 1 of url say that the samples are in the same file (8.7.2).
fn put_dinf(out: &mut Vec<u8>) {
    put_box(out, *b"dinf", |out| {
        put_full_box(out, *b"dref", 0, 0, |out| {
            out.put_u32(1);
            put_full_box(out, *b"url ", 0, 1, |_| ());
        });
    });
}

/// Writes stbl (8.5.1). `sample_entry` writes the only entry of stsd, and `samples` writes the sample tables.
pub(super) fn put_stbl(
    out: &mut Vec<u8>,
    sample_entry: impl FnOnce(&mut Vec<u8>),
    samples: impl FnOnce(&mut Vec<u8>),
) {
    put_box(out, *b"stbl", |out| {
        put_full_box(out, *b"stsd", 0, 0, |out| {
            out.put_u32(1);
            sample_entry(out);
        });
        samples(out);
    });
}

/// Writes the mandatory sample tables without entries, because all samples are in fragments.
fn put_no_samples(out: &mut Vec<u8>) {
    put_full_box(out, *b"stts", 0, 0, |out| out.put_u32(0)); // 8.6.1.2
    put_full_box(out, *b"stsc", 0, 0, |out| out.put_u32(0)); // 8.7.4
    put_full_box(out, *b"stsz", 0, 0, |out| out.put_u64(0)); // 8.7.3: sample_size, sample_count
    put_full_box(out, *b"stco", 0, 0, |out| out.put_u32(0)); // 8.7.5
}

/// Writes the first fields of a sample entry (8.5.2.2): reserved bytes, and `data_reference_index` 1.
pub(super) fn put_sample_entry(out: &mut Vec<u8>) {
    out.put_bytes(0, 6);
    out.put_u16(1);
}

/// Writes trex (8.8.3). Each fragment states all values that matter itself, so that a reader of the fragment
/// needs no other defaults than those of its tfhd.
fn put_trex(out: &mut Vec<u8>, track: u32, flags: u32) {
    put_full_box(out, *b"trex", 0, 0, |out| {
        out.put_u32(track);
        out.put_u32(1); // default_sample_description_index
        out.put_u32(0); // default_sample_duration
        out.put_u32(0); // default_sample_size
        out.put_u32(flags);
    });
}

/// The version of mvhd, tkhd, mdhd and mehd that can hold `duration`. Version 0 has 32-bit times, which reach
/// 13 hours at 90 kHz; version 1 has 64-bit times.
fn version(duration: u64) -> u8 {
    u8::from(u32::try_from(duration).is_err())
}

fn put_duration(out: &mut Vec<u8>, version: u8, duration: u64) {
    if version == 0 {
        out.put_u32(duration as u32); // `version` made sure that it fits
    } else {
        out.put_u64(duration);
    }
}

/// Writes the first fields of mvhd and mdhd: creation and modification time (both 0), timescale and duration.
fn put_times(out: &mut Vec<u8>, version: u8, timescale: u32, duration: u64) {
    put_duration(out, version, 0);
    put_duration(out, version, 0);
    out.put_u32(timescale);
    put_duration(out, version, duration);
}

/// Writes the unity matrix (8.2.2.2).
fn put_matrix(out: &mut Vec<u8>) {
    for entry in [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000] {
        out.put_u32(entry);
    }
}
