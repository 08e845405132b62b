//! What the numbers of a clip's frames mean as colours, in the code points of ITU-T H.273. Pure.

use serde::{Deserialize, Serialize};

/// Code point: the file does not say, or says something that FFmpeg cannot convert.
pub const UNKNOWN: u8 = 2;
/// Code point of BT.709 in all three tables.
pub const BT709: u8 = 1;
/// Code point of BT.2020's primaries, and of its usual matrix.
pub const BT2020: u8 = 9;
/// Matrix: the numbers are red, green and blue themselves.
pub const RGB: u8 = 0;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColourSpace {
    /// Which red, green and blue (table 2).
    pub primaries: u8,
    /// How brightness is coded (table 3).
    pub transfer: u8,
    /// How red, green and blue became brightness and two differences (table 4).
    pub matrix: u8,
}

impl Default for ColourSpace {
    /// Nothing is said.
    fn default() -> Self {
        Self {
            primaries: UNKNOWN,
            transfer: UNKNOWN,
            matrix: UNKNOWN,
        }
    }
}

/// The two ways in which HDR video codes brightness (ITU-R BT.2100).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hdr {
    /// Perceptual quantiser: HDR10 and Dolby Vision.
    Pq = 16,
    /// Hybrid log-gamma: phones.
    Hlg = 18,
}

/// FFmpeg's names, where its conversion knows the meaning.
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
    /// By the names that ffprobe gives.
    #[must_use]
    pub fn named(primaries: &str, transfer: &str, matrix: &str) -> Self {
        let code = |table: &[(&str, u8)], name: &str| {
            let found = table.iter().find(|(known, _)| *known == name);
            found.map_or(UNKNOWN, |(_, code)| *code)
        };
        Self {
            primaries: code(&PRIMARIES, primaries),
            // Displays show all curves of standard range alike, so they are one here.
            transfer: match code(&TRANSFERS, transfer) {
                UNKNOWN => BT709,
                other => other,
            },
            matrix: code(&MATRICES, matrix),
        }
    }

    /// How brightness is coded when it is for HDR screens.
    #[must_use]
    pub fn hdr(&self) -> Option<Hdr> {
        [Hdr::Pq, Hdr::Hlg]
            .into_iter()
            .find(|hdr| *hdr as u8 == self.transfer)
    }

    /// The primaries, where the file leaves them open by what is usual with the rest.
    #[must_use]
    pub fn known_primaries(&self) -> u8 {
        match self.primaries {
            UNKNOWN if self.hdr().is_some() || matches!(self.matrix, BT2020 | 10) => BT2020,
            UNKNOWN => BT709,
            known => known,
        }
    }

    /// Whether the frames must be brought to BT.709's primaries or to standard range.
    #[must_use]
    pub fn needs_conversion(&self) -> bool {
        self.known_primaries() != BT709 || !matches!(self.transfer, BT709 | UNKNOWN)
    }
}
