//! NAL units (7.3.1): the units that a coded picture consists of.
//!
//! The rest of the program gets NAL units from MP4 samples with [`nal_units`]: a sample stores each NAL unit
//! after a 4-byte length. This file checks the length and the header byte. It does not parse the payload.

use super::H264Error;

/// Limit for the bytes of a NAL unit. No slice is longer: a macroblock has at most 3200 bits (A.3.1), and the
/// largest picture of any level has 139,264 macroblocks (table A-1).
const MAX_NAL: usize = 64 << 20;

/// `nal_unit_type` (table 7-1). Types that this program does not interpret are `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NalKind {
    /// 1: slice of a picture that is not an IDR picture.
    Slice,
    /// 5: slice of an IDR picture.
    IdrSlice,
    /// 7: sequence parameter set.
    Sps,
    /// 8: picture parameter set.
    Pps,
    /// Any other type, for example SEI messages, delimiters and filler data.
    Other(u8),
}

impl NalKind {
    /// The value of `nal_unit_type`.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Slice => 1,
            Self::IdrSlice => 5,
            Self::Sps => 7,
            Self::Pps => 8,
            Self::Other(number) => number,
        }
    }

    const fn of(number: u8) -> Self {
        match number {
            1 => Self::Slice,
            5 => Self::IdrSlice,
            7 => Self::Sps,
            8 => Self::Pps,
            other => Self::Other(other),
        }
    }
}

/// `nal_ref_idc` of a reference picture: 1 to 3 (7.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefIdc(u8);

impl RefIdc {
    /// `None` for 0, which marks a picture that no other picture refers to, and for values above 3.
    #[must_use]
    pub const fn new(value: u8) -> Option<Self> {
        match value {
            1..=3 => Some(Self(value)),
            _ => None,
        }
    }

    /// The value, 1 to 3.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// One NAL unit without length and start code: a header of one byte, then the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NalUnit<'a>(&'a [u8]);

impl<'a> NalUnit<'a> {
    /// Checks the properties that do not depend on the kind: the NAL unit has a header byte, is not longer
    /// than any slice, and its forbidden bit is 0.
    pub fn new(bytes: &'a [u8]) -> Result<Self, H264Error> {
        let header = *bytes.first().ok_or(H264Error::EmptyNal)?;
        if bytes.len() > MAX_NAL {
            return Err(H264Error::LongNal(bytes.len()));
        }
        if header & 0x80 != 0 {
            return Err(H264Error::ForbiddenBit);
        }
        Ok(Self(bytes))
    }

    /// Header and payload.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// The kind, from the `nal_unit_type` in the header.
    #[must_use]
    pub fn kind(self) -> NalKind {
        NalKind::of(self.0[0] & 31)
    }

    /// `nal_ref_idc`, or `None` if it is 0.
    #[must_use]
    pub fn ref_idc(self) -> Option<RefIdc> {
        RefIdc::new(self.0[0] >> 5 & 3)
    }

    /// The bytes after the header: the RBSP, still with emulation prevention bytes.
    pub(super) fn payload(self) -> &'a [u8] {
        // Cannot panic: `new` refuses a NAL unit without a header.
        &self.0[1..]
    }
}

/// Iterates over the NAL units of a sample. An error is the last item.
pub fn nal_units(sample: &[u8]) -> impl Iterator<Item = Result<NalUnit<'_>, H264Error>> {
    let mut rest = sample;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let unit = take(&mut rest);
        if unit.is_err() {
            rest = &[];
        }
        Some(unit)
    })
}

/// Takes one length and the NAL unit after it from the start of `rest`.
fn take<'a>(rest: &mut &'a [u8]) -> Result<NalUnit<'a>, H264Error> {
    let (length, after) = rest.split_first_chunk().ok_or(H264Error::Truncated)?;
    let length = u32::from_be_bytes(*length) as usize;
    let (unit, after) = after.split_at_checked(length).ok_or(H264Error::Truncated)?;
    *rest = after;
    NalUnit::new(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(sample: &[u8]) -> Vec<Result<NalKind, H264Error>> {
        nal_units(sample).map(|unit| unit.map(NalUnit::kind)).collect()
    }

    #[test]
    fn a_sample_falls_into_its_nal_units() {
        let sample = b"\0\0\0\x02\x65\x88\0\0\0\x01\x41\0\0\0\x01\x06";
        assert_eq!(
            kinds(sample),
            [Ok(NalKind::IdrSlice), Ok(NalKind::Slice), Ok(NalKind::Other(6))]
        );
        assert_eq!(kinds(b""), []);
    }

    #[test]
    fn nothing_comes_after_an_error() {
        assert_eq!(
            kinds(b"\0\0\0\x01\x41\0\0\0\x09\x41"),
            [Ok(NalKind::Slice), Err(H264Error::Truncated)]
        );
        assert_eq!(kinds(b"\0\0\0\0\0\0\0\x01\x41"), [Err(H264Error::EmptyNal)]);
        assert_eq!(kinds(b"\0\0\0\x01\xc1"), [Err(H264Error::ForbiddenBit)]);
        assert_eq!(kinds(b"\0\0\x01"), [Err(H264Error::Truncated)]);
    }

    #[test]
    fn an_endless_nal_unit_is_refused() {
        let bytes = vec![0x41; MAX_NAL + 1];
        assert_eq!(NalUnit::new(&bytes), Err(H264Error::LongNal(MAX_NAL + 1)));
    }
}
