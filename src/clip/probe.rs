//! Parses ffprobe's JSON answer into a clip's tracks, best first.
//!
//! For the inspector. ffprobe describes containers of all kinds in one JSON format. Almost
//! every field may be missing, and all values come from a file that nobody has checked, so
//! this module bounds each number. It is pure: it does not run ffprobe.

use std::cmp::Reverse;

use serde::Deserialize;

use super::colour_space::{BT709, ColourSpace, RGB, UNKNOWN};
use super::facts::{Facts, Mix, SoundFacts, VideoFacts};
use crate::units::Seconds;

/// The ffprobe options whose answer [`Probed::read`] parses. ffprobe lists only the packets of
/// the first 30 seconds, because it would otherwise read long clips completely.
pub const QUESTION: [&str; 7] = [
    "-show_format",
    "-show_streams",
    "-count_packets",
    "-show_entries",
    "packet=stream_index,pts_time,duration_time,flags",
    "-read_intervals",
    "%+30",
];
/// The part of the file whose packets are listed.
const COUNTED: Seconds = Seconds(30.0);

/// Maximum width and height of a clip in pixels: 8K with some room. A larger size is a mistake or an attack.
const MAX_EDGE: u32 = 8_704;
/// Maximum ratio of a frame's longer side to its shorter one. Nothing could be recognised in a longer
/// frame, and the filters that fill the area with it would need frames of millions of columns.
const MAX_ASPECT: f64 = 20.0;
/// Maximum length that is believed. A longer claim counts as unknown.
const MAX_LENGTH: Seconds = Seconds(86_400.0);
/// Maximum distance in seconds between a track's start and 0 on the file's clock. The
/// clock of a broadcast runs to 26.5 hours. A larger value counts as unknown.
const MAX_START: f64 = 604_800.0;
/// Maximum frame rate that is believed.
const MAX_FPS: f64 = 1000.0;
/// Maximum sample rate that is believed; below it, the maximum number of channels.
const MAX_RATE: u32 = 768_000;
const MAX_CHANNELS: u32 = 64;
/// MPEG-PS, by FFmpeg's name of the container, and the maximum length of such a clip that is measured by
/// decoding. This container gives most frames no time, so FFmpeg only guesses its length.
pub const GUESSED: (&str, Seconds) = ("mpeg", Seconds(300.0));
/// Maximum number of video tracks, and of audio tracks, that are tried.
const MAX_TRACKS: usize = 8;
/// Part of the claimed length that may be missing before the clip counts as broken off.
/// Containers round their length, and the duration of the last frame is often unspecified.
const ROUNDED: f64 = 0.02;

/// Why ffprobe's answer does not describe a clip.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoFacts {
    /// The answer is not the JSON that ffprobe writes.
    #[error("ffprobe's answer cannot be read")]
    Unreadable,
    /// The file has no video track: it has only sound, or sound with a cover image.
    #[error("there is no video in it")]
    NoVideo,
    /// All video tracks are without frames.
    #[error("its video track is empty")]
    Empty,
    /// The width and height are out of bounds.
    #[error("its picture is {0}x{1}, which cannot be shown")]
    Size(u32, u32),
}

/// The tracks of a clip.
#[derive(Debug, Clone, PartialEq)]
pub struct Probed {
    container: String,
    start: Seconds,
    /// The video tracks that can be shown, best first; at least one.
    pub videos: Vec<Video>,
    /// The audio tracks that can be played, best first.
    pub sounds: Vec<SoundFacts>,
}

/// One video track of a clip.
#[derive(Debug, Clone, PartialEq)]
pub struct Video {
    facts: VideoFacts,
    length: Option<Seconds>,
    breaks_off: bool,
    /// Number of packets in the part of the file that was read.
    pub packets: u32,
}

impl Probed {
    /// Parses ffprobe's answer to [`QUESTION`].
    pub fn read(json: &[u8]) -> Result<Self, NoFacts> {
        let answer: Answer = serde_json::from_slice(json).map_err(|_| NoFacts::Unreadable)?;
        let still = is_still(&answer.format.format_name);
        let videos: Vec<&Stream> = answer.streams.iter().filter(|s| s.is_video()).collect();
        let first = videos.first().ok_or(NoFacts::NoVideo)?;
        let sized = videos.iter().filter(|video| video.is_sized());
        let counted: Vec<(&Stream, u32)> = sized.map(|video| (*video, answer.count(video))).collect();
        if counted.is_empty() {
            return Err(NoFacts::Size(first.width, first.height));
        }
        let most = counted.iter().map(|(_, count)| *count).max().unwrap_or(0);
        if most == 0 {
            return Err(NoFacts::Empty);
        }
        // The order prefers what a person would call the video. A track with few frames comes
        // after one with many. Among tracks with about as many frames, the default track comes
        // first, then the largest one, because phones add small previews.
        let mut counted: Vec<(&Stream, u32)> = counted.into_iter().filter(|(_, count)| *count > 0).collect();
        counted.sort_by_key(|(video, count)| {
            let many = *count > most / 2;
            let pixels = u64::from(video.width) * u64::from(video.height);
            Reverse((many, video.disposition.default, pixels))
        });
        let videos = counted.iter().take(MAX_TRACKS);
        let videos = videos
            .map(|(video, count)| answer.video(video, *count, still))
            .collect();
        let mut sounds: Vec<&Stream> = answer.streams.iter().filter(|s| s.is_sound()).collect();
        sounds.sort_by_key(|sound| Reverse(sound.disposition.default));
        Ok(Self {
            videos,
            sounds: sounds.into_iter().take(MAX_TRACKS).map(Stream::sound).collect(),
            start: start(answer.format.start_time.as_deref()),
            container: answer.format.format_name,
        })
    }

    /// The clip facts with this video track and without sound.
    pub fn facts(&self, video: &Video) -> Facts {
        Facts {
            container: self.container.clone(),
            start: self.start,
            video: video.facts.clone(),
            sound: None,
            silent: None,
            length: video.length,
            breaks_off: video.breaks_off,
        }
    }
}

/// Whether FFmpeg's demuxer of this name reads a single still image.
fn is_still(container: &str) -> bool {
    container.ends_with("_pipe")
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    packets: Vec<Packet>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Format {
    format_name: String,
    start_time: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Packet {
    stream_index: u32,
    pts_time: Option<String>,
    duration_time: Option<String>,
    flags: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Stream {
    index: u32,
    codec_type: String,
    codec_name: String,
    width: u32,
    height: u32,
    sample_aspect_ratio: String,
    pix_fmt: String,
    field_order: String,
    color_space: String,
    color_transfer: String,
    color_primaries: String,
    r_frame_rate: String,
    avg_frame_rate: String,
    start_time: Option<String>,
    duration: Option<String>,
    sample_rate: String,
    channels: u32,
    channel_layout: String,
    disposition: Disposition,
    tags: Tags,
    side_data_list: Vec<SideData>,
    /// Number of frames that the container claims, and number of packets that ffprobe counted.
    nb_frames: String,
    nb_read_packets: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Disposition {
    default: u8,
    attached_pic: u8,
    timed_thumbnails: u8,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Tags {
    #[serde(alias = "ALPHA_MODE")]
    alpha_mode: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SideData {
    rotation: Option<f64>,
}

/// The times of a track's frames, in seconds, in the part of the file that was read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Times {
    /// Presentation time of the first frame that can be decoded.
    pub first: f64,
    /// End of the last frame.
    pub end: f64,
}

impl Answer {
    /// Number of a track's packets. ffprobe leaves the number out if there are none.
    fn count(&self, video: &Stream) -> u32 {
        match video.nb_read_packets.parse() {
            Ok(count) => count,
            // No packets were requested, so their number is unknown.
            Err(_) if self.packets.is_empty() => 1,
            Err(_) => 0,
        }
    }

    fn video(&self, video: &Stream, packets: u32, still: bool) -> Video {
        let mut facts = video.video_facts(still);
        let times = times(
            self.packets
                .iter()
                .filter(|packet| packet.stream_index == video.index),
        );
        if let Some(times) = times {
            facts.start = Seconds(times.first);
        }
        let claimed = length(video.duration.as_deref());
        let guessed = self.format.format_name == GUESSED.0;
        let length = match (claimed, times) {
            _ if still => None,
            (Some(claimed), _) if guessed && claimed <= GUESSED.1 => None,
            (Some(claimed), _) if claimed.0 > COUNTED.0 => Some(claimed),
            (Some(claimed), Some(times)) => Some(there(claimed, times)),
            (Some(claimed), None) => Some(video.share(claimed)),
            (None, _) => None,
        };
        let breaks_off = claimed
            .zip(length)
            .is_some_and(|(claimed, length)| length.0 < claimed.0 * (1.0 - ROUNDED) - 0.1);
        Video {
            facts,
            length,
            breaks_off,
            packets,
        }
    }
}

/// The part of the claimed length whose frames are in the file. An interrupted download claims the
/// length of the complete file, and its loop would be shorter than the sound beside it.
fn there(claimed: Seconds, times: Times) -> Seconds {
    let found = times.end - times.first;
    if (found - claimed.0).abs() <= (claimed.0 * ROUNDED).max(0.05) {
        claimed
    } else {
        Seconds(found)
    }
}

/// The times of the frames in these packets; `None` if some packet has no time.
fn times<'p>(packets: impl Iterator<Item = &'p Packet>) -> Option<Times> {
    // Packets that an edit list discards are not part of the clip.
    let packets: Vec<&Packet> = packets.filter(|packet| !packet.flags.contains('D')).collect();
    // No frame before the first keyframe can be decoded, for example in a
    // recording that starts in the middle of a broadcast.
    let from = packets
        .iter()
        .position(|packet| packet.flags.starts_with('K'))
        .unwrap_or(0);
    let packets = &packets[from..];
    let number = |text: &Option<String>| {
        let number = text.as_deref().and_then(|text| text.parse::<f64>().ok());
        number.filter(|number| number.abs() <= MAX_START)
    };
    let all: Option<Vec<f64>> = packets.iter().map(|packet| number(&packet.pts_time)).collect();
    let mut all = all?;
    let first = *all.first()?;
    let of_last = |last: f64| {
        packets
            .iter()
            .rev()
            .find(|packet| number(&packet.pts_time) == Some(last))
    };
    // Frames that are shown before the first keyframe refer to frames that are not there.
    all.retain(|time| *time >= first);
    let last = all.iter().copied().reduce(f64::max)?;
    let stated = of_last(last).and_then(|packet| number(&packet.duration_time));
    // A last frame without a duration is taken to last as long as the other frames on average.
    let average = (all.len() > 1).then(|| (last - first) / (all.len() - 1) as f64);
    let lasts = stated
        .filter(|lasts| *lasts > 0.0)
        .or(average)
        .unwrap_or(1.0 / 30.0);
    Some(Times {
        first,
        end: last + lasts,
    })
}

/// Parses the times in ffprobe's list of the packets of one track.
pub fn packet_times(json: &[u8]) -> Option<Times> {
    let answer: Answer = serde_json::from_slice(json).ok()?;
    times(answer.packets.iter())
}

impl Stream {
    fn is_video(&self) -> bool {
        let disposition = &self.disposition;
        self.codec_type == "video" && disposition.attached_pic == 0 && disposition.timed_thumbnails == 0
    }

    fn is_sized(&self) -> bool {
        let edges = 1..=MAX_EDGE;
        if !edges.contains(&self.width) || !edges.contains(&self.height) {
            return false;
        }
        let (across, down) = self.shown();
        (1.0 / MAX_ASPECT..=MAX_ASPECT).contains(&(across / down))
    }

    fn is_sound(&self) -> bool {
        self.codec_type == "audio" && (1..=MAX_CHANNELS).contains(&self.channels)
    }

    /// The part of a claimed length whose frames are in the file, computed from
    /// the number of packets. For containers that give no times (AVI).
    fn share(&self, length: Seconds) -> Seconds {
        let (claimed, found) = (self.nb_frames.parse::<u32>(), self.nb_read_packets.parse::<u32>());
        match (claimed, found) {
            (Ok(claimed), Ok(found)) if (1..claimed).contains(&found) => {
                Seconds(length.0 * f64::from(found) / f64::from(claimed))
            }
            _ => length,
        }
    }

    /// Rotation in degrees clockwise. ffprobe counts anticlockwise, from -180 to 180.
    fn rotation(&self) -> u32 {
        let turned = self.side_data_list.iter().find_map(|d| d.rotation).unwrap_or(0.0);
        ((-turned / 90.0).round() as i64 * 90).rem_euclid(360) as u32
    }

    fn shown(&self) -> (f64, f64) {
        let (across, down) = aspect(&self.sample_aspect_ratio);
        let width = f64::from(self.width) * across / down;
        let height = f64::from(self.height);
        if self.rotation() % 180 == 90 {
            (height, width)
        } else {
            (width, height)
        }
    }

    fn video_facts(&self, still: bool) -> VideoFacts {
        let nominal = fraction(&self.r_frame_rate);
        let average = fraction(&self.avg_frame_rate);
        VideoFacts {
            stream: self.index,
            codec: self.codec_name.clone(),
            width: self.width,
            height: self.height,
            rotation: self.rotation(),
            shown: self.shown(),
            fps: average.unwrap_or(0.0),
            // Measured: in files with a constant rate, the two rates agree to within rounding.
            variable_rate: matches!((nominal, average), (Some(n), Some(a)) if (n - a).abs() > n * 0.01),
            pixels: self.pix_fmt.clone(),
            alpha: has_alpha(&self.pix_fmt) || self.tags.alpha_mode == "1",
            interlaced: matches!(self.field_order.as_str(), "tt" | "bb" | "tb" | "bt"),
            still,
            colours: self.colours(),
            start: start(self.start_time.as_deref()),
        }
    }

    fn colours(&self) -> ColourSpace {
        let said = ColourSpace::named(&self.color_primaries, &self.color_transfer, &self.color_space);
        let is_rgb = ["rgb", "bgr", "argb", "abgr", "gbr", "pal8", "0rgb", "0bgr"]
            .iter()
            .any(|name| self.pix_fmt.starts_with(name));
        let matrix = match said.matrix {
            _ if is_rgb => RGB,
            UNKNOWN if said.known_primaries() == super::colour_space::BT2020 => super::colour_space::BT2020,
            // The usual value for high definition, where the file names no matrix, is BT.709.
            UNKNOWN if self.width >= 1280 || self.height >= 720 => BT709,
            known => known,
        };
        ColourSpace { matrix, ..said }
    }

    fn sound(&self) -> SoundFacts {
        SoundFacts {
            stream: self.index,
            codec: self.codec_name.clone(),
            rate: self
                .sample_rate
                .parse()
                .ok()
                .filter(|rate| *rate <= MAX_RATE)
                .unwrap_or(0),
            channels: self.channels,
            mix: match self.channels {
                _ if self.channel_layout.starts_with("ambisonic") => Mix::Ambisonic,
                _ => Mix::Layout,
            },
            start: start(self.start_time.as_deref()),
        }
    }
}

/// Whether FFmpeg's pixel format of this name has transparency.
fn has_alpha(pixels: &str) -> bool {
    [
        "rgba", "argb", "bgra", "abgr", "yuva", "gbrap", "ya8", "ya16", "pal8",
    ]
    .iter()
    .any(|name| pixels.starts_with(name))
}

/// Parses an aspect ratio of samples, `a:b` or `a/b`. A missing ratio
/// and 0:1 both mean "unknown" and count as square.
pub fn aspect(text: &str) -> (f64, f64) {
    let parts = text.split_once([':', '/']);
    match parts.map(|(a, b)| (a.trim().parse::<u32>(), b.trim().parse::<u32>())) {
        Some((Ok(across @ 1..=10_000), Ok(down @ 1..=10_000))) => (f64::from(across), f64::from(down)),
        _ => (1.0, 1.0),
    }
}

fn fraction(text: &str) -> Option<f64> {
    let (above, below) = text.split_once('/')?;
    let (above, below): (f64, f64) = (above.parse().ok()?, below.parse().ok()?);
    let rate = above / below;
    (rate > 0.0 && rate <= MAX_FPS).then_some(rate)
}

fn length(seconds: Option<&str>) -> Option<Seconds> {
    let seconds: f64 = seconds?.parse().ok()?;
    (seconds > 0.0 && seconds <= MAX_LENGTH.0).then_some(Seconds(seconds))
}

fn start(seconds: Option<&str>) -> Seconds {
    let seconds: f64 = seconds.and_then(|s| s.parse().ok()).unwrap_or(0.0);
    Seconds(if seconds.abs() <= MAX_START { seconds } else { 0.0 })
}

impl Facts {
    /// The facts of the best tracks, without testing whether they can be decoded.
    #[cfg(test)]
    pub fn from_ffprobe(json: &[u8]) -> Result<Self, NoFacts> {
        let probed = Probed::read(json)?;
        let facts = probed.facts(&probed.videos[0]);
        Ok(Self {
            sound: probed.sounds.into_iter().next(),
            ..facts
        })
    }
}

#[cfg(test)]
mod tests;
