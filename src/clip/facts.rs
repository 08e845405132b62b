//! What is known of a clip: plain values, kept from start to start. Pure.

use serde::{Deserialize, Serialize};

use super::colour_space::ColourSpace;
use crate::units::Seconds;

/// What a clip is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// FFmpeg's name of the container.
    pub container: String,
    /// First instant of the container, on the file's clock.
    pub start: Seconds,
    /// The video track that is shown.
    #[serde(rename = "picture")]
    pub video: VideoFacts,
    /// The audio track that may be heard.
    pub sound: Option<SoundFacts>,
    /// Why the sound that there is cannot be heard; a sentence for people.
    pub silent: Option<String>,
    /// From the first frame to the end of the last one that is there; `None` when the container
    /// does not say.
    pub length: Option<Seconds>,
    /// Whether the container claims to be longer than that.
    pub breaks_off: bool,
}

/// What a clip's video track is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoFacts {
    /// Index of the track in the file.
    pub stream: u32,
    /// FFmpeg's name of the codec.
    pub codec: String,
    /// Stored width in pixels.
    pub width: u32,
    /// Stored height in pixels.
    pub height: u32,
    /// Degrees clockwise by which the container turns the stored frame: 0, 90, 180 or 270.
    pub rotation: u32,
    /// Width and height as FFmpeg gives the frame: turned upright, in square pixels.
    pub shown: (f64, f64),
    /// Average frames a second; zero when unknown.
    pub fps: f64,
    /// Whether frames come at uneven times.
    pub variable_rate: bool,
    /// FFmpeg's name of the pixel format.
    pub pixels: String,
    /// Whether there is transparency.
    pub alpha: bool,
    /// Whether frames are made of two fields.
    pub interlaced: bool,
    /// Whether it is a still image: of the file, only the first frame is meant.
    pub still: bool,
    /// What the frame's numbers mean.
    pub colours: ColourSpace,
    /// First instant, on the file's clock.
    pub start: Seconds,
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
    /// How they become two.
    pub mix: Mix,
    /// First instant, on the file's clock.
    pub start: Seconds,
}

/// How the channels of a sound become left and right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mix {
    /// FFmpeg knows from the layout.
    Layout,
    /// A sound field (first order, channels W Y Z X): its sum with what comes from the left, and its difference.
    Ambisonic,
    /// FFmpeg knows no way: the first two channels are left and right.
    FirstTwo,
    /// The same for a single channel: it is both.
    Mono,
}

impl VideoFacts {
    /// Width and height as a player shows them: square pixels, turned upright.
    #[must_use]
    pub fn shown_size(&self) -> (f64, f64) {
        self.shown
    }

    /// Whether the frame is turned before it is shown, by its container or by a tag of its own.
    #[must_use]
    pub fn turned(&self) -> bool {
        let stored_wide = self.width > self.height;
        let shown_wide = self.shown.0 > self.shown.1;
        self.rotation != 0 || (self.still && self.width != self.height && stored_wide != shown_wide)
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

impl Facts {
    /// The demuxer that FFmpeg must be told, where it would guess by the file's name: a `%`, `?` or `*` in an image's
    /// name makes it look for a series of files.
    #[must_use]
    pub fn demuxer(&self) -> Option<&str> {
        let named = self.video.still || ["gif", "apng"].contains(&self.container.as_str());
        named.then_some(&self.container)
    }

    /// How much later than the frame the sound starts; negative when it starts earlier.
    #[must_use]
    pub fn sound_delay(&self) -> Seconds {
        let start = self.sound.as_ref().map_or(self.video.start, |s| s.start);
        Seconds(start.0 - self.video.start.0)
    }
}
