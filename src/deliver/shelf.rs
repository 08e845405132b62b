//! Movies that were laid out lately: players ask for a video in many ranges.
//!
//! Only where everything lies is kept, not the film: a loop that nobody else needs may go, and a film that is
//! made again, of clips that have changed, has another digest and is laid out anew.

use std::sync::Arc;

use moka::future::Cache;

use super::file::{DeliverError, Layout, VirtualFile};
use super::movie::{Texts, lay};
use crate::stitch::Film;

/// Bytes of layouts that are kept: of some 80 videos of 16 minutes, which take up to 400 KB each.
const CACHE_BYTES: u64 = 32 << 20;

/// See the module. Cloning it is cheap and shares them.
#[derive(Debug, Clone)]
pub struct Shelf(Cache<blake3::Hash, Arc<Layout>>);

impl Default for Shelf {
    fn default() -> Self {
        let weight = |_: &_, layout: &Arc<Layout>| u32::try_from(layout.bytes()).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(CACHE_BYTES).weigher(weight).build())
    }
}

impl Shelf {
    /// The movie of a film. `name` must name its plan and its texts, of which nothing else can tell what was
    /// laid out (see [`Film::digest`]). However many ask at once, it is laid out once.
    pub async fn movie(
        &self,
        film: &Arc<Film>,
        name: &str,
        texts: impl FnOnce() -> Texts + Send + 'static,
    ) -> Result<VirtualFile, DeliverError> {
        let mut key = blake3::Hasher::new();
        key.update(film.digest().as_bytes());
        key.update(name.as_bytes());
        let whole = Arc::clone(film);
        // Milliseconds of work for a long one.
        let lay = async { tokio::task::spawn_blocking(move || Arc::new(lay(&whole, &texts()))).await };
        let layout = self.0.try_get_with(key.finalize(), lay).await?;
        Ok(VirtualFile::new(Arc::clone(film), layout))
    }
}
