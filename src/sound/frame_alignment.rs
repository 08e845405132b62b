//! Where a workout's cues lie on the grid of coded sound: frames of 1024 samples.
//!
//! For the renderer that encodes each cue once and lays the coded frames between frames of silence.
//! Frames of 1024 samples and video frames of 1600 meet only every 8/15 s, so most cues begin within a
//! frame. Instead of encoding a cue for each of the ways it may lie there, it is moved to the nearest
//! boundary: at most [`MAX_SHIFT`] samples, 10.7 ms, which nobody hears beside a video frame of 33 ms.
//!
//! Cues so close that their coded frames would touch are one [`Cluster`]: coded together, moved
//! together, their distances true.
//!
//! ```text
//! silence  silence │ lead  lead  sounds  sounds  sounds  trail │ silence  silence
//!                  └──────────────── a patch ─────────────────┘
//!                                 ^ the first cue begins here, or half a frame later
//! ```
//!
//! Neither the beginning nor the end is like the rest, because there is no frame beyond them:
//!
//! - A frame is coded from its own 1024 samples and the 1024 after it, and each stretch is the sum of
//!   two frames. The first stretch lacks one of them: what sounds in its first half is lost. So no cue
//!   begins before half a frame: from there on an encoder's short windows need the second frame only
//!   (measured: at most 29 steps of 16 bits off, of 8,230; at sample 0 the whole attack is lost).
//! - A cue that would end beyond the end begins earlier instead, at a half frame.
//!
//! Pure, and no bytes: what a frame holds is made elsewhere.

use std::sync::Arc;

use super::{Cue, CueKind};
use crate::units::Samples;

/// Samples per channel in a coded frame: AAC's (ISO/IEC 14496-3 4.4.1, `frameLengthFlag` 0).
pub const FRAME_SAMPLES: u64 = 1024;
/// The most by which a cue begins beside its instant: half a frame.
pub const MAX_SHIFT: Samples = Samples(HALF);
const HALF: u64 = FRAME_SAMPLES / 2;
/// Frames of a patch before the one whose samples sound first. That before it holds the first half of
/// its overlap, and the one before that may have the window that must precede short windows. Measured
/// with FFmpeg 5.1: with one frame the decoded samples are right, with none they are not.
const LEAD: u64 = 2;
/// Frames of a patch after the one whose samples sound last. Measured: none is needed; one keeps two
/// patches that follow each other as far apart as each of them was from silence.
const TRAIL: u64 = 1;

/// Cues that are coded together. Equal clusters are the same coded frames.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cluster {
    /// Rising; not empty; counted from the first sample of the first frame.
    cues: Arc<[Cue]>,
}

impl Cluster {
    /// `first` is where the first cue was put, on whatever timeline `cues` lie.
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

    /// The clusters of a single cue: each kind at both of its places in a frame. Nearly every workout
    /// has no other.
    pub fn single() -> impl Iterator<Item = Self> {
        CueKind::ALL.into_iter().flat_map(|kind| {
            let cue = Cue { kind, at: Samples(0) };
            [0, HALF].map(|start| Self::new(&[cue], start))
        })
    }

    /// Its cues, rising, counted from the first sample of its first frame. Never empty.
    #[must_use]
    pub fn cues(&self) -> &[Cue] {
        &self.cues
    }

    /// How many frames it is coded to.
    #[must_use]
    pub fn frames(&self) -> u64 {
        let end = self.cues.iter().map(|cue| cue.end().0).max();
        end.unwrap_or(0).div_ceil(FRAME_SAMPLES) + TRAIL
    }
}

/// Frames of a cluster in place of frames of silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// The first frame of the track that it replaces.
    pub first_frame: u64,
    /// How many. At least one.
    pub frames: u64,
    /// Frames of the cluster that lie before the track's beginning and are left out.
    pub skip: u64,
    /// What is laid.
    pub cluster: Cluster,
}

impl Patch {
    /// The first frame after it.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.first_frame + self.frames
    }
}

/// A sound track as patches: what lies in none of them is silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlignedCues {
    patches: Vec<Patch>,
    length: Samples,
}

impl AlignedCues {
    /// Lays cues (in any order) into a track of `length` samples.
    ///
    /// Each begins within [`MAX_SHIFT`] of its instant. A cue at or beyond the end is left out. One
    /// that fits into the track neither where it is nor earlier is cut by the end, like one that was
    /// given so.
    #[must_use]
    pub fn new(cues: &[Cue], length: Samples) -> Self {
        let mut cues: Vec<Cue> = cues.iter().copied().filter(|cue| cue.at < length).collect();
        cues.sort_by_key(|cue| (cue.at, cue.kind));
        let mut groups: Vec<CueGroup> = Vec::new();
        for cue in cues {
            let mut group = CueGroup::new(vec![cue], length);
            // To grow may move a group to an earlier place, so it can touch more than one.
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

    /// Rising, none overlapping another, all within the track.
    #[must_use]
    pub fn patches(&self) -> &[Patch] {
        &self.patches
    }

    /// How many samples the track lasts.
    #[must_use]
    pub fn length(&self) -> Samples {
        self.length
    }

    /// How many frames it has; the last is cut by the end.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.length.0.div_ceil(FRAME_SAMPLES)
    }
}

/// Cues that move together, and where to.
struct CueGroup {
    /// Rising, at their true instants; not empty.
    cues: Vec<Cue>,
    /// Where the first of them is put.
    start: u64,
    /// The sample after the last that sounds, so moved.
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

    /// Within a track of `total` frames. The place is before the end of the track or in its first
    /// frame, so something is left.
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

/// Where to put what begins at sample `at` and lasts `span` in a track of `length`.
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

    /// Where every cue of a track begins, rising.
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
        // 6720 samples sound in 7 frames.
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
                // Cut only by the end.
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
                // Only what the beginning pushes may be cut.
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
