//! Writes the texts of a movie: a subtitle track (3GPP TS 26.245, `tx3g`), chapters, and a title.
//!
//! For `progressive`, and for `deliver`, which makes the samples. Players read chapters in two
//! forms, and this module writes both: Nero's list and QuickTime's text track (QuickTime File
//! Format, "Text Media", "Chapter Lists").

use bytes::{BufMut, Bytes};

use super::movie::{OFFERED, TrackBox, TrackLanguage, put_sample_entry, put_stbl};
use super::put::{put_box, put_full_box};
use super::table::Table;

/// Largest number of chapters in Nero's list, whose counter has one byte.
const MAX_LISTED: usize = 255;

/// A chapter: its start and its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// Start, in ticks of the video's timescale.
    pub at: u64,
    /// Title. Nero's list keeps at most its first 255 bytes.
    pub text: String,
}

/// Returns a sample of a subtitle track (TS 26.245 5.17), with at most 65,535 bytes of text. The text is
/// empty where no subtitle is shown.
#[must_use]
pub fn text_sample(text: &str) -> Bytes {
    let text = cut(text, u16::MAX.into());
    let mut out = Vec::with_capacity(2 + text.len());
    out.put_u16(text.len() as u16);
    out.put_slice(text.as_bytes());
    out.into()
}

/// Returns a sample of a chapter track: the text, and a box that says that the text is UTF-8.
#[must_use]
pub fn chapter_sample(text: &str) -> Bytes {
    let mut out = text_sample(text).to_vec();
    put_box(&mut out, *b"encd", |out| out.put_u32(0x0000_0100));
    out.into()
}

/// Returns the longest start of a text that has at most `bytes` bytes and ends between two characters.
fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The properties of the movie that text tracks need.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stage {
    pub size: (u16, u16),
    pub timescale: u32,
    pub payload: u64,
    pub wide: bool,
}

/// Writes a subtitle track. It is off until the viewer switches it on.
pub(super) fn put_captions(out: &mut Vec<u8>, id: u32, stage: Stage, language: TrackLanguage, table: &Table) {
    let track = TrackBox {
        id,
        flags: OFFERED,
        alternate_group: 2,
        movie_duration: table.duration(),
        size: stage.size,
        volume: 0,
        timescale: stage.timescale,
        duration: table.duration(),
        language,
        handler: b"sbtl",
        name: "SubtitleHandler",
    };
    track.put(
        out,
        |_| (),
        |out| put_full_box(out, *b"nmhd", 0, 0, |_| ()),
        |out| {
            put_stbl(out, put_tx3g, |out| table.put(out, stage.payload, stage.wide));
        },
    );
}

/// Writes the sample entry tx3g (TS 26.245 5.16): white text, centred at the bottom.
fn put_tx3g(out: &mut Vec<u8>) {
    put_box(out, *b"tx3g", |out| {
        put_sample_entry(out);
        out.put_u32(0); // displayFlags
        out.put_i8(1); // horizontal-justification: centre
        out.put_i8(-1); // vertical-justification: bottom
        out.put_u32(0); // background-color-rgba: none
        out.put_u64(0); // BoxRecord: the whole track
        put_style(out, 18, 0xffff_ffff);
        put_fonts(out, b"Sans-Serif");
    });
}

/// Writes a StyleRecord: from character 0 to 0, font 1, plain.
fn put_style(out: &mut Vec<u8>, size: u8, colour: u32) {
    out.put_u32(0);
    out.put_u16(1);
    out.put_u8(0);
    out.put_u8(size);
    out.put_u32(colour);
}

/// Writes a FontTableBox with one font, number 1.
fn put_fonts(out: &mut Vec<u8>, name: &[u8]) {
    put_box(out, *b"ftab", |out| {
        out.put_u16(1);
        out.put_u16(1);
        out.put_u8(name.len() as u8);
        out.put_slice(name);
    });
}

/// Writes a chapter track. Players never show it as a track; the video track refers to it.
pub(super) fn put_chapters(out: &mut Vec<u8>, id: u32, stage: Stage, language: TrackLanguage, table: &Table) {
    let track = TrackBox {
        id,
        flags: 0,
        alternate_group: 0,
        movie_duration: table.duration(),
        size: (0, 0),
        volume: 0,
        timescale: stage.timescale,
        duration: table.duration(),
        language,
        handler: b"text",
        name: "ChapterHandler",
    };
    track.put(
        out,
        |_| (),
        put_gmhd,
        |out| {
            put_stbl(out, put_text_entry, |out| {
                table.put(out, stage.payload, stage.wide);
            });
        },
    );
}

/// Writes QuickTime's base media header, and the text media header, which is a matrix.
fn put_gmhd(out: &mut Vec<u8>) {
    put_box(out, *b"gmhd", |out| {
        put_full_box(out, *b"gmin", 0, 0, |out| {
            out.put_u16(0x40); // graphicsmode: dither copy
            (0..3).for_each(|_| out.put_u16(0x8000)); // opcolor
            out.put_u32(0); // balance, reserved
        });
        put_box(out, *b"text", |out| {
            for entry in [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000] {
                out.put_u32(entry);
            }
        });
    });
}

/// Writes the sample entry that QuickTime and FFmpeg write for chapters.
fn put_text_entry(out: &mut Vec<u8>) {
    put_box(out, *b"text", |out| {
        put_sample_entry(out);
        out.put_u32(1); // displayFlags
        out.put_u16(0); // justification
        out.put_u32(0); // background
        out.put_u64(0); // BoxRecord
        put_style(out, 0, 0);
        put_fonts(out, b"");
    });
}

/// Writes udta (8.10.1) with Nero's chapter list and iTunes' title.
pub(super) fn put_user_data(out: &mut Vec<u8>, title: &str, chapters: &[Chapter], timescale: u32) {
    put_box(out, *b"udta", |out| {
        if !chapters.is_empty() {
            put_full_box(out, *b"chpl", 1, 0, |out| {
                let listed = &chapters[..chapters.len().min(MAX_LISTED)];
                out.put_u32(0);
                out.put_u8(listed.len() as u8);
                for chapter in listed {
                    let text = cut(&chapter.text, u8::MAX.into());
                    let at = u128::from(chapter.at) * 10_000_000 / u128::from(timescale);
                    out.put_u64(at as u64); // in units of 100 ns
                    out.put_u8(text.len() as u8);
                    out.put_slice(text.as_bytes());
                }
            });
        }
        put_full_box(out, *b"meta", 0, 0, |out| {
            put_full_box(out, *b"hdlr", 0, 0, |out| {
                out.put_u32(0);
                out.put_slice(b"mdirappl");
                out.put_bytes(0, 9);
            });
            put_box(out, *b"ilst", |out| {
                put_box(out, *b"\xa9nam", |out| {
                    // Type 1 is UTF-8; locale 0.
                    put_full_box(out, *b"data", 0, 1, |out| {
                        out.put_u32(0);
                        out.put_slice(title.as_bytes());
                    });
                });
            });
        });
    });
}
