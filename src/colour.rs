//! Colours: converts an sRGB colour into the values that a BT.709 limited-range frame stores.
//!
//! For the HUD and the backdrop, whose colours must come out exactly as chosen. FFmpeg's own `color` source
//! is not used for this: it converts by BT.601, whatever colour space the frame is tagged with. Clips are
//! converted by FFmpeg filters ([`crate::graph`]), not here.

/// An sRGB colour: red, green, blue, 8 bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

/// A BT.709 limited-range colour, 8 bits a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yuv {
    /// Luma, 16 to 235.
    pub y: u8,
    /// Blue difference, 16 to 240.
    pub u: u8,
    /// Red difference, 16 to 240.
    pub v: u8,
}

impl Colour {
    /// Reads the number of a CSS hex colour, for example `0x14b8a6`. Bits above the lowest 24 are ignored.
    #[must_use]
    pub const fn hex(rgb: u32) -> Self {
        Self([(rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8])
    }

    /// Converts to BT.709 limited range, each component rounded to the nearest integer.
    #[must_use]
    pub fn yuv(self) -> Yuv {
        let [r, g, b] = self.0.map(|part| f64::from(part) / 255.0);
        let luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        Yuv {
            y: (16.0 + 219.0 * luma).round() as u8,
            u: (128.0 + 224.0 * (b - luma) / 1.8556).round() as u8,
            v: (128.0 + 224.0 * (r - luma) / 1.5748).round() as u8,
        }
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
}
