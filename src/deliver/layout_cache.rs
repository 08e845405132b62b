//! Cache of the layouts of movies and of playlists, since players request a video in many ranges.
//!
//! For HTTP. Only layouts are cached, not videos: a loop that nobody else needs may leave memory. A video
//! that is prepared again from changed clips has another digest and is laid out again.
//!
//! However many callers ask for the same layout at once, one task makes it, and that task goes on when the
//! callers leave. At most two layouts or playlists are made at a time, so that any number of requests for
//! long workouts needs no more memory than two of them.

use std::sync::Arc;

use moka::future::Cache;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use super::hls::Hls;
use super::movie::{Texts, layout};
use super::virtual_file::{DeliverError, FileLayout, VirtualFile};
use crate::single_flight::SingleFlight;
use crate::stitch::{Encoding, StitchedVideo};
use crate::workout::Language;

/// Bytes of layouts that are kept: about 80 videos of 16 minutes, which take up to 400 KB each.
const LAYOUT_BYTES: u64 = 32 << 20;
/// Bytes of playlists that are kept. The longest playlist has 150 KB.
const PLAYLIST_BYTES: u64 = 4 << 20;
/// Layouts and playlists that are made at a time.
const AT_A_TIME: usize = 2;
/// Tasks of each kind that may be in flight. Each of them holds its video.
const MAX_IN_FLIGHT: usize = 32;
/// Callers that may wait for the tasks of each kind.
const MAX_WAITERS: usize = 1024;

/// Cache of movie layouts and playlists, see the module. Clones are cheap and share the cache.
#[derive(Debug, Clone)]
pub struct LayoutCache {
    movies: SingleFlightCache<Arc<FileLayout>>,
    playlists: SingleFlightCache<Arc<str>>,
}

impl Default for LayoutCache {
    fn default() -> Self {
        let permits = Arc::new(Semaphore::new(AT_A_TIME));
        Self {
            movies: SingleFlightCache::new(LAYOUT_BYTES, |layout| layout.bytes(), &permits),
            playlists: SingleFlightCache::new(PLAYLIST_BYTES, |text| text.len(), &permits),
        }
    }
}

impl LayoutCache {
    /// The movie of a video. `name` is part of the cache key and must identify the texts, because the key
    /// contains nothing else about them.
    pub async fn movie(
        &self,
        video: &Arc<StitchedVideo>,
        name: &str,
        texts: impl FnOnce() -> Texts + Send + 'static,
    ) -> Result<VirtualFile, DeliverError> {
        let whole = Arc::clone(video);
        let make = move || Arc::new(layout(&whole, &texts()));
        let layout = self.movies.get(key(video, "movie", name), make).await?;
        Ok(VirtualFile::new(Arc::clone(video), layout))
    }

    /// The master playlist of a video; the arguments are those of [`Hls::master`].
    pub async fn master(
        &self,
        video: &Arc<StitchedVideo>,
        media: &'static str,
        subtitles: Vec<(Language, String)>,
    ) -> Result<Arc<str>, DeliverError> {
        let mut name = Encoding::new("master playlist");
        name.text(media);
        for (language, playlist) in &subtitles {
            name.text(language.tag());
            name.text(playlist);
        }
        let key = key(video, "master", &name.finish().to_hex());
        let hls = Hls::new(Arc::clone(video));
        let make = move || hls.master(media, &subtitles).into();
        self.playlists.get(key, make).await
    }

    /// The media playlist of a video.
    pub async fn media(&self, video: &Arc<StitchedVideo>) -> Result<Arc<str>, DeliverError> {
        let hls = Hls::new(Arc::clone(video));
        let make = move || hls.media().into();
        self.playlists.get(key(video, "media", ""), make).await
    }
}

/// Cache key of a layout or playlist: the video's digest, `kind`, and `name`.
fn key(video: &StitchedVideo, kind: &str, name: &str) -> blake3::Hash {
    let mut key = Encoding::new(kind);
    key.bytes(video.digest().as_bytes());
    key.text(name);
    key.finish()
}

/// A cache of values of one kind, each made by a single flight.
#[derive(Debug, Clone)]
struct SingleFlightCache<T: Clone + Send + Sync + 'static> {
    cache: Cache<blake3::Hash, T>,
    work: SingleFlight<blake3::Hash, Result<T, DeliverError>>,
    permits: Arc<Semaphore>,
    tasks: TaskTracker,
}

impl<T: Clone + Send + Sync + 'static> SingleFlightCache<T> {
    fn new(bytes: u64, size: fn(&T) -> usize, permits: &Arc<Semaphore>) -> Self {
        let weight = move |_: &_, made: &T| u32::try_from(size(made)).unwrap_or(u32::MAX);
        Self {
            cache: Cache::builder().max_capacity(bytes).weigher(weight).build(),
            work: SingleFlight::new(MAX_IN_FLIGHT, MAX_WAITERS),
            permits: Arc::clone(permits),
            tasks: TaskTracker::new(),
        }
    }

    /// The cached value of `key`, or the result of `make`, which runs on a thread where blocking is allowed.
    async fn get(
        &self,
        key: blake3::Hash,
        make: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, DeliverError> {
        if let Some(known) = self.cache.get(&key).await {
            return Ok(known);
        }
        let (cache, permits) = (self.cache.clone(), Arc::clone(&self.permits));
        let work = move |_| async move {
            // Another task may have filled the cache between the look-up above and the start of this task.
            if let Some(known) = cache.get(&key).await {
                return Ok(known);
            }
            // The semaphore is never closed, so this always gets a permit in the end.
            let _permit = permits.acquire().await;
            let result = tokio::task::spawn_blocking(make).await;
            let result = result.map_err(|error| DeliverError::Broken(Arc::new(error)))?;
            cache.insert(key, result.clone()).await;
            Ok(result)
        };
        self.work.get(&self.tasks, key, work).await?
    }
}
