//! Colours of the HUD and their mixing, as the bytes of a BT.709 limited-range picture.

/// A colour as screens show it: sRGB, 8 bits a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour([u8; 3]);

/// The same colour as luma and chroma, BT.709, limited range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Yuv {
    /// Luma, 16 to 235.
    pub y: u8,
    /// Blue difference, 16 to 240.
    pub u: u8,
    /// Red difference, 16 to 240.
    pub v: u8,
}

/// What is behind everything.
pub(super) const GROUND: Colour = Colour::hex(0x12_14_1c);
/// What is to be read first.
pub(super) const BRIGHT: Colour = Colour::hex(0xf8_fa_fc);
/// What is to be read second.
pub(super) const MUTED: Colour = Colour::hex(0x94_a0_b4);
/// An exercise: move.
pub(super) const MOVE: Colour = Colour::hex(0x2d_d4_bf);
/// A rest: wait. Far from teal for every kind of colour vision.
pub(super) const WAIT: Colour = Colour::hex(0xfb_bf_24);
/// Progress through exercises, lit and not yet lit.
pub(super) const TRACK_MOVE: [Colour; 2] = [Colour::hex(0x14_b8_a6), Colour::hex(0x36_3c_4a)];
/// Progress through rests, lit and not yet lit.
pub(super) const TRACK_WAIT: [Colour; 2] = [Colour::hex(0x0d_80_74), Colour::hex(0x24_28_33)];

impl Colour {
    const fn hex(rgb: u32) -> Self {
        Self([(rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8])
    }

    /// As the picture stores it.
    pub(super) fn yuv(self) -> Yuv {
        let [r, g, b] = self.0.map(|part| f64::from(part) / 255.0);
        let luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        Yuv {
            y: (16.0 + 219.0 * luma).round() as u8,
            u: (128.0 + 224.0 * (b - luma) / 1.8556).round() as u8,
            v: (128.0 + 224.0 * (r - luma) / 1.5748).round() as u8,
        }
    }

    /// This colour over another, covering `coverage` of 255 of it.
    ///
    /// Light is mixed, not code values: thin strokes keep their weight. A gamma of 2 stands for
    /// sRGB's curve because a square root gives the same bits on every machine.
    fn over(self, ground: Self, coverage: u8) -> Self {
        let alpha = f64::from(coverage) / 255.0;
        let light = |part: u8| (f64::from(part) / 255.0).powi(2);
        let mix = |k: usize| light(self.0[k]) * alpha + light(ground.0[k]) * (1.0 - alpha);
        Self([0, 1, 2].map(|k| (mix(k).sqrt() * 255.0).round() as u8))
    }
}

/// One ink on the HUD's ground at each of 256 coverages.
#[derive(Debug, Clone)]
pub(super) struct Ink(Vec<Yuv>);

impl Ink {
    /// Mixes all 256.
    pub(super) fn new(ink: Colour) -> Self {
        Self(
            (0..=255)
                .map(|coverage| ink.over(GROUND, coverage).yuv())
                .collect(),
        )
    }

    /// The mixture where the ink covers `coverage` of 255.
    pub(super) fn at(&self, coverage: u8) -> Yuv {
        // One entry for every u8.
        self.0[usize::from(coverage)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_white_and_red_have_the_codes_of_bt709() {
        let codes = |rgb| {
            let Yuv { y, u, v } = Colour::hex(rgb).yuv();
            (y, u, v)
        };
        assert_eq!(codes(0x00_00_00), (16, 128, 128));
        assert_eq!(codes(0xff_ff_ff), (235, 128, 128));
        assert_eq!(codes(0xff_00_00), (63, 102, 240));
    }

    #[test]
    fn ink_goes_from_ground_to_itself_without_a_step_back() {
        let ink = Ink::new(BRIGHT);
        assert_eq!(ink.at(0), GROUND.yuv());
        assert_eq!(ink.at(255), BRIGHT.yuv());
        assert!((0..255).all(|c| ink.at(c).y <= ink.at(c + 1).y));
    }
}
