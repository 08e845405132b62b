//! Divides a loop into GOPs of equal length. Each GOP begins with a keyframe.
//!
//! Pure. No frame of a GOP refers to a frame before the GOP. So a player can start, and a segment can begin,
//! at any GOP and not only at the start of a pass. [`Segmentation`](super::Segmentation) decides whether a
//! video shows the first frame of a GOP as a keyframe.
//!
//! Why [`LONGEST`] is 27: segments last 4 to 6 s, so from any cut the next possible cut must be 4 to
//! 6 s later. Possible cuts may thus be at most 2 s apart in playback time. The lowest speed of a
//! plan is 19/40 (half speed, less the 5 % that whole repetitions may take). The last frame of a
//! playback is never a possible cut (see [`Segmentation`](super::Segmentation)). 27 frames and this
//! last one take at most 28 / 30 / (19/40) = 1.965 s. A short playback is rounded to a whole number
//! of frames, which adds less than the remaining 0.035 s.

use crate::units::Frames;

/// The most frames of a GOP: 0.9 s of the loop.
const LONGEST: u64 = 27;

/// The GOPs of one loop. The last GOP may be shorter than the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gops {
    frames: u64,
    each: u64,
}

impl Gops {
    /// Divides a loop of `frames` frames (0 counts as 1) into the fewest GOPs that are
    /// short enough, as equal in length as possible.
    ///
    /// No GOP has a single frame, because the next keyframe would follow its keyframe at once.
    #[must_use]
    pub fn of(frames: Frames) -> Self {
        let frames = frames.0.max(1);
        let equal = frames.div_ceil(frames.div_ceil(LONGEST));
        let without_single = (2..=equal).rev().find(|each| frames % each != 1);
        Self {
            frames,
            // With two frames or more, `each` can always be all frames. A loop of one frame is one GOP.
            each: without_single.unwrap_or(frames),
        }
    }

    /// Number of frames of the loop.
    #[must_use]
    pub fn frames(self) -> u64 {
        self.frames
    }

    /// Number of frames of each GOP except the last.
    #[must_use]
    pub fn each(self) -> u64 {
        self.each
    }

    /// Number of GOPs.
    #[must_use]
    pub fn count(self) -> usize {
        // This fits: a loop has some thousand frames at most.
        self.frames.div_ceil(self.each) as usize
    }

    /// Index of the GOP that contains frame `loop_frame` of the loop.
    #[must_use]
    pub fn index(self, loop_frame: u64) -> usize {
        (loop_frame / self.each) as usize
    }

    /// Number of frames in the same GOP before frame `loop_frame`.
    #[must_use]
    pub fn within(self, loop_frame: u64) -> u64 {
        loop_frame % self.each
    }

    /// Whether frame `loop_frame` is the first frame of a GOP.
    #[must_use]
    pub fn begins(self, loop_frame: u64) -> bool {
        self.within(loop_frame) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_short_nearly_equal_and_never_a_single_frame() {
        for frames in 2..=18_000 {
            let gops = Gops::of(Frames(frames));
            let begins: Vec<u64> = (0..frames).filter(|n| gops.begins(*n)).collect();
            assert_eq!(begins.len(), gops.count(), "{gops:?}");
            let ends = begins.iter().skip(1).copied().chain([frames]);
            let lengths: Vec<u64> = ends.zip(&begins).map(|(end, begin)| end - begin).collect();
            assert!(
                lengths.iter().all(|length| (2..=LONGEST).contains(length)),
                "{gops:?}: {lengths:?}"
            );
            for (index, begin) in begins.iter().enumerate() {
                assert_eq!(gops.index(*begin), index);
            }
        }
        let of = |frames| (Gops::of(Frames(frames)).each(), Gops::of(Frames(frames)).count());
        // Loops of 0.5, 0.9, 1.5, 2.1 and 4 s.
        assert_eq!(
            [15, 27, 45, 64, 120].map(of),
            [(15, 1), (27, 1), (23, 2), (22, 3), (24, 5)]
        );
        // GOPs of 27 frames would leave a GOP of one frame at the end of 811. A loop of one frame is one GOP.
        assert_eq!([811, 1].map(of), [(26, 32), (1, 1)]);
    }
}
