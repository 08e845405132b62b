//! Measures what a coded slice demands of a decoder: parses all macroblocks without decoding a pixel.
//!
//! The check of prepared loops uses these numbers. High profile allows more than most decoders
//! ever meet. A loop must stay within the bounds of Main profile and of the levels, so that
//! hardware decoders and small decoders can play it:
//!
//! - `level_prefix` is at most 15 (9.2.2.1: only High profiles allow more),
//! - a macroblock has at most 3200 bits (A.3.1),
//! - a slice that gets a [`restart_form`](super::restart_form) has no raw macroblock (I_PCM), since the
//!   restart form may move the slice data by some bits.
//!
//! The parser covers the syntax (7.3.4, 7.3.5) of the streams that the `h264` module
//! supports: I and P slices, CAVLC, frames, 4:2:0.

use super::bits::{BitReader, data_bits};
use super::cavlc::{BlockKind, residual_block};
use super::nal::NalUnit;
use super::slice::{DataStart, SliceType};
use super::{H264Error, Parameters};

/// Maximum number of bits of a macroblock with 8 bits and 4:2:0 (A.3.1).
pub const MAX_MACROBLOCK_BITS: u64 = 3200;

/// The highest `level_prefix` that a decoder of Main profile must support (9.2.2.1).
pub const MAX_LEVEL_PREFIX: u32 = 15;

/// What the macroblocks of one or more slices demand of a
/// decoder. The default value stands for no macroblocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SliceStats {
    /// Number of macroblocks, including skipped ones.
    pub macroblocks: u32,
    /// Number of raw macroblocks (I_PCM).
    pub raw: u32,
    /// The highest `level_prefix` of all coefficients.
    pub level_prefix: u32,
    /// Number of bits of the longest macroblock.
    pub macroblock_bits: u64,
    /// The lowest luma quantiser (QPY) of all macroblocks with a residual. 51 if there are none.
    pub least_quantiser: u8,
}

impl Default for SliceStats {
    fn default() -> Self {
        Self {
            macroblocks: 0,
            raw: 0,
            level_prefix: 0,
            macroblock_bits: 0,
            least_quantiser: HIGHEST_QUANTISER,
        }
    }
}

impl SliceStats {
    /// Parses a slice. `parameters` are those of the slice's stream.
    pub fn of(slice: NalUnit<'_>, parameters: &Parameters) -> Result<Self, H264Error> {
        let mut bits = BitReader::new(slice);
        let start = DataStart::read(&mut bits, slice, parameters)?;
        let end = data_bits(slice).ok_or(H264Error::Truncated)?;
        let first = start.header.first_macroblock;
        let data = Data {
            bits,
            end,
            parameters,
            quantiser: start.quantiser,
            start,
            left: parameters.columns() * parameters.rows() - first,
            counts: Vec::new(),
            stats: Self::default(),
        };
        data.read()
    }

    /// Combines the numbers of two sets of macroblocks.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            macroblocks: self.macroblocks + other.macroblocks,
            raw: self.raw + other.raw,
            level_prefix: self.level_prefix.max(other.level_prefix),
            macroblock_bits: self.macroblock_bits.max(other.macroblock_bits),
            least_quantiser: self.least_quantiser.min(other.least_quantiser),
        }
    }
}

const HIGHEST_QUANTISER: u8 = 51;

/// Number of coefficients of each 4x4 block in a macroblock: luma in rows of four
/// blocks, then Cb and Cr in rows of two blocks.
type Counts = [u8; 24];

/// The three planes in `Counts`: the index of the first block, and the number of blocks in a row.
const LUMA: (usize, usize) = (0, 4);
const CHROMA: [(usize, usize); 2] = [(16, 2), (20, 2)];

/// `mb_type` (tables 7-11 and 7-13), with only the distinctions that affect the syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    /// I_NxN.
    Blocks,
    /// I_16x16 with its `coded_block_pattern`.
    Whole {
        pattern: u32,
    },
    Raw,
    /// A P macroblock with one or two partitions.
    Parts(u32),
    /// P_8x8. `first_reference` is true for P_8x8ref0.
    Quarters {
        first_reference: bool,
    },
}

/// `coded_block_pattern` by `codeNum` (table 9-4), for I_NxN and for inter macroblocks.
const INTRA_PATTERNS: [u8; 48] = [
    47, 31, 15, 0, 23, 27, 29, 30, 7, 11, 13, 14, 39, 43, 45, 46, 16, 3, 5, 10, 12, 19, 21, 26, 28, 35, 37,
    42, 44, 1, 2, 4, 8, 17, 18, 20, 24, 6, 9, 22, 25, 32, 33, 34, 36, 40, 38, 41,
];
const INTER_PATTERNS: [u8; 48] = [
    0, 16, 1, 2, 4, 8, 32, 3, 5, 10, 12, 15, 47, 7, 11, 13, 14, 6, 9, 31, 35, 37, 42, 44, 33, 34, 36, 40, 39,
    43, 45, 46, 17, 18, 20, 24, 19, 21, 26, 28, 23, 27, 29, 30, 22, 25, 38, 41,
];

/// Number of bits of the samples in a raw macroblock.
const RAW_BITS: u32 = 384 * 8;

struct Data<'a> {
    bits: BitReader<'a>,
    /// Bit position of the trailing bits, where the slice data ends.
    end: u64,
    parameters: &'a Parameters,
    start: DataStart,
    quantiser: i64,
    /// Number of macroblocks from the current one to the end of the picture.
    left: u32,
    /// The counts of every macroblock parsed so far.
    counts: Vec<Counts>,
    stats: SliceStats,
}

impl Data<'_> {
    /// Parses slice_data.
    fn read(mut self) -> Result<SliceStats, H264Error> {
        loop {
            if self.start.header.slice_type == SliceType::P {
                let run = self.bits.ue()?;
                (0..run).try_for_each(|_| self.push([0; 24]))?;
                if !self.more() {
                    break;
                }
            }
            let before = self.bits.position();
            let counts = self.macroblock()?;
            let length = self.bits.position() - before;
            self.stats.macroblock_bits = self.stats.macroblock_bits.max(length);
            self.push(counts)?;
            if !self.more() {
                break;
            }
        }
        if self.bits.position() != self.end {
            return Err(H264Error::OutOfRange("the end of a slice"));
        }
        Ok(self.stats)
    }

    /// more_rbsp_data.
    fn more(&self) -> bool {
        self.bits.position() < self.end
    }

    fn push(&mut self, counts: Counts) -> Result<(), H264Error> {
        let left = self.left.checked_sub(1);
        self.left = left.ok_or(H264Error::OutOfRange("the number of macroblocks"))?;
        self.stats.macroblocks += 1;
        self.counts.push(counts);
        Ok(())
    }

    /// Parses macroblock_layer.
    fn macroblock(&mut self) -> Result<Counts, H264Error> {
        let of = self.macroblock_type()?;
        let mut eighths = false;
        match of {
            Type::Raw => {
                self.stats.raw += 1;
                let byte = (8 - self.bits.position() % 8) % 8;
                self.skip(byte as u32)?;
                self.skip(RAW_BITS)?;
                return Ok([16; 24]);
            }
            Type::Blocks => {
                eighths = self.parameters.transform_8x8 && self.bits.flag()?;
                for _ in 0..if eighths { 4 } else { 16 } {
                    // prev_intra_pred_mode_flag, rem_intra_pred_mode
                    if !self.bits.flag()? {
                        self.skip(3)?;
                    }
                }
                self.chroma_mode()?;
            }
            Type::Whole { .. } => self.chroma_mode()?,
            Type::Parts(parts) => {
                (0..parts).try_for_each(|_| self.reference())?;
                (0..parts).try_for_each(|_| self.vector())?;
            }
            Type::Quarters { first_reference } => {
                eighths = self.quarters(first_reference)?;
            }
        }
        let pattern = match of {
            Type::Whole { pattern } => pattern,
            Type::Blocks => self.pattern(&INTRA_PATTERNS)?,
            _ => {
                let pattern = self.pattern(&INTER_PATTERNS)?;
                let whole = eighths || matches!(of, Type::Parts(_));
                if pattern & 15 != 0 && self.parameters.transform_8x8 && whole {
                    self.bits.flag()?; // transform_size_8x8_flag
                }
                pattern
            }
        };
        let whole = matches!(of, Type::Whole { .. });
        if pattern == 0 && !whole {
            return Ok([0; 24]);
        }
        let delta = self.bits.se()?;
        if !(-26..=25).contains(&delta) {
            return Err(H264Error::OutOfRange("mb_qp_delta"));
        }
        self.quantiser = (self.quantiser + delta).rem_euclid(i64::from(HIGHEST_QUANTISER) + 1);
        // The cast is safe: the line above keeps the value between 0 and 51.
        self.stats.least_quantiser = self.stats.least_quantiser.min(self.quantiser as u8);
        self.residual(pattern, whole)
    }

    fn macroblock_type(&mut self) -> Result<Type, H264Error> {
        let mut value = self.bits.ue()?;
        if self.start.header.slice_type == SliceType::P {
            match value {
                0 => return Ok(Type::Parts(1)),
                1 | 2 => return Ok(Type::Parts(2)),
                3 | 4 => {
                    return Ok(Type::Quarters {
                        first_reference: value == 4,
                    });
                }
                _ => value -= 5,
            }
        }
        match value {
            0 => Ok(Type::Blocks),
            1..=24 => Ok(Type::Whole {
                pattern: (value - 1) / 4 % 3 * 16 + if value > 12 { 15 } else { 0 },
            }),
            25 => Ok(Type::Raw),
            _ => Err(H264Error::OutOfRange("mb_type")),
        }
    }

    /// Parses sub_mb_pred. Returns whether no partition is smaller than 8x8.
    fn quarters(&mut self, first_reference: bool) -> Result<bool, H264Error> {
        let mut parts = [0; 4];
        for parts in &mut parts {
            *parts = match self.bits.ue()? {
                0 => 1,
                1 | 2 => 2,
                3 => 4,
                _ => return Err(H264Error::OutOfRange("sub_mb_type")),
            };
        }
        if !first_reference {
            (0..4).try_for_each(|_| self.reference())?;
        }
        (0..parts.iter().sum()).try_for_each(|_| self.vector())?;
        Ok(parts == [1; 4])
    }

    /// Parses ref_idx_l0 as te(v).
    fn reference(&mut self) -> Result<(), H264Error> {
        match self.start.references {
            0 | 1 => Ok(()),
            2 => self.bits.flag().map(|_| ()),
            more if self.bits.ue()? < more => Ok(()),
            _ => Err(H264Error::OutOfRange("ref_idx_l0")),
        }
    }

    /// Parses both components of mvd_l0.
    fn vector(&mut self) -> Result<(), H264Error> {
        self.bits.se()?;
        self.bits.se().map(|_| ())
    }

    fn chroma_mode(&mut self) -> Result<(), H264Error> {
        match self.bits.ue()? {
            0..=3 => Ok(()),
            _ => Err(H264Error::OutOfRange("intra_chroma_pred_mode")),
        }
    }

    fn pattern(&mut self, patterns: &[u8; 48]) -> Result<u32, H264Error> {
        let pattern = patterns.get(self.bits.ue()? as usize);
        let pattern = pattern.ok_or(H264Error::OutOfRange("coded_block_pattern"))?;
        Ok((*pattern).into())
    }

    /// Parses residual: luma, then both chroma components.
    fn residual(&mut self, pattern: u32, whole: bool) -> Result<Counts, H264Error> {
        let mut counts = [0; 24];
        if whole {
            let near = self.near(&counts, LUMA, (0, 0));
            self.block(BlockKind::Luma { most: 16, near })?;
        }
        let most = if whole { 15 } else { 16 };
        for index in 0..16 {
            if pattern >> (index / 4) & 1 == 0 {
                continue;
            }
            // The blocks are coded quarter by quarter (6.4.3).
            let x = index / 4 % 2 * 2 + index % 2;
            let y = index / 8 * 2 + index / 2 % 2;
            self.counted(&mut counts, LUMA, (x, y), most)?;
        }
        if pattern >> 4 > 0 {
            self.block(BlockKind::ChromaDc)?;
            self.block(BlockKind::ChromaDc)?;
        }
        if pattern >> 4 == 2 {
            for plane in CHROMA {
                for index in 0..4 {
                    self.counted(&mut counts, plane, (index % 2, index / 2), 15)?;
                }
            }
        }
        Ok(counts)
    }

    /// Parses a block and stores its number of coefficients, from which later blocks compute nC.
    fn counted(
        &mut self,
        counts: &mut Counts,
        plane: (usize, usize),
        (x, y): (usize, usize),
        most: u32,
    ) -> Result<(), H264Error> {
        let near = self.near(counts, plane, (x, y));
        // The cast is safe: a block has at most 16 coefficients.
        counts[plane.0 + y * plane.1 + x] = self.block(BlockKind::Luma { most, near })? as u8;
        Ok(())
    }

    fn block(&mut self, kind: BlockKind) -> Result<u32, H264Error> {
        let block = residual_block(&mut self.bits, kind)?;
        self.stats.level_prefix = self.stats.level_prefix.max(block.level_prefix);
        Ok(block.coefficients)
    }

    /// nC (9.2.1): the mean of the counts of the left and upper neighbours.
    /// A neighbour outside the slice does not count.
    fn near(&self, counts: &Counts, (first, wide): (usize, usize), (x, y): (usize, usize)) -> u32 {
        let columns = self.parameters.columns() as usize;
        let index = self.counts.len();
        let column = (self.start.header.first_macroblock as usize + index) % columns;
        let at = |counts: &Counts, x: usize, y: usize| u32::from(counts[first + y * wide + x]);
        let left = match x.checked_sub(1) {
            Some(x) => Some(at(counts, x, y)),
            None if column > 0 && index > 0 => Some(at(&self.counts[index - 1], wide - 1, y)),
            None => None,
        };
        let above = match y.checked_sub(1) {
            Some(y) => Some(at(counts, x, y)),
            None => index
                .checked_sub(columns)
                .map(|index| at(&self.counts[index], x, wide - 1)),
        };
        match (left, above) {
            (Some(left), Some(above)) => (left + above).div_ceil(2),
            (one, other) => one.or(other).unwrap_or(0),
        }
    }

    fn skip(&mut self, mut count: u32) -> Result<(), H264Error> {
        while count > 0 {
            let some = count.min(32);
            self.bits.bits(some)?;
            count -= some;
        }
        Ok(())
    }
}
