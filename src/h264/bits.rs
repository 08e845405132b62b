//! A bit reader and a bit writer for the payload (RBSP) of NAL units.
//!
//! The other files of the `h264` module use them to read and write syntax elements. Only this file deals with
//! emulation prevention (7.4.1). A NAL unit must not contain the three bytes 00 00 0x with x <= 3, since they
//! look like a start code. The writer inserts a byte 03 before the third byte, and the reader removes it.

use super::H264Error;
use super::nal::{NalKind, NalUnit, RefIdc};

/// `emulation_prevention_three_byte` (7.3.1).
const EMULATION_PREVENTION: u8 = 3;

/// Iterates over the bytes of a NAL unit's RBSP: without the header, without emulation prevention bytes.
#[derive(Debug, Clone)]
struct Rbsp<'a> {
    escaped: &'a [u8],
    zeros: u32,
}

impl Iterator for Rbsp<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (mut byte, mut rest) = self.escaped.split_first()?;
        if self.zeros >= 2 && *byte == EMULATION_PREVENTION {
            self.zeros = 0;
            self.escaped = rest;
            (byte, rest) = self.escaped.split_first()?;
        }
        self.escaped = rest;
        self.zeros = if *byte == 0 { self.zeros + 1 } else { 0 };
        Some(*byte)
    }
}

/// Reads the syntax elements of a NAL unit.
#[derive(Debug, Clone)]
pub(super) struct BitReader<'a> {
    rbsp: Rbsp<'a>,
    /// The current byte. `left` is the number of its lower bits that are not read yet.
    byte: u8,
    left: u32,
    position: u64,
}

impl<'a> BitReader<'a> {
    /// Starts at the first bit after the header of the NAL unit.
    pub fn new(nal: NalUnit<'a>) -> Self {
        let rbsp = Rbsp {
            escaped: nal.payload(),
            zeros: 0,
        };
        Self {
            rbsp,
            byte: 0,
            left: 0,
            position: 0,
        }
    }

    /// Number of RBSP bits read so far.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Reads u(1).
    pub fn flag(&mut self) -> Result<bool, H264Error> {
        if self.left == 0 {
            self.byte = self.rbsp.next().ok_or(H264Error::Truncated)?;
            self.left = 8;
        }
        self.left -= 1;
        self.position += 1;
        Ok(self.byte >> self.left & 1 == 1)
    }

    /// Reads u(n). `count` is at most 32.
    pub fn bits(&mut self, count: u32) -> Result<u32, H264Error> {
        (0..count).try_fold(0, |value, _| Ok(value << 1 | u32::from(self.flag()?)))
    }

    /// Reads ue(v) (9.1): n zeros, a one, n bits. n is at most 31, so the value fits into 32 bits.
    pub fn ue(&mut self) -> Result<u32, H264Error> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return Err(H264Error::OutOfRange("an Exp-Golomb code"));
            }
        }
        // The value is 2^n - 1 plus the n bits after the one.
        Ok((1 << zeros) - 1 + self.bits(zeros)?)
    }

    /// Reads se(v) (9.1.1): codes 0, 1, 2, 3, 4 ... stand for 0, 1, -1, 2, -2 ...
    pub fn se(&mut self) -> Result<i64, H264Error> {
        let code = i64::from(self.ue()?);
        Ok(if code % 2 == 1 { (code + 1) / 2 } else { -code / 2 })
    }

    /// Copies all unread bits to a writer, then adds zero bits up to the next byte of the writer. The writer
    /// may stand at any bit of a byte.
    pub fn copy_rest(mut self, to: &mut BitWriter<'_>) -> Result<(), H264Error> {
        let left = self.left;
        let begun = self.bits(left)?;
        if to.count == (8 - left) % 8 {
            to.bits(begun, left);
            self.rbsp.for_each(|byte| to.byte(byte));
            return Ok(());
        }
        // The bit positions of reader and writer differ, so every bit moves. The last 1 bit ends the RBSP
        // (7.2, more_rbsp_data). The zeros after it only fill the reader's last byte, so they are not copied.
        let rest: Vec<u8> = self.rbsp.collect();
        let all = std::iter::once((begun, left)).chain(rest.into_iter().map(|byte| (byte.into(), 8)));
        let all: Vec<(u32, u32)> = all.collect();
        let last = all.iter().rposition(|(bits, _)| *bits != 0);
        let last = last.ok_or(H264Error::Truncated)?;
        for (bits, count) in &all[..last] {
            to.bits(*bits, *count);
        }
        let (bits, count) = all[last];
        let zeros = bits.trailing_zeros();
        to.bits(bits >> zeros, count - zeros);
        to.align();
        Ok(())
    }
}

/// Number of RBSP bits before the trailing bits. The trailing bits begin with the last 1 bit (7.2,
/// more_rbsp_data). `None` if the RBSP has no 1 bit.
pub(super) fn data_bits(nal: NalUnit<'_>) -> Option<u64> {
    let rbsp = BitReader::new(nal).rbsp.zip(0u64..);
    let (byte, index) = rbsp.filter(|(byte, _)| *byte != 0).last()?;
    Some(index * 8 + u64::from(7 - byte.trailing_zeros()))
}

/// Writes a NAL unit with a 4-byte length before it, as an MP4 sample stores it.
#[derive(Debug)]
pub(super) struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    /// Offset of the length in `out`.
    start: usize,
    /// Number of zero bytes at the end of `out` that count for emulation prevention.
    zeros: u32,
    /// Bits that are not in `out` yet. `count` is their number, less than 8 between calls.
    pending: u64,
    count: u32,
}

/// Size in bytes of the length before each NAL unit: `lengthSizeMinusOne` 3 (ISO/IEC 14496-15 5.3.3.1).
const LENGTH: usize = 4;

impl<'a> BitWriter<'a> {
    /// Appends a placeholder for the length and the header of the NAL unit (7.3.1) to `out`.
    pub fn new(out: &'a mut Vec<u8>, kind: NalKind, ref_idc: RefIdc) -> Self {
        let start = out.len();
        out.extend([0; LENGTH]);
        out.push(ref_idc.get() << 5 | kind.number());
        Self {
            out,
            start,
            // The header byte is not zero, because `RefIdc` is at least 1.
            zeros: 0,
            pending: 0,
            count: 0,
        }
    }

    /// Appends one byte of the RBSP. The writer must be at a byte boundary.
    fn byte(&mut self, byte: u8) {
        if self.zeros == 2 && byte <= EMULATION_PREVENTION {
            self.out.push(EMULATION_PREVENTION);
            self.zeros = 0;
        }
        self.out.push(byte);
        self.zeros = if byte == 0 { self.zeros + 1 } else { 0 };
    }

    /// Writes u(n): the last `count` bits of `value`. `count` is at
    /// most 32, and the bits above them are zero.
    pub fn bits(&mut self, value: u32, count: u32) {
        debug_assert!(count == 32 || value >> count == 0);
        self.pending = self.pending << count | u64::from(value);
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            self.byte((self.pending >> self.count) as u8);
        }
        self.pending &= (1 << self.count) - 1;
    }

    /// Writes u(1).
    pub fn flag(&mut self, flag: bool) {
        self.bits(flag.into(), 1);
    }

    /// Writes ue(v) (9.1). `value` must be less than 2^32 - 1.
    pub fn ue(&mut self, value: u32) {
        let code = value + 1;
        let length = 32 - code.leading_zeros();
        self.bits(0, length - 1);
        self.bits(code, length);
    }

    /// Writes zero bits up to the next byte boundary.
    pub fn align(&mut self) {
        self.bits(0, (8 - self.count) % 8);
    }

    /// Writes whole bytes. The writer must be at a byte boundary.
    pub fn bytes(&mut self, bytes: &[u8]) {
        debug_assert_eq!(self.count, 0);
        match bytes.split_first() {
            // Without zero bytes, only zeros before the first byte can
            // make an emulation prevention byte necessary.
            Some((first, rest)) if !bytes.contains(&0) => {
                self.byte(*first);
                self.out.extend_from_slice(rest);
            }
            _ => bytes.iter().for_each(|byte| self.byte(*byte)),
        }
    }

    /// Writes rbsp_slice_trailing_bits (7.3.2.10, 7.3.2.11), a one and zeros up
    /// to the byte boundary, and closes the NAL unit.
    pub fn finish(mut self) {
        self.flag(true);
        self.align();
        self.close();
    }

    /// Closes a NAL unit that already has its trailing bits: writes the length.
    pub fn close(mut self) {
        debug_assert_eq!(self.count, 0);
        if self.zeros > 0 {
            // A NAL unit must not end with a zero byte (7.4.1). Copied cabac_zero_words can end with zeros.
            self.out.push(EMULATION_PREVENTION);
            self.zeros = 0;
        }
        // The length fits: a NAL unit has at most 64 MiB (`nal`), and
        // emulation prevention adds at most one half.
        let length = (self.out.len() - self.start - LENGTH) as u32;
        self.out[self.start..self.start + LENGTH].copy_from_slice(&length.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::h264::nal_units;

    fn written(write: impl FnOnce(&mut BitWriter<'_>)) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = BitWriter::new(
            &mut out,
            NalKind::Slice,
            RefIdc::new(1).expect("1 is a reference"),
        );
        write(&mut writer);
        writer.finish();
        out
    }

    fn only_nal(sample: &[u8]) -> NalUnit<'_> {
        let units: Result<Vec<_>, _> = nal_units(sample).collect();
        let units = units.expect("what was written can be read");
        assert_eq!(units.len(), 1);
        units[0]
    }

    #[test]
    fn exp_golomb_codes_are_those_of_table_9_2() {
        let codes = written(|writer| (0..=8).for_each(|value| writer.ue(value)));
        // 1 010 011 00100 00101 00110 00111 0001000 0001001, and the trailing bits.
        assert_eq!(
            codes[5..],
            [
                0b1010_0110,
                0b0100_0010,
                0b1001_1000,
                0b1110_0010,
                0b0000_0100,
                0b1100_0000
            ]
        );
    }

    #[test]
    fn signed_codes_alternate() {
        let codes = written(|writer| (0..=4).for_each(|value| writer.ue(value)));
        let mut reader = BitReader::new(only_nal(&codes));
        let values: Result<Vec<_>, _> = (0..=4).map(|_| reader.se()).collect();
        assert_eq!(values, Ok(vec![0, 1, -1, 2, -2]));
    }

    #[test]
    fn start_codes_are_prevented_as_in_7_4_1() {
        let of = |bytes: &[u8]| written(|writer| writer.bytes(bytes))[5..].to_vec();
        assert_eq!(of(&[0, 0, 0, 0, 0]), [0, 0, 3, 0, 0, 3, 0, 0x80]);
        assert_eq!(
            of(&[0, 0, 1, 0, 0, 3, 0, 0, 4]),
            [0, 0, 3, 1, 0, 0, 3, 3, 0, 0, 4, 0x80]
        );
        assert_eq!(of(&[7, 8, 9]), [7, 8, 9, 0x80]);
    }

    #[test]
    fn a_code_of_more_than_32_bits_is_refused() {
        let zeros = written(|writer| {
            writer.bits(0, 32);
            writer.bits(1, 1);
        });
        let mut reader = BitReader::new(only_nal(&zeros));
        assert_eq!(reader.ue(), Err(H264Error::OutOfRange("an Exp-Golomb code")));
    }

    /// Bytes with many zeros, so that emulation prevention bytes are necessary.
    fn zeros_and_others() -> impl Strategy<Value = Vec<u8>> {
        vec(prop_oneof![4 => 0..=4u8, 1 => any::<u8>()], 0..64)
    }

    proptest! {
        #[test]
        fn codes_come_back(values in vec((0..u32::MAX, 0..32u32), 0..50)) {
            let values: Vec<u32> = values.into_iter().map(|(value, shift)| value >> shift).collect();
            let codes = written(|writer| values.iter().for_each(|value| writer.ue(*value)));
            let mut reader = BitReader::new(only_nal(&codes));
            let back: Result<Vec<_>, _> = values.iter().map(|_| reader.ue()).collect();
            prop_assert_eq!(back, Ok(values));
        }

        #[test]
        fn bytes_come_back_and_no_start_code_is_between_them(bytes in zeros_and_others(), pieces in 1..9usize) {
            let nal = written(|writer| bytes.chunks(pieces).for_each(|piece| writer.bytes(piece)));
            prop_assert!(nal[LENGTH..].windows(3).all(|three| three[..2] != [0, 0] || three[2] > 2));
            prop_assert_ne!(nal.last(), Some(&0));
            let unescaped: Vec<u8> = BitReader::new(only_nal(&nal)).rbsp.collect();
            prop_assert_eq!(&unescaped[..bytes.len()], &bytes[..]);
            prop_assert_eq!(&unescaped[bytes.len()..], &[0x80][..]);
        }

        #[test]
        fn a_copy_of_the_rest_is_the_rest(bytes in zeros_and_others(), skipped in 0..16u32) {
            let nal = written(|writer| writer.bytes(&bytes));
            let copy = written_copy(only_nal(&nal), 0, skipped.min(bytes.len() as u32 * 8));
            prop_assert_eq!(copy, nal);
        }

        #[test]
        fn a_copy_of_the_rest_at_another_bit_is_the_rest(
            bytes in zeros_and_others(), more in 1..32u32, skipped in 0..16u32,
        ) {
            let nal = written(|writer| writer.bytes(&bytes));
            let skipped = skipped.min(bytes.len() as u32 * 8);
            let copy = written_copy(only_nal(&nal), more, skipped);
            let moved = written(|writer| {
                writer.bits(0, more);
                for byte in &bytes {
                    writer.bits((*byte).into(), 8);
                }
            });
            prop_assert_eq!(copy, moved);
        }
    }

    /// Writes `more` zero bits, then the first `bits` bits of the NAL unit with
    /// `BitWriter::bits`, then the other bits with `copy_rest`.
    fn written_copy(nal: NalUnit<'_>, more: u32, bits: u32) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = BitWriter::new(
            &mut out,
            NalKind::Slice,
            RefIdc::new(1).expect("1 is a reference"),
        );
        let mut reader = BitReader::new(nal);
        writer.bits(0, more);
        writer.bits(reader.bits(bits).expect("enough bits"), bits);
        reader.copy_rest(&mut writer).expect("there is a one at the end");
        writer.close();
        out
    }
}
