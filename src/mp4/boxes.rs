//! Parses the boxes of a received MP4: box headers, the children of a container, and leaf boxes.
//!
//! For `reader`, `header` and `track_run`. This module walks the containers itself and gives only leaf boxes
//! to mp4-atom. The containers of mp4-atom decode every box in them, nested to any depth, so that a hostile
//! moov would overflow the stack.

use mp4_atom::{Atom, FourCC};

use super::config::ConfigError;

/// Why the reader refuses an MP4 stream: it is not what FFmpeg was asked to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The stream ended inside a box or a fragment, or before the moov.
    #[error("the MP4 stream ended at byte {offset}, inside {inside}")]
    Truncated {
        /// Length of the stream in bytes.
        offset: u64,
        /// Name of the incomplete part.
        inside: &'static str,
    },
    /// A size that no box can have: smaller than the header of the box, 0 (open-ended), or larger
    /// than its parent.
    #[error("box {kind} has the impossible size {size}")]
    BadSize {
        /// Kind of the box; zeros if its header is incomplete.
        kind: FourCC,
        /// Value of the size field, or the number of bytes that are left if they are too few for
        /// the fixed fields.
        size: u64,
    },
    /// The reader must hold a box in memory, and the box is larger than the reader allows.
    #[error("box {kind} has {size} bytes, more than {limit}")]
    TooLarge {
        /// Kind of the box.
        kind: FourCC,
        /// Size of the box with its header, in bytes.
        size: u64,
        /// Largest size of a body, in bytes.
        limit: usize,
    },
    /// The content of a box breaks the definition of the box.
    #[error("box {kind} is malformed: {reason}")]
    Malformed {
        /// Kind of the box.
        kind: FourCC,
        /// The rule that the box breaks.
        reason: String,
    },
    /// A required box is missing.
    #[error("box {kind} is missing")]
    Missing {
        /// Kind of the missing box.
        kind: FourCC,
    },
    /// A box that may occur only once occurs twice.
    #[error("box {kind} occurs twice")]
    Duplicate {
        /// Kind of the box.
        kind: FourCC,
    },
    /// The decoder parameters in avcC cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A legal MP4 feature that FFmpeg never uses with the commands of this program. Names the feature.
    #[error("unsupported: {0}")]
    Unsupported(&'static str),
    /// A sample is empty or too large.
    #[error("a sample has {size} bytes, not 1 to {limit}")]
    SampleSize {
        /// Size of the sample, in bytes.
        size: u32,
        /// Largest size of a sample, in bytes.
        limit: u32,
    },
    /// A fragment lists more samples of the track than [`MAX_SAMPLES`](super::MAX_SAMPLES).
    #[error("a fragment lists {count} samples")]
    TooManySamples {
        /// Number of samples.
        count: usize,
    },
    /// The samples of a fragment overlap, are not in order, or are not inside the mdat that follows
    /// the fragment.
    #[error("the samples of a fragment do not lie in its mdat")]
    OutsideData,
}

/// Kind and sizes of a box (ISO/IEC 14496-12 4.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BoxHeader {
    pub kind: FourCC,
    /// Bytes of the header: 8, or 16 with a `largesize`.
    pub length: u64,
    /// Bytes of header and body together.
    pub size: u64,
}

impl BoxHeader {
    /// Whether a 64-bit `largesize` follows `start`, the first eight bytes of a box.
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
        // Size 0 means "to the end of the file". A stream of fragments cannot use it.
        if size < length {
            return Err(ReadError::BadSize { kind, size });
        }
        Ok(Self { kind, length, size })
    }
}

/// Iterates over the boxes in the body of a container, in order. Ends after the first error.
pub(super) struct Children<'a>(&'a [u8]);

/// Iterates over the boxes in `body`, the body of a container.
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
        // `parse` checked that the size includes the header.
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

/// Returns the body of the only child of kind `kind`.
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

/// Follows a path of kinds from container to child. Returns the body of the last box.
pub(super) fn descend<'a>(body: &'a [u8], path: &[&[u8; 4]]) -> Result<&'a [u8], ReadError> {
    path.iter().try_fold(body, |body, kind| only(body, **kind))
}

/// Decodes a box that holds no other boxes. The box must use all bytes of `body`.
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
