//! How a loop is divided: parts of equal length, each of which begins with a keyframe.
//!
//! Pure. Nothing in a part refers to anything before it, so that a player can start, and a segment can begin,
//! at any part and not only where a pass of the loop does.
//!
//! [`LONGEST`] is what segments of 4 to 6 s need. From any cut on there must be a place for the next one between
//! 4 and 6 s later, so places may be 2 s apart at most, as they are played. The slowest a plan plays is 19/40 (half
//! speed, and the 5 % of whole repetitions), and a run's last frame is no place (see [`Segmentation`](super::Segmentation)):
//! 27 frames and that one take at most 28 / 30 / (19/40) = 1.965 s, and what the rounding of a short run to
//! whole frames adds is less than what is left.

use crate::units::Frames;

/// The most frames of a part: 0.9 s of the loop.
const LONGEST: u64 = 27;

/// The parts of one loop; the last may be shorter than the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gops {
    frames: u64,
    each: u64,
}

impl Gops {
    /// Of a loop of so many frames (at least one): as few parts as are short enough, and as equal.
    ///
    /// None is a single frame, for the keyframe after it would follow another at once.
    #[must_use]
    pub fn of(frames: Frames) -> Self {
        let frames = frames.0.max(1);
        let equal = frames.div_ceil(frames.div_ceil(LONGEST));
        let without_single = (2..=equal).rev().find(|each| frames % each != 1);
        Self {
            frames,
            // Of two frames or more, all are one part at the worst; one frame is a part.
            each: without_single.unwrap_or(frames),
        }
    }

    /// Frames of the loop.
    #[must_use]
    pub fn frames(self) -> u64 {
        self.frames
    }

    /// Frames of each GOP but the last.
    #[must_use]
    pub fn each(self) -> u64 {
        self.each
    }

    /// How many there are.
    #[must_use]
    pub fn count(self) -> usize {
        // A loop has some thousand frames at most.
        self.frames.div_ceil(self.each) as usize
    }

    /// Which part a frame of the loop belongs to.
    #[must_use]
    pub fn index(self, loop_frame: u64) -> usize {
        (loop_frame / self.each) as usize
    }

    /// Frames of its part before a frame of the loop.
    #[must_use]
    pub fn within(self, loop_frame: u64) -> u64 {
        loop_frame % self.each
    }

    /// Whether a GOP begins with a frame of the loop.
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
        // 30 parts of 27 would leave a frame alone; one frame is what it is.
        assert_eq!([811, 1].map(of), [(26, 32), (1, 1)]);
    }
}
