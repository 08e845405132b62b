//! A bounded list of loops that stay in memory although nothing uses them: the most recently used ones.
//!
//! For the store. It knows nothing of files. Loops are few and large, so a
//! queue that is searched linearly is fast enough.

use std::collections::VecDeque;
use std::sync::Arc;

use super::prepared_loop::PreparedLoop;
use super::store::Digest;

/// The most recently used loops, bounded by their bytes.
#[derive(Debug)]
pub(super) struct LruLoops {
    limit: u64,
    bytes: u64,
    /// The most recently used loop is at the back.
    loops: VecDeque<(Digest, Arc<PreparedLoop>)>,
}

impl LruLoops {
    /// Holds loops of at most `limit` bytes together.
    pub(super) fn new(limit: u64) -> Self {
        Self {
            limit,
            bytes: 0,
            loops: VecDeque::new(),
        }
    }

    /// Marks a loop as used now, and adds it if needed. Removes the least recently used loops until the rest
    /// fits. A loop that is larger than the limit is not added.
    pub(super) fn used(&mut self, digest: Digest, prepared: Arc<PreparedLoop>) {
        self.remove(&digest);
        let bytes = prepared.file_bytes();
        if bytes > self.limit {
            return;
        }
        self.bytes += bytes;
        self.loops.push_back((digest, prepared));
        while self.bytes > self.limit
            && let Some((_, oldest)) = self.loops.pop_front()
        {
            self.bytes -= oldest.file_bytes();
        }
    }

    /// Marks a loop as used now if it is held. Does nothing otherwise.
    pub(super) fn used_again(&mut self, digest: &Digest) {
        if let Some(at) = self.loops.iter().rposition(|(held, _)| held == digest)
            && let Some(one) = self.loops.remove(at)
        {
            self.loops.push_back(one);
        }
    }

    /// The least recently used loop.
    pub(super) fn oldest(&self) -> Option<(Digest, Arc<PreparedLoop>)> {
        self.loops.front().cloned()
    }

    /// Number of loops held.
    pub(super) fn len(&self) -> usize {
        self.loops.len()
    }

    /// Whether exactly this instance of a loop is held.
    pub(super) fn holds(&self, prepared: &Arc<PreparedLoop>) -> bool {
        self.loops.iter().any(|(_, held)| Arc::ptr_eq(held, prepared))
    }

    /// Removes a loop, if it is held.
    pub(super) fn remove(&mut self, digest: &Digest) {
        if let Some(at) = self.loops.iter().rposition(|(held, _)| held == digest)
            && let Some((_, prepared)) = self.loops.remove(at)
        {
            self.bytes -= prepared.file_bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::prepared_loop::tests::sample;
    use super::*;

    fn digest(of: u8) -> Digest {
        Digest::from(blake3::hash(&[of]))
    }

    #[test]
    fn what_was_used_last_stays_and_the_bytes_keep_their_bound() {
        let loops: Vec<Arc<PreparedLoop>> = (0..4).map(|of| Arc::new(sample(of, 1000))).collect();
        let one = loops[0].file_bytes();
        let mut lru = LruLoops::new(3 * one);
        for of in [0, 1, 2, 0, 3] {
            lru.used(digest(of), Arc::clone(&loops[of as usize]));
            assert!(lru.bytes <= lru.limit, "{} bytes", lru.bytes);
        }
        let held: Vec<bool> = loops.iter().map(|prepared| lru.holds(prepared)).collect();
        assert_eq!(held, [true, false, true, true]);

        lru.used(digest(8), Arc::new(sample(8, 5000)));
        assert_eq!((lru.loops.len(), lru.bytes), (3, 3 * one));
        for of in 0..4 {
            lru.remove(&digest(of));
        }
        assert_eq!((lru.loops.len(), lru.bytes), (0, 0));
    }
}
