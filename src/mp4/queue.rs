//! A queue of bytes that arrive in pieces of any size and are taken in units of a known size.
//!
//! For the MP4 reader and the ADTS reader. The queue does not copy a unit that lies in one piece.

use std::collections::VecDeque;

use bytes::{Buf, Bytes, BytesMut};

/// Holds the bytes that were pushed and not yet taken, and knows their offset in the stream.
#[derive(Debug, Default)]
pub(super) struct ByteQueue {
    /// No piece is empty.
    pieces: VecDeque<Bytes>,
    length: usize,
    position: u64,
}

impl ByteQueue {
    pub fn push(&mut self, piece: Bytes) {
        if !piece.is_empty() {
            self.length += piece.len();
            self.pieces.push_back(piece);
        }
    }

    pub fn len(&self) -> usize {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Offset in the stream of the next byte to take.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Returns the next `N` bytes and leaves them in the queue; `None` if the queue holds fewer.
    pub fn peek<const N: usize>(&self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        (self.length >= N).then_some(())?;
        for (byte, next) in bytes.iter_mut().zip(self.pieces.iter().flatten()) {
            *byte = *next;
        }
        Some(bytes)
    }

    /// Takes the next `count` bytes. If the queue holds fewer, takes nothing and returns `None`.
    pub fn take(&mut self, count: usize) -> Option<Bytes> {
        if count > self.length {
            return None;
        }
        let first = self.take_from_front(count);
        if first.len() == count {
            return Some(first);
        }
        // The queue holds `count` bytes, so this allocates no more than was pushed.
        let mut joined = BytesMut::with_capacity(count);
        joined.extend_from_slice(&first);
        while joined.len() < count {
            let next = self.take_from_front(count - joined.len());
            joined.extend_from_slice(&next);
        }
        Some(joined.freeze())
    }

    /// Drops bytes up to stream offset `offset`. Returns whether the queue has reached this offset.
    pub fn skip_to(&mut self, offset: u64) -> bool {
        while self.position < offset && !self.is_empty() {
            let left = usize::try_from(offset - self.position).unwrap_or(usize::MAX);
            self.take_from_front(left);
        }
        self.position >= offset
    }

    /// Takes at most `limit` bytes of the first piece. Takes none only if the queue is empty or `limit` is 0.
    fn take_from_front(&mut self, limit: usize) -> Bytes {
        let Some(front) = self.pieces.front_mut() else {
            return Bytes::new();
        };
        let taken = if front.remaining() <= limit {
            self.pieces.pop_front().unwrap_or_default()
        } else {
            front.split_to(limit)
        };
        self.length -= taken.len();
        self.position += taken.len() as u64;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(pieces: &[&'static [u8]]) -> ByteQueue {
        let mut queue = ByteQueue::default();
        for piece in pieces {
            queue.push(Bytes::from_static(piece));
        }
        queue
    }

    #[test]
    fn a_unit_inside_one_piece_is_not_copied() {
        let piece = Bytes::from_static(b"abcdef");
        let mut queue = queue(&[]);
        queue.push(piece.clone());
        queue.take(2);
        let taken = queue.take(3).expect("three of four bytes are there");
        assert_eq!(taken.as_ptr(), piece[2..].as_ptr(), "the slice was copied");
    }

    #[test]
    fn a_unit_across_pieces_is_joined_and_positions_count_on() {
        let mut queue = queue(&[b"ab", b"", b"c", b"defg"]);
        assert_eq!(queue.peek(), Some(*b"abcd"));
        assert_eq!(queue.take(5).as_deref(), Some(&b"abcde"[..]));
        assert_eq!(queue.take(3), None, "only two bytes are left");
        assert_eq!((queue.position(), queue.len()), (5, 2));
        assert!(!queue.skip_to(8), "byte 8 has not come");
        assert_eq!((queue.position(), queue.is_empty()), (7, true));
        queue.push(Bytes::from_static(b"hi"));
        assert!(queue.skip_to(8));
        assert_eq!(queue.take(1).as_deref(), Some(&b"i"[..]));
    }
}
