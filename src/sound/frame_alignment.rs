//! The position of a workout's cues on the grid of audio frames (1024 samples each).
//!
//! This file is for the renderer that encodes each cue once and puts the coded frames between frames of
//! silence. Audio frames of 1024 samples and video frames of 1600 samples begin together only every 8/15 s,
//! so most cues begin inside an audio frame. The renderer would have to encode a cue for every possible
//! offset in the frame. Instead, this file moves the cue to the nearest frame boundary. A cue moves by at
//! most [`MAX_SHIFT`] samples (10.7 ms), which is inaudible beside a video frame of 33 ms.
//!
//! If the coded frames of several cues would touch, the cues are one [`Cluster`]. The renderer encodes them
//! together, and they move together, so their distances stay the same.
//!
//! ```text
//! silence  silence │ lead  lead  sounds  sounds  sounds  trail │ silence  silence
//!                  └──────────────── a patch ─────────────────┘
//!                                 ^ the first cue begins here, or half a frame later
//! ```
//!
//! The beginning and the end of a track need exceptions, because there are no frames beyond them:
//!
//! - The encoder codes a frame from its own 1024 samples and the next 1024 samples, and the decoder adds
//!   two overlapping frames for each 1024 samples. At the beginning of the track, the first of the two
//!   frames is missing, and the sound in the first half of the 1024 samples is lost. So no cue begins
//!   before half a frame. From there on, the short windows of an encoder need the second frame only.
//!   Measured: the decoded samples differ by at most 29 steps of 16 bits, at a peak of 8,230. If a cue
//!   begins at sample 0, its whole attack is lost.
//! - A cue that would end after the end of the track begins earlier, at a multiple of half a frame.
//!
//! The file is pure: it computes positions, and handles no samples and no coded frames.

use std::sync::Arc;

use super::{Cue, CueKind};
use crate::units::Samples;

/// Samples per channel in an AAC frame (ISO/IEC 14496-3 4.4.1, `frameLengthFlag` 0).
pub const FRAME_SAMPLES: u64 = 1024;
/// The largest distance between the instant of a cue and its first sample in the track: half a frame.
pub const MAX_SHIFT: Samples = Samples(HALF);
const HALF: u64 = FRAME_SAMPLES / 2;
/// Number of frames in a patch before the frame in which the first cue begins. The last of
/// them contains the first half of this frame's overlap. The one before may have the window
/// that must precede short windows. Measured with FFmpeg 5.1: the decoded samples are right
/// with one lead frame and wrong without a lead frame.
const LEAD: u64 = 2;
/// Number of frames in a patch after the last frame that sounds. Measured: none is necessary. With one trail
/// frame, two consecutive patches are as far apart as each of them is from silence.
const TRAIL: u64 = 1;

/// Cues that the renderer encodes together. Equal clusters give equal coded frames.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cluster {
    /// Not empty, sorted by time. Times count from the first sample of the cluster's first frame.
    cues: Arc<[Cue]>,
}

impl Cluster {
    /// `first` is the sample of the track at which the first cue begins. The times of `cues` may count from
    /// any sample, since only their differences matter.
    fn new(cues: &[Cue], first: u64) -> Self {
        let from = cues.first().map_or(0, |cue| cue.at.0);
        let begins = LEAD * FRAME_SAMPLES + first % FRAME_SAMPLES;
        let moved = cues.iter().map(|cue| Cue {
            kind: cue.kind,
            at: Samples(cue.at.0 - from + begins),
        });
        Self {
            cues: moved.collect(),
        }
    }

    /// The clusters of a single cue: each kind at both of its offsets in a frame.
    /// Nearly every workout needs only these clusters.
    pub fn single() -> impl Iterator<Item = Self> {
        CueKind::ALL.into_iter().flat_map(|kind| {
            let cue = Cue { kind, at: Samples(0) };
            [0, HALF].map(|start| Self::new(&[cue], start))
        })
    }

    /// The cues, sorted by time and never empty. Times count from
    /// the first sample of the cluster's first frame.
    #[must_use]
    pub fn cues(&self) -> &[Cue] {
        &self.cues
    }

    /// Number of coded frames of this cluster.
    #[must_use]
    pub fn frames(&self) -> u64 {
        let end = self.cues.iter().map(|cue| cue.end().0).max();
        end.unwrap_or(0).div_ceil(FRAME_SAMPLES) + TRAIL
    }
}

/// Frames of a cluster that replace frames of silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// Index of the first frame of the track that the patch replaces.
    pub first_frame: u64,
    /// Number of frames that the patch replaces, at least 1.
    pub frames: u64,
    /// Number of frames at the start of the cluster that would lie
    /// before the track. The patch leaves them out.
    pub skip: u64,
    /// The cluster whose frames the patch contains.
    pub cluster: Cluster,
}

impl Patch {
    /// Index of the first frame after the patch.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.first_frame + self.frames
    }
}

/// An audio track as patches. All frames outside the patches are silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlignedCues {
    patches: Vec<Patch>,
    length: Samples,
}

impl AlignedCues {
    /// Aligns cues (in any order) to the frames of a track of `length` samples.
    ///
    /// Each cue begins within [`MAX_SHIFT`] of its instant. A cue at or after the end of the track is left
    /// out. If a cue does not fit before the end even at an earlier position, the end of the track cuts it.
    #[must_use]
    pub fn new(cues: &[Cue], length: Samples) -> Self {
        let mut cues: Vec<Cue> = cues.iter().copied().filter(|cue| cue.at < length).collect();
        cues.sort_by_key(|cue| (cue.at, cue.kind));
        let mut groups: Vec<CueGroup> = Vec::new();
        for cue in cues {
            let mut group = CueGroup::new(vec![cue], length);
            // A larger group may begin earlier, so it can overlap more than one previous group.
            while let Some(before) = groups.pop_if(|before| group.first_frame() < before.end_frame()) {
                group = CueGroup::new([before.cues, group.cues].concat(), length);
            }
            groups.push(group);
        }
        let total = length.0.div_ceil(FRAME_SAMPLES);
        Self {
            patches: groups.iter().map(|group| group.patch(total)).collect(),
            length,
        }
    }

    /// The patches in ascending order. They do not overlap, and all of them lie in the track.
    #[must_use]
    pub fn patches(&self) -> &[Patch] {
        &self.patches
    }

    /// Length of the track in samples.
    #[must_use]
    pub fn length(&self) -> Samples {
        self.length
    }

    /// Number of frames in the track. The end of the track may cut the last frame.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.length.0.div_ceil(FRAME_SAMPLES)
    }
}

/// Cues that move together, and their new position.
struct CueGroup {
    /// Not empty, sorted by time, at their original instants.
    cues: Vec<Cue>,
    /// The sample at which the first cue begins after the move.
    start: u64,
    /// The sample after the last sounding sample, after the move.
    end: u64,
}

impl CueGroup {
    fn new(cues: Vec<Cue>, length: Samples) -> Self {
        let at = cues.first().map_or(0, |cue| cue.at.0);
        let end = cues.iter().map(|cue| cue.end().0).max().unwrap_or(at);
        let start = start(at, end - at, length.0);
        Self {
            cues,
            start,
            end: start + (end - at),
        }
    }

    fn first_frame(&self) -> u64 {
        (self.start / FRAME_SAMPLES).saturating_sub(LEAD)
    }

    fn end_frame(&self) -> u64 {
        self.end.div_ceil(FRAME_SAMPLES) + TRAIL
    }

    /// The patch in a track of `total` frames. `start` is before the end of the track or in its first frame,
    /// so the patch has at least one frame.
    fn patch(&self, total: u64) -> Patch {
        let first_frame = self.first_frame();
        Patch {
            first_frame,
            frames: self.end_frame().min(total) - first_frame,
            skip: LEAD - LEAD.min(self.start / FRAME_SAMPLES),
            cluster: Cluster::new(&self.cues, self.start),
        }
    }
}

/// The new first sample of a group that begins at sample `at` and lasts
/// `span` samples, in a track of `length` samples.
fn start(at: u64, span: u64, length: u64) -> u64 {
    let nearest = at.saturating_sub(HALF).div_ceil(FRAME_SAMPLES) * FRAME_SAMPLES;
    let start = if nearest + span > length {
        at - at % HALF
    } else {
        nearest
    };
    start.max(HALF)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn cue(kind: CueKind, at: u64) -> Cue {
        Cue {
            kind,
            at: Samples(at),
        }
    }

    /// The cues of a track at their aligned positions, sorted by time.
    fn begins(aligned: &AlignedCues) -> Vec<Cue> {
        let of_patch = |patch: &Patch| {
            let start = patch.first_frame * FRAME_SAMPLES;
            let skipped = patch.skip * FRAME_SAMPLES;
            let moved = patch.cluster.cues().iter();
            moved
                .map(|c| cue(c.kind, start + c.at.0 - skipped))
                .collect::<Vec<_>>()
        };
        aligned.patches().iter().flat_map(of_patch).collect()
    }

    fn any_track() -> impl Strategy<Value = (Vec<Cue>, Samples)> {
        let kind = prop::sample::select(CueKind::ALL.to_vec());
        let gap = prop_oneof![0u64..3, 900u64..9000, 0u64..200_000];
        let start = prop_oneof![0u64..2048, 0u64..100_000];
        let tail = prop_oneof![Just(0u64), 0u64..5000, 0u64..100_000];
        (start, prop::collection::vec((kind, gap), 0..30), tail).prop_map(|(mut at, drawn, tail)| {
            let mut cues = Vec::new();
            for (kind, gap) in drawn {
                cues.push(cue(kind, at));
                at += kind.length().0 + gap;
            }
            let end = cues.last().map_or(at, |last| last.end().0);
            (cues, Samples(end + tail))
        })
    }

    #[test]
    fn a_cue_at_a_boundary_stays_there() {
        let aligned = AlignedCues::new(&[cue(CueKind::Countdown, 10 * FRAME_SAMPLES)], Samples(480_000));
        let [patch] = aligned.patches() else {
            panic!("one cue, but {:?}", aligned.patches())
        };
        // 6720 samples take 7 frames.
        assert_eq!((patch.first_frame, patch.frames, patch.skip), (8, 10, 0));
        assert_eq!(patch.cluster.cues(), [cue(CueKind::Countdown, 2 * FRAME_SAMPLES)]);
        assert_eq!(patch.cluster.frames(), 10);
        assert_eq!(aligned.frames(), 469);
    }

    #[test]
    fn a_cue_at_the_beginning_waits_half_a_frame() {
        let aligned = AlignedCues::new(&[cue(CueKind::Start, 0)], Samples(480_000));
        let patch = &aligned.patches()[0];
        assert_eq!((patch.first_frame, patch.skip), (0, 2));
        assert_eq!(begins(&aligned), [cue(CueKind::Start, HALF)]);
        assert_eq!(patch.frames + patch.skip, patch.cluster.frames());
    }

    #[test]
    fn a_cue_at_the_end_ends_before_it() {
        let length = Samples(480_000);
        let at = length.0 - CueKind::End.length().0;
        assert_eq!(
            at % FRAME_SAMPLES,
            560,
            "to the next boundary it would be too long"
        );
        let aligned = AlignedCues::new(&[cue(CueKind::End, at)], length);
        assert_eq!(begins(&aligned), [cue(CueKind::End, at - 48)]);
        assert_eq!(aligned.patches()[0].end(), aligned.frames());
    }

    #[test]
    fn close_cues_are_one_cluster_and_keep_their_distance() {
        let end = CueKind::End.length().0;
        let pair = |distance| {
            let cues = [
                cue(CueKind::End, 100_000),
                cue(CueKind::Countdown, 100_000 + end + distance),
            ];
            AlignedCues::new(&cues, Samples(480_000))
        };
        assert_eq!(pair(960).patches().len(), 1);
        let [first, second] = begins(&pair(960))[..] else {
            panic!("two cues")
        };
        assert_eq!(second.at - first.end(), Samples(960));
        assert_eq!(pair(5000).patches().len(), 2);
    }

    #[test]
    fn the_clusters_of_single_cues_are_all_that_single_cues_need() {
        let single: HashSet<Cluster> = Cluster::single().collect();
        assert_eq!(single.len(), 10);
        for kind in CueKind::ALL {
            for (at, tail) in (0..3000).step_by(64).zip((0..3000).step_by(48)) {
                let cue = cue(kind, at);
                let aligned = AlignedCues::new(&[cue], Samples(cue.end().0 + tail));
                assert!(single.contains(&aligned.patches()[0].cluster), "{cue:?}");
            }
        }
    }

    #[test]
    fn nothing_is_laid_into_nothing() {
        let aligned = AlignedCues::new(&[cue(CueKind::Start, 0)], Samples(0));
        assert_eq!((aligned.patches().len(), aligned.frames()), (0, 0));
        let short = AlignedCues::new(&[cue(CueKind::Start, 0)], Samples(100));
        assert_eq!((short.patches()[0].frames, short.frames()), (1, 1));
    }

    proptest! {
        #[test]
        fn patches_rise_apart_and_stay_inside((cues, length) in any_track()) {
            let aligned = AlignedCues::new(&cues, length);
            for pair in aligned.patches().windows(2) {
                prop_assert!(pair[0].end() <= pair[1].first_frame, "{pair:?}");
            }
            for patch in aligned.patches() {
                prop_assert!(patch.frames >= 1 && patch.end() <= aligned.frames(), "{patch:?}");
                prop_assert!(patch.skip + patch.frames <= patch.cluster.frames(), "{patch:?}");
                prop_assert!(patch.skip == 0 || patch.first_frame == 0, "{patch:?}");
                // Only the end of the track may cut a patch.
                let whole = patch.skip + patch.frames == patch.cluster.frames();
                prop_assert!(whole || patch.end() == aligned.frames(), "{patch:?}");
            }
        }

        #[test]
        fn every_cue_sounds_once_within_half_a_frame_of_its_instant((cues, length) in any_track()) {
            let aligned = begins(&AlignedCues::new(&cues, length));
            prop_assert_eq!(aligned.len(), cues.len());
            for (aligned, asked) in aligned.iter().zip(&cues) {
                prop_assert_eq!(aligned.kind, asked.kind);
                let moved = aligned.at.0.abs_diff(asked.at.0);
                prop_assert!(moved <= MAX_SHIFT.0, "{asked:?} moved by {moved}");
                // The end of the track may cut a cue only if the beginning has moved the first cue later.
                let pushed = cues[0].at.0 < HALF;
                prop_assert!(aligned.end() <= length || pushed, "{aligned:?} ends beyond {length}");
            }
        }

        #[test]
        fn every_sounding_sample_has_both_of_its_frames((cues, length) in any_track()) {
            let aligned = AlignedCues::new(&cues, length);
            for patch in aligned.patches() {
                let sounds = patch.cluster.cues().iter().map(|c| c.at.0..c.end().0);
                for range in sounds {
                    prop_assert!(range.start / FRAME_SAMPLES >= LEAD);
                    prop_assert!(range.end.div_ceil(FRAME_SAMPLES) + TRAIL <= patch.cluster.frames());
                }
            }
        }

        #[test]
        fn any_cues_in_any_order_are_laid_without_a_panic(
            drawn in prop::collection::vec((prop::sample::select(CueKind::ALL.to_vec()), 0u64..100_000), 0..20),
            length in 0u64..120_000,
        ) {
            let cues: Vec<Cue> = drawn.into_iter().map(|(kind, at)| cue(kind, at)).collect();
            let aligned = AlignedCues::new(&cues, Samples(length));
            for pair in aligned.patches().windows(2) {
                prop_assert!(pair[0].end() <= pair[1].first_frame, "{pair:?}");
            }
            for patch in aligned.patches() {
                prop_assert!(patch.frames >= 1 && patch.end() <= aligned.frames(), "{patch:?}");
                prop_assert!(patch.skip + patch.frames <= patch.cluster.frames(), "{patch:?}");
            }
        }
    }
}
