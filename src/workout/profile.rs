//! The shape of the output frame.

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

/// Lines and columns of a macroblock: what H.264 codes at a time.
const MACROBLOCK: u32 = 16;
/// Lines of the smallest bar.
const MIN_BAR: u32 = 56;
/// Plain lines at the top of a bar, at least.
const MIN_GUARD: u32 = 8;

/// Sizes in pixels of everything in the output frame.
///
/// The exercise is shown in the exercise area, the top `area_height` lines; the HUD bar is below it
/// and never covers it.
///
/// ```text
/// 0            ┌──────────────────────┐
///              │ picture area         │
/// area_height  ├──────────────────────┤
///              │ guard: plain         │  } the bar
/// hud_top      ├──────────────────────┤  }   a macroblock row: what is below can be coded
///              │ texts, progress      │  }   without what is above
/// height       └──────────────────────┘
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Profile {
    /// Width of frame, exercise area and bar.
    pub width: u32,
    /// Height of the whole frame.
    pub height: u32,
    /// Height of the exercise area; equal to `height` when there is no bar.
    pub area_height: u32,
}

impl Default for Profile {
    /// That of a request which asks for no other: 1280x720 with a bar.
    fn default() -> Self {
        Self::new(Resolution::default(), Orientation::default(), true)
    }
}

impl Profile {
    /// What is asked for most: 1280x720 with a bar, as requests are by default, and without, as by players that draw
    /// their own.
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
        let whole = Self {
            width,
            height,
            area_height: height,
        };
        whole.with_hud(hud)
    }

    /// The same frame with a bar or without.
    #[must_use]
    pub fn with_hud(self, hud: bool) -> Self {
        if !hud {
            return self.whole();
        }
        let Self { height, .. } = self;
        Self {
            // The macroblock row nearest to 8/9 of the height: 640 of 720 lines. The smallest bar
            // gets a few lines more: small texts are not read from across a room.
            area_height: ((height * 8 + 72) / 144 * 16).min(height - MIN_BAR),
            ..self
        }
    }

    /// The same frame without a bar.
    #[must_use]
    pub fn whole(self) -> Self {
        Self {
            area_height: self.height,
            ..self
        }
    }

    /// Lines of the HUD bar; zero without one.
    #[must_use]
    pub fn bar_height(&self) -> u32 {
        self.height - self.area_height
    }

    /// Lines at the top of the bar in which nothing is ever shown: from the exercise area to
    /// [`hud_top`](Self::hud_top). Zero without a bar.
    ///
    /// A decoder that interpolates between pixels (6 taps) for a block at the bottom of the exercise
    /// area reads up to three lines below it; these lines keep it away from texts that change.
    #[must_use]
    pub fn guard(&self) -> u32 {
        self.hud_top() - self.area_height
    }

    /// The first line in which the HUD may show something: a macroblock row (a multiple of 16), at
    /// least [`MIN_GUARD`] lines below the exercise area. The height when there is no room for any.
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
