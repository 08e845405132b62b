//! The layout of a video as one progressive MP4.
//!
//! For [`LayoutCache`](super::LayoutCache), and for `hls`, which shares the description of the tracks. It
//! writes no bytes of frames.
//!
//! ```text
//! with a HUD      head │ chapters │ 1 s of frames │ their sound │ their captions │ 1 s of ...
//! without         head │ chapters │ captions │ sound │ each loop once
//! ```
//!
//! With a HUD every video frame has its own bytes, and the file is laid out in the order of playback. Without
//! a HUD a video frame that is shown again is stored once and referenced again: 8.7.5 of ISO/IEC 14496-12
//! allows chunks at any offset, and several chunks at the same offset. So half an hour takes only the bytes
//! of its loops and of its sound, which is mostly silence, and a player has soon loaded all of the file.

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

/// Approximate duration of the video frames in a chunk. Players read about a chunk at a time.
const CHUNK: Ticks = Ticks(VIDEO_TIMESCALE as u64);
/// Audio frames in a chunk that holds only sound: about a second.
const CHUNK_FRAMES: u64 = 47;

/// The texts in a movie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// The language of all texts.
    pub language: Language,
    /// The movie's title.
    pub title: String,
    /// Subtitles in rising order. None begins before the previous one has ended.
    pub captions: Vec<Caption>,
    /// Chapters in rising order, without gaps, from the first video frame to the end.
    pub chapters: Vec<Caption>,
}

/// The tracks of a video, as the progressive file and the init segment describe them.
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

/// Size and duration of an audio frame.
pub(super) fn audio_frame(video: &StitchedVideo, number: u64) -> SampleInfo {
    SampleInfo {
        size: video.sound().size(number..number + 1) as u32, // fits: ADTS sizes have 13 bits
        duration: video.sound().lasts(number),
        key: true,
    }
}

/// The number of audio frames that begin before an instant.
pub(super) fn audio_frames_before(video: &StitchedVideo, instant: Ticks) -> u64 {
    let audio_frames = instant.samples().0.div_ceil(u64::from(AAC_FRAME_SAMPLES));
    audio_frames.min(video.sound().count())
}

/// Lays out the whole video as one file.
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

/// The content of mdat laid out so far.
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

    /// Appends texts as one chunk.
    fn texts(&mut self, table: &mut Table, texts: &[Timed]) {
        let end = table.chunk(self.length, texts.iter().map(Timed::info));
        let bytes: Vec<u8> = texts.iter().flat_map(|text| text.bytes.iter().copied()).collect();
        self.push(Block::Bytes(bytes.into()), end);
    }
}

/// A sample of a text track.
struct Timed {
    from: Ticks,
    lasts: Ticks,
    bytes: Bytes,
}

impl Timed {
    fn info(&self) -> SampleInfo {
        SampleInfo {
            size: self.bytes.len() as u32,
            duration: self.lasts.0 as u32, // fits: a workout has four hours at most
            key: true,
        }
    }
}

/// Converts texts to samples without gaps: an empty sample fills each gap. No samples if there are no texts.
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

/// Lays out the video frames, sound and captions of each second one after the other.
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

/// The first video frame after the chunk that begins with frame `first`.
fn after(video: &StitchedVideo, first: u64, end: u64) -> u64 {
    let full = video.begins(first) + CHUNK;
    (first + 1..end).find(|n| video.begins(*n) >= full).unwrap_or(end)
}

/// Lays out all of the sound, one second to a chunk. Unlike video frames, no audio frame is referenced twice:
/// Chromium drops every audio frame whose offset is lower than that of the one it read last, and then reads
/// on to the end of the file for one whose offset is not.
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

/// Lays out each loop once, in the order in which the loops are first shown.
fn frames_once(video: &StitchedVideo, payload: &mut Payload, table: &mut Table) {
    let mut used: Vec<StoredFrame> = (0..video.frames()).map(|n| video.stored_frame(n)).collect();
    let mut order: Vec<usize> = Vec::new();
    for stored_frame in &used {
        if order.last() != Some(&stored_frame.loop_index) && !order.contains(&stored_frame.loop_index) {
            order.push(stored_frame.loop_index);
        }
    }
    // The frames of a loop in their order, then their second forms ([`StoredFrame::restart`]).
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
