//! A video as HLS (RFC 8216 and its second edition): playlists, and segments of fragmented MP4.
//!
//! For HTTP. Each segment holds video frames and sound, with continuous times and no discontinuity.
//! Measurements showed that players get through this form without gaps. Segments are cut where
//! [`Segmentation`](crate::stitch::Segmentation) says.
//!
//! The names of the init segment and of the segments contain the video's tag. The tag stands for everything
//! that determines their bytes ([`RenderSpec`](crate::stitch::RenderSpec): loops, HUD, sound, times, cuts,
//! version of the code that writes them). So a name never stands for two different contents and may be cached
//! for ever. A player whose playlist is older than the server's loops gets a 404, and not a frame that does
//! not decode.

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

/// Hex digits of the video's digest in a tag.
const TAG: usize = 16;

/// The most digits of a segment's number: a video of four hours has 3,600 segments.
const NUMBER_DIGITS: usize = 4;

/// A parsed name of a file under `hls/`. Names are parsed before anything is looked up, so that most wrong
/// names are recognised without any work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HlsName<'a> {
    /// The master playlist, which leads to all others.
    Master,
    /// The media playlist, which lists the segments.
    Media,
    /// The playlist of the subtitles in one language.
    Captions(Language),
    /// The init segment of one version of the video.
    Init {
        /// The tag of that version.
        tag: &'a str,
    },
    /// A segment of one version of the video.
    Segment {
        /// Index of the segment, from 0.
        number: usize,
        /// The tag of that version.
        tag: &'a str,
    },
}

impl<'a> HlsName<'a> {
    /// Parses a name. `None` for a name that no playlist of this program contains.
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

/// A playlist of a single subtitle file, `file`, that covers the whole workout of `length` frames.
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

/// A video in segments. Creating it is cheap. A segment is laid out when it is requested, which takes a tenth
/// of a millisecond, because a segment is short.
#[derive(Debug, Clone)]
pub struct Hls {
    video: Arc<StitchedVideo>,
    tag: String,
}

impl Hls {
    /// Prepares the delivery of `video`; lays out nothing yet.
    #[must_use]
    pub fn new(video: Arc<StitchedVideo>) -> Self {
        let tag = video.digest().to_hex()[..TAG].to_owned();
        Self { video, tag }
    }

    /// The tag in the names of this video's segments: 16 lowercase hex digits.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The number of segments.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.video.segmentation().segments()
    }

    /// The name of the init segment: `init-TAG.mp4`.
    #[must_use]
    pub fn init_name(&self) -> String {
        format!("init-{}.mp4", self.tag)
    }

    /// The name of segment `number`: `0-TAG.m4s` and so on.
    #[must_use]
    pub fn segment_name(&self, number: usize) -> String {
        format!("{number}-{}.m4s", self.tag)
    }

    /// The file with this name: the init segment or a segment. `None` for all other names, including those
    /// with the tag of another version of the video.
    pub fn file(&self, name: &str) -> Option<Result<VirtualFile, DeliverError>> {
        match HlsName::parse(name)? {
            HlsName::Init { tag } if tag == self.tag => Some(Ok(self.of(self.init(), Vec::new()))),
            HlsName::Segment { number, tag } if tag == self.tag => self.segment(number),
            _ => None,
        }
    }

    /// The init segment, which a player needs before any other segment.
    #[must_use]
    pub fn init(&self) -> Bytes {
        tracks(&self.video).init_segment()
    }

    /// Segment `number`, counted from 0; `None` beyond the last one.
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

    /// The audio frames that begin during these video frames.
    fn audio_frames(&self, frames: &Range<u64>) -> Range<u64> {
        let before = |frame| audio_frames_before(&self.video, self.video.begins(frame));
        before(frames.start)..before(frames.end)
    }

    /// Start and end of each segment.
    fn times(&self) -> impl Iterator<Item = (Ticks, Ticks)> {
        let segments = (0..self.segments()).filter_map(|number| self.video.segmentation().segment(number));
        segments.map(|segment| (self.video.begins(segment.start), self.video.begins(segment.end)))
    }

    /// The highest bit rate of a segment and the average of the whole video, in bits a second.
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

    /// The master playlist. It needs the bandwidth, so it lays out every segment, which takes milliseconds.
    /// `media` is the address of the media playlist. `subtitles` are the addresses of the subtitle playlists,
    /// in the order in which players offer them; it may be empty.
    #[must_use]
    pub fn master(&self, media: &str, subtitles: &[(Language, String)]) -> String {
        let mut text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n".to_owned();
        for (language, playlist) in subtitles {
            // Subtitles are off until the viewer turns them on, or a system preference for subtitles in this
            // language does.
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

    /// The media playlist. It names segments relative to itself, so they must be in the same folder.
    #[must_use]
    pub fn media(&self) -> String {
        let longest = self.times().map(|(from, to)| (to - from).0).max().unwrap_or(0);
        // RFC 8216, 4.3.3.1: the rounded duration in each EXTINF is at most this value.
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

/// The time between two instants, in seconds with six decimals. Both instants are rounded to a millionth, not
/// their difference, so that the durations in a playlist add up exactly to its end.
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
