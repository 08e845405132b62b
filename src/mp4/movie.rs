//! ftyp and moov: all that a player must know before the first fragment.

use bytes::{BufMut, Bytes};

use super::config::{AacConfig, AvcConfig};
use super::put::{put_box, put_descriptor, put_full_box};
use super::sample::{NON_SYNC, SYNC};

/// `track_ID` of the video track.
pub const VIDEO_TRACK: u32 = 1;
/// `track_ID` of the audio track.
pub const AUDIO_TRACK: u32 = 2;

/// What a track is in (ISO/IEC 14496-12 8.4.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackLanguage(u16);

impl TrackLanguage {
    /// Nobody speaks or writes in it.
    pub const UNDETERMINED: Self = Self::new(*b"und");

    /// From the three letters of ISO 639-2/T, `a-z`. Five bits of each are kept: there is no room for others.
    #[must_use]
    pub const fn new([first, second, third]: [u8; 3]) -> Self {
        // Counted from the character before "a"; no closures in a const fn.
        let [first, second, third] = [first as u16 & 0x1f, second as u16 & 0x1f, third as u16 & 0x1f];
        Self(first << 10 | second << 5 | third)
    }
}

/// A track's flags: enabled, in the movie (8.3.2.3).
pub(super) const SHOWN: u32 = 3;
/// In the movie, for players to offer.
pub(super) const OFFERED: u32 = 2;

/// The tracks of a fragmented movie and how long they will have become at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movie {
    /// The video frames.
    pub video: VideoTrack,
    /// The sound, if there is any.
    pub audio: Option<AudioTrack>,
}

/// An H.264 track of square pixels, BT.709, limited range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoTrack {
    /// Decoder parameters.
    pub config: AvcConfig,
    /// Width in pixels.
    pub width: u16,
    /// Height in pixels.
    pub height: u16,
    /// Ticks a second.
    pub timescale: u32,
    /// Total length in ticks.
    pub duration: u64,
}

/// An AAC track. Its timescale is its sample rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioTrack {
    /// Decoder parameters.
    pub config: AacConfig,
    /// Total length in samples.
    pub duration: u64,
    /// Bits a second, as told to the encoder: the average, and what is announced as the highest.
    pub bitrate: u32,
}

impl Movie {
    /// ftyp and moov. Every duration in it is the true total, rounded up where a timescale cannot tell it.
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

    /// The tracks' codecs as `Content-Type` and players' APIs name them: `avc1.42C01F,mp4a.40.2` (RFC 6381).
    #[must_use]
    pub fn codecs(&self) -> String {
        match &self.audio {
            Some(audio) => format!("{},{}", self.video.config.codec(), audio.config.codec()),
            None => self.video.config.codec(),
        }
    }

    /// The movie's clock is the video's, so that the video frames' length is exact in every box.
    fn timescale(&self) -> u32 {
        self.video.timescale
    }

    fn audio_duration(&self, audio: &AudioTrack) -> u64 {
        let rate = u128::from(audio.config.sample_rate());
        let ticks = (u128::from(audio.duration) * u128::from(self.timescale())).div_ceil(rate);
        u64::try_from(ticks).unwrap_or(u64::MAX)
    }

    /// The longest track's length in movie ticks.
    fn duration(&self) -> u64 {
        let audio = self.audio.as_ref().map_or(0, |audio| self.audio_duration(audio));
        self.video.duration.max(audio)
    }

    /// 8.2.2.
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

    /// The video track, with the boxes that tell of its samples.
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

    /// The same of the audio track.
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

    /// 8.8.1, with mehd (8.8.2) and trex (8.8.3).
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
    /// Sample entry: 12.1.3, ISO/IEC 14496-15 5.4.2.1.
    fn put_avc1(&self, out: &mut Vec<u8>) {
        put_box(out, *b"avc1", |out| {
            put_sample_entry(out);
            out.put_bytes(0, 16); // pre_defined, reserved
            out.put_u16(self.width);
            out.put_u16(self.height);
            out.put_u32(0x0048_0000); // 72 dpi
            out.put_u32(0x0048_0000);
            out.put_u32(0); // reserved
            out.put_u16(1); // frame_count a sample
            out.put_bytes(0, 32); // compressorname
            out.put_u16(0x0018); // depth: colour without alpha
            out.put_i16(-1); // pre_defined
            put_box(out, *b"avcC", |out| out.put_slice(self.config.avcc()));
            // Square pixels (12.1.4).
            put_box(out, *b"pasp", |out| {
                out.put_u32(1);
                out.put_u32(1);
            });
            // 12.1.5: primaries, transfer and matrix are BT.709's; full_range_flag 0.
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
    /// Sample entry: 12.2.3, ISO/IEC 14496-14 5.6.1.
    fn put_mp4a(&self, out: &mut Vec<u8>) {
        put_box(out, *b"mp4a", |out| {
            put_sample_entry(out);
            out.put_bytes(0, 8); // reserved
            out.put_u16(self.config.channels());
            out.put_u16(16); // samplesize, a template value
            out.put_u32(0); // pre_defined, reserved
            // 16.16; the AudioSpecificConfig tells the rates that do not fit.
            out.put_u16(u16::try_from(self.config.sample_rate()).unwrap_or(0));
            out.put_u16(0);
            self.put_esds(out);
        });
    }

    /// ISO/IEC 14496-14 5.6.1; descriptors of ISO/IEC 14496-1 7.2.6.
    fn put_esds(&self, out: &mut Vec<u8>) {
        put_full_box(out, *b"esds", 0, 0, |out| {
            // ES_Descriptor (7.2.6.5): ES_ID 0 inside a file (14496-14 3.1.2), no dependence, URL or OCR.
            put_descriptor(out, 0x03, |out| {
                out.put_bytes(0, 3);
                // DecoderConfigDescriptor (7.2.6.6).
                put_descriptor(out, 0x04, |out| {
                    out.put_u8(0x40); // objectTypeIndication: MPEG-4 audio
                    out.put_u8(0x15); // streamType audio (5), upStream 0, reserved 1
                    out.put_bytes(0, 3); // bufferSizeDB: not told
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

/// What the boxes of both kinds of track say in the same places.
pub(super) struct TrackBox {
    pub(super) id: u32,
    /// [`SHOWN`], [`OFFERED`] or 0 (8.3.2.3).
    pub(super) flags: u32,
    /// Tracks of one group are choices; 0 is no group.
    pub(super) alternate_group: u16,
    /// In movie ticks.
    pub(super) movie_duration: u64,
    pub(super) size: (u16, u16),
    /// 8.8.
    pub(super) volume: u16,
    pub(super) timescale: u32,
    /// In ticks of the timescale.
    pub(super) duration: u64,
    /// Three letters of five bits (8.4.2.3).
    pub(super) language: TrackLanguage,
    pub(super) handler: &'static [u8; 4],
    pub(super) name: &'static str,
}

impl TrackBox {
    /// 8.3.1 with all below it; the closures write tref, the media header and stbl.
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

    /// 8.3.2.
    fn put_tkhd(&self, out: &mut Vec<u8>) {
        let version = version(self.movie_duration);
        put_full_box(out, *b"tkhd", version, self.flags, |out| {
            put_duration(out, version, 0); // creation_time: none, so that equal movies are equal bytes
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

    /// 8.4.2.
    fn put_mdhd(&self, out: &mut Vec<u8>) {
        let version = version(self.duration);
        put_full_box(out, *b"mdhd", version, 0, |out| {
            put_times(out, version, self.timescale, self.duration);
            out.put_u16(self.language.0);
            out.put_u16(0); // pre_defined
        });
    }

    /// 8.4.3.
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

/// 4.3. iso5 brought default-base-is-moof, iso6 tfdt.
fn put_ftyp(out: &mut Vec<u8>) {
    put_box(out, *b"ftyp", |out| {
        out.put_slice(b"iso6");
        out.put_u32(0x200); // minor_version, which informs only
        out.put_slice(b"iso6iso5avc1mp41");
    });
}

/// 8.7.1: the samples are in this very file (8.7.2, flags 1).
fn put_dinf(out: &mut Vec<u8>) {
    put_box(out, *b"dinf", |out| {
        put_full_box(out, *b"dref", 0, 0, |out| {
            out.put_u32(1);
            put_full_box(out, *b"url ", 0, 1, |_| ());
        });
    });
}

/// 8.5.1: a sample entry, and what `samples` tells of the samples.
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

/// Tables that must be there and are empty, for all samples are in fragments.
fn put_no_samples(out: &mut Vec<u8>) {
    put_full_box(out, *b"stts", 0, 0, |out| out.put_u32(0)); // 8.6.1.2
    put_full_box(out, *b"stsc", 0, 0, |out| out.put_u32(0)); // 8.7.4
    put_full_box(out, *b"stsz", 0, 0, |out| out.put_u64(0)); // 8.7.3: sample_size, sample_count
    put_full_box(out, *b"stco", 0, 0, |out| out.put_u32(0)); // 8.7.5
}

/// 8.5.2.2: reserved, and `data_reference_index` 1.
pub(super) fn put_sample_entry(out: &mut Vec<u8>) {
    out.put_bytes(0, 6);
    out.put_u16(1);
}

/// 8.8.3. Fragments say all that matters themselves, so that each can be read with nothing but its own tfhd.
fn put_trex(out: &mut Vec<u8>, track: u32, flags: u32) {
    put_full_box(out, *b"trex", 0, 0, |out| {
        out.put_u32(track);
        out.put_u32(1); // default_sample_description_index
        out.put_u32(0); // default_sample_duration
        out.put_u32(0); // default_sample_size
        out.put_u32(flags);
    });
}

/// The version of mvhd, tkhd, mdhd and mehd: 0 holds 32-bit times, 13 hours at 90 kHz.
fn version(duration: u64) -> u8 {
    u8::from(u32::try_from(duration).is_err())
}

fn put_duration(out: &mut Vec<u8>, version: u8, duration: u64) {
    if version == 0 {
        out.put_u32(duration as u32); // `version` saw that it fits
    } else {
        out.put_u64(duration);
    }
}

/// What mvhd and mdhd begin with: no times of creation or modification, timescale, duration.
fn put_times(out: &mut Vec<u8>, version: u8, timescale: u32, duration: u64) {
    put_duration(out, version, 0);
    put_duration(out, version, 0);
    out.put_u32(timescale);
    put_duration(out, version, duration);
}

/// The unity matrix (8.2.2.2).
fn put_matrix(out: &mut Vec<u8>) {
    for entry in [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000] {
        out.put_u32(entry);
    }
}
