//! Builds and caches video indexes, for videos that are requested in parts (byte ranges, segments).
//!
//! A stitched video is its index together with its loops. The cache keeps indexes, and an index holds no
//! loop. The store alone decides which loops are in memory; a video holds its loops only as long as somebody
//! reads it.
//!
//! An index is built once, however many callers ask for it, in a task of its own:
//!
//! ```text
//! wait for loops and sound     given up when nobody has asked for a while
//! permit                       at most two threads build indexes
//! take the loops, build, keep  always completes: a client that polls finds the index
//! ```

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::TryFutureExt as _;
use moka::future::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{RenderError, Renderer};
use crate::single_flight::{Interest, SingleFlight};
use crate::sound::cues;
use crate::stitch::{
    LoopRequest, Material, PreparedLoop, Recipe, RenderSpec, SliceMemory, SoundTrack, StitchError,
    StitchedVideo, VideoIndex,
};
use crate::workout::Plan;

/// Bytes of indexes that are kept. With a HUD an index has about 13 MB for 16 minutes at 720p, mostly HUD
/// slices; without a HUD it has a few kilobytes.
const KEPT_BYTES: u64 = 128 << 20;
/// Bytes of HUD slices that all indexes together may hold, including indexes that were evicted but are still
/// being read. All other slices are written when they are requested.
const SLICE_BYTES: usize = 128 << 20;
/// Bytes that the open file of a recorded sound adds to the weight of an index: its size, within these
/// bounds.
///
/// An open file keeps its disk space after the store has evicted it. Because the size counts, such files take
/// no more than [`KEPT_BYTES`] as a rule. The lower bound limits the number of open files to 128. The upper
/// bound is the size of 34 minutes of sound; longer sounds count for less than their size.
const HELD: std::ops::RangeInclusive<u64> = 1 << 20..=32 << 20;
/// Threads that build indexes.
const THREADS: usize = 2;
/// Builds that may be in flight. Most of them wait for their loops.
const MAX_IN_FLIGHT: usize = 64;
/// Callers that may wait for these builds.
const MAX_WAITERS: usize = 1024;
/// A build keeps waiting for loops and sound for this long after the last request. Clients that poll do so
/// every few seconds.
const GRACE: Duration = Duration::from_secs(30);

/// The cached indexes, and the builds in flight. Clones are cheap and share both.
#[derive(Debug, Clone)]
pub(super) struct IndexCache {
    kept: Cache<blake3::Hash, CachedIndex>,
    building: SingleFlight<blake3::Hash, Result<Arc<StitchedVideo>, RenderError>>,
    threads: Arc<Semaphore>,
    slices: SliceMemory,
}

/// A video without its loops: it finds them again if they are still in memory.
#[derive(Debug, Clone)]
struct CachedIndex {
    index: Arc<VideoIndex>,
    loops: Arc<[Weak<PreparedLoop>]>,
    loop_of_interval: Arc<[usize]>,
    sound: SoundTrack,
}

impl Default for IndexCache {
    fn default() -> Self {
        let weight = |_: &_, kept: &CachedIndex| {
            let held = kept.sound.on_disk();
            let held = held.map_or(0, |bytes| bytes.clamp(*HELD.start(), *HELD.end()));
            let lists = size_of_val(&*kept.loops) + size_of_val(&*kept.loop_of_interval);
            let bytes = kept.index.bytes() + kept.sound.in_memory() + lists;
            u32::try_from(bytes as u64 + held).unwrap_or(u32::MAX)
        };
        Self {
            kept: Cache::builder().max_capacity(KEPT_BYTES).weigher(weight).build(),
            building: SingleFlight::new(MAX_IN_FLIGHT, MAX_WAITERS),
            threads: Arc::new(Semaphore::new(THREADS)),
            slices: SliceMemory::new(SLICE_BYTES),
        }
    }
}

impl IndexCache {
    /// The video for `key`, if its index is cached and all its loops are in memory.
    async fn find(&self, key: &blake3::Hash) -> Option<Arc<StitchedVideo>> {
        let kept = self.kept.get(key).await?;
        let material = Material {
            loops: kept.loops.iter().map(Weak::upgrade).collect::<Option<_>>()?,
            loop_of_interval: kept.loop_of_interval.to_vec(),
            sound: kept.sound,
        };
        Some(Arc::new(StitchedVideo::of(kept.index, material)))
    }

    /// A permit to build an index, for as many threads as are free (at least one).
    async fn acquire_permits(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed, so this always gets a permit in the end.
        let mut permit = Arc::clone(&self.threads).acquire_owned().await.ok()?;
        while let Ok(more) = Arc::clone(&self.threads).try_acquire_owned() {
            permit.merge(more);
        }
        Some(permit)
    }
}

/// What a video is made from, before its loops are loaded.
struct Ingredients {
    /// Each different loop once.
    recipes: Vec<Recipe>,
    loop_of_interval: Vec<usize>,
}

impl Renderer {
    /// The video of a plan. Returns at once if its loops are prepared and, for a plan with clip sound, its
    /// sound is recorded. Otherwise waits at most `patience` for them, then fails with
    /// [`RenderError::Preparing`]; the work goes on without the caller.
    pub async fn video(
        &self,
        plan: &Arc<Plan>,
        patience: Duration,
    ) -> Result<Arc<StitchedVideo>, RenderError> {
        let key = self.key_of_clips(self.spec(plan).request_key(), plan);
        if let Some(video) = self.index_cache.find(&key).await {
            return Ok(video);
        }
        let (this, of) = (self.clone(), Arc::clone(plan));
        let work = move |interest| async move {
            let built = Box::pin(this.build(key, &of, interest));
            let built = this.shutdown.run_until_cancelled(built).await;
            built.unwrap_or_else(|| Err(RenderError::Internal("the program ends".to_owned())))
        };
        let report = self.index_cache.building.get(&self.tasks, key, work);
        match tokio::time::timeout(patience, report).await {
            Ok(Ok(outcome)) => self.explained(plan, outcome).await,
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(RenderError::Preparing),
        }
    }

    fn spec<'a>(&'a self, plan: &'a Plan) -> RenderSpec<'a> {
        RenderSpec {
            plan,
            backdrop: &self.settings.backdrop,
        }
    }

    async fn build(
        &self,
        key: blake3::Hash,
        plan: &Arc<Plan>,
        interest: Interest,
    ) -> Result<Arc<StitchedVideo>, RenderError> {
        // Another task may have filled the cache between the caller's look-up and the start of this task.
        if let Some(video) = self.index_cache.find(&key).await {
            return Ok(video);
        }
        self.check_loops(plan, &self.recipes(plan)?).await?;
        let ingredients = self.ingredients(plan)?;
        let recipes: Vec<&Recipe> = ingredients.recipes.iter().collect();
        let request = self.loop_preparer.request();
        let sound = tokio::select! {
            ready = self.prepared(plan, &request, &recipes) => ready?,
            () = interest.lost(GRACE) => return Err(RenderError::Preparing),
        };
        let permit = self.index_cache.acquire_permits().await;
        let threads = permit.as_ref().map_or(1, OwnedSemaphorePermit::num_permits);
        // Loaded only now, so that videos which wait for a permit hold no loops.
        let material = Material {
            loops: request.all(&recipes).await?,
            loop_of_interval: ingredients.loop_of_interval.clone(),
            sound,
        };
        let known = self.index_cache.kept.get(&key).await.map(|kept| kept.index);
        let (this, plan) = (self.clone(), Arc::clone(plan));
        let built = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let fingerprint = this.spec(&plan).fingerprint(&material);
            let kept = |index: &Arc<VideoIndex>| CachedIndex {
                index: Arc::clone(index),
                loops: material.loops.iter().map(Arc::downgrade).collect(),
                loop_of_interval: material.loop_of_interval.as_slice().into(),
                sound: material.sound.clone(),
            };
            if let Some(index) = known.filter(|index| *index.fingerprint() == fingerprint) {
                // The loops had left memory, and the loaded ones are the same as before.
                return Ok((kept(&index), StitchedVideo::of(index, material.clone())));
            }
            let video = StitchedVideo::new(
                &plan,
                material.clone(),
                fingerprint,
                threads,
                &this.index_cache.slices,
            )?;
            Ok::<_, StitchError>((kept(video.index()), video))
        });
        let built = built
            .await
            .map_err(|error| RenderError::Internal(error.to_string()))?;
        let (kept, video) = built?;
        self.index_cache.kept.insert(key, kept).await;
        Ok(Arc::new(video))
    }

    fn ingredients(&self, plan: &Plan) -> Result<Ingredients, RenderError> {
        let mut recipes: Vec<Recipe> = Vec::new();
        let mut loop_of_interval = Vec::new();
        for recipe in self.recipes(plan)? {
            let known = recipes.iter().position(|known| known.same_loop(&recipe));
            loop_of_interval.push(known.unwrap_or(recipes.len()));
            if known.is_none() {
                recipes.push(recipe);
            }
        }
        Ok(Ingredients {
            recipes,
            loop_of_interval,
        })
    }

    /// Waits until all loops are prepared and the sound is ready. Releases the loops at once, so that only
    /// the store holds them.
    async fn prepared(
        &self,
        plan: &Arc<Plan>,
        request: &LoopRequest,
        recipes: &[&Recipe],
    ) -> Result<SoundTrack, RenderError> {
        let loops = request.prepare(recipes).map_err(RenderError::from);
        let ((), sound) = tokio::try_join!(loops, self.track(plan))?;
        Ok(sound)
    }

    async fn track(&self, plan: &Arc<Plan>) -> Result<SoundTrack, RenderError> {
        if plan.clip_sound {
            return Ok(SoundTrack::Recorded(self.recorded(plan).await?));
        }
        let cues = if plan.cues {
            cues(&plan.timeline)
        } else {
            Vec::new()
        };
        let track = self.cue_cache.track(&cues, plan.length().samples()).await;
        Ok(SoundTrack::Cues(track.map_err(StitchError::from)?))
    }
}
