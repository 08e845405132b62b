//! Writes the head of a file that is not fragmented: ftyp, a moov with tables of all samples, and
//! the header of mdat.
//!
//! For `deliver`, which serves the head and then the payload. This module does not hold the payload.

use bytes::{BufMut, Bytes};

use super::movie::{AUDIO_TRACK, Movie, TrackLanguage};
use super::put::put_box;
use super::table::Table;
use super::text::{Chapter, Stage, put_captions, put_chapters, put_user_data};

/// `track_ID`s of the subtitle track and of the chapter track.
const CAPTION_TRACK: u32 = AUDIO_TRACK + 1;
const CHAPTER_TRACK: u32 = AUDIO_TRACK + 2;

/// A whole movie without its payload. Offsets in the tables count from the first byte of the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progressive {
    /// The video track and the audio track.
    pub movie: Movie,
    /// Samples of the video track.
    pub video: Table,
    /// Samples of the audio track; ignored if `movie` has no audio track.
    pub audio: Table,
    /// Subtitles without gaps, in ticks of the video's timescale. If empty, the file has no subtitle track.
    pub captions: Table,
    /// Chapters as samples, in ticks of the video's timescale. If empty, the file has no chapter track.
    pub chapters: Table,
    /// Chapters as a list (Nero's `chpl`), which holds at most the first 255.
    pub chapter_list: Vec<Chapter>,
    /// Language of the subtitles and of the chapters.
    pub language: TrackLanguage,
    /// Title of the movie, which players show.
    pub title: String,
    /// Length of the payload in bytes.
    pub payload: u64,
}

impl Progressive {
    /// Returns all bytes of the file before the payload.
    #[must_use]
    pub fn head(&self) -> Bytes {
        let mdat_header = if self.payload + 8 > u64::from(u32::MAX) {
            16
        } else {
            8
        };
        // The length of the head depends on the width of the chunk offsets but not on their values. So `head`
        // measures the head with payload offset 0 first.
        let narrow = self.movie_head(0, false).len() as u64 + mdat_header;
        let wide = narrow + self.payload > u64::from(u32::MAX);
        let place = if wide {
            self.movie_head(0, true).len() as u64 + mdat_header
        } else {
            narrow
        };
        let mut out = self.movie_head(place, wide);
        // 4.2.2: size 1 means that a 64-bit size follows.
        if mdat_header == 16 {
            out.put_u32(1);
            out.put_slice(b"mdat");
            out.put_u64(self.payload + mdat_header);
        } else {
            out.put_u32((self.payload + mdat_header) as u32);
            out.put_slice(b"mdat");
        }
        out.into()
    }

    fn movie_head(&self, payload: u64, wide: bool) -> Vec<u8> {
        let video = &self.movie.video;
        let stage = Stage {
            size: (video.width, video.height),
            timescale: video.timescale,
            payload,
            wide,
        };
        let mut out = Vec::with_capacity(4096 + 4 * (self.video.samples() + self.audio.samples()));
        // ftyp: 4.3.
        put_box(&mut out, *b"ftyp", |out| {
            out.put_slice(b"isom");
            out.put_u32(0x200); // minor_version: only informative
            out.put_slice(b"isomiso2avc1mp41");
        });
        put_box(&mut out, *b"moov", |out| {
            self.movie.put_mvhd(out, CHAPTER_TRACK + 1);
            let has_chapters = self.chapters.samples() > 0;
            let references = |out: &mut Vec<u8>| {
                if has_chapters {
                    // tref: 8.3.3. The reference type `chap` is QuickTime's.
                    put_box(out, *b"tref", |out| {
                        put_box(out, *b"chap", |out| out.put_u32(CHAPTER_TRACK));
                    });
                }
            };
            self.movie
                .put_video(out, references, |out| self.video.put(out, payload, wide));
            if let Some(audio) = &self.movie.audio {
                self.movie
                    .put_audio(out, audio, |out| self.audio.put(out, payload, wide));
            }
            if self.captions.samples() > 0 {
                put_captions(out, CAPTION_TRACK, stage, self.language, &self.captions);
            }
            if has_chapters {
                put_chapters(out, CHAPTER_TRACK, stage, self.language, &self.chapters);
            }
            put_user_data(out, &self.title, &self.chapter_list, video.timescale);
        });
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mp4::{AvcConfig, SampleInfo, VideoTrack};

    /// A movie with only a video track. Each chunk holds one frame, and the chunks follow each other.
    /// `payload` is the number of bytes in mdat; no test stores them.
    fn movie(sizes: &[u32], payload: u64) -> Progressive {
        let mut video = Table::default();
        let mut at = 0;
        for size in sizes {
            let sample = SampleInfo {
                size: *size,
                duration: 3000,
                key: true,
            };
            at = video.chunk(at, [sample]);
        }
        let avcc = b"\x01\x42\xc0\x1f\xff\xe1\0\x04\x67\x42\xc0\x1f\x01\0\x02\x68\xce";
        Progressive {
            movie: Movie {
                video: VideoTrack {
                    config: AvcConfig::new(Bytes::from_static(avcc)).expect("a sound avcC"),
                    width: 1280,
                    height: 720,
                    timescale: 90_000,
                    duration: 3000 * sizes.len() as u64,
                },
                audio: None,
            },
            video,
            audio: Table::default(),
            captions: Table::default(),
            chapters: Table::default(),
            chapter_list: Vec::new(),
            language: TrackLanguage::UNDETERMINED,
            title: String::new(),
            payload,
        }
    }

    /// The fields of a head that [`read`] finds.
    #[derive(Debug)]
    struct Found {
        /// Whether the chunk offsets have 64 bits.
        wide: bool,
        offsets: Vec<u64>,
        /// Bytes of the header of mdat, and the size that this header states.
        mdat: (u64, u64),
    }

    /// Reads a head as a player does: box by box, down to the only table of chunk offsets.
    fn read(head: &[u8]) -> Found {
        let number = |bytes: &[u8]| bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
        let mut table = None;
        let mut mdat = None;
        let mut within = vec![head];
        while let Some(mut rest) = within.pop() {
            while !rest.is_empty() {
                let kind = &rest[4..8];
                if kind == b"mdat" {
                    let small = number(&rest[..4]);
                    mdat = Some(match rest.len() {
                        8 => (8, small),
                        16 if small == 1 => (16, number(&rest[8..])),
                        other => panic!("a header of {other} bytes"),
                    });
                    break;
                }
                let (this, next) = rest.split_at(number(&rest[..4]) as usize);
                match kind {
                    b"moov" | b"trak" | b"mdia" | b"minf" | b"stbl" => within.push(&this[8..]),
                    b"stco" | b"co64" => {
                        assert!(table.is_none(), "two tables of chunks");
                        let width = if kind == b"co64" { 8 } else { 4 };
                        let offsets: Vec<u64> = this[16..].chunks(width).map(number).collect();
                        assert_eq!(offsets.len() as u64, number(&this[12..16]));
                        table = Some((width == 8, offsets));
                    }
                    _ => {}
                }
                rest = next;
            }
        }
        let (wide, offsets) = table.expect("a table of chunks");
        let mdat = mdat.expect("mdat");
        Found { wide, offsets, mdat }
    }

    /// Checks that the head of `movie(sizes, payload)` states the true offset of each video frame.
    fn check(sizes: &[u32], payload: u64) -> Found {
        let head = movie(sizes, payload).head();
        let found = read(&head);
        let mut at = head.len() as u64;
        for (offset, size) in found.offsets.iter().zip(sizes) {
            assert_eq!(*offset, at);
            at += u64::from(*size);
        }
        assert_eq!(found.offsets.len(), sizes.len());
        assert_eq!(found.mdat.1, payload + found.mdat.0);
        found
    }

    #[test]
    fn a_movie_of_more_than_four_gibibytes_says_where_everything_lies() {
        let sizes = [u32::MAX, 1 << 30, 7, 3 << 30];
        let payload = sizes.iter().map(|size| u64::from(*size)).sum();
        let found = check(&sizes, payload);
        assert!(found.wide && found.mdat.0 == 16, "{found:?}");
        assert!(found.offsets[3] > 5 << 30, "{found:?}");
        let found = check(&[1 << 30, 7], (1 << 30) + 7);
        assert!(!found.wide && found.mdat.0 == 8, "{found:?}");
    }

    proptest! {
        #[test]
        fn at_the_boundary_no_offset_is_cut(last in 0u32..2000, below in 0u64..2000, count in 1usize..40) {
            // In the file, the last chunk begins and the payload ends just below or just above 2^32 bytes.
            let payload = u64::from(u32::MAX) - below + u64::from(last);
            let first = payload - u64::from(last) - (count as u64 - 1);
            let mut sizes = vec![u32::try_from(first).expect("32 bits")];
            sizes.extend(vec![1; count - 1]);
            sizes.push(last);
            let found = check(&sizes, payload);
            let fits = |place: u64| u32::try_from(place).is_ok();
            prop_assert!(found.wide || found.offsets.iter().all(|at| fits(*at)), "{:?}", found);
            // The head has 32-bit offsets exactly if the whole file, written with them, ends within 32 bits.
            let longer = if found.wide { 4 * found.offsets.len() as u64 } else { 0 };
            let end = found.offsets[0] + payload - longer;
            prop_assert_eq!(found.wide, !fits(end), "{:?}", found);
        }
    }
}
