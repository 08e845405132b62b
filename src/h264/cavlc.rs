//! Residual blocks in CAVLC (7.3.5.3.2, 9.2): reads how many coefficients a block
//! has and how large the codes of their levels are.
//!
//! [`SliceStats`](super::SliceStats) uses these two numbers. This file reads past
//! the coefficients and does not keep their values.

use std::sync::LazyLock;

use super::H264Error;
use super::bits::BitReader;

/// `coeff_token` (table 9-5) for nC below 2, below 4 and below 8. Each table has one line per number of
/// coefficients, from 0 on. Each line has one code per number of trailing ones, from 0 on.
const COEFF_TOKEN: [&[&str]; 3] = [
    &[
        "1",
        "000101 01",
        "00000111 000100 001",
        "000000111 00000110 0000101 00011",
        "0000000111 000000110 00000101 000011",
        "00000000111 0000000110 000000101 0000100",
        "0000000001111 00000000110 0000000101 00000100",
        "0000000001011 0000000001110 00000000101 000000100",
        "0000000001000 0000000001010 0000000001101 0000000100",
        "00000000001111 00000000001110 0000000001001 00000000100",
        "00000000001011 00000000001010 00000000001101 0000000001100",
        "000000000001111 000000000001110 00000000001001 00000000001100",
        "000000000001011 000000000001010 000000000001101 00000000001000",
        "0000000000001111 000000000000001 000000000001001 000000000001100",
        "0000000000001011 0000000000001110 0000000000001101 000000000001000",
        "0000000000000111 0000000000001010 0000000000001001 0000000000001100",
        "0000000000000100 0000000000000110 0000000000000101 0000000000001000",
    ],
    &[
        "11",
        "001011 10",
        "000111 00111 011",
        "0000111 001010 001001 0101",
        "00000111 000110 000101 0100",
        "00000100 0000110 0000101 00110",
        "000000111 00000110 00000101 001000",
        "00000001111 000000110 000000101 000100",
        "00000001011 00000001110 00000001101 0000100",
        "000000001111 00000001010 00000001001 000000100",
        "000000001011 000000001110 000000001101 00000001100",
        "000000001000 000000001010 000000001001 00000001000",
        "0000000001111 0000000001110 0000000001101 000000001100",
        "0000000001011 0000000001010 0000000001001 0000000001100",
        "0000000000111 00000000001011 0000000000110 0000000001000",
        "00000000001001 00000000001000 00000000001010 0000000000001",
        "00000000000111 00000000000110 00000000000101 00000000000100",
    ],
    &[
        "1111",
        "001111 1110",
        "001011 01111 1101",
        "001000 01100 01110 1100",
        "0001111 01010 01011 1011",
        "0001011 01000 01001 1010",
        "0001001 001110 001101 1001",
        "0001000 001010 001001 1000",
        "00001111 0001110 0001101 01101",
        "00001011 00001110 0001010 001100",
        "000001111 00001010 00001101 0001100",
        "000001011 000001110 00001001 00001100",
        "000001000 000001010 000001101 00001000",
        "0000001101 000000111 000001001 000001100",
        "0000001001 0000001100 0000001011 0000001010",
        "0000000101 0000001000 0000000111 0000000110",
        "0000000001 0000000100 0000000011 0000000010",
    ],
];

/// `coeff_token` for the chroma DC coefficients of 4:2:0 (nC is -1), in the format of `COEFF_TOKEN`.
const CHROMA_DC_TOKEN: &[&str] = &[
    "01",
    "000111 1",
    "000100 000110 001",
    "000011 0000011 0000010 000101",
    "000010 00000011 00000010 0000000",
];

/// `total_zeros` (tables 9-7 and 9-8): one line per number of coefficients, from 1 on.
const TOTAL_ZEROS: &[&str] = &[
    "1 011 010 0011 0010 00011 00010 000011 000010 0000011 0000010 00000011 00000010 000000011 000000010 000000001",
    "111 110 101 100 011 0101 0100 0011 0010 00011 00010 000011 000010 000001 000000",
    "0101 111 110 101 0100 0011 100 011 0010 00011 00010 000001 00001 000000",
    "00011 111 0101 0100 110 101 100 0011 011 0010 00010 00001 00000",
    "0101 0100 0011 111 110 101 100 011 0010 00001 0001 00000",
    "000001 00001 111 110 101 100 011 010 0001 001 000000",
    "000001 00001 101 100 011 11 010 0001 001 000000",
    "000001 0001 00001 011 11 10 010 001 000000",
    "000001 000000 0001 11 10 001 01 00001",
    "00001 00000 001 11 10 01 0001",
    "0000 0001 001 010 1 011",
    "0000 0001 01 1 001",
    "000 001 1 01",
    "00 01 1",
    "0 1",
];

/// `total_zeros` for chroma DC coefficients (table 9-9 a), in the format of `TOTAL_ZEROS`.
const CHROMA_DC_ZEROS: &[&str] = &["1 01 001 000", "1 01 00", "1 0"];

/// `run_before` (table 9-10): one line for 1, 2, 3, 4, 5 and 6 remaining zeros each, and one line for more.
const RUN_BEFORE: &[&str] = &[
    "1 0",
    "1 01 00",
    "11 10 01 00",
    "11 10 01 001 000",
    "11 10 011 010 001 000",
    "11 000 001 011 010 101 100",
    "111 110 101 100 011 010 001 0001 00001 000001 0000001 00000001 000000001 0000000001 00000000001",
];

/// A prefix code as a binary tree.
#[derive(Debug)]
struct Codes {
    nodes: Vec<[Branch; 2]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Branch {
    /// No code begins with these bits.
    None,
    Node(usize),
    Value(u32),
}

impl Codes {
    /// Builds the tree from pairs of a code, written as text of zeros and ones, and its value.
    fn new<'a>(codes: impl IntoIterator<Item = (&'a str, u32)>) -> Self {
        let mut nodes = vec![[Branch::None; 2]];
        for (code, value) in codes {
            let mut at = 0;
            let (path, last) = code.split_at(code.len() - 1);
            for bit in path.bytes() {
                let next = nodes.len();
                let branch = &mut nodes[at][usize::from(bit - b'0')];
                at = match *branch {
                    Branch::Node(node) => node,
                    Branch::None | Branch::Value(_) => {
                        debug_assert_eq!(*branch, Branch::None, "{code} begins with another code");
                        *branch = Branch::Node(next);
                        nodes.push([Branch::None; 2]);
                        next
                    }
                };
            }
            let branch = &mut nodes[at][usize::from(last == "1")];
            debug_assert_eq!(
                *branch,
                Branch::None,
                "{code} stands twice or begins another code"
            );
            *branch = Branch::Value(value);
        }
        Self { nodes }
    }

    /// Builds the tree from a line of codes. Their values are 0, 1, 2 ...
    fn counted(line: &str) -> Self {
        Self::new(line.split(' ').zip(0..))
    }

    /// Builds the tree for `coeff_token`. A value is 4 times the number of
    /// coefficients plus the number of trailing ones.
    fn tokens(lines: &[&str]) -> Self {
        let tokens = lines.iter().zip(0..).flat_map(|(line, coefficients)| {
            let ones = line.split(' ').zip(0..);
            ones.map(move |(code, ones)| (code, coefficients * 4 + ones))
        });
        Self::new(tokens)
    }

    fn read(&self, bits: &mut BitReader<'_>) -> Result<u32, H264Error> {
        let mut at = 0;
        loop {
            match self.nodes[at][usize::from(bits.flag()?)] {
                Branch::Node(node) => at = node,
                Branch::Value(value) => return Ok(value),
                Branch::None => return Err(H264Error::OutOfRange("a CAVLC code")),
            }
        }
    }
}

struct Tables {
    tokens: [Codes; 3],
    chroma_tokens: Codes,
    zeros: Vec<Codes>,
    chroma_zeros: Vec<Codes>,
    runs: Vec<Codes>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let counted = |lines: &[&str]| lines.iter().map(|line| Codes::counted(line)).collect();
    Tables {
        tokens: COEFF_TOKEN.map(Codes::tokens),
        chroma_tokens: Codes::tokens(CHROMA_DC_TOKEN),
        zeros: counted(TOTAL_ZEROS),
        chroma_zeros: counted(CHROMA_DC_ZEROS),
        runs: counted(RUN_BEFORE),
    }
});

/// The kind of a residual block, which selects the code tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    /// The four chroma DC coefficients.
    ChromaDc,
    /// Every other block: the blocks of luma, and also those of chroma AC coefficients.
    Luma {
        /// `maxNumCoeff`, the maximum number of coefficients: 15 or 16.
        most: u32,
        /// nC (9.2.1): the number of coefficients that the neighbouring blocks predict.
        near: u32,
    },
}

/// The two facts about a residual block that this program needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    /// `TotalCoeff(coeff_token)`: number of coefficients that are not zero.
    pub coefficients: u32,
    /// The highest `level_prefix` of the block, or 0 if the block has none.
    pub level_prefix: u32,
}

/// Reads one residual block.
pub(super) fn residual_block(bits: &mut BitReader<'_>, kind: BlockKind) -> Result<Block, H264Error> {
    let tables = &*TABLES;
    let (most, token) = match kind {
        BlockKind::ChromaDc => (4, tables.chroma_tokens.read(bits)?),
        BlockKind::Luma { most, near: 0 | 1 } => (most, tables.tokens[0].read(bits)?),
        BlockKind::Luma { most, near: 2 | 3 } => (most, tables.tokens[1].read(bits)?),
        BlockKind::Luma { most, near: 4..=7 } => (most, tables.tokens[2].read(bits)?),
        BlockKind::Luma { most, .. } => (most, long_token(bits)?),
    };
    let (coefficients, ones) = (token / 4, token % 4);
    if coefficients > most || ones > coefficients {
        return Err(H264Error::OutOfRange("coeff_token"));
    }
    let level_prefix = if coefficients > 0 {
        levels(bits, coefficients, ones)?
    } else {
        0
    };
    if (1..most).contains(&coefficients) {
        let zeros = match kind {
            BlockKind::ChromaDc => &tables.chroma_zeros,
            BlockKind::Luma { .. } => &tables.zeros,
        };
        let mut left = zeros[coefficients as usize - 1].read(bits)?;
        if left + coefficients > most {
            return Err(H264Error::OutOfRange("total_zeros"));
        }
        for _ in 1..coefficients {
            if left == 0 {
                break;
            }
            let run = tables.runs[left.min(7) as usize - 1].read(bits)?;
            left = left.checked_sub(run).ok_or(H264Error::OutOfRange("run_before"))?;
        }
    }
    Ok(Block {
        coefficients,
        level_prefix,
    })
}

/// Reads `coeff_token` for nC of 8 and more: six bits. The code
/// 000011 stands for a block without coefficients.
fn long_token(bits: &mut BitReader<'_>) -> Result<u32, H264Error> {
    Ok(match bits.bits(6)? {
        0b00_0011 => 0,
        code => code + 4,
    })
}

/// Reads the signs of the trailing ones and the levels of the other
/// coefficients (9.2.2). Returns the highest `level_prefix`.
fn levels(bits: &mut BitReader<'_>, coefficients: u32, ones: u32) -> Result<u32, H264Error> {
    bits.bits(ones)?;
    let mut suffix_length = u32::from(coefficients > 10 && ones < 3);
    let mut highest = 0;
    for index in ones..coefficients {
        let prefix = level_prefix(bits)?;
        highest = highest.max(prefix);
        let size = match prefix {
            14 if suffix_length == 0 => 4,
            15.. => prefix - 3,
            _ => suffix_length,
        };
        let mut code = (prefix.min(15) << suffix_length) + bits.bits(size)?;
        if prefix >= 15 && suffix_length == 0 {
            code += 15;
        }
        if prefix >= 16 {
            code += (1 << (prefix - 3)) - 4096;
        }
        if index == ones && ones < 3 {
            code += 2;
        }
        let magnitude = code / 2 + 1;
        suffix_length = suffix_length.max(1);
        if magnitude > 3 << (suffix_length - 1) && suffix_length < 6 {
            suffix_length += 1;
        }
    }
    Ok(highest)
}

/// Reads `level_prefix`: the number of zeros before a one (9.2.2.1). Samples of 8 bits need at most 16. This
/// function accepts up to 25, since larger values do no harm here.
fn level_prefix(bits: &mut BitReader<'_>) -> Result<u32, H264Error> {
    let mut zeros = 0;
    while !bits.flag()? {
        zeros += 1;
        if zeros > 25 {
            return Err(H264Error::OutOfRange("level_prefix"));
        }
    }
    Ok(zeros)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::h264::nal::NalUnit;

    /// The fraction of all bit strings that begin with one of the codes, in units of 2^-16.
    fn covered(lines: &[&str]) -> u32 {
        let codes = lines.iter().flat_map(|line| line.split(' '));
        codes.map(|code| 1 << (16 - code.len())).sum()
    }

    /// Each table covers all bit strings, except the strings of zeros for which the standard defines no code.
    #[test]
    fn the_tables_are_whole() {
        assert_eq!(COEFF_TOKEN.map(covered), [0xffff - 1, 0xffff - 7, 0xffff - 63]);
        assert_eq!(covered(CHROMA_DC_TOKEN), 1 << 16);
        for (index, line) in TOTAL_ZEROS.iter().enumerate() {
            let left = if index == 0 { 1 << 7 } else { 0 };
            assert_eq!(covered(&[line]), (1 << 16) - left, "line {index}");
            assert_eq!(line.split(' ').count(), 16 - index);
        }
        for line in CHROMA_DC_ZEROS {
            assert_eq!(covered(&[line]), 1 << 16);
        }
        for (index, line) in RUN_BEFORE.iter().enumerate() {
            let left = if index == 6 { 1 << 5 } else { 0 };
            assert_eq!(covered(&[line]), (1 << 16) - left, "line {index}");
        }
        for tokens in COEFF_TOKEN {
            let counts: Vec<usize> = tokens.iter().map(|line| line.split(' ').count()).collect();
            assert_eq!(counts, [vec![1, 2, 3], vec![4; 14]].concat());
        }
    }

    /// Reads a block from a text of zeros and ones. Also returns how many of its bits are unread.
    fn block(code: &str, kind: BlockKind) -> (Result<Block, H264Error>, u64) {
        let mut bits: String = code.chars().filter(|bit| *bit != ' ').collect();
        let length = bits.len() as u64;
        bits.push('1');
        bits.push_str(&"0".repeat(bits.len().wrapping_neg() % 8));
        let bytes = bits.as_bytes().chunks(8);
        let bytes = bytes.map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | (bit - b'0')));
        let nal: Vec<u8> = std::iter::once(0x41).chain(bytes).collect();
        let mut reader = BitReader::new(NalUnit::new(&nal).expect("a NAL unit"));
        let read = residual_block(&mut reader, kind);
        // After an error, the reader may have read beyond the bits of `code`.
        (read, length.saturating_sub(reader.position()))
    }

    fn read(code: &str, near: u32) -> Block {
        let (block, left) = block(code, BlockKind::Luma { most: 16, near });
        assert_eq!(left, 0, "{code}");
        block.expect("a sound block")
    }

    #[test]
    fn blocks_are_read_to_their_last_bit() {
        let of = |coefficients, level_prefix| Block {
            coefficients,
            level_prefix,
        };
        assert_eq!(read("1", 0), of(0, 0));
        assert_eq!(read("000011", 9), of(0, 0));
        // A well-known example: 0, 3, 0, 1, -1, -1, 0, 1, 0 ... The block has five coefficients: three
        // trailing ones and the levels 1 and 3. It has three zeros, and the runs are 1, 0, 0 and 1.
        assert_eq!(read("0000100 011 1 0010 111 10 1 1 01", 0), of(5, 2));
        // Another well-known example: one trailing one, the levels -3, 3, 4 and -2, and
        // two zeros before the last coefficient but one.
        assert_eq!(read("0000000110 1 0001 001 0 0001 0 1 11 0011 00", 0), of(5, 3));
    }

    #[test]
    fn escapes_of_more_than_15_are_seen() {
        // One coefficient that is not a trailing one, without zeros before it. Its level has a prefix of 15
        // zeros and a suffix of 12 bits, then a prefix of 16 zeros and a suffix of 13 bits.
        let highest = format!("000101 {}1 {} 1", "0".repeat(15), "1".repeat(12));
        assert_eq!(read(&highest, 0).level_prefix, 15);
        let beyond = format!("000101 {}1 {} 1", "0".repeat(16), "0".repeat(13));
        assert_eq!(read(&beyond, 0).level_prefix, 16);
    }

    #[test]
    fn what_is_no_block_is_refused() {
        let of = |code, most| block(code, BlockKind::Luma { most, near: 0 }).0;
        assert!(of("000000000000000 1", 16).is_err());
        // A token for 16 coefficients in a block of at most 15.
        assert!(of("0000000000000100", 15).is_err());
        // A `level_prefix` that is too long.
        assert!(of(&format!("000101 {}", "0".repeat(40)), 16).is_err());
        assert!(block("000010", BlockKind::ChromaDc).0.is_err());
    }
}
