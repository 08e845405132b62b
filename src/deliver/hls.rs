//! A video as HLS (RFC 8216 and its second edition): playlists, and segments of fragmented MP4.
//!
//! Video frames and sound are in one segment, with continuous times and no discontinuity: measured, the form
//! that players get through without holes. Segments are cut where [`Segmentation`](crate::stitch::Segmentation) says.
//!
//! Names of the init segment and of segments hold the video's tag, which stands for everything that makes their bytes
//! ([`RenderSpec`](crate::stitch::RenderSpec): loops, HUD, sound, times, cuts, the version of the code that writes
//! them), so that a name never means two things and may be cached for ever, and a player whose playlist is older than
//! the server's loops is told so by a 404, not by a video frame that does not decode.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::movie::{audio_frame, audio_frames_before, tracks};
use super::virtual_file::{Block, DeliverError, FileLayout, VirtualFile};
use crate::mp4::{AAC_FRAME_SAMPLES, AUDIO_TRACK, SampleInfo, TrackRun, VIDEO_TRACK, fragment_header};
use crate::stitch::StitchedVideo;
use crate::units::{FPS, Frames, Ticks, VIDEO_TIMESCALE};
use crate::words::own_name;
use crate::workout::Language;

/// Digits of the video's digest in names.
const TAG: usize = 16;

/// The most digits of a segment's number: four hours have 3,600 segments.
const NUMBER_DIGITS: usize = 4;

/// What a name under `hls/` stands for. Parsed before anything is looked up: most wrong names are recognized by
/// themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HlsName<'a> {
    /// The playlist that leads to all others.
    Master,
    /// The playlist of segments.
    Media,
    /// The playlist of subtitles in a language.
    Captions(Language),
    /// The init segment of a version of the video.
    Init {
        /// Which version.
        tag: &'a str,
    },
    /// A segment of a version of the video.
    Segment {
        /// From 0.
        number: usize,
        /// Which version.
        tag: &'a str,
    },
}

impl<'a> HlsName<'a> {
    /// Reads a name. `None` for one that no playlist ever had.
    #[must_use]
    pub fn parse(name: &'a str) -> Option<Self> {
        match name {
            "master.m3u8" => return Some(Self::Master),
            "video.m3u8" => return Some(Self::Media),
            _ => {}
        }
        if let Some(tag) = name
            .strip_prefix("captions-")
            .and_then(|rest| rest.strip_suffix(".m3u8"))
        {
            let language = Language::ALL.into_iter().find(|language| language.tag() == tag)?;
            return Some(Self::Captions(language));
        }
        if let Some(tag) = name
            .strip_prefix("init-")
            .and_then(|rest| rest.strip_suffix(".mp4"))
        {
            return is_tag(tag).then_some(Self::Init { tag });
        }
        let (number, tag) = name.strip_suffix(".m4s")?.split_once('-')?;
        let is_number = (1..=NUMBER_DIGITS).contains(&number.len())
            && number.bytes().all(|digit| digit.is_ascii_digit())
            && (number == "0" || !number.starts_with('0'));
        let number = is_number.then(|| number.parse().ok())??;
        is_tag(tag).then_some(Self::Segment { number, tag })
    }
}

fn is_tag(tag: &str) -> bool {
    tag.len() == TAG
        && tag
            .bytes()
            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// A playlist of one file of subtitles for the whole length of a workout.
#[must_use]
pub fn captions_playlist(length: Frames, file: &str) -> String {
    let length = length.ticks();
    let target = length.0.div_ceil(u64::from(VIDEO_TIMESCALE)).max(1);
    let lasts = seconds(Ticks(0), length);
    format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{target}\n#EXT-X-MEDIA-SEQUENCE:0\n\
         #EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:{lasts},\n{file}\n#EXT-X-ENDLIST\n"
    )
}

/// A video in segments. Made at once; each segment is laid out when it is asked for: it is short, and that takes
/// a tenth of a millisecond.
#[derive(Debug, Clone)]
pub struct Hls {
    video: Arc<StitchedVideo>,
    tag: String,
}

impl Hls {
    /// Of a video.
    #[must_use]
    pub fn new(video: Arc<StitchedVideo>) -> Self {
        let tag = video.digest().to_hex()[..TAG].to_owned();
        Self { video, tag }
    }

    /// What names of this video's segments hold.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// How many segments there are.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.video.segmentation().segments()
    }

    /// `init-TAG.mp4`.
    #[must_use]
    pub fn init_name(&self) -> String {
        format!("init-{}.mp4", self.tag)
    }

    /// `0-TAG.m4s` and so on.
    #[must_use]
    pub fn segment_name(&self, number: usize) -> String {
        format!("{number}-{}.m4s", self.tag)
    }

    /// The file of a name: the init segment or a segment. `None` for any other name, also for those of
    /// another version of the video.
    pub fn file(&self, name: &str) -> Option<Result<VirtualFile, DeliverError>> {
        match HlsName::parse(name)? {
            HlsName::Init { tag } if tag == self.tag => Some(Ok(self.of(self.init(), Vec::new()))),
            HlsName::Segment { number, tag } if tag == self.tag => self.segment(number),
            _ => None,
        }
    }

    /// What all segments need before them.
    #[must_use]
    pub fn init(&self) -> Bytes {
        tracks(&self.video).init_segment()
    }

    /// Segment `number`, from 0 on; `None` beyond the last.
    pub fn segment(&self, number: usize) -> Option<Result<VirtualFile, DeliverError>> {
        let frames = self.video.segmentation().segment(number)?;
        Some(self.layout(number, frames))
    }

    fn layout(&self, number: usize, frames: Range<u64>) -> Result<VirtualFile, DeliverError> {
        let video = &self.video;
        let audio_frames = self.audio_frames(&frames);
        let video_samples: Vec<SampleInfo> = frames.clone().map(|n| video.sample(n)).collect();
        let audio_samples: Vec<SampleInfo> = audio_frames.clone().map(|n| audio_frame(video, n)).collect();
        let runs = [
            TrackRun {
                track_id: VIDEO_TRACK,
                decode_time: video.begins(frames.start).0,
                samples: &video_samples,
            },
            TrackRun {
                track_id: AUDIO_TRACK,
                decode_time: audio_frames.start * u64::from(AAC_FRAME_SAMPLES),
                samples: &audio_samples,
            },
        ];
        let head = fragment_header(number as u32 + 1, &runs)?;
        let bytes = |samples: &[SampleInfo]| samples.iter().map(|sample| u64::from(sample.size)).sum();
        let rest = vec![
            (Block::Frames(frames), bytes(&video_samples)),
            (Block::Sound(audio_frames), bytes(&audio_samples)),
        ];
        Ok(self.of(head, rest))
    }

    fn of(&self, head: Bytes, rest: Vec<(Block, u64)>) -> VirtualFile {
        let layout = FileLayout::new(&self.video, head, rest);
        VirtualFile::new(Arc::clone(&self.video), Arc::new(layout))
    }

    /// The frames of sound that begin during these video frames.
    fn audio_frames(&self, frames: &Range<u64>) -> Range<u64> {
        let before = |frame| audio_frames_before(&self.video, self.video.begins(frame));
        before(frames.start)..before(frames.end)
    }

    /// Begin and end of each segment.
    fn times(&self) -> impl Iterator<Item = (Ticks, Ticks)> {
        let segments = (0..self.segments()).filter_map(|number| self.video.segmentation().segment(number));
        segments.map(|segment| (self.video.begins(segment.start), self.video.begins(segment.end)))
    }

    /// The bits a second of the segment that has most, and of all.
    fn bandwidth(&self) -> (u64, u64) {
        let (mut most, mut all) = (0, 0);
        for (number, (from, to)) in self.times().enumerate() {
            let length = match self.segment(number) {
                Some(Ok(segment)) => segment.len(),
                _ => 0,
            };
            all += length;
            most = most.max(bits_a_second(length, to - from));
        }
        (most, bits_a_second(all, self.video.plan().length().ticks()))
    }

    /// The master playlist: lays out every segment to know its bandwidth, so it takes milliseconds. `media` is the address of the media playlist; `subtitles` those of the playlists of
    /// subtitles, if there are any, in the order in which they are offered.
    #[must_use]
    pub fn master(&self, media: &str, subtitles: &[(Language, String)]) -> String {
        let mut text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n".to_owned();
        for (language, playlist) in subtitles {
            // Off until the viewer, or the system's wish for subtitles in this language, turns them on.
            let _ = writeln!(
                text,
                "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"captions\",NAME=\"{}\",LANGUAGE=\"{}\",DEFAULT=NO,\
                 AUTOSELECT=YES,FORCED=NO,URI=\"{playlist}\"",
                own_name(*language),
                language.tag(),
            );
        }
        let (peak, average) = self.bandwidth();
        let profile = self.video.plan().profile;
        let codecs = tracks(&self.video).codecs();
        let (width, height) = (profile.width, profile.height);
        let _ = write!(
            text,
            "#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},CODECS=\"{codecs}\",\
             RESOLUTION={width}x{height},FRAME-RATE={FPS}.000"
        );
        if !subtitles.is_empty() {
            text += ",SUBTITLES=\"captions\"";
        }
        text + "\n" + media + "\n"
    }

    /// The media playlist; segments lie beside it.
    #[must_use]
    pub fn media(&self) -> String {
        let longest = self.times().map(|(from, to)| (to - from).0).max().unwrap_or(0);
        // 4.3.3.1: each EXTINF, rounded, is at most this.
        let target = longest.div_ceil(u64::from(VIDEO_TIMESCALE)).max(1);
        let mut text = format!(
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{target}\n#EXT-X-MEDIA-SEQUENCE:0\n\
             #EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"{}\"\n",
            self.init_name()
        );
        for (number, (from, to)) in self.times().enumerate() {
            let _ = write!(
                text,
                "#EXTINF:{},\n{}\n",
                seconds(from, to),
                self.segment_name(number)
            );
        }
        text + "#EXT-X-ENDLIST\n"
    }
}

fn bits_a_second(bytes: u64, length: Ticks) -> u64 {
    (bytes * 8 * u64::from(VIDEO_TIMESCALE)).div_ceil(length.0.max(1))
}

/// A length in seconds. Both instants are rounded to a millionth, not the length: so the lengths of a
/// playlist add up to its end exactly.
fn seconds(from: Ticks, to: Ticks) -> String {
    let millionth = |at: Ticks| (at.0 * 100 + 4) / 9;
    let length = millionth(to) - millionth(from);
    format!("{}.{:06}", length / 1_000_000, length % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_a_playlist_can_have_are_names() {
        let tag = "0123456789abcdef";
        let read = [
            ("master.m3u8", HlsName::Master),
            ("video.m3u8", HlsName::Media),
            ("captions-fr.m3u8", HlsName::Captions(Language::French)),
            ("init-0123456789abcdef.mp4", HlsName::Init { tag }),
            ("0-0123456789abcdef.m4s", HlsName::Segment { number: 0, tag }),
            (
                "3599-0123456789abcdef.m4s",
                HlsName::Segment { number: 3599, tag },
            ),
        ];
        for (name, meant) in read {
            assert_eq!(HlsName::parse(name), Some(meant), "{name}");
        }
        let nonsense = [
            "",
            "x",
            "master.m3u",
            "captions-de.m3u8",
            "captions-.m3u8",
            "init-0123456789ABCDEF.mp4",
            "init-0123456789abcde.mp4",
            "init-0123456789abcdef0.mp4",
            "init-0123456789abcdeg.mp4",
            "00-0123456789abcdef.m4s",
            "+1-0123456789abcdef.m4s",
            "-1-0123456789abcdef.m4s",
            "12345-0123456789abcdef.m4s",
            "1-0123456789abcdef.mp4",
            "\u{661}-0123456789abcdef.m4s",
        ];
        for name in nonsense {
            assert_eq!(HlsName::parse(name), None, "{name:?}");
        }
    }
}
