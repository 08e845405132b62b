//! What one request needs of the loops: a share of the queue, whatever it asks for.
//!
//! For streams, which ask for one loop after the other, and for indexes, which need all of a plan's loops whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _};

use super::loop_preparer::{LoopPreparer, unfit};
use super::loop_source::{LoopSource, StitchError};
use super::prepared_loop::PreparedLoop;
use super::queue::{Claim, Owner, Urgency};
use super::recipe::Recipe;

/// How often a request that is under way looks whether a loop that hung may be tried again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What one request needs of the loops. See [`LoopPreparer::request`].
#[derive(Debug)]
pub struct LoopRequest {
    preparer: Arc<LoopPreparer>,
    owner: Owner,
}

impl LoopRequest {
    pub(super) fn new(preparer: Arc<LoopPreparer>, owner: Owner) -> Self {
        Self { preparer, owner }
    }

    /// A recipe's loop: out of memory, out of its file, from a preparation under way, or from one that is put into
    /// the queue. `order` is its place among the loops of this request. Fails with [`StitchError::Busy`] if the queue
    /// is full.
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

    /// The same, but waits until there is room in the queue: for a request that is under way.
    pub async fn wait_for(
        &self,
        recipe: &Recipe,
        urgency: Urgency,
        order: usize,
    ) -> Result<LoopSource, StitchError> {
        loop {
            let room = self.preparer.room.notified();
            tokio::pin!(room);
            // From now on: there may be room before it is waited for.
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

    /// All of these loops, whole, in this order. Asks for as many at a time as keeps all cores busy, so that a
    /// request with many loops takes no more of the queue than one with few. Fails with [`StitchError::Busy`] if
    /// there is no room for the first that has to be prepared. Dropping the future gives up what has not begun.
    pub async fn all(&self, recipes: &[&Recipe]) -> Result<Vec<Arc<PreparedLoop>>, StitchError> {
        self.each(recipes, |prepared| prepared).await
    }

    /// The same, for one who needs them only later: it holds none, so that the store decides which are in memory.
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

    /// How many loops a request has in the queue at most: one more than cores, so that none waits for it to ask.
    #[must_use]
    pub fn at_once(&self) -> usize {
        self.preparer.cores + 1
    }

    /// Fails if it is known that a recipe gives no loop.
    pub async fn check(&self, recipe: &Recipe) -> Result<(), StitchError> {
        self.preparer.digest_if_fit(recipe).await.map(|_| ())
    }
}

/// A loop to its end. A loop that turns out to be none is told as it is when it was known before.
pub(super) async fn whole(
    recipe: &Recipe,
    found: Result<LoopSource, StitchError>,
) -> Result<Arc<PreparedLoop>, StitchError> {
    match found?.whole().await {
        Err(StitchError::Prepare(error)) if error.is_of_the_loop() => Err(unfit(recipe, error.to_string())),
        outcome => outcome,
    }
}
