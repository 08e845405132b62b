//! Single flight: work that runs once, however many callers ask for it at the same time.
//!
//! For work that takes long and gives every caller the same result: building an index, laying out a file,
//! recording a sound. Each key has at most one task. No caller owns the task: it continues when a caller
//! leaves, and it can learn from [`Interest`] that nobody waits any more. The number of tasks and the number
//! of waiting callers are both bounded.
//!
//! Everybody who waits gets the task's result, and then the result is forgotten, also if it is an error. This
//! module caches nothing. The caller keeps results itself, and should look into its own cache again when the
//! work begins. This module knows nothing about the work.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio_util::task::TaskTracker;

/// Why a caller of [`SingleFlight::get`] got no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SingleFlightError {
    /// The bound on running tasks or on waiting callers is reached.
    #[error("too much of this work is under way")]
    Full,
    /// The task ended without a result: it panicked, or the program ends.
    #[error("the work was not done to its end")]
    Broken,
}

/// The running tasks of one kind. Clones are cheap and share the tasks.
#[derive(Debug)]
pub struct SingleFlight<K, T> {
    running: Arc<Mutex<HashMap<K, Running<T>>>>,
    max_tasks: usize,
    waiters: Arc<Semaphore>,
}

impl<K, T> Clone for SingleFlight<K, T> {
    fn clone(&self) -> Self {
        Self {
            running: Arc::clone(&self.running),
            max_tasks: self.max_tasks,
            waiters: Arc::clone(&self.waiters),
        }
    }
}

/// A running task, as seen by the callers that wait for it.
#[derive(Debug, Clone)]
struct Running<T> {
    outcome: watch::Receiver<Option<T>>,
    interest: Interest,
}

impl<K, T> SingleFlight<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Allows at most `tracker` tasks at a time, and at most `waiters` callers that wait for them.
    #[must_use]
    pub fn new(max_tasks: usize, waiters: usize) -> Self {
        Self {
            running: Arc::default(),
            max_tasks,
            waiters: Arc::new(Semaphore::new(waiters)),
        }
    }

    /// Returns the result of the work that `key` names. If no task for `key` is running, starts `work` as a
    /// task of `tracker`. Fails at once with [`SingleFlightError::Full`] when a bound is reached.
    pub async fn get<W>(
        &self,
        tracker: &TaskTracker,
        key: K,
        work: impl FnOnce(Interest) -> W,
    ) -> Result<T, SingleFlightError>
    where
        W: Future<Output = T> + Send + 'static,
    {
        let _permit = self.waiters.try_acquire().map_err(|_| SingleFlightError::Full)?;
        let (mut outcome, _guard) = self.join(tracker, key, work)?;
        let ended = outcome.wait_for(Option::is_some).await;
        ended
            .ok()
            .and_then(|ended| ended.clone())
            .ok_or(SingleFlightError::Broken)
    }

    fn join<W>(
        &self,
        tracker: &TaskTracker,
        key: K,
        work: impl FnOnce(Interest) -> W,
    ) -> Result<(watch::Receiver<Option<T>>, WaitGuard), SingleFlightError>
    where
        W: Future<Output = T> + Send + 'static,
    {
        let mut running = lock(&self.running);
        // A task whose sender is gone without a result has panicked or was aborted.
        running.retain(|_, task| task.outcome.has_changed().is_ok());
        if let Some(known) = running.get(&key) {
            return Ok((known.outcome.clone(), known.interest.guard()));
        }
        if running.len() >= self.max_tasks {
            return Err(SingleFlightError::Full);
        }
        let (end, outcome) = watch::channel(None);
        let interest = Interest::default();
        // Created before the task starts; otherwise the task would find nobody interested.
        let guard = interest.guard();
        let task = Running {
            outcome: outcome.clone(),
            interest: interest.clone(),
        };
        running.insert(key.clone(), task);
        drop(running);
        let (work, all) = (work(interest), Arc::clone(&self.running));
        tracker.spawn(async move {
            let result = work.await;
            // In one step: a caller finds the running task and gets its result, or starts the next one. A
            // caller that asks after a failure was told must not get that failure again.
            let mut running = lock(&all);
            running.remove(&key);
            end.send_replace(Some(result));
        });
        Ok((outcome, guard))
    }
}

/// Counts the callers that wait for a task. The task uses it to learn when nobody waits any more.
#[derive(Debug, Clone)]
pub struct Interest(Arc<watch::Sender<usize>>);

impl Default for Interest {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Interest {
    fn guard(&self) -> WaitGuard {
        self.0.send_modify(|waiters| *waiters += 1);
        WaitGuard(self.clone())
    }

    /// Returns once nobody has waited for the whole of `grace`. A client that polls at intervals shorter than
    /// `grace` therefore counts as waiting.
    pub async fn lost(&self, grace: Duration) {
        let mut waiters = self.0.subscribe();
        loop {
            // `wait_for` fails only when the sender is gone, and `self` holds the sender.
            let _ = waiters.wait_for(|waiters| *waiters == 0).await;
            if tokio::time::timeout(grace, waiters.changed()).await.is_err() {
                return;
            }
        }
    }

    /// Returns once at least one caller waits.
    pub async fn found(&self) {
        let _ = self.0.subscribe().wait_for(|waiters| *waiters > 0).await;
    }
}

/// Counts one waiting caller in its [`Interest`], until dropped.
#[derive(Debug)]
struct WaitGuard(Interest);

impl Drop for WaitGuard {
    fn drop(&mut self) {
        self.0.0.send_modify(|waiters| *waiters -= 1);
    }
}

/// Locks the map. A poisoned lock is safe to use: every change of the map is a single step, so a panic cannot
/// leave it half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const LONG: Duration = Duration::from_secs(10);

    fn shared(max_tasks: usize, waiters: usize) -> (SingleFlight<u8, Result<usize, ()>>, TaskTracker) {
        (SingleFlight::new(max_tasks, waiters), TaskTracker::new())
    }

    #[tokio::test(start_paused = true)]
    async fn many_who_ask_at_once_get_the_result_of_one_task_and_later_ones_another() {
        let ((shared, tracker), ran) = (shared(1, 16), Arc::new(AtomicUsize::new(0)));
        let ask = || {
            let ran = Arc::clone(&ran);
            shared.get(&tracker, 1, |_| async move {
                tokio::time::sleep(LONG).await;
                // All callers get an error just as they get a result, and the error is not kept either.
                match ran.fetch_add(1, Ordering::Relaxed) {
                    0 => Err(()),
                    times => Ok(times),
                }
            })
        };
        let first = futures_util::future::join_all((0..16).map(|_| ask())).await;
        assert!(first.iter().all(|told| *told == Ok(Err(()))), "{first:?}");
        assert_eq!(ask().await, Ok(Ok(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_task_goes_on_when_its_asker_leaves_and_the_next_finds_it() {
        let (shared, tracker) = shared(1, 16);
        let ask = |result| {
            shared.get(&tracker, 1, move |_| async move {
                tokio::time::sleep(LONG).await;
                Ok(result)
            })
        };
        assert!(tokio::time::timeout(LONG / 10, ask(1)).await.is_err());
        assert_eq!(ask(2).await, Ok(Ok(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn tasks_and_askers_have_a_bound() {
        let (shared, tracker) = shared(2, 3);
        let ask = |key| {
            let work = |_| async {
                tokio::time::sleep(LONG).await;
                Ok(0)
            };
            shared.get(&tracker, key, work)
        };
        let told = tokio::join!(ask(1), ask(2), ask(3), ask(1), ask(2));
        assert_eq!((told.0, told.1), (Ok(Ok(0)), Ok(Ok(0))));
        assert_eq!(told.2, Err(SingleFlightError::Full), "a third task");
        assert_eq!(
            (told.3, told.4),
            (Ok(Ok(0)), Err(SingleFlightError::Full)),
            "a fourth asker"
        );
        assert_eq!(ask(3).await, Ok(Ok(0)), "everything is free again");
    }

    #[tokio::test]
    async fn a_task_that_panics_is_told_and_does_not_block_its_key() {
        fn fails() -> Result<usize, ()> {
            panic!("on purpose")
        }
        let (shared, tracker) = shared(1, 16);
        let broken = shared.get(&tracker, 1, |_| async { fails() });
        assert_eq!(broken.await, Err(SingleFlightError::Broken));
        assert_eq!(shared.get(&tracker, 1, |_| async { Ok(1) }).await, Ok(Ok(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn interest_is_lost_when_nobody_has_asked_for_the_grace() {
        let interest = Interest::default();
        let guard = interest.guard();
        let lost = tokio::time::timeout(10 * LONG, interest.lost(LONG));
        assert!(lost.await.is_err(), "somebody waits");
        drop(guard);
        // Polls that are answered at once, a third of the grace period apart.
        let polls = async {
            for _ in 0..10 {
                tokio::time::sleep(LONG / 3).await;
                drop(interest.guard());
            }
        };
        tokio::select! {
            () = polls => {}
            () = interest.lost(LONG) => panic!("somebody polls"),
        }
        let lost = tokio::time::timeout(2 * LONG, interest.lost(LONG));
        assert!(lost.await.is_ok());
    }
}
