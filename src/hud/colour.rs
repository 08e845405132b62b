//! The colours of the HUD, and how they mix with its ground. The results are BT.709 limited-range samples.
//!
//! `Hud` and `canvas` use them. The conversion from sRGB to luma and chroma is in `crate::colour`.

use crate::colour::{Colour, Yuv};

/// The background of the whole bar.
pub const GROUND: Colour = Colour::hex(0x12_14_1c);
/// Text that a viewer reads first.
pub(super) const BRIGHT: Colour = Colour::hex(0xf8_fa_fc);
/// Text that a viewer reads second.
pub(super) const MUTED: Colour = Colour::hex(0x94_a0_b4);
/// Accent of texts in exercises and in the finish: move.
pub(super) const MOVE: Colour = Colour::hex(0x2d_d4_bf);
/// Accent of texts in all other intervals: wait. Clearly different from the
/// teal of `MOVE` for every kind of colour vision.
pub(super) const WAIT: Colour = Colour::hex(0xfb_bf_24);
/// Progress bar in exercises: lit, not yet lit.
pub(super) const TRACK_MOVE: [Colour; 2] = [Colour::hex(0x14_b8_a6), Colour::hex(0x36_3c_4a)];
/// Progress bar outside exercises: lit, not yet lit.
pub(super) const TRACK_WAIT: [Colour; 2] = [Colour::hex(0x0d_80_74), Colour::hex(0x24_28_33)];

/// Mixes `ink` over `ground`. `coverage` is the share of `ink`, of 255.
///
/// The function mixes light, not code values, so that thin strokes keep their weight. A gamma of 2 stands for
/// the curve of sRGB, because a square root gives the same bits on every machine.
fn over(ink: Colour, ground: Colour, coverage: u8) -> Colour {
    let alpha = f64::from(coverage) / 255.0;
    let light = |part: u8| (f64::from(part) / 255.0).powi(2);
    let mix = |k: usize| light(ink.0[k]) * alpha + light(ground.0[k]) * (1.0 - alpha);
    Colour([0, 1, 2].map(|k| (mix(k).sqrt() * 255.0).round() as u8))
}

/// The mixtures of one ink with the ground of the HUD, for all 256 coverages.
#[derive(Debug, Clone)]
pub(super) struct Ink(Vec<Yuv>);

impl Ink {
    /// Computes all 256 mixtures.
    pub(super) fn new(ink: Colour) -> Self {
        Self(
            (0..=255)
                .map(|coverage| over(ink, GROUND, coverage).yuv())
                .collect(),
        )
    }

    /// The mixture for a coverage of `coverage` in 255.
    pub(super) fn at(&self, coverage: u8) -> Yuv {
        // Cannot panic: there is an entry for every u8.
        self.0[usize::from(coverage)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_goes_from_ground_to_itself_without_a_step_back() {
        let ink = Ink::new(BRIGHT);
        assert_eq!(ink.at(0), GROUND.yuv());
        assert_eq!(ink.at(255), BRIGHT.yuv());
        assert!((0..255).all(|c| ink.at(c).y <= ink.at(c + 1).y));
    }
}
