//! A random generator that gives the same numbers everywhere.
//!
//! For the planner and the week planner. The same seed gives the same workout on every platform and with
//! every later version of this program. The crate `rand` promises stable output for its generators, but not
//! for its shuffles and ranges. Therefore this module contains all of it: SplitMix64 (Steele, Lea and Flood
//! 2014), which is good enough to shuffle a few thousand exercises.

use super::check::MAX_SEED;

/// A SplitMix64 generator.
pub(crate) struct SeededRng(u64);

impl SeededRng {
    /// Creates the generator for a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number below `n`. The bias is less than n / 2^64: too small to notice.
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// Returns a seed for another, independent generator; at most [`MAX_SEED`].
    pub(crate) fn seed(&mut self) -> u64 {
        self.next() & MAX_SEED
    }

    /// Shuffles items (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_draws_are_those_of_the_published_generator() {
        // The first outputs of the reference implementation (splitmix64.c) for the seed 1234567.
        let mut rng = SeededRng::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| rng.next()).collect();
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn a_shuffle_stays_what_it_was_in_every_version() {
        let mut items: Vec<u32> = (0..8).collect();
        SeededRng::new(7).shuffle(&mut items);
        insta::assert_compact_debug_snapshot!(items);
    }
}
