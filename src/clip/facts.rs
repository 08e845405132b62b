//! The clip facts: what probing and decoding found about a clip's tracks, as plain values.
//!
//! The inspector fills them, the probe cache stores them as JSON from one start to the next, and the
//! filter graphs are built from them. This module is pure: it reads no file and starts no process.

use serde::{Deserialize, Serialize};

use super::colour_space::ColourSpace;
use crate::units::Seconds;

/// The facts of one clip: its container and the tracks that are used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// FFmpeg's name of the container, for example `mov,mp4,m4a,3gp,3g2,mj2`.
    pub container: String,
    /// The container's start time, on the file's clock.
    pub start: Seconds,
    /// The video track that is shown.
    #[serde(rename = "picture")]
    pub video: VideoFacts,
    /// The audio track that a workout may play; `None` if the clip has no usable one.
    pub sound: Option<SoundFacts>,
    /// Why an existing audio track cannot be used; a sentence for people.
    pub silent: Option<String>,
    /// Duration from the start of the first frame to the end of the last frame
    /// that is in the file; `None` if the container does not tell.
    pub length: Option<Seconds>,
    /// Whether the container claims a longer duration than `length`.
    pub breaks_off: bool,
}

/// The facts of the video track that is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoFacts {
    /// Index of the track in the file.
    pub stream: u32,
    /// FFmpeg's name of the codec.
    pub codec: String,
    /// Width of a stored frame in pixels.
    pub width: u32,
    /// Height of a stored frame in pixels.
    pub height: u32,
    /// Degrees clockwise by which the container rotates the stored frame: 0, 90, 180 or 270.
    pub rotation: u32,
    /// Width and height of the frame as FFmpeg outputs it: upright, in square pixels.
    pub shown: (f64, f64),
    /// Average frames per second; zero when unknown.
    pub fps: f64,
    /// Whether the intervals between frames vary.
    pub variable_rate: bool,
    /// FFmpeg's name of the pixel format.
    pub pixels: String,
    /// Whether the frames have transparency.
    pub alpha: bool,
    /// Whether the frames are interlaced, that is, consist of two fields.
    pub interlaced: bool,
    /// Whether the file is a still image. Of such a file only the first frame is used.
    pub still: bool,
    /// How the sample values of the frames are to be read as colours.
    pub colours: ColourSpace,
    /// Time of the first frame, on the file's clock.
    pub start: Seconds,
}

/// The facts of the audio track that is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SoundFacts {
    /// Index of the track in the file.
    pub stream: u32,
    /// FFmpeg's name of the codec.
    pub codec: String,
    /// Samples per second; zero when unknown.
    pub rate: u32,
    /// Number of channels.
    pub channels: u32,
    /// How the channels are mixed to two.
    pub mix: Mix,
    /// Time of the first sample, on the file's clock.
    pub start: Seconds,
}

/// How the channels of an audio track are mixed to left and right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mix {
    /// FFmpeg mixes them: it knows how from the channel layout.
    Layout,
    /// First-order ambisonics, with channels W, Y, Z and X. Left is half the sum
    /// of W and Y (sound from the left), right is half their difference.
    Ambisonic,
    /// FFmpeg cannot mix this layout: the first two channels are left and right.
    FirstTwo,
    /// FFmpeg cannot mix this layout, and there is a single channel: it is both left and right.
    Mono,
}

impl VideoFacts {
    /// Width and height as a player shows the frame: upright, in square pixels.
    #[must_use]
    pub fn shown_size(&self) -> (f64, f64) {
        self.shown
    }

    /// Whether the frame is rotated before it is shown, either by the
    /// container or by the image's own orientation tag.
    #[must_use]
    pub fn turned(&self) -> bool {
        let stored_wide = self.width > self.height;
        let shown_wide = self.shown.0 > self.shown.1;
        self.rotation != 0 || (self.still && self.width != self.height && stored_wide != shown_wide)
    }

    /// The decoder to request from FFmpeg, where FFmpeg's default decoder would lose the transparency.
    #[must_use]
    pub fn decoder(&self) -> Option<&'static str> {
        match (self.alpha, self.codec.as_str()) {
            (true, "vp8") => Some("libvpx"),
            (true, "vp9") => Some("libvpx-vp9"),
            _ => None,
        }
    }
}

impl Facts {
    /// The demuxer to request from FFmpeg, where FFmpeg would otherwise choose one by the file's name.
    /// A `%`, `?` or `*` in an image's name would make FFmpeg look for a series of files.
    #[must_use]
    pub fn demuxer(&self) -> Option<&str> {
        let named = self.video.still || ["gif", "apng"].contains(&self.container.as_str());
        named.then_some(&self.container)
    }

    /// How much later the sound starts than the first frame; negative if the sound starts earlier.
    #[must_use]
    pub fn sound_delay(&self) -> Seconds {
        let start = self.sound.as_ref().map_or(self.video.start, |s| s.start);
        Seconds(start.0 - self.video.start.0)
    }
}
