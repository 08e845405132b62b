//! The sound track of a stitched workout: coded cues between audio frames of silence, or a recorded sound.
//!
//! For [`StitchedVideo`](super::StitchedVideo) and the renderer. [`crate::sound`] decides where cues lie and
//! computes their samples; this module encodes each cue once and puts the coded frames together.
//!
//! ```text
//! cues ─ sound::AlignedCues ─ patches ─┐
//!                                      ├─ CueTrack ─ samples of the track
//! CueCache ─ coded clusters ───────────┘
//!    └─ one FFmpeg for silence and all single cues, one for each rare cluster
//! ```
//!
//! Audio frames that were encoded separately may follow each other for this reason: a frame of AAC-LC reaches
//! into its neighbours only by the overlap of their windows (ISO/IEC 14496-3 4.6.11), and a decoder keeps no
//! other state between frames. The encoder itself wrote frames of silence around every cluster, and the same
//! bytes lie around the cluster here (`encode_cues` checks that). So near a cue a decoder gets the same
//! frames as in one continuous encoding.
//!
//! Workouts with the clips' own sound have one continuous track instead, which `render` encodes. A
//! [`Recorded`] keeps it in a file, so that any part of it can be read.

mod encode_cues;
pub(super) mod recorded;
mod sound_track;

pub use recorded::{Recorded, RecordedError, Recorder};
pub use sound_track::SoundTrack;

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use moka::future::Cache;
use tokio::sync::{OnceCell, Semaphore};

use crate::ffmpeg::{FfmpegError, Tools};
use crate::mp4::{AAC_FRAME_SAMPLES, AacConfig, AdtsError, Sample};
use crate::sound::{AlignedCues, Cluster, Cue, FRAME_SAMPLES};
use crate::units::Samples;

// The frames of `sound` and of `mp4` must have the same number of samples.
const _: () = assert!(FRAME_SAMPLES == AAC_FRAME_SAMPLES as u64);

/// The most bytes of rare clusters in memory: some 500 pairs of cues.
const CACHE_BYTES: u64 = 8 << 20;
/// The most FFmpeg processes that encode rare clusters at once.
const MAX_PROCESSES: usize = 2;

/// Why the cues could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum CueError {
    /// FFmpeg failed.
    #[error(transparent)]
    Ffmpeg(#[from] FfmpegError),
    /// FFmpeg's output is not ADTS.
    #[error("the coded cues cannot be read: {0}")]
    Adts(#[from] AdtsError),
    /// FFmpeg wrote fewer frames than the samples that it was given fill.
    #[error("FFmpeg coded {asked} frames of sound as {written}")]
    Count {
        /// Number of frames that the samples fill.
        asked: u64,
        /// Number of frames that FFmpeg wrote.
        written: usize,
    },
    /// A frame beside a cue is not the frame of silence. If it were
    /// put between other frames, the cue would click.
    #[error("frame {frame} of the coded cues is not silent: they cannot be joined")]
    Joint {
        /// Number of the frame in the run, without the priming frame.
        frame: u64,
    },
    /// Sound that was encoded later has other parameters than the first, or another frame of silence.
    #[error("FFmpeg changed the parameters of its sound")]
    Config,
}

/// The coded frames of a cluster.
type CodedFrames = Arc<[Bytes]>;

/// The coded frames that every workout needs. Made once and kept for ever (about 100 kB).
#[derive(Debug)]
struct CommonCues {
    config: AacConfig,
    silence: Bytes,
    clusters: HashMap<Cluster, CodedFrames>,
}

/// Coded cues, each encoded once. Clones are cheap and share the cues.
#[derive(Debug, Clone)]
pub struct CueCache {
    tools: Arc<Tools>,
    common: Arc<OnceCell<CommonCues>>,
    rare: Cache<Cluster, CodedFrames>,
    permits: Arc<Semaphore>,
}

impl CueCache {
    /// An empty cache. The first [`warm`](Self::warm) or [`track`](Self::track) starts FFmpeg.
    #[must_use]
    pub fn new(tools: Arc<Tools>) -> Self {
        let weight = |_: &Cluster, frames: &CodedFrames| {
            let bytes = frames.iter().map(|f| f.len() + size_of::<Bytes>()).sum::<usize>();
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        Self {
            tools,
            common: Arc::default(),
            rare: Cache::builder().max_capacity(CACHE_BYTES).weigher(weight).build(),
            permits: Arc::new(Semaphore::new(MAX_PROCESSES)),
        }
    }

    /// Encodes silence and all single cues in one run of FFmpeg, unless they are encoded already. This takes
    /// a quarter of a second, for which no viewer then waits. One FFmpeg runs, no matter how many callers ask
    /// at once. After a failure, the next caller tries again.
    pub async fn warm(&self) -> Result<(), Arc<CueError>> {
        self.common().await.map(|_| ())
    }

    /// The sound track of `length` with these cues (with none:
    /// silence), when everything that it needs is encoded.
    ///
    /// After [`warm`](Self::warm), this takes no time unless cues lie so close together that their coded
    /// frames touch. Such clusters are encoded here, each one once while it stays in the cache.
    pub async fn track(&self, cues: &[Cue], length: Samples) -> Result<CueTrack, Arc<CueError>> {
        let common = self.common().await?;
        let aligned = AlignedCues::new(cues, length);
        let mut patches = Vec::with_capacity(aligned.patches().len());
        for patch in aligned.patches() {
            let frames = match common.clusters.get(&patch.cluster) {
                Some(frames) => Arc::clone(frames),
                None => self.rare(common, &patch.cluster).await?,
            };
            patches.push(CodedPatch {
                first: patch.first_frame,
                end: patch.end(),
                skip: patch.skip as usize,
                frames,
            });
        }
        Ok(CueTrack {
            config: common.config,
            silence: common.silence.clone(),
            patches: patches.into(),
            length,
            next: 0,
            patch: 0,
        })
    }

    async fn common(&self) -> Result<&CommonCues, Arc<CueError>> {
        let make = async {
            let clusters: Vec<Cluster> = Cluster::single().collect();
            let run = encode_cues::encode(&self.tools, &clusters).await?;
            Ok::<_, CueError>(CommonCues {
                config: run.config,
                silence: run.silence,
                clusters: clusters.into_iter().zip(run.clusters).collect(),
            })
        };
        self.common.get_or_try_init(|| make).await.map_err(Arc::new)
    }

    async fn rare(&self, common: &CommonCues, cluster: &Cluster) -> Result<CodedFrames, Arc<CueError>> {
        let make = async {
            // The semaphore is never closed, so `acquire` does not fail.
            let _permit = self.permits.acquire().await;
            let run = encode_cues::encode(&self.tools, std::slice::from_ref(cluster)).await?;
            if run.config != common.config || run.silence != common.silence {
                return Err(CueError::Config);
            }
            // `encode` returns as many clusters as it was given: one.
            run.clusters.into_iter().next().ok_or(CueError::Config)
        };
        self.rare.try_get_with_by_ref(cluster, make).await
    }
}

/// The frames of a cluster and their position in a track.
#[derive(Debug)]
struct CodedPatch {
    /// First frame in the track, and the first frame after the patch.
    first: u64,
    end: u64,
    /// Number of frames of the cluster that are left out before `first`. `skip` plus the length of the patch
    /// is at most the number of frames of the cluster.
    skip: usize,
    frames: CodedFrames,
}

/// The sound track of one workout, frame by frame. The bytes of the frames are shared with the [`CueCache`].
/// A track itself costs 40 bytes for each cue, and a clone (for another reader) costs nothing. A clone reads
/// on from the position of the original.
#[derive(Debug, Clone)]
pub struct CueTrack {
    config: AacConfig,
    silence: Bytes,
    /// Rising, without overlaps.
    patches: Arc<[CodedPatch]>,
    length: Samples,
    /// Number of the next frame.
    next: u64,
    /// Index of the first patch that does not end before the next frame.
    patch: usize,
}

impl CueTrack {
    /// The AAC parameters of the frames.
    #[must_use]
    pub fn config(&self) -> AacConfig {
        self.config
    }

    /// The duration of all frames together: that of the video frames.
    #[must_use]
    pub fn length(&self) -> Samples {
        self.length
    }

    /// The decode time of the next frame; the length of the track after the last frame.
    #[must_use]
    pub fn position(&self) -> Samples {
        Samples(self.next * FRAME_SAMPLES).min(self.length)
    }

    /// Number of frames of the whole track.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.length.0.div_ceil(FRAME_SAMPLES)
    }

    /// The bytes of frame `number` of the track, independent of the reader's position.
    #[must_use]
    pub fn frame(&self, number: u64) -> &Bytes {
        let after = self.patches.partition_point(|patch| patch.first <= number);
        after
            .checked_sub(1)
            .map(|patch| &self.patches[patch])
            .filter(|patch| number < patch.end)
            .and_then(|patch| patch.frames.get(patch.skip + (number - patch.first) as usize))
            .unwrap_or(&self.silence)
    }

    /// The duration of frame `number` in samples. The last frame is cut short, so
    /// that the track ends with the last video frame.
    #[must_use]
    pub fn lasts(&self, number: u64) -> u32 {
        self.length
            .0
            .saturating_sub(number * FRAME_SAMPLES)
            .min(FRAME_SAMPLES) as u32
    }

    /// The whole track as ranges of frames; the flag tells whether a range has sound (`true`) or is silent.
    #[must_use]
    pub fn stretches(&self) -> Vec<(std::ops::Range<u64>, bool)> {
        let mut stretches = Vec::with_capacity(2 * self.patches.len() + 1);
        let mut next = 0;
        for patch in &*self.patches {
            stretches.push((next..patch.first, false));
            stretches.push((patch.first..patch.end, true));
            next = patch.end;
        }
        stretches.push((next..self.count(), false));
        stretches.retain(|(range, _)| !range.is_empty());
        stretches
    }

    /// The frame of silence.
    #[must_use]
    pub fn silence(&self) -> &Bytes {
        &self.silence
    }

    /// The next frames: all that begin before `until`. Empty if there are none, and always at the end.
    pub fn frames(&mut self, until: Samples) -> Vec<Sample> {
        let end = until.min(self.length).0.div_ceil(FRAME_SAMPLES);
        let mut samples = Vec::with_capacity(end.saturating_sub(self.next) as usize);
        while self.next < end {
            samples.push(Sample {
                data: self.data(),
                // The last frame is cut short, so that the track ends with the last video frame.
                duration: (self.length.0 - self.next * FRAME_SAMPLES).min(FRAME_SAMPLES) as u32,
                key: true,
            });
            self.next += 1;
        }
        samples
    }

    /// The bytes of the next frame.
    fn data(&mut self) -> Bytes {
        let over = |patch: &&CodedPatch| patch.end <= self.next;
        self.patch += self.patches[self.patch..].iter().take_while(over).count();
        self.patches
            .get(self.patch)
            .filter(|patch| patch.first <= self.next)
            .and_then(|patch| patch.frames.get(patch.skip + (self.next - patch.first) as usize))
            .unwrap_or(&self.silence)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A track whose silent frames are empty. Each of its other frames holds its number in the cluster.
    fn track(patches: &[(u64, u64, usize)], length: u64) -> CueTrack {
        let frames: CodedFrames = (0..20u8).map(|n| Bytes::from(vec![n])).collect();
        let coded = patches.iter().map(|&(first, end, skip)| CodedPatch {
            first,
            end,
            skip,
            frames: Arc::clone(&frames),
        });
        CueTrack {
            config: AacConfig::LC_48K_STEREO,
            silence: Bytes::new(),
            patches: coded.collect(),
            length: Samples(length),
            next: 0,
            patch: 0,
        }
    }

    fn numbers(samples: &[Sample]) -> Vec<Option<u8>> {
        samples.iter().map(|s| s.data.first().copied()).collect()
    }

    #[test]
    fn patches_lie_where_they_say_between_silence() {
        let mut track = track(&[(0, 2, 1), (2, 3, 0), (5, 7, 0)], 9 * 1024 - 1000);
        let all = track.frames(Samples(u64::MAX));
        let expected = [
            Some(1),
            Some(2),
            Some(0),
            None,
            None,
            Some(0),
            Some(1),
            None,
            None,
        ];
        assert_eq!(numbers(&all), expected);
        let durations: Vec<u32> = all.iter().map(|s| s.duration).collect();
        assert_eq!(durations[..8], [1024; 8]);
        assert_eq!(durations[8], 24);
        assert_eq!(track.position(), track.length());
        assert!(track.frames(Samples(u64::MAX)).is_empty());
        for (number, sample) in all.iter().enumerate() {
            assert_eq!(track.frame(number as u64), &sample.data, "frame {number}");
            assert_eq!(track.lasts(number as u64), sample.duration, "frame {number}");
        }
        let stretches = [
            (0..2, true),
            (2..3, true),
            (3..5, false),
            (5..7, true),
            (7..9, false),
        ];
        assert_eq!(track.stretches(), stretches);
    }

    #[test]
    fn frames_come_once_however_they_are_asked_for() {
        let mut whole = track(&[(3, 9, 2), (20, 31, 0)], 40 * 1024);
        let mut pieces = whole.clone();
        let mut joined = Vec::new();
        for until in (0..=41_000).step_by(1600) {
            assert_eq!(pieces.position().0, joined.len() as u64 * 1024);
            joined.extend(pieces.frames(Samples(until)));
            // The frame that holds the sample before `until` has been returned, and no later frame.
            assert_eq!(joined.len() as u64, until.div_ceil(1024).min(40));
        }
        assert_eq!(joined, whole.frames(Samples(41_000)));
    }
}
