//! The sizes of the output frame: its edges, the exercise area and the HUD bar.
//!
//! For the planner, the HUD and the renderers.

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

/// Width and height of a macroblock, the unit in which H.264 codes a frame, in pixels.
const MACROBLOCK: u32 = 16;
/// Height of the smallest bar, in lines.
const MIN_BAR: u32 = 56;
/// Least number of plain lines at the top of a bar.
const MIN_GUARD: u32 = 8;

/// Sizes in pixels of everything in the output frame.
///
/// The frame shows the exercise in the exercise area, the top `area_height` lines. The HUD bar is below the
/// exercise area and never covers it.
///
/// ```text
/// 0            ┌──────────────────────┐
///              │ exercise area        │
/// area_height  ├──────────────────────┤
///              │ guard: plain         │  } the bar
/// hud_top      ├──────────────────────┤  }   start of a macroblock row: the lines below can be
///              │ texts, progress      │  }   coded without the lines above
/// height       └──────────────────────┘
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Profile {
    /// Width of the frame, of the exercise area and of the bar.
    pub width: u32,
    /// Height of the whole frame.
    pub height: u32,
    /// Height of the exercise area; equal to `height` when there is no bar.
    pub area_height: u32,
}

impl Default for Profile {
    /// The profile of a request that names no sizes: 1280x720 with a bar.
    fn default() -> Self {
        Self::new(Resolution::default(), Orientation::default(), true)
    }
}

impl Profile {
    /// The profiles that clients ask for most: 1280x720 with a bar, the default of requests, and 1280x720
    /// without a bar, for players that draw their own HUD.
    pub const USUAL: [Self; 2] = [
        Self {
            width: 1280,
            height: 720,
            area_height: 640,
        },
        Self {
            width: 1280,
            height: 720,
            area_height: 720,
        },
    ];

    /// Returns the profile for a resolution and an orientation,
    /// with a HUD bar (a ninth of the height) or without.
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
        let whole = Self {
            width,
            height,
            area_height: height,
        };
        whole.with_hud(hud)
    }

    /// Returns the same frame with a bar or without.
    #[must_use]
    pub fn with_hud(self, hud: bool) -> Self {
        if !hud {
            return self.whole();
        }
        let Self { height, .. } = self;
        Self {
            // The macroblock row nearest to 8/9 of the height: 640 of 720 lines. The smallest bar gets a few
            // lines more, because nobody can read small texts from across a room.
            area_height: ((height * 8 + 72) / 144 * 16).min(height - MIN_BAR),
            ..self
        }
    }

    /// Returns the same frame without a bar.
    #[must_use]
    pub fn whole(self) -> Self {
        Self {
            area_height: self.height,
            ..self
        }
    }

    /// Height of the HUD bar in lines; zero without a bar.
    #[must_use]
    pub fn bar_height(&self) -> u32 {
        self.height - self.area_height
    }

    /// Number of lines at the top of the bar that never show anything: from the exercise area to
    /// [`hud_top`](Self::hud_top). Zero without a bar.
    ///
    /// For a block at the bottom of the exercise area, a decoder that interpolates between pixels (6 taps)
    /// reads up to three lines below the area. The guard keeps such reads away from texts that change.
    #[must_use]
    pub fn guard(&self) -> u32 {
        self.hud_top() - self.area_height
    }

    /// The first line in which the HUD may show anything: the start of a
    /// macroblock row (a multiple of 16), at least `MIN_GUARD` (8) lines below the
    /// exercise area. Equal to `height` when there is no bar or no room for a row.
    #[must_use]
    pub fn hud_top(&self) -> u32 {
        if self.bar_height() == 0 {
            return self.height;
        }
        ((self.area_height + MIN_GUARD).div_ceil(MACROBLOCK) * MACROBLOCK).min(self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_about_a_ninth_and_its_texts_start_on_a_macroblock_row() {
        use Orientation::{Landscape, Portrait};
        use Resolution::{P480, P720, P1080};
        let bars = [P480, P720, P1080].map(|r| {
            [Landscape, Portrait].map(|o| {
                let profile = Profile::new(r, o, true);
                assert_eq!(profile.hud_top() % 16, 0, "{profile:?}");
                (profile.bar_height(), profile.guard())
            })
        });
        assert_eq!(
            bars,
            [
                [(56, 8), (102, 16)],
                [(80, 16), (144, 16)],
                [(120, 16), (208, 16)]
            ]
        );
        let whole = Profile::new(P720, Landscape, false);
        assert_eq!((whole.bar_height(), whole.guard(), whole.hud_top()), (0, 0, 720));
    }
}
