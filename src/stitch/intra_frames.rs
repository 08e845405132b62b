//! Which frames of a loop are predicted from none before them.
//!
//! Pure. Each GOP begins with one. More are added where a loop failed its check: a frame that would be
//! predicted from the HUD's rows is no longer predicted at all, so the loop keeps its size and its place on the
//! screen whether it passed at once or not. They stay within their part: encoded as IDR frames, shown as
//! [restarts](super::playback::FrameForm::Restart), never where a stream begins.

use std::collections::BTreeSet;

use super::gops::Gops;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntraFrames {
    gops: Gops,
    /// Beside the first of each GOP.
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

    /// Every frame: nothing is predicted from the HUD then.
    #[must_use]
    pub fn every(gops: Gops) -> Self {
        Self {
            gops,
            more: (0..gops.frames()).collect(),
        }
    }

    /// These and more.
    #[must_use]
    pub fn and(mut self, more: impl IntoIterator<Item = u64>) -> Self {
        self.more.extend(more);
        self
    }

    /// Whether `frame` of the loop is one.
    #[must_use]
    pub fn contains(&self, frame: u64) -> bool {
        self.since(frame) == 0
    }

    /// Frames since the last of them: 0 for one itself. It is `frame_num` as the encoder counts.
    #[must_use]
    pub fn since(&self, frame: u64) -> u64 {
        let within = self.gops.within(frame);
        let last = self.more.range(..=frame).next_back();
        last.map_or(within, |last| within.min(frame - last))
    }

    /// The same for the place of `frame` in an endless row of passes, were it not one itself: at least 1.
    #[must_use]
    pub fn before(&self, frame: u64) -> u64 {
        let frames = self.gops.frames();
        self.since((frame + frames - 1) % frames) + 1
    }

    /// As FFmpeg's `-force_key_frames` wants it, where `n` is a frame's number.
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
        let gops = Gops::of(Frames(40)); // two of 20
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
        // The one before the loop's first is its last: the part's 14 frames after 26 and 26 itself.
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
