//! The head of a file that is not fragmented: ftyp, a moov that tells of every sample, mdat's header.

use bytes::{BufMut, Bytes};

use super::movie::{AUDIO_TRACK, Movie};
use super::put::put_box;
use super::table::Table;
use super::text::{Mark, Stage, put_captions, put_chapters, put_user_data};

/// `track_ID` of the subtitles and of the chapters.
const CAPTION_TRACK: u32 = AUDIO_TRACK + 1;
const CHAPTER_TRACK: u32 = AUDIO_TRACK + 2;

/// A whole movie but for its payload. Tables count from the payload's first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progressive {
    /// Tracks of pictures and sound.
    pub movie: Movie,
    /// The pictures.
    pub video: Table,
    /// The frames of sound; not looked at if the movie has none.
    pub audio: Table,
    /// Subtitles, in ticks of the video's timescale, without gaps; no track if empty.
    pub captions: Table,
    /// Chapters as samples, in the same ticks; no track if empty.
    pub chapters: Table,
    /// Chapters as a list.
    pub marks: Vec<Mark>,
    /// What the movie is called.
    pub title: String,
    /// Bytes of the payload.
    pub payload: u64,
}

impl Progressive {
    /// Everything before the payload.
    #[must_use]
    pub fn head(&self) -> Bytes {
        let mdat_header = if self.payload + 8 > u64::from(u32::MAX) {
            16
        } else {
            8
        };
        // As long whatever the payload's place, once it is known how wide the offsets are.
        let narrow = self.movie_head(0, false).len() as u64 + mdat_header;
        let wide = narrow + self.payload > u64::from(u32::MAX);
        let place = if wide {
            self.movie_head(0, true).len() as u64 + mdat_header
        } else {
            narrow
        };
        let mut out = self.movie_head(place, wide);
        // 4.2.2: a size of 1 says that 64 bits of size follow.
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
        // 4.3.
        put_box(&mut out, *b"ftyp", |out| {
            out.put_slice(b"isom");
            out.put_u32(0x200); // minor_version, which informs only
            out.put_slice(b"isomiso2avc1mp41");
        });
        put_box(&mut out, *b"moov", |out| {
            self.movie.put_mvhd(out, CHAPTER_TRACK + 1);
            let has_chapters = self.chapters.samples() > 0;
            let references = |out: &mut Vec<u8>| {
                if has_chapters {
                    // 8.3.3; the type is QuickTime's.
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
                put_captions(out, CAPTION_TRACK, stage, &self.captions);
            }
            if has_chapters {
                put_chapters(out, CHAPTER_TRACK, stage, &self.chapters);
            }
            put_user_data(out, &self.title, &self.marks, video.timescale);
        });
        out
    }
}
