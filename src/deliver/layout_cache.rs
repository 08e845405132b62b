//! Movies and playlists that were laid out lately: players ask for a video in many ranges.
//!
//! Only where everything lies is kept, not the video: a loop that nobody else needs may go, and a video that is
//! made again, of clips that have changed, has another digest and is laid out anew.
//!
//! However many ask for one at once, it is laid out once, by a task of its own that goes on when they leave. At most
//! two are laid out at a time, so that no number of long workouts takes more memory than these.

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

/// Bytes of layouts that are kept: of some 80 videos of 16 minutes, which take up to 400 KB each.
const LAYOUT_BYTES: u64 = 32 << 20;
/// Bytes of playlists that are kept: the longest has 150 KB.
const PLAYLIST_BYTES: u64 = 4 << 20;
/// Layouts and playlists that are made at a time.
const AT_A_TIME: usize = 2;
/// How many of each kind may be under way: each holds its video.
const MAX_IN_FLIGHT: usize = 32;
/// How many may wait for them.
const MAX_WAITERS: usize = 1024;

/// See the module. Cloning it is cheap and shares them.
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
    /// The movie of a video. `name` must name its texts, of which nothing else can tell what was laid out.
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

    /// The master playlist of a video, for [`Hls::master`]'s arguments.
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

    /// The playlist of a video's segments.
    pub async fn media(&self, video: &Arc<StitchedVideo>) -> Result<Arc<str>, DeliverError> {
        let hls = Hls::new(Arc::clone(video));
        let make = move || hls.media().into();
        self.playlists.get(key(video, "media", ""), make).await
    }
}

/// Names something that is laid out of a video.
fn key(video: &StitchedVideo, kind: &str, name: &str) -> blake3::Hash {
    let mut key = Encoding::new(kind);
    key.bytes(video.digest().as_bytes());
    key.text(name);
    key.finish()
}

/// Things of one kind that were made lately.
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

    /// What `key` names, made by `make` where blocking is allowed unless it is kept.
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
            // Another task may have ended between the look above and the beginning of this one.
            if let Some(known) = cache.get(&key).await {
                return Ok(known);
            }
            // Never closed, so there is a place in the end.
            let _permit = permits.acquire().await;
            let result = tokio::task::spawn_blocking(make).await;
            let result = result.map_err(|error| DeliverError::Broken(Arc::new(error)))?;
            cache.insert(key, result.clone()).await;
            Ok(result)
        };
        self.work.get(&self.tasks, key, work).await?
    }
}
