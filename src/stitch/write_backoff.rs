//! Tracks whether the folder of the store can be written at present, and when to try again.
//!
//! For the store. This module writes nothing itself. If the disk is full, or the folder has no
//! write permission or lies on a medium that became read-only, every write fails. Trying each time
//! would only cost time and fill the log. So only the first failure is logged as an error, and
//! nothing is written until the next try is due.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time from a failure to the next try. It doubles with each failure, up to `LONGEST`.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// The state of writing: `None` while writes succeed.
#[derive(Debug, Default)]
pub(super) struct WriteBackoff(Mutex<Option<Failing>>);

#[derive(Debug)]
struct Failing {
    next: Instant,
    wait: Duration,
}

impl WriteBackoff {
    /// Whether a write may be tried now.
    pub(super) fn may_try(&self, now: Instant) -> bool {
        self.lock().as_ref().is_none_or(|failing| failing.next <= now)
    }

    /// Records that a write failed.
    pub(super) fn failed(&self, now: Instant, error: &io::Error) {
        let mut state = self.lock();
        let wait = match &*state {
            None => {
                tracing::error!(%error, "the cache cannot be written: what is prepared stays in memory until it can");
                FIRST
            }
            Some(failing) => {
                tracing::debug!(%error, "the cache still cannot be written");
                (failing.wait * 2).min(LONGEST)
            }
        };
        let next = now + wait;
        *state = Some(Failing { next, wait });
    }

    /// Records that a write succeeded.
    pub(super) fn worked(&self) {
        if self.lock().take().is_some() {
            tracing::warn!("the cache can be written again");
        }
    }

    /// Time until the next try; `None` if writes succeed.
    pub(super) fn next_try(&self, now: Instant) -> Option<Duration> {
        let state = self.lock();
        Some(state.as_ref()?.next.saturating_duration_since(now))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Failing>> {
        // A poisoned lock is safe to use: the state is changed in one step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_become_rarer_until_one_succeeds() {
        let write_backoff = WriteBackoff::default();
        let mut now = Instant::now();
        let mut waits = Vec::new();
        for _ in 0..9 {
            assert!(write_backoff.may_try(now));
            write_backoff.failed(now, &io::Error::from(io::ErrorKind::StorageFull));
            let wait = write_backoff.next_try(now).expect("a time");
            waits.push(wait.as_secs());
            now += wait / 2;
            assert!(!write_backoff.may_try(now));
            now += wait / 2;
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        write_backoff.worked();
        assert!(write_backoff.may_try(now) && write_backoff.next_try(now).is_none());
    }
}
