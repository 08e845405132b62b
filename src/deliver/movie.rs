//! A video as one progressive MP4: where everything lies.
//!
//! ```text
//! with a HUD      head │ chapters │ 1 s of frames │ their sound │ their captions │ 1 s of ...
//! without         head │ chapters │ captions │ sound │ each loop once
//! ```
//!
//! With a HUD every video frame is its own bytes, and the file is laid out as it is played. Without one, a
//! video frame that is shown again is pointed at again (8.7.5 of ISO/IEC 14496-12 lets chunks lie anywhere, also
//! twice at one place): half an hour takes the bytes of its loops and of its sound, which is silence mostly, and
//! a player has soon loaded all of it.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use super::virtual_file::{Block, FileLayout, VirtualFile};
use crate::ffmpeg::AUDIO_BITRATE;
use crate::mp4::{
    AAC_FRAME_SAMPLES, AudioTrack, Chapter, Movie, Progressive, SampleInfo, Table, TrackLanguage, VideoTrack,
    chapter_sample, text_sample,
};
use crate::stitch::{StitchedVideo, StoredFrame};
use crate::texts::Caption;
use crate::units::{Frames, Ticks, VIDEO_TIMESCALE};
use crate::workout::Language;

/// The video frames of a chunk last about as long: what players read at a time.
const CHUNK: Ticks = Ticks(VIDEO_TIMESCALE as u64);
/// Frames of sound in a chunk of their own: about a second.
const CHUNK_FRAMES: u64 = 47;

/// What a movie says in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// What all of it is in.
    pub language: Language,
    /// What it is called.
    pub title: String,
    /// Subtitles: rising, none beginning before the one before ended.
    pub captions: Vec<Caption>,
    /// Chapters: rising, without gaps, from the first video frame to the end.
    pub chapters: Vec<Caption>,
}

/// Tracks of a video, as both kinds of file describe them.
pub(super) fn tracks(video: &StitchedVideo) -> Movie {
    let (plan, length) = (video.plan(), video.plan().length());
    Movie {
        video: VideoTrack {
            config: video.config().clone(),
            width: plan.profile.width as u16,
            height: plan.profile.height as u16,
            timescale: VIDEO_TIMESCALE,
            duration: length.ticks().0,
        },
        audio: Some(AudioTrack {
            config: video.sound().config(),
            duration: length.samples().0,
            bitrate: AUDIO_BITRATE,
        }),
    }
}

/// What a table says of a frame of sound.
pub(super) fn audio_frame(video: &StitchedVideo, number: u64) -> SampleInfo {
    SampleInfo {
        size: video.sound().size(number..number + 1) as u32, // of 13 bits
        duration: video.sound().lasts(number),
        key: true,
    }
}

/// The frames of sound that begin before an instant: their number.
pub(super) fn audio_frames_before(video: &StitchedVideo, instant: Ticks) -> u64 {
    let audio_frames = instant.samples().0.div_ceil(u64::from(AAC_FRAME_SAMPLES));
    audio_frames.min(video.sound().count())
}

/// Lays out the whole video.
#[must_use]
pub fn movie(video: &Arc<StitchedVideo>, texts: &Texts) -> VirtualFile {
    VirtualFile::new(Arc::clone(video), Arc::new(layout(video, texts)))
}

pub(super) fn layout(video: &StitchedVideo, texts: &Texts) -> FileLayout {
    let mut payload = Payload::default();
    let chapters = timed(&texts.chapters, video.plan().length(), chapter_sample);
    let captions = timed(&texts.captions, video.plan().length(), text_sample);
    let mut tables = Tables::default();
    payload.texts(&mut tables.chapters, &chapters);
    if video.has_hud() {
        as_played(video, &mut payload, &mut tables, &captions);
    } else {
        payload.texts(&mut tables.captions, &captions);
        sound_in_order(video, &mut payload, &mut tables.audio);
        frames_once(video, &mut payload, &mut tables.video);
    }
    let chapter_list = texts.chapters.iter().map(|chapter| Chapter {
        at: chapter.start.ticks().0,
        text: chapter.text.clone(),
    });
    let head = Progressive {
        movie: tracks(video),
        video: tables.video,
        audio: tables.audio,
        captions: tables.captions,
        chapters: tables.chapters,
        chapter_list: chapter_list.collect(),
        language: TrackLanguage::new(texts.language.letters()),
        title: texts.title.clone(),
        payload: payload.length,
    }
    .head();
    FileLayout::new(video, head, payload.blocks)
}

#[derive(Default)]
struct Tables {
    video: Table,
    audio: Table,
    captions: Table,
    chapters: Table,
}

/// What lies in mdat, so far.
#[derive(Default)]
struct Payload {
    blocks: Vec<(Block, u64)>,
    length: u64,
}

impl Payload {
    fn push(&mut self, block: Block, end: u64) {
        self.blocks.push((block, end - self.length));
        self.length = end;
    }

    /// Lays texts as one chunk.
    fn texts(&mut self, table: &mut Table, texts: &[Timed]) {
        let end = table.chunk(self.length, texts.iter().map(Timed::info));
        let bytes: Vec<u8> = texts.iter().flat_map(|text| text.bytes.iter().copied()).collect();
        self.push(Block::Bytes(bytes.into()), end);
    }
}

/// A sample of a track of texts.
struct Timed {
    from: Ticks,
    lasts: Ticks,
    bytes: Bytes,
}

impl Timed {
    fn info(&self) -> SampleInfo {
        SampleInfo {
            size: self.bytes.len() as u32,
            duration: self.lasts.0 as u32, // at most a workout: four hours
            key: true,
        }
    }
}

/// Texts as samples without gaps; none if there is no text.
fn timed(texts: &[Caption], length: Frames, sample: fn(&str) -> Bytes) -> Vec<Timed> {
    let mut samples = Vec::with_capacity(2 * texts.len() + 1);
    let mut shown = Frames::ZERO;
    let mut push = |from: Frames, to: Frames, text: &str| {
        if from < to {
            samples.push(Timed {
                from: from.ticks(),
                lasts: (to - from).ticks(),
                bytes: sample(text),
            });
        }
    };
    for text in texts {
        let (from, to) = (text.start.max(shown).min(length), text.end.min(length));
        push(shown, from, "");
        push(from, to, &text.text);
        shown = from.max(to);
    }
    if !texts.is_empty() {
        push(shown, length, "");
    }
    samples
}

/// Video frames, sound and captions of each second behind each other.
fn as_played(video: &StitchedVideo, payload: &mut Payload, tables: &mut Tables, captions: &[Timed]) {
    let (mut frame, mut sound, mut caption) = (0, 0, 0);
    while frame < video.frames() {
        let next = after(video, frame, video.frames());
        let end = tables
            .video
            .chunk(payload.length, (frame..next).map(|n| video.sample(n)));
        payload.push(Block::Frames(frame..next), end);
        let until = video.begins(next);
        let audio_frames = sound..audio_frames_before(video, until);
        let end = tables.audio.chunk(
            payload.length,
            audio_frames.clone().map(|n| audio_frame(video, n)),
        );
        payload.push(Block::Sound(audio_frames.clone()), end);
        let texts = captions[caption..]
            .iter()
            .take_while(|text| text.from < until)
            .count();
        payload.texts(&mut tables.captions, &captions[caption..caption + texts]);
        (frame, sound, caption) = (next, audio_frames.end, caption + texts);
    }
}

/// The first video frame that does not belong to the chunk that begins with `first`.
fn after(video: &StitchedVideo, first: u64, end: u64) -> u64 {
    let full = video.begins(first) + CHUNK;
    (first + 1..end).find(|n| video.begins(*n) >= full).unwrap_or(end)
}

/// All of the sound, a second in a chunk. None of it lies twice in one place: Chromium drops every frame of
/// sound that lies before the one that it read last, and then reads on to the end for one that does not.
fn sound_in_order(video: &StitchedVideo, payload: &mut Payload, table: &mut Table) {
    let (mut next, all) = (0, video.sound().count());
    while next < all {
        let audio_frames = next..all.min(next + CHUNK_FRAMES);
        next = audio_frames.end;
        let end = table.chunk(
            payload.length,
            audio_frames.clone().map(|number| audio_frame(video, number)),
        );
        payload.push(Block::Sound(audio_frames), end);
    }
}

/// Each loop once, in the order in which they are first shown.
fn frames_once(video: &StitchedVideo, payload: &mut Payload, table: &mut Table) {
    let mut used: Vec<StoredFrame> = (0..video.frames()).map(|n| video.stored_frame(n)).collect();
    let mut order: Vec<usize> = Vec::new();
    for stored_frame in &used {
        if order.last() != Some(&stored_frame.loop_index) && !order.contains(&stored_frame.loop_index) {
            order.push(stored_frame.loop_index);
        }
    }
    // A loop's video frames in their order, then the second forms.
    used.sort_by_key(|stored_frame| {
        (
            order.iter().position(|known| *known == stored_frame.loop_index),
            *stored_frame,
        )
    });
    used.dedup();
    let mut lies: HashMap<StoredFrame, u64> = HashMap::with_capacity(used.len());
    for stored_frame in used {
        lies.insert(stored_frame, payload.length);
        let end = payload.length + video.frame_bytes(stored_frame).len() as u64;
        payload.push(Block::Stored(stored_frame), end);
    }
    let mut first = 0;
    while first < video.frames() {
        let most = after(video, first, video.frames());
        let at = lies[&video.stored_frame(first)];
        let mut end = at;
        let together = |n: &u64| {
            let stored_frame = video.stored_frame(*n);
            let follows = lies[&stored_frame] == end;
            end = lies[&stored_frame] + video.frame_bytes(stored_frame).len() as u64;
            follows
        };
        let count = (first..most).take_while(together).count() as u64;
        table.chunk(at, (first..first + count).map(|n| video.sample(n)));
        first += count;
    }
}
