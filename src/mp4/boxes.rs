//! Boxes of a received MP4: their headers, their children, and what may be wrong with them.
//!
//! Containers are walked here and only leaves are given to mp4-atom: its own containers decode whatever
//! box they meet, nested without a bound, so that a hostile moov would overflow the stack.

use mp4_atom::{Atom, FourCC};

use super::config::ConfigError;

/// Why a stream of MP4 bytes is not what FFmpeg was asked to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The stream ended before what it had begun.
    #[error("the MP4 stream ended at byte {offset}, inside {inside}")]
    Truncated {
        /// Bytes that had been read.
        offset: u64,
        /// What was incomplete.
        inside: &'static str,
    },
    /// A size that no box can have: below its header, open-ended, or beyond its parent.
    #[error("box {kind} has the impossible size {size}")]
    BadSize {
        /// The box.
        kind: FourCC,
        /// The size field.
        size: u64,
    },
    /// A box that would have to be held in memory is beyond its bound.
    #[error("box {kind} has {size} bytes, more than {limit}")]
    TooLarge {
        /// The box.
        kind: FourCC,
        /// Its size.
        size: u64,
        /// The bound.
        limit: usize,
    },
    /// A box's content does not follow its definition.
    #[error("box {kind} is malformed: {reason}")]
    Malformed {
        /// The box.
        kind: FourCC,
        /// What is wrong.
        reason: String,
    },
    /// A box that must be there is not.
    #[error("box {kind} is missing")]
    Missing {
        /// The box.
        kind: FourCC,
    },
    /// A box of which there may be one was found again.
    #[error("box {kind} occurs twice")]
    Duplicate {
        /// The box.
        kind: FourCC,
    },
    /// The codec's parameters cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Legal MP4 that the commands this reader serves never ask for.
    #[error("unsupported: {0}")]
    Unsupported(&'static str),
    /// A sample is empty or beyond the bound.
    #[error("a sample has {size} bytes, not 1 to {limit}")]
    SampleSize {
        /// Its size.
        size: u32,
        /// The bound.
        limit: u32,
    },
    /// A fragment lists more samples than [`MAX_SAMPLES`](super::MAX_SAMPLES).
    #[error("a fragment lists {count} samples")]
    TooManySamples {
        /// How many.
        count: usize,
    },
    /// A fragment's samples do not lie, in order, in the mdat that follows it.
    #[error("the samples of a fragment do not lie in its mdat")]
    OutsideData,
}

/// Kind and extent of a box (ISO/IEC 14496-12 4.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BoxHeader {
    pub kind: FourCC,
    /// Bytes of the header itself: 8, or 16 with a `largesize`.
    pub length: u64,
    /// Bytes of header and body.
    pub size: u64,
}

impl BoxHeader {
    /// The first eight bytes of a box tell that the next eight belong to its header too.
    pub fn has_large_size(start: [u8; 8]) -> bool {
        start[..4] == 1u32.to_be_bytes()
    }

    pub fn parse(start: [u8; 8], large_size: Option<[u8; 8]>) -> Result<Self, ReadError> {
        let [s0, s1, s2, s3, k0, k1, k2, k3] = start;
        let kind = FourCC::from([k0, k1, k2, k3]);
        let (length, size) = match large_size {
            Some(size) => (16, u64::from_be_bytes(size)),
            None => (8, u64::from(u32::from_be_bytes([s0, s1, s2, s3]))),
        };
        // Size 0, "to the end of the file", has no place in a stream of fragments.
        if size < length {
            return Err(ReadError::BadSize { kind, size });
        }
        Ok(Self { kind, length, size })
    }
}

/// The boxes inside a container's body, in order. Ends after the first error.
pub(super) struct Children<'a>(&'a [u8]);

/// Walks a container's body.
pub(super) fn children(body: &[u8]) -> Children<'_> {
    Children(body)
}

impl<'a> Children<'a> {
    fn split_first(&mut self) -> Result<(FourCC, &'a [u8]), ReadError> {
        let stub = ReadError::BadSize {
            kind: FourCC::from([0; 4]),
            size: self.0.len() as u64,
        };
        let start = *self.0.first_chunk::<8>().ok_or_else(|| stub.clone())?;
        let large = if BoxHeader::has_large_size(start) {
            Some(*self.0[8..].first_chunk::<8>().ok_or(stub)?)
        } else {
            None
        };
        let header = BoxHeader::parse(start, large)?;
        let bad = ReadError::BadSize {
            kind: header.kind,
            size: header.size,
        };
        let size = usize::try_from(header.size).map_err(|_| bad.clone())?;
        let (child, rest) = self.0.split_at_checked(size).ok_or(bad)?;
        self.0 = rest;
        // `parse` made sure that the size holds the header.
        Ok((header.kind, &child[header.length as usize..]))
    }
}

impl<'a> Iterator for Children<'a> {
    type Item = Result<(FourCC, &'a [u8]), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let child = self.split_first();
        if child.is_err() {
            self.0 = &[];
        }
        Some(child)
    }
}

/// The body of the only child of that kind.
pub(super) fn only(body: &[u8], kind: [u8; 4]) -> Result<&[u8], ReadError> {
    let kind = FourCC::from(kind);
    let mut found = None;
    for child in children(body) {
        let (child_kind, child) = child?;
        if child_kind == kind && found.replace(child).is_some() {
            return Err(ReadError::Duplicate { kind });
        }
    }
    found.ok_or(ReadError::Missing { kind })
}

/// The only descendant along a path of kinds.
pub(super) fn descend<'a>(body: &'a [u8], path: &[&[u8; 4]]) -> Result<&'a [u8], ReadError> {
    path.iter().try_fold(body, |body, kind| only(body, **kind))
}

/// Decodes a box that holds no other boxes.
pub(super) fn leaf<T: Atom>(mut body: &[u8]) -> Result<T, ReadError> {
    let malformed = |reason: String| ReadError::Malformed {
        kind: T::KIND,
        reason,
    };
    let atom = T::decode_body(&mut body).map_err(|error| malformed(error.to_string()))?;
    if body.is_empty() {
        Ok(atom)
    } else {
        Err(malformed(format!("{} bytes too many", body.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_are_bounded_by_their_parent() {
        let body = b"\0\0\0\x0aabcd12\0\0\0\x09efgh3";
        let found: Vec<_> = children(body).collect::<Result<_, _>>().expect("two sound boxes");
        assert_eq!(
            found,
            [
                (FourCC::new(b"abcd"), &b"12"[..]),
                (FourCC::new(b"efgh"), &b"3"[..])
            ]
        );
        for broken in [
            &b"\0\0\0\x0babcd12"[..],
            b"\0\0\0\x07abcd12",
            b"\0\0\0\0abcd12",
            b"\0\0\0\x01abcd12",
            b"\0\0\0\x01abcd\xff\xff\xff\xff\xff\xff\xff\xff",
            b"abc",
        ] {
            let results: Vec<_> = children(broken).collect();
            assert!(
                matches!(results[..], [Err(ReadError::BadSize { .. })]),
                "{broken:?} gave {results:?}"
            );
        }
    }

    #[test]
    fn a_child_that_must_be_alone_is() {
        let twice = b"\0\0\0\x08abcd\0\0\0\x08abcd";
        assert!(matches!(only(twice, *b"abcd"), Err(ReadError::Duplicate { .. })));
        assert!(matches!(only(twice, *b"wxyz"), Err(ReadError::Missing { .. })));
    }
}
