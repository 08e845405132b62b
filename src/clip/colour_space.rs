//! The colour space of a clip's frames, in the code points of ITU-T H.273.
//!
//! The probe fills it from ffprobe's names, and the graphs decide from it whether to
//! convert colours. This module is pure; the conversion itself is FFmpeg's.

use serde::{Deserialize, Serialize};

/// Code point for "unspecified": the file does not tell, or names a value that FFmpeg cannot convert.
pub const UNKNOWN: u8 = 2;
/// Code point of BT.709, the same in all three tables.
pub const BT709: u8 = 1;
/// Code point of BT.2020's primaries, and of its usual matrix (non-constant luminance).
pub const BT2020: u8 = 9;
/// Matrix code point: the samples are red, green and blue themselves.
pub const RGB: u8 = 0;

/// A colour space as three code points of ITU-T H.273.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColourSpace {
    /// Colour primaries (table 2).
    pub primaries: u8,
    /// Transfer characteristics: how brightness is coded (table 3).
    pub transfer: u8,
    /// Matrix coefficients: how luma and two colour differences are
    /// computed from red, green and blue (table 4).
    pub matrix: u8,
}

impl Default for ColourSpace {
    /// All three are unspecified.
    fn default() -> Self {
        Self {
            primaries: UNKNOWN,
            transfer: UNKNOWN,
            matrix: UNKNOWN,
        }
    }
}

/// The two transfer characteristics of HDR video (ITU-R BT.2100), by their code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hdr {
    /// Perceptual quantiser, used by HDR10 and Dolby Vision.
    Pq = 16,
    /// Hybrid log-gamma, used by phones.
    Hlg = 18,
}

/// FFmpeg's names and their code points, in this table and the two
/// below. They hold only values that FFmpeg's conversion supports.
const PRIMARIES: [(&str, u8); 10] = [
    ("bt709", BT709),
    ("bt470m", 4),
    ("bt470bg", 5),
    ("smpte170m", 6),
    ("smpte240m", 7),
    ("film", 8),
    ("bt2020", BT2020),
    ("smpte428", 10),
    ("smpte431", 11),
    ("smpte432", 12),
];
const TRANSFERS: [(&str, u8); 5] = [
    ("linear", 8),
    ("log100", 9),
    ("log316", 10),
    ("smpte2084", Hdr::Pq as u8),
    ("arib-std-b67", Hdr::Hlg as u8),
];
const MATRICES: [(&str, u8); 8] = [
    ("gbr", RGB),
    ("bt709", BT709),
    ("fcc", 4),
    ("bt470bg", 5),
    ("smpte170m", 6),
    ("smpte240m", 7),
    ("bt2020nc", BT2020),
    ("bt2020c", 10),
];

impl ColourSpace {
    /// Translates the three names that ffprobe prints.
    #[must_use]
    pub fn named(primaries: &str, transfer: &str, matrix: &str) -> Self {
        let code = |table: &[(&str, u8)], name: &str| {
            let found = table.iter().find(|(known, _)| *known == name);
            found.map_or(UNKNOWN, |(_, code)| *code)
        };
        Self {
            primaries: code(&PRIMARIES, primaries),
            // Displays show all transfer curves of standard dynamic range alike,
            // so all of them count as BT.709.
            transfer: match code(&TRANSFERS, transfer) {
                UNKNOWN => BT709,
                other => other,
            },
            matrix: code(&MATRICES, matrix),
        }
    }

    /// The HDR transfer; `None` for standard dynamic range.
    #[must_use]
    pub fn hdr(&self) -> Option<Hdr> {
        [Hdr::Pq, Hdr::Hlg]
            .into_iter()
            .find(|hdr| *hdr as u8 == self.transfer)
    }

    /// The primaries. Where the file leaves them unspecified, the usual
    /// primaries for its matrix and transfer.
    #[must_use]
    pub fn known_primaries(&self) -> u8 {
        match self.primaries {
            UNKNOWN if self.hdr().is_some() || matches!(self.matrix, BT2020 | 10) => BT2020,
            UNKNOWN => BT709,
            known => known,
        }
    }

    /// Whether the frames must be converted to BT.709's primaries or to standard dynamic range.
    #[must_use]
    pub fn needs_conversion(&self) -> bool {
        self.known_primaries() != BT709 || !matches!(self.transfer, BT709 | UNKNOWN)
    }
}
