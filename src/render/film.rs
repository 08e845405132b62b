//! Films: plans whose every loop is there, for what is asked for in parts.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryFutureExt as _;
use moka::future::Cache;

use super::{RenderError, Renderer};
use crate::sound::cues;
use crate::stitch::{Film, Prepared, Recipe, StitchError, Track};
use crate::workout::Plan;

/// Bytes of films that are remembered, beside their loops: with a HUD some 13 MB for 16 minutes in 720p, mostly
/// its slices; without one a few kilobytes.
const CACHE_BYTES: u64 = 128 << 20;
/// What a film counts for at least and at most that holds the file of its sound open: so no more than 128 such
/// files are held, and as a rule no more bytes of them than of the rest, should they be evicted meanwhile. The most
/// is what 34 minutes have.
const HELD: std::ops::RangeInclusive<u64> = 1 << 20..=32 << 20;

/// Films that were made.
pub(super) type Films = Cache<blake3::Hash, Arc<Film>>;

pub(super) fn films() -> Films {
    let weight = |_: &_, film: &Arc<Film>| {
        let held = film.sound().on_disk();
        let held = held.map_or(0, |bytes| bytes.clamp(*HELD.start(), *HELD.end()));
        u32::try_from(film.bytes() as u64 + held).unwrap_or(u32::MAX)
    };
    Cache::builder().max_capacity(CACHE_BYTES).weigher(weight).build()
}

impl Renderer {
    /// The film of a plan, once all its loops are there, and with the clips' own sound that: at once, if they
    /// are. Waits for at most `patience`; preparation then goes on without whoever asked.
    pub async fn film(&self, plan: &Arc<Plan>, patience: Duration) -> Result<Arc<Film>, RenderError> {
        let key = key(plan);
        if let Some(film) = self.films.get(&key).await {
            return Ok(film);
        }
        let made = tokio::time::timeout(patience, self.make_film(plan)).await;
        let film = made.unwrap_or(Err(RenderError::Preparing))?;
        self.films.insert(key, Arc::clone(&film)).await;
        Ok(film)
    }

    async fn make_film(&self, plan: &Arc<Plan>) -> Result<Arc<Film>, RenderError> {
        let recipes = self.recipes(plan)?;
        let mut different: Vec<&Recipe> = Vec::new();
        let mut of_intervals = Vec::with_capacity(recipes.len());
        for recipe in &recipes {
            let known = different.iter().position(|known| known.same_loop(recipe));
            of_intervals.push(known.unwrap_or_else(|| {
                different.push(recipe);
                different.len() - 1
            }));
        }
        let request = self.loops.request();
        let loops = request.all(&different).map_err(RenderError::from);
        let (loops, sound) = tokio::try_join!(loops, self.track(plan))?;
        let loops: Vec<Arc<Prepared>> = of_intervals
            .into_iter()
            .map(|of| Arc::clone(&loops[of]))
            .collect();
        let plan = Arc::clone(plan);
        let film = tokio::task::spawn_blocking(move || Film::new(plan, &loops, sound)).await;
        let film = film.map_err(|error| RenderError::Internal(error.to_string()))?;
        Ok(Arc::new(film?))
    }

    async fn track(&self, plan: &Arc<Plan>) -> Result<Track, RenderError> {
        if plan.clip_sound {
            return Ok(Track::Recorded(self.recorded(plan).await?));
        }
        let cues = if plan.cues {
            cues(&plan.timeline)
        } else {
            Vec::new()
        };
        let laid = self.cues.lay(&cues, plan.length().samples()).await;
        Ok(Track::Laid(laid.map_err(StitchError::from)?))
    }
}

/// Names all of a plan that its film depends on; the clips do not change while a server runs.
fn key(plan: &Plan) -> blake3::Hash {
    let mut hasher = Hasher(blake3::Hasher::new());
    let shown = (plan.profile, plan.shows, plan.fit, plan.cues, plan.clip_sound);
    // Derived, so complete; hashing cannot fail.
    let _ = write!(hasher, "{:?}{shown:?}", plan.timeline);
    hasher.0.finalize()
}

struct Hasher(blake3::Hasher);

impl std::fmt::Write for Hasher {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}
