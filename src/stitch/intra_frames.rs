//! Chooses which frames of a loop are intra-coded: predicted from no other frame.
//!
//! Pure. The first frame of each GOP is intra-coded. If a loop fails its check, more frames are added: each
//! frame that would be predicted from the rows of the HUD becomes an intra frame. So the number of tries
//! changes neither the frame size nor the position of the exercise in the frame. Added frames do not begin a
//! GOP. The encoder codes them as IDR frames, but a video shows them in their
//! [restart](super::playback::FrameForm::Restart) form, and no stream begins with one of them.

use std::collections::BTreeSet;

use super::gops::Gops;

/// The intra frames of one loop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntraFrames {
    gops: Gops,
    /// Numbers of intra frames in addition to the first frame of each GOP.
    more: BTreeSet<u64>,
}

impl IntraFrames {
    /// Only the first frame of each GOP.
    #[must_use]
    pub fn of(gops: Gops) -> Self {
        Self {
            gops,
            more: BTreeSet::new(),
        }
    }

    /// Every frame. Then nothing can be predicted from the HUD.
    #[must_use]
    pub fn every(gops: Gops) -> Self {
        Self {
            gops,
            more: (0..gops.frames()).collect(),
        }
    }

    /// Adds the frames with these numbers.
    #[must_use]
    pub fn and(mut self, more: impl IntoIterator<Item = u64>) -> Self {
        self.more.extend(more);
        self
    }

    /// Whether `frame` is intra-coded.
    #[must_use]
    pub fn contains(&self, frame: u64) -> bool {
        self.since(frame) == 0
    }

    /// Number of frames since the last intra frame; 0 if `frame` is one.
    /// This is the `frame_num` that the encoder writes.
    #[must_use]
    pub fn since(&self, frame: u64) -> u64 {
        let within = self.gops.within(frame);
        let last = self.more.range(..=frame).next_back();
        last.map_or(within, |last| within.min(frame - last))
    }

    /// Number of frames since the last intra frame before `frame`, in an endless sequence of passes: at least
    /// 1. This is the `frame_num` of `frame` if it is not coded as an IDR frame.
    #[must_use]
    pub fn before(&self, frame: u64) -> u64 {
        let frames = self.gops.frames();
        self.since((frame + frames - 1) % frames) + 1
    }

    /// The expression for FFmpeg's option `-force_key_frames`, where `n` is the number of a frame.
    #[must_use]
    pub fn expression(&self) -> String {
        if self.more.len() as u64 == self.gops.frames() {
            return "expr:1".to_owned();
        }
        let more = self.more.iter().map(|frame| format!("+eq(n,{frame})"));
        format!(
            "expr:not(mod(n,{})){}",
            self.gops.each(),
            more.collect::<String>()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Frames;

    #[test]
    fn frames_are_counted_from_the_last_one_that_is_predicted_from_none() {
        let gops = Gops::of(Frames(40)); // two GOPs of 20 frames
        let intra = IntraFrames::of(gops).and([5, 25, 26]);
        let since: Vec<u64> = (0..40).map(|frame| intra.since(frame)).collect();
        let rising = |from: u64, to: u64| 0..to - from;
        let wanted: Vec<u64> = [(0, 5), (5, 20), (20, 25), (25, 26), (26, 40)]
            .into_iter()
            .flat_map(|(from, to)| rising(from, to))
            .collect();
        assert_eq!(since, wanted);
        let all: Vec<u64> = (0..40).filter(|frame| intra.contains(*frame)).collect();
        assert_eq!(all, [0, 5, 20, 25, 26]);
        // The frame before frame 0 is the last frame of the loop: 13
        // frames after the intra frame 26, so 14 to frame 0.
        assert_eq!(
            [0, 5, 20, 25, 26].map(|frame| intra.before(frame)),
            [14, 5, 15, 5, 1]
        );
    }

    #[test]
    fn ffmpeg_is_told_numbers() {
        let gops = Gops::of(Frames(40));
        assert_eq!(IntraFrames::of(gops).expression(), "expr:not(mod(n,20))");
        assert_eq!(
            IntraFrames::of(gops).and([25, 5]).expression(),
            "expr:not(mod(n,20))+eq(n,5)+eq(n,25)"
        );
        let every = IntraFrames::every(gops);
        assert_eq!(every.expression(), "expr:1");
        assert!((0..40).all(|frame| every.contains(frame) && every.before(frame) == 1));
    }
}
