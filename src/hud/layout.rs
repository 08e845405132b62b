//! The position and size of everything in the bar, in pixels, for one profile.
//!
//! `Hud` and the block of round and position use [`HudLayout`]. This file draws nothing and knows no texts.
//!
//! The numbers are designed for a bar of 1280x80 (landscape) and of 720x144 (portrait), and are scaled by the
//! bar's height. The large digits touch as few rows of macroblocks as possible, and the progress bar stays
//! inside the last row. So few macroblocks change from second to second and from frame to frame. The top of
//! the bar stays plain ([`Profile::guard`]). An accent on a capital adds a third of the capital's height.
//! There is room for it: above the label below the guard, and above the name below the label.

use crate::workout::Profile;

/// Height of a capital in units of the font size. Readers see it as the height of the text.
const CAP: f32 = 0.727;

/// Sizes and positions in pixels. A `size` is a font size, a `base` is the row of a baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct HudLayout {
    pub width: usize,
    pub height: usize,
    /// First column of text (`left`), and the column after the last one (`right`).
    pub left: i32,
    pub right: i32,
    /// Space between two blocks of text.
    pub gap: i32,
    /// First row of the progress bar, an even number. The progress bar extends to the bottom of the bar.
    pub progress_top: usize,
    pub label_size: f32,
    pub label_base: i32,
    pub name_size: f32,
    /// Minimum font size of the name. A name that does not fit at this size is cut.
    pub name_least: f32,
    pub name_base: i32,
    /// Number of rows by which label and name move down in intervals without a round position.
    pub alone_down: i32,
    pub timer_size: f32,
    pub timer_base: i32,
    pub round_position: RoundPositionLayout,
    pub round_position_size: f32,
    pub round_position_base: i32,
}

/// How the texts for round and position are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoundPositionLayout {
    /// Left of the countdown, with each value below its label.
    Columns,
    /// In a row below the name, with each value after its label.
    Row,
}

impl HudLayout {
    /// `None` if the profile has no bar, or if the size of the bar is odd, which 4:2:0 does not allow.
    pub(super) fn new(profile: Profile) -> Option<Self> {
        let (width, height) = (profile.width as usize, profile.bar_height() as usize);
        if width == 0 || height == 0 || width % 2 == 1 || height % 2 == 1 {
            return None;
        }
        let portrait = profile.height > profile.width;
        let scale = height as f32 / if portrait { 144.0 } else { 80.0 };
        let at = |units: f32| (units * scale).round() as i32;
        let cap = |units: f32| units * scale / CAP;
        let margin = at(if portrait { 28.0 } else { 32.0 });
        // The progress bar stays inside the last row of macroblocks. The frame's height may cut this row.
        let last_row = profile.height as usize - (profile.height as usize - 1) / 16 * 16;
        let progress_rows = |half: f32| (at(half) as usize * 2).clamp(2, last_row.min(height).max(2));
        let common = Self {
            width,
            height,
            left: margin,
            right: width as i32 - margin,
            gap: at(40.0),
            progress_top: height - progress_rows(3.0),
            label_size: cap(10.5),
            label_base: at(30.0),
            name_size: cap(22.0),
            name_least: cap(18.0),
            name_base: at(63.0),
            alone_down: 0,
            timer_size: cap(44.0),
            timer_base: at(63.0),
            round_position: RoundPositionLayout::Columns,
            round_position_size: cap(19.0),
            round_position_base: at(63.0),
        };
        let portrait_only = Self {
            gap: at(28.0),
            progress_top: height - progress_rows(4.0),
            label_size: cap(12.0),
            label_base: at(41.0),
            name_size: cap(28.0),
            name_least: cap(13.5),
            name_base: at(82.0),
            alone_down: at(20.0),
            timer_size: cap(60.0),
            timer_base: at(110.0),
            round_position: RoundPositionLayout::Row,
            round_position_size: cap(15.0),
            round_position_base: at(119.0),
            ..common
        };
        Some(if portrait { portrait_only } else { common })
    }
}
