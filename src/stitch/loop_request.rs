//! Through a [`LoopRequest`] one request gets its loops. All of them share one turn of the queue.
//!
//! For streams, which ask for one loop after the other, and for video indexes, which need all loops of a plan
//! whole. [`LoopPreparer`] prepares the loops.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _};

use super::loop_preparer::{LoopPreparer, unfit};
use super::loop_source::{LoopSource, StitchError};
use super::prepared_loop::PreparedLoop;
use super::queue::{Claim, Owner, Urgency};
use super::recipe::Recipe;

/// How often a waiting request checks whether a loop that hung may be tried again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Asks for loops on behalf of one request. See [`LoopPreparer::request`].
#[derive(Debug)]
pub struct LoopRequest {
    preparer: Arc<LoopPreparer>,
    owner: Owner,
}

impl LoopRequest {
    pub(super) fn new(preparer: Arc<LoopPreparer>, owner: Owner) -> Self {
        Self { preparer, owner }
    }

    /// Gets the loop of a recipe: from memory, from its file, from a running preparation, or from a new entry
    /// of the queue. `order` is the position among the loops of this request. Fails with
    /// [`StitchError::Busy`] if the queue is full.
    pub async fn get(
        &self,
        recipe: &Recipe,
        urgency: Urgency,
        order: usize,
    ) -> Result<LoopSource, StitchError> {
        let digest = self.preparer.digest_if_fit(recipe).await?;
        let owner = self.owner;
        let claim = Claim {
            owner,
            urgency,
            order,
        };
        self.preparer.find(digest, recipe, claim).await
    }

    /// Like [`get`](Self::get), but waits until the queue has room, and while the loop is left alone because
    /// it hung. For a request that has already begun to send its response.
    pub async fn wait_for(
        &self,
        recipe: &Recipe,
        urgency: Urgency,
        order: usize,
    ) -> Result<LoopSource, StitchError> {
        loop {
            let room = self.preparer.room.notified();
            tokio::pin!(room);
            // Registers before `get`, so that a notification between `get` and the wait is not lost.
            room.as_mut().enable();
            match self.get(recipe, urgency, order).await {
                Err(StitchError::Busy { .. }) => room.await,
                Err(StitchError::Prepare(error)) if error.is_resting() => {
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                other => return other,
            }
        }
    }

    /// Gets all of these loops, whole, in this order. Asks only for as many at a time as keep all cores busy,
    /// so that a request with many loops takes no more room in the queue than one with few. Fails with
    /// [`StitchError::Busy`] if there is no room for the first loop that has to be prepared. If the future is
    /// dropped, preparations that have not begun are given up.
    pub async fn all(&self, recipes: &[&Recipe]) -> Result<Vec<Arc<PreparedLoop>>, StitchError> {
        self.each(recipes, |prepared| prepared).await
    }

    /// Prepares all of these loops like [`all`](Self::all), for a caller that needs them only later. Holds
    /// none of them, so that the store decides which stay in memory.
    pub async fn prepare(&self, recipes: &[&Recipe]) -> Result<(), StitchError> {
        self.each(recipes, drop).await.map(|_: Vec<()>| ())
    }

    async fn each<T>(
        &self,
        recipes: &[&Recipe],
        keep: impl Fn(Arc<PreparedLoop>) -> T + Copy,
    ) -> Result<Vec<T>, StitchError> {
        let admitted = &AtomicBool::new(false);
        let each = recipes.iter().enumerate().map(|(order, recipe)| async move {
            let found = match self.get(recipe, Urgency::Later, order).await {
                Err(StitchError::Busy { .. }) if admitted.load(Ordering::Relaxed) => {
                    self.wait_for(recipe, Urgency::Later, order).await
                }
                found => found,
            };
            if let Ok(LoopSource::Pending(_)) = found {
                admitted.store(true, Ordering::Relaxed);
            }
            whole(recipe, found).await.map(keep)
        });
        let each: Vec<_> = each.collect();
        futures_util::stream::iter(each)
            .buffered(self.at_once())
            .try_collect()
            .await
    }

    /// The most loops that a request has in the queue: one more than there are cores, so that no core waits
    /// until the request asks for the next loop.
    #[must_use]
    pub fn at_once(&self) -> usize {
        self.preparer.cores + 1
    }

    /// Fails if no loop of this recipe is possible at present: it is known
    /// to be unfit, or is left alone because it hung.
    pub async fn check(&self, recipe: &Recipe) -> Result<(), StitchError> {
        self.preparer.digest_if_fit(recipe).await.map(|_| ())
    }
}

/// Waits for the whole loop. If the preparation finds that the loop is unfit, the error is
/// [`StitchError::Unfit`], as for a loop that was known to be unfit before.
pub(super) async fn whole(
    recipe: &Recipe,
    found: Result<LoopSource, StitchError>,
) -> Result<Arc<PreparedLoop>, StitchError> {
    match found?.whole().await {
        Err(StitchError::Prepare(error)) if error.is_of_the_loop() => Err(unfit(recipe, error.to_string())),
        outcome => outcome,
    }
}
