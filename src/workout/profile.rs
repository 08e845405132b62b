//! The shape of the output picture.

use serde::{Deserialize, Serialize};

/// Lines of the short edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Resolution {
    /// 854x480.
    #[serde(rename = "480p")]
    P480,
    /// 1280x720.
    #[default]
    #[serde(rename = "720p")]
    P720,
    /// 1920x1080.
    #[serde(rename = "1080p")]
    P1080,
}

/// Which edge is the long one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Orientation {
    /// Wider than high.
    #[default]
    Landscape,
    /// Higher than wide.
    Portrait,
}

/// Sizes in pixels of everything in the output picture.
///
/// The exercise is shown in the picture area, the top `area_height` lines; the HUD bar is below it
/// and never covers it. The boundary lies on a macroblock row (16 lines), so that either part can
/// be coded without the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Profile {
    /// Width of picture, picture area and bar.
    pub width: u32,
    /// Height of the whole picture.
    pub height: u32,
    /// Height of the picture area; equal to `height` when there is no bar.
    pub area_height: u32,
}

impl Profile {
    /// The profile for a resolution, with a HUD bar (a ninth of the height) or without.
    #[must_use]
    pub fn new(resolution: Resolution, orientation: Orientation, hud: bool) -> Self {
        let (long, short) = match resolution {
            Resolution::P480 => (854, 480),
            Resolution::P720 => (1280, 720),
            Resolution::P1080 => (1920, 1080),
        };
        let (width, height) = match orientation {
            Orientation::Landscape => (long, short),
            Orientation::Portrait => (short, long),
        };
        let area_height = if hud {
            // The macroblock row nearest to 8/9 of the height: 640 of 720 lines.
            (height * 8 + 72) / 144 * 16
        } else {
            height
        };
        Self {
            width,
            height,
            area_height,
        }
    }

    /// Lines of the HUD bar; zero without one.
    #[must_use]
    pub fn bar_height(&self) -> u32 {
        self.height - self.area_height
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_about_a_ninth_and_starts_on_a_macroblock_row() {
        use Orientation::{Landscape, Portrait};
        use Resolution::{P480, P720, P1080};
        let bars = [P480, P720, P1080].map(|r| {
            [Landscape, Portrait].map(|o| {
                let profile = Profile::new(r, o, true);
                assert_eq!(profile.area_height % 16, 0, "{profile:?}");
                profile.bar_height()
            })
        });
        assert_eq!(bars, [[48, 102], [80, 144], [120, 208]]);
        assert_eq!(Profile::new(P720, Landscape, false).bar_height(), 0);
    }
}
