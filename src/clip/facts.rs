//! Facts about a clip, read from ffprobe's answer. Pure.
//!
//! ffprobe describes containers of every kind in one JSON shape; almost any field of it may be
//! missing, and all of it comes from a file that nobody has checked.

use serde::{Deserialize, Serialize};

use crate::units::Seconds;

/// What a clip is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// FFmpeg's name of the container.
    pub container: String,
    /// The video track that is shown.
    pub picture: PictureFacts,
    /// The audio track that may be heard.
    pub sound: Option<SoundFacts>,
    /// From the first picture to the end of the last one that is there; `None` when the container
    /// does not say.
    pub length: Option<Seconds>,
    /// Whether the container claims to be longer than that.
    pub breaks_off: bool,
}

/// What a clip's video track is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PictureFacts {
    /// Index of the track in the file.
    pub stream: u32,
    /// FFmpeg's name of the codec.
    pub codec: String,
    /// Stored width in pixels.
    pub width: u32,
    /// Stored height in pixels.
    pub height: u32,
    /// Degrees clockwise by which a player turns the stored picture: 0, 90, 180 or 270.
    pub rotation: u32,
    /// Sample aspect ratio: width of a stored pixel over its height.
    pub sample_aspect: (u32, u32),
    /// Average pictures a second; zero when unknown.
    pub fps: f64,
    /// Whether pictures come at uneven times.
    pub variable_rate: bool,
    /// FFmpeg's name of the pixel format.
    pub pixels: String,
    /// Whether there is transparency.
    pub alpha: bool,
    /// Whether pictures are made of two fields.
    pub interlaced: bool,
    /// How brightness is coded when it is for HDR screens.
    pub hdr: Option<Hdr>,
    /// First instant, on the file's clock.
    pub start: Seconds,
}

/// The two ways in which HDR video codes brightness (ITU-R BT.2100).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hdr {
    /// Hybrid log-gamma: phones.
    Hlg,
    /// Perceptual quantiser: HDR10 and Dolby Vision.
    Pq,
}

impl Hdr {
    /// As FFmpeg names its transfer function.
    #[must_use]
    pub fn transfer(self) -> &'static str {
        match self {
            Self::Hlg => "arib-std-b67",
            Self::Pq => "smpte2084",
        }
    }
}

/// What a clip's audio track is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SoundFacts {
    /// Index of the track in the file.
    pub stream: u32,
    /// FFmpeg's name of the codec.
    pub codec: String,
    /// Samples a second.
    pub rate: u32,
    /// Channels.
    pub channels: u32,
    /// First instant, on the file's clock.
    pub start: Seconds,
}

impl PictureFacts {
    /// Width and height as a player shows them: square pixels, turned upright.
    #[must_use]
    pub fn shown_size(&self) -> (f64, f64) {
        let (across, down) = self.sample_aspect;
        let width = f64::from(self.width) * f64::from(across) / f64::from(down);
        let height = f64::from(self.height);
        if self.rotation % 180 == 90 {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// The decoder to ask for when FFmpeg's own choice would lose the transparency.
    #[must_use]
    pub fn decoder(&self) -> Option<&'static str> {
        match (self.alpha, self.codec.as_str()) {
            (true, "vp8") => Some("libvpx"),
            (true, "vp9") => Some("libvpx-vp9"),
            _ => None,
        }
    }
}

/// Why ffprobe's answer describes no clip.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoFacts {
    /// Not the JSON that ffprobe writes.
    #[error("ffprobe's answer cannot be read")]
    Unreadable,
    /// No video track (sound only, or a picture on an album cover).
    #[error("there is no video in it")]
    NoVideo,
    /// A size that no clip has.
    #[error("its picture is {0}x{1}, which cannot be shown")]
    Size(u32, u32),
}

/// The longest edge of a clip that is taken: 8K with room. A larger one is a mistake or an attack.
const MAX_EDGE: u32 = 8_704;
/// Clips up to this length are searched for the pictures that they claim; longer ones would be read
/// whole for it.
pub const COUNTED: Seconds = Seconds(30.0);
/// The longest a picture may be for its width, or the other way round. Beyond it nothing could be
/// seen, and filters that fill the area with it would need pictures of millions of columns.
const MAX_ASPECT: f64 = 20.0;

impl Facts {
    /// Reads the answer of `ffprobe -of json -show_format -show_streams`.
    pub fn from_ffprobe(json: &[u8]) -> Result<Self, NoFacts> {
        let answer: Answer = serde_json::from_slice(json).map_err(|_| NoFacts::Unreadable)?;
        let video = answer
            .streams
            .iter()
            .filter(|s| s.codec_type == "video" && s.disposition.attached_pic == 0)
            // Of several the one marked as default, then the largest (phones add small previews).
            .max_by_key(|s| (s.disposition.default, u64::from(s.width) * u64::from(s.height)))
            .ok_or(NoFacts::NoVideo)?;
        if !(1..=MAX_EDGE).contains(&video.width) || !(1..=MAX_EDGE).contains(&video.height) {
            return Err(NoFacts::Size(video.width, video.height));
        }
        let picture = video.picture();
        let claimed = positive(video.duration.as_deref());
        let length = claimed.map(|length| video.what_is_there(length));
        let (across, down) = picture.shown_size();
        if !(1.0 / MAX_ASPECT..=MAX_ASPECT).contains(&(across / down)) {
            return Err(NoFacts::Size(video.width, video.height));
        }
        let sound = answer
            .streams
            .iter()
            .filter(|s| s.codec_type == "audio" && s.channels > 0)
            .max_by_key(|s| s.disposition.default)
            .map(Stream::sound);
        Ok(Self {
            container: answer.format.format_name.clone(),
            picture,
            sound,
            length,
            breaks_off: length < claimed,
        })
    }

    /// How much later than the picture the sound starts; negative when it starts earlier.
    #[must_use]
    pub fn sound_delay(&self) -> Seconds {
        let start = self.sound.as_ref().map_or(self.picture.start, |s| s.start);
        Seconds(start.0 - self.picture.start.0)
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize, Default)]
struct Format {
    #[serde(default)]
    format_name: String,
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
    color_transfer: String,
    r_frame_rate: String,
    avg_frame_rate: String,
    start_time: Option<String>,
    duration: Option<String>,
    sample_rate: String,
    channels: u32,
    disposition: Disposition,
    tags: Tags,
    side_data_list: Vec<SideData>,
    /// Pictures that the container claims, and those that were found where ffprobe counted.
    nb_frames: String,
    nb_read_packets: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Disposition {
    default: u8,
    attached_pic: u8,
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

impl Stream {
    /// The part of a claimed length whose pictures are in the file. A download that broke off claims
    /// what the whole had; its loop would then be shorter than the sound beside it.
    fn what_is_there(&self, length: Seconds) -> Seconds {
        let (Ok(claimed), Ok(found)) = (self.nb_frames.parse::<u32>(), self.nb_read_packets.parse::<u32>())
        else {
            return length;
        };
        if length.0 > COUNTED.0 || found == 0 || found >= claimed {
            return length;
        }
        Seconds(length.0 * f64::from(found) / f64::from(claimed))
    }

    fn picture(&self) -> PictureFacts {
        let nominal = fraction(&self.r_frame_rate, '/');
        let average = fraction(&self.avg_frame_rate, '/');
        let turned = self.side_data_list.iter().find_map(|d| d.rotation).unwrap_or(0.0);
        PictureFacts {
            stream: self.index,
            codec: self.codec_name.clone(),
            width: self.width,
            height: self.height,
            // ffprobe counts anticlockwise, from -180 to 180.
            rotation: ((-turned / 90.0).round() as i64 * 90).rem_euclid(360) as u32,
            sample_aspect: match self
                .sample_aspect_ratio
                .split_once(':')
                .map(|(a, b)| (a.parse(), b.parse()))
            {
                Some((Ok(across @ 1..=10_000), Ok(down @ 1..=10_000))) => (across, down),
                _ => (1, 1), // 0:1 and a missing ratio both mean "not known": square
            },
            fps: average.unwrap_or(0.0),
            // Measured: constant-rate files report both alike to within rounding.
            variable_rate: matches!((nominal, average), (Some(n), Some(a)) if (n - a).abs() > n * 0.01),
            pixels: self.pix_fmt.clone(),
            alpha: has_alpha(&self.pix_fmt) || self.tags.alpha_mode == "1",
            interlaced: matches!(self.field_order.as_str(), "tt" | "bb" | "tb" | "bt"),
            hdr: [Hdr::Hlg, Hdr::Pq]
                .into_iter()
                .find(|hdr| hdr.transfer() == self.color_transfer),
            start: start(self.start_time.as_deref()),
        }
    }

    fn sound(&self) -> SoundFacts {
        SoundFacts {
            stream: self.index,
            codec: self.codec_name.clone(),
            rate: self.sample_rate.parse().unwrap_or(0),
            channels: self.channels,
            start: start(self.start_time.as_deref()),
        }
    }
}

/// FFmpeg's pixel formats with transparency, by how they are named.
fn has_alpha(pixels: &str) -> bool {
    [
        "rgba", "argb", "bgra", "abgr", "yuva", "gbrap", "ya8", "ya16", "pal8",
    ]
    .iter()
    .any(|name| pixels.starts_with(name))
}

fn fraction(text: &str, separator: char) -> Option<f64> {
    let (above, below) = text.split_once(separator)?;
    let (above, below): (f64, f64) = (above.parse().ok()?, below.parse().ok()?);
    (above > 0.0 && below > 0.0).then(|| above / below)
}

fn positive(seconds: Option<&str>) -> Option<Seconds> {
    let seconds: f64 = seconds?.parse().ok()?;
    (seconds > 0.0 && seconds.is_finite()).then_some(Seconds(seconds))
}

fn start(seconds: Option<&str>) -> Seconds {
    let seconds: f64 = seconds.and_then(|s| s.parse().ok()).unwrap_or(0.0);
    // A start hours away is a broken clock (or a broadcast's), not a delay between tracks.
    Seconds(if seconds.is_finite() { seconds } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(streams: &str) -> Result<Facts, NoFacts> {
        Facts::from_ffprobe(
            format!(r#"{{"streams":[{streams}],"format":{{"format_name":"mov"}}}}"#).as_bytes(),
        )
    }

    #[test]
    fn a_phone_clip_is_upright_and_its_sound_may_come_first() {
        let facts = facts(
            r#"{"index":0,"codec_type":"audio","codec_name":"aac","sample_rate":"44100","channels":1,"start_time":"0.5"},
               {"index":1,"codec_type":"video","codec_name":"hevc","width":1920,"height":1080,"pix_fmt":"yuv420p10le",
                "color_transfer":"arib-std-b67","avg_frame_rate":"2997/100","r_frame_rate":"30/1","start_time":"0.25",
                "duration":"4.0","side_data_list":[{"rotation":-90}]}"#,
        )
        .unwrap();
        assert_eq!(facts.picture.stream, 1);
        assert_eq!(facts.picture.rotation, 90);
        assert_eq!(facts.picture.shown_size(), (1080.0, 1920.0));
        assert_eq!(facts.picture.hdr, Some(Hdr::Hlg));
        assert!(!facts.picture.alpha && !facts.picture.variable_rate);
        assert_eq!(facts.sound_delay(), Seconds(0.25));
        assert_eq!(facts.length, Some(Seconds(4.0)));
    }

    #[test]
    fn of_two_video_tracks_the_larger_is_shown_and_covers_never() {
        let facts = facts(
            r#"{"index":0,"codec_type":"video","width":160,"height":90},
               {"index":1,"codec_type":"video","width":640,"height":360,"sample_aspect_ratio":"4:3"},
               {"index":2,"codec_type":"video","width":3000,"height":3000,"disposition":{"attached_pic":1}}"#,
        )
        .unwrap();
        assert_eq!(facts.picture.stream, 1);
        assert_eq!(facts.picture.shown_size(), (640.0 * 4.0 / 3.0, 360.0));
    }

    #[test]
    fn a_clip_is_as_long_as_the_pictures_that_are_there() {
        let length = |found: u32, duration: &str| {
            let stream = format!(
                r#"{{"codec_type":"video","width":8,"height":8,"duration":"{duration}","nb_frames":"60",
                    "nb_read_packets":"{found}"}}"#
            );
            facts(&stream).unwrap().length
        };
        assert_eq!(length(60, "2.0"), Some(Seconds(2.0)));
        assert_eq!(length(30, "2.0"), Some(Seconds(1.0)));
        assert_eq!(
            length(30, "60.0"),
            Some(Seconds(60.0)),
            "only its first 30 s were counted"
        );
    }

    #[test]
    fn what_is_no_clip_is_refused() {
        assert_eq!(
            facts(r#"{"codec_type":"audio","channels":2}"#),
            Err(NoFacts::NoVideo)
        );
        assert_eq!(
            facts(r#"{"codec_type":"video","width":0,"height":9}"#),
            Err(NoFacts::Size(0, 9))
        );
        assert_eq!(Facts::from_ffprobe(b"[1"), Err(NoFacts::Unreadable));
    }

    #[test]
    fn transparency_is_seen_in_the_pixel_format_or_in_the_webm_tag() {
        let picture = |json: &str| facts(json).unwrap().picture;
        assert!(picture(r#"{"codec_type":"video","width":8,"height":8,"pix_fmt":"argb"}"#).alpha);
        let webm = picture(
            r#"{"codec_type":"video","codec_name":"vp9","width":8,"height":8,"pix_fmt":"yuv420p","tags":{"ALPHA_MODE":"1"}}"#,
        );
        assert_eq!(webm.decoder(), Some("libvpx-vp9"));
    }
}
