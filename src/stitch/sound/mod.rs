//! The sound track of a stitched workout: coded cues laid between frames of silence.
//!
//! ```text
//! cues ─ sound::AlignedCues ─ patches ─┐
//!                                      ├─ CueTrack ─ samples of the track
//! CueCache ─ coded clusters ───────────┘
//!    └─ one FFmpeg for silence and all single cues, one for each rare cluster
//! ```
//!
//! Why frames that were encoded apart may follow each other: a frame of AAC-LC reaches into its
//! neighbours only by the overlap of their windows (ISO/IEC 14496-3 4.6.11), and a decoder keeps nothing
//! else from one frame to the next. Around every cluster the encoder itself wrote frames of silence,
//! and they are the very bytes that lie around it here (the `encode_cues` file checks that): what a decoder
//! is given near a cue is what it would be given in one continuous encoding.
//!
//! Workouts with clips' sound have one continuous track instead, which `render` encodes; a [`Recorded`] keeps it,
//! so that any part of it can be had.

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

// What `sound` lays is what `mp4` reads and writes.
const _: () = assert!(FRAME_SAMPLES == AAC_FRAME_SAMPLES as u64);

/// Bytes of rare clusters that are kept in memory: some 500 pairs of cues.
const CACHE_BYTES: u64 = 8 << 20;
/// FFmpeg processes that encode rare clusters at once.
const MAX_PROCESSES: usize = 2;

/// Why there is no sound.
#[derive(Debug, thiserror::Error)]
pub enum CueError {
    /// FFmpeg failed.
    #[error(transparent)]
    Ffmpeg(#[from] FfmpegError),
    /// FFmpeg wrote something else than ADTS.
    #[error("the coded cues cannot be read: {0}")]
    Adts(#[from] AdtsError),
    /// FFmpeg wrote another number of frames than it was given samples for.
    #[error("FFmpeg coded {asked} frames of sound as {written}")]
    Count {
        /// How many the samples make.
        asked: u64,
        /// How many came.
        written: usize,
    },
    /// A frame beside a cue is not the frame of silence: laid between others, the cue would click.
    #[error("frame {frame} of the coded cues is not silent: they cannot be joined")]
    Joint {
        /// Counted without the priming frame.
        frame: u64,
    },
    /// Sound that was encoded later has other parameters than that encoded first.
    #[error("FFmpeg changed the parameters of its sound")]
    Config,
}

/// The coded frames of a cluster.
type CodedFrames = Arc<[Bytes]>;

/// What every workout needs; made once, kept for ever (about 100 KB).
#[derive(Debug)]
struct CommonCues {
    config: AacConfig,
    silence: Bytes,
    clusters: HashMap<Cluster, CodedFrames>,
}

/// Coded cues, each encoded once. Cloning it is cheap and shares them.
#[derive(Debug, Clone)]
pub struct CueCache {
    tools: Arc<Tools>,
    common: Arc<OnceCell<CommonCues>>,
    rare: Cache<Cluster, CodedFrames>,
    permits: Arc<Semaphore>,
}

impl CueCache {
    /// Empty: the first [`warm`](Self::warm) or [`lay`](Self::lay) starts FFmpeg.
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

    /// Encodes silence and all single cues in one run, unless that was done: a quarter of a second that
    /// no viewer then waits for. However many ask at once, one FFmpeg runs; after a failure the next
    /// who asks tries again.
    pub async fn warm(&self) -> Result<(), Arc<CueError>> {
        self.common().await.map(|_| ())
    }

    /// The sound track of `length` with these cues (none: silence), once all it needs is encoded.
    ///
    /// That is at once after [`warm`](Self::warm), unless cues lie so close together that they touch:
    /// those are encoded here, each cluster once while it is remembered.
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
            // Never closed, so there is always a place in the end.
            let _permit = self.permits.acquire().await;
            let run = encode_cues::encode(&self.tools, std::slice::from_ref(cluster)).await?;
            if run.config != common.config || run.silence != common.silence {
                return Err(CueError::Config);
            }
            // As many as were asked for: one.
            run.clusters.into_iter().next().ok_or(CueError::Config)
        };
        self.rare.try_get_with_by_ref(cluster, make).await
    }
}

/// A cluster's frames and where they lie in a track.
#[derive(Debug)]
struct CodedPatch {
    /// Of the track: its first frame, and the first after it.
    first: u64,
    end: u64,
    /// Frames of the cluster before `first`. They and those up to `end` are no more than it has.
    skip: usize,
    frames: CodedFrames,
}

/// The sound track of one workout, frame by frame. The frames' bytes are the book's; a track of its
/// own costs 40 bytes a cue, and a clone (for another reader) nothing. Each reads on from where the
/// one it was cloned from was.
#[derive(Debug, Clone)]
pub struct CueTrack {
    config: AacConfig,
    silence: Bytes,
    /// Rising, none overlapping another.
    patches: Arc<[CodedPatch]>,
    length: Samples,
    /// The next frame.
    next: u64,
    /// The first patch that is not over before it.
    patch: usize,
}

impl CueTrack {
    /// What the frames are.
    #[must_use]
    pub fn config(&self) -> AacConfig {
        self.config
    }

    /// How long all frames last together: as long as the video frames.
    #[must_use]
    pub fn length(&self) -> Samples {
        self.length
    }

    /// When the next frame begins: its decode time. The length, when there is none.
    #[must_use]
    pub fn position(&self) -> Samples {
        Samples(self.next * FRAME_SAMPLES).min(self.length)
    }

    /// How many frames the whole track has.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.length.0.div_ceil(FRAME_SAMPLES)
    }

    /// The bytes of frame `number` of the track, wherever this reader is.
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

    /// How long frame `number` lasts: the last is cut short, so that the track ends with the last video frame.
    #[must_use]
    pub fn lasts(&self, number: u64) -> u32 {
        self.length
            .0
            .saturating_sub(number * FRAME_SAMPLES)
            .min(FRAME_SAMPLES) as u32
    }

    /// The whole track as stretches of sound and of silence.
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

    /// The next frames: all that begin before `until`. Empty when there are none, at the end for ever.
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

    /// Of the next frame.
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

    /// A track whose silent frames are empty and whose others hold their number in the cluster.
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
            // The frame that holds the sample before `until` is there, and no other.
            assert_eq!(joined.len() as u64, until.div_ceil(1024).min(40));
        }
        assert_eq!(joined, whole.frames(Samples(41_000)));
    }
}
