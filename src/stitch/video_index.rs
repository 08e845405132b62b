//! Random access to a stitched video: all coded frames of a plan and all frames of its sound.
//!
//! For byte ranges and segments. [`StitchedFrames`](super::StitchedFrames) gives the frames of a plan in
//! order while loops are still being prepared. A [`StitchedVideo`] needs its loops whole, and knows the size
//! and the time of every frame before the first byte is sent. This module writes no MP4.
//!
//! A [`VideoIndex`] holds these sizes and times, but no loops: it can be cached while the loops are evicted
//! and loaded again. An index keeps the first HUD slices as far as there is memory for them
//! ([`SliceMemory`]). For all others it keeps only the sizes, and the slice is encoded when it is
//! requested. The bytes are the same each time, and the same as those of
//! [`StitchedFrames`](super::StitchedFrames), because the pixels of a HUD depend on its frame alone, and a
//! HUD slice depends only on these pixels and those of the frame before.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::hud_slice::HudSliceEncoder;
use super::loop_source::StitchError;
use super::playback::{FrameForm, Playback};
use super::prepare::PrepareError;
use super::prepared_loop::PreparedLoop;
use super::segmentation::Segmentation;
use super::sound::SoundTrack;
use crate::h264::H264Error;
use crate::hud::Hud;
use crate::mp4::{AvcConfig, SampleInfo};
use crate::units::Ticks;
use crate::workout::Plan;

/// The most bytes of HUD slices that an index keeps: those of 16 minutes at 720p.
/// Encoding them is half the cost of a download.
const KEPT: usize = 14 << 20;
/// Unit of [`SliceMemory`] in bytes.
const UNIT: usize = 16 << 10;
/// The most idle writers that an index keeps for the next reader. Each holds the HUD pixels of two frames.
const IDLE_WRITERS: usize = 2;

/// Why a part of a video differs from what the index announced, or cannot be
/// read: a fault of this program or of the disk.
#[derive(Debug, Clone, thiserror::Error)]
pub enum VideoError {
    /// A HUD slice cannot be encoded.
    #[error("a slice of the HUD cannot be written: {0}")]
    Slice(String),
    /// The file of the sound cannot be read.
    #[error("the sound cannot be read: {0}")]
    Sound(String),
    /// A HUD slice has another size than the index announced.
    #[error("the HUD's slice of picture {frame} has {has} bytes, not {promised}")]
    Size {
        /// Number of the frame.
        frame: u64,
        /// Bytes that were announced.
        promised: u32,
        /// Bytes that were encoded.
        has: usize,
    },
}

/// Where the exercise slices of a frame are stored. Equal values mean equal bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoredFrame {
    /// Index of the loop among the loops of the video.
    pub loop_index: usize,
    /// Whether it is the restart form of the frame.
    pub restart: bool,
    /// Number of the frame in the loop.
    pub frame: u64,
}

/// Everything that a video is put together from, all of it ready.
#[derive(Debug, Clone)]
pub struct Material {
    /// Each different loop once.
    pub loops: Vec<Arc<PreparedLoop>>,
    /// For each interval, the index of its loop in `loops`.
    pub loop_of_interval: Vec<usize>,
    /// The whole sound.
    pub sound: SoundTrack,
}

/// One interval of the video.
#[derive(Debug)]
struct Scene {
    playback: Playback,
    /// Number of its first frame in the video.
    first: u64,
    /// Index of its loop.
    loop_index: usize,
}

/// The sizes and times of a video, known before a byte of it is sent. Holds neither the loops nor the sound.
pub struct VideoIndex {
    plan: Arc<Plan>,
    scenes: Vec<Scene>,
    segmentation: Segmentation,
    config: AvcConfig,
    has_hud: bool,
    /// Set once, when the index is built.
    slices: OnceLock<Slices>,
    writers: Mutex<Vec<HudSliceWriter>>,
    fingerprint: blake3::Hash,
}

/// The HUD slices of all frames.
#[derive(Debug, Default)]
struct Slices {
    /// The offset at which each frame's slice ends when all slices are stored one after the other, modulo
    /// 2^32. Differences are exact, because no slice and no range of kept slices has 4 GiB.
    ends: Vec<u32>,
    /// Kept slices: the first ones of each range of frames that one thread encoded.
    kept: Vec<KeptSlices>,
    /// The permit for the memory of `kept`.
    memory: Option<OwnedSemaphorePermit>,
}

/// The slices of a range of frames, one after the other.
#[derive(Debug)]
struct KeptSlices {
    frames: Range<u64>,
    bytes: Bytes,
}

/// Bounds the memory of the HUD slices of all indexes together,
/// including indexes that only readers still hold.
#[derive(Debug, Clone)]
pub struct SliceMemory(Arc<Semaphore>);

impl SliceMemory {
    /// Room for this many bytes, rounded down to 16 KiB.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / UNIT)))
    }

    /// Reserves as many bytes as one index may keep, or all that are left if these are fewer.
    fn reserve(&self) -> Option<OwnedSemaphorePermit> {
        let units = (KEPT / UNIT).min(self.0.available_permits());
        Arc::clone(&self.0).try_acquire_many_owned(units as u32).ok()
    }
}

/// A video: an index with its loops and its sound. Shared by all readers.
pub struct StitchedVideo {
    index: Arc<VideoIndex>,
    loops: Vec<Arc<PreparedLoop>>,
    sound: SoundTrack,
}

/// Encodes HUD slices, fastest in the order of the frames. A reader
/// borrows a writer from the video and gives it back.
pub struct HudSliceWriter {
    hud: Hud,
    encoder: HudSliceEncoder,
    /// The frame whose slice was encoded last.
    last_written: Option<u64>,
}

/// What a frame of the video shows, and when.
#[derive(Debug, Clone, Copy)]
struct FramePosition {
    scene: usize,
    loop_frame: u64,
    form: FrameForm,
    begins: Ticks,
    ends: Ticks,
}

impl VideoIndex {
    fn new(plan: &Arc<Plan>, material: &Material, fingerprint: blake3::Hash) -> Result<Self, StitchError> {
        let config = material.loops.first().ok_or(StitchError::Empty)?.config.clone();
        if material.loops.iter().any(|prepared| prepared.config != config) {
            return Err(StitchError::Config);
        }
        let mut scenes = Vec::new();
        let mut first = 0;
        for (interval, of) in plan.timeline.intervals().iter().zip(&material.loop_of_interval) {
            let prepared = material.loops.get(*of).ok_or(StitchError::Empty)?;
            let playback = Playback::new(interval, prepared.gops());
            scenes.push(Scene {
                playback,
                first,
                loop_index: *of,
            });
            first += playback.frames();
        }
        let playbacks: Vec<Playback> = scenes.iter().map(|scene| scene.playback).collect();
        let writer = writer(plan, &config).map_err(PrepareError::from)?;
        Ok(Self {
            segmentation: Segmentation::new(&playbacks, writer.is_some()),
            plan: Arc::clone(plan),
            scenes,
            config,
            has_hud: writer.is_some(),
            slices: OnceLock::new(),
            writers: Mutex::new(writer.into_iter().collect()),
            fingerprint,
        })
    }

    /// Names every byte of the video.
    #[must_use]
    pub fn fingerprint(&self) -> &blake3::Hash {
        &self.fingerprint
    }

    /// Bytes of memory that the index takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let profile = self.plan.profile;
        let bar = (profile.width * profile.bar_height() * 3 / 2) as usize;
        let slices = self.slices.get().map_or(0, Slices::bytes);
        size_of::<Self>()
            + size_of::<Scene>() * self.scenes.len()
            + self.segmentation.bytes()
            + slices
            + 2 * IDLE_WRITERS * bar
    }

    /// The offset at which the slice of a frame ends, modulo 2^32.
    fn slice_end(&self, number: u64) -> u32 {
        let ends = self.slices.get().map_or(&[][..], |slices| &slices.ends);
        ends.get(number as usize).copied().unwrap_or(0)
    }

    fn slice_start(&self, number: u64) -> u32 {
        number.checked_sub(1).map_or(0, |before| self.slice_end(before))
    }

    /// The HUD slice of a frame, if it is kept.
    fn kept(&self, number: u64) -> Option<Bytes> {
        let mut all = self.slices.get()?.kept.iter();
        let kept = all.find(|kept| kept.frames.contains(&number))?;
        let begins = self.slice_start(kept.frames.start);
        let range = [self.slice_start(number), self.slice_end(number)];
        let [from, to] = range.map(|range| range.wrapping_sub(begins) as usize);
        Some(kept.bytes.slice(from..to))
    }
}

impl Slices {
    fn bytes(&self) -> usize {
        let kept = self.kept.iter().map(|kept| kept.bytes.len()).sum::<usize>();
        size_of::<u32>() * self.ends.len() + kept
    }
}

impl StitchedVideo {
    /// Builds the index and the video of a plan. `fingerprint` must be the fingerprint of its
    /// [`RenderSpec`](super::RenderSpec).
    ///
    /// Encodes every HUD slice once to learn its size, in `threads` threads.
    pub fn new(
        plan: &Arc<Plan>,
        material: Material,
        fingerprint: blake3::Hash,
        threads: usize,
        memory: &SliceMemory,
    ) -> Result<Self, StitchError> {
        let index = VideoIndex::new(plan, &material, fingerprint)?;
        let video = Self::of(Arc::new(index), material);
        if video.has_hud() {
            let slices = video.all_slices(threads, memory).map_err(PrepareError::from)?;
            video.index.slices.get_or_init(|| slices);
        }
        Ok(video)
    }

    /// A video with an index that was built before from the same material.
    #[must_use]
    pub fn of(index: Arc<VideoIndex>, material: Material) -> Self {
        Self {
            index,
            loops: material.loops,
            sound: material.sound,
        }
    }

    /// Encodes all HUD slices. Each thread has its own writer and a range of
    /// frames, because a writer can begin at any frame.
    fn all_slices(&self, threads: usize, memory: &SliceMemory) -> Result<Slices, H264Error> {
        let (frames, threads) = (self.frames(), threads.max(1) as u64);
        let memory = memory.reserve();
        let room = memory.as_ref().map_or(0, |memory| memory.num_permits() * UNIT);
        let room = room / threads as usize;
        let share = move |n: u64| n * frames / threads..(n + 1) * frames / threads;
        let written = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads)
                .map(|n| scope.spawn(move || self.some_slices(share(n), room)))
                .collect();
            let first = self.some_slices(share(0), room);
            let others = others.into_iter().map(|other| {
                // A panic of the thread continues in this thread.
                other
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            std::iter::once(first)
                .chain(others)
                .collect::<Result<Vec<_>, _>>()
        })?;
        let mut slices = Slices::default();
        slices.ends.reserve_exact(frames as usize);
        let mut end = 0_u32;
        for (sizes, kept) in written {
            slices.ends.extend(sizes.into_iter().map(|size| {
                end = end.wrapping_add(size);
                end
            }));
            slices.kept.push(kept);
        }
        slices.memory = memory;
        let used = slices.kept.iter().map(|kept| kept.bytes.len()).sum::<usize>();
        if let Some(memory) = &mut slices.memory {
            let unused = memory.num_permits().saturating_sub(used.div_ceil(UNIT));
            drop(memory.split(unused));
        }
        Ok(slices)
    }

    /// The sizes of the HUD slices of these frames, and the first of these slices, up to `room` bytes.
    fn some_slices(&self, frames: Range<u64>, room: usize) -> Result<(Vec<u32>, KeptSlices), H264Error> {
        let writer = self.idle_or_new_writer()?;
        let mut writer = writer.ok_or(H264Error::OutOfRange("a video without a HUD"))?;
        let mut sizes = Vec::with_capacity((frames.end - frames.start) as usize);
        // Reserved memory takes no physical memory until it is written.
        let mut kept = Vec::with_capacity(room);
        let mut whole = frames.start..frames.start;
        for number in frames {
            let slice = self.write(&mut writer, number)?;
            // This fits: no slice has 4 GiB.
            sizes.push(slice.len() as u32);
            if whole.end == number && kept.len() + slice.len() <= room {
                kept.extend_from_slice(&slice);
                whole.end = number + 1;
            }
        }
        self.give_back(writer);
        let bytes = kept.into_boxed_slice().into();
        Ok((sizes, KeptSlices { frames: whole, bytes }))
    }

    /// The index of this video.
    #[must_use]
    pub fn index(&self) -> &Arc<VideoIndex> {
        &self.index
    }

    /// Each different loop once.
    #[must_use]
    pub fn loops(&self) -> &[Arc<PreparedLoop>] {
        &self.loops
    }

    /// Names every byte of the video, in every form of delivery: see
    /// [`RenderSpec::fingerprint`](super::RenderSpec::fingerprint).
    #[must_use]
    pub fn digest(&self) -> &blake3::Hash {
        &self.index.fingerprint
    }

    /// The plan that the video shows.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.index.plan
    }

    /// The decoder parameters that all frames share.
    #[must_use]
    pub fn config(&self) -> &AvcConfig {
        &self.index.config
    }

    /// Whether each frame has a HUD slice.
    #[must_use]
    pub fn has_hud(&self) -> bool {
        self.index.has_hud
    }

    /// The sound track.
    #[must_use]
    pub fn sound(&self) -> &SoundTrack {
        &self.sound
    }

    /// The bytes of these audio frames, one after the other.
    pub fn audio_frames(&self, audio_frames: Range<u64>) -> Result<Cow<'_, Bytes>, VideoError> {
        let read = self.sound.read(audio_frames);
        read.map_err(|error| VideoError::Sound(error.to_string()))
    }

    /// The keyframes and the cuts of the video.
    #[must_use]
    pub fn segmentation(&self) -> &Segmentation {
        &self.index.segmentation
    }

    /// Number of frames.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.index.segmentation.frames()
    }

    fn at(&self, number: u64) -> FramePosition {
        let scenes = &self.index.scenes;
        let after = scenes.partition_point(|scene| scene.first <= number);
        // The first scene begins at frame 0, so `after` is at least 1.
        let scene = after.max(1) - 1;
        let Scene { playback, first, .. } = &scenes[scene];
        let within = number - first;
        let loop_frame = playback.loop_frame(within);
        FramePosition {
            scene,
            loop_frame,
            form: self.index.segmentation.form(number, playback.begins_gop(within)),
            begins: playback.begins(within),
            ends: playback.begins(within + 1),
        }
    }

    /// The start time of a frame. For a number after the last frame, the end of the video.
    #[must_use]
    pub fn begins(&self, number: u64) -> Ticks {
        if number >= self.frames() {
            return self.index.plan.length().ticks();
        }
        self.at(number).begins
    }

    /// Size, duration and kind of a frame. `number` must be less than [`frames`](Self::frames).
    #[must_use]
    pub fn sample(&self, number: u64) -> SampleInfo {
        let at = self.at(number);
        let exercise = self.frame_bytes(at.stored_frame(self)).len();
        SampleInfo {
            // This fits: the file of a prepared loop is bounded.
            size: exercise as u32 + self.slice_size(number),
            duration: (at.ends - at.begins).0 as u32,
            key: at.form == FrameForm::Key,
        }
    }

    /// Which frame of a loop this frame of the video shows above its HUD.
    #[must_use]
    pub fn stored_frame(&self, number: u64) -> StoredFrame {
        self.at(number).stored_frame(self)
    }

    /// The exercise slices of a stored frame, shared with all viewers of the loop.
    #[must_use]
    pub fn frame_bytes(&self, stored_frame: StoredFrame) -> &Bytes {
        let prepared = &self.loops[stored_frame.loop_index];
        if stored_frame.restart {
            &prepared.restarts[prepared.gops().index(stored_frame.frame)]
        } else {
            &prepared.frames[stored_frame.frame as usize]
        }
    }

    /// Size of a frame's HUD slice in bytes.
    #[must_use]
    pub fn slice_size(&self, number: u64) -> u32 {
        self.index
            .slice_end(number)
            .wrapping_sub(self.index.slice_start(number))
    }

    /// The HUD slice of a frame, with the announced size. Empty without a HUD. A slice that is not kept is
    /// encoded with the reader's `writer`. If the reader has none yet, it gets one here.
    pub fn slice(&self, writer: &mut Option<HudSliceWriter>, number: u64) -> Result<Bytes, VideoError> {
        if !self.has_hud() {
            return Ok(Bytes::new());
        }
        if let Some(kept) = self.index.kept(number) {
            return Ok(kept);
        }
        match writer {
            Some(writer) => self.rewritten(writer, number),
            None => self.rewritten(writer.insert(self.writer()?), number),
        }
    }

    /// Encodes the HUD slice of a frame, even if it is kept. Fails if the size is not the announced one.
    pub fn rewritten(&self, writer: &mut HudSliceWriter, number: u64) -> Result<Bytes, VideoError> {
        let slice = self
            .write(writer, number)
            .map_err(|error| VideoError::Slice(error.to_string()))?;
        let (promised, has) = (self.slice_size(number), slice.len());
        if has != promised as usize {
            return Err(VideoError::Size {
                frame: number,
                promised,
                has,
            });
        }
        Ok(slice)
    }

    fn write(&self, writer: &mut HudSliceWriter, number: u64) -> Result<Bytes, H264Error> {
        let at = self.at(number);
        if at.form != FrameForm::Key && writer.last_written != number.checked_sub(1) {
            // Draws the frame before, so that the slice is the same as if all frames before had been encoded.
            // This works because the pixels of a HUD depend on its frame alone.
            writer.hud.draw(self.begins(number.saturating_sub(1)).frame());
            writer.encoder.set_previous(writer.hud.bar());
        }
        writer.hud.draw(at.begins.frame());
        let exercise = self.frame_bytes(at.stored_frame(self));
        // This is wrong if encoding fails, but then the reader stops.
        writer.last_written = Some(number);
        writer
            .encoder
            .slice(exercise, writer.hud.bar(), writer.hud.painted())
    }

    /// Borrows an idle writer, or creates one. Fails without a HUD.
    pub fn writer(&self) -> Result<HudSliceWriter, VideoError> {
        let writer = self.idle_or_new_writer();
        let writer = writer.map_err(|error| VideoError::Slice(error.to_string()))?;
        writer.ok_or_else(|| VideoError::Slice("there is no HUD".to_owned()))
    }

    fn idle_or_new_writer(&self) -> Result<Option<HudSliceWriter>, H264Error> {
        let idle = self
            .index
            .writers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        match idle {
            Some(writer) => Ok(Some(writer)),
            None => writer(&self.index.plan, &self.index.config),
        }
    }

    /// Takes back a writer for the next reader.
    pub fn give_back(&self, writer: HudSliceWriter) {
        let mut idle = self.index.writers.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_WRITERS {
            idle.push(writer);
        }
    }
}

impl FramePosition {
    fn stored_frame(&self, video: &StitchedVideo) -> StoredFrame {
        StoredFrame {
            loop_index: video.index.scenes[self.scene].loop_index,
            restart: self.form == FrameForm::Restart,
            frame: self.loop_frame,
        }
    }
}

impl std::fmt::Debug for StitchedVideo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StitchedVideo")
            .field("pictures", &self.frames())
            .field("digest", self.digest())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for VideoIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VideoIndex")
            .field("pictures", &self.segmentation.frames())
            .field("fingerprint", &self.fingerprint)
            .finish_non_exhaustive()
    }
}

/// A new writer. `None` for a plan without a HUD.
fn writer(plan: &Plan, config: &AvcConfig) -> Result<Option<HudSliceWriter>, H264Error> {
    let hud = Hud::new(
        Arc::new(plan.timeline.clone()),
        plan.profile,
        plan.hud_parts,
        plan.language,
    );
    let encoder = HudSliceEncoder::new(config, &plan.profile)?;
    Ok(hud.zip(encoder).map(|(hud, encoder)| HudSliceWriter {
        hud,
        encoder,
        last_written: None,
    }))
}
