//! Backoff for work whose child was overdue: the work is refused for a while, longer after each time.
//!
//! For the loop preparer and the thumbnails. A clip that makes FFmpeg hang does not occupy a permit for a
//! whole deadline again and again, and callers that ask for the work get an error at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::FfmpegError;

/// Pause after the first time. Each further pause is twice as long, up to [`LONGEST`].
const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(300);
/// Maximum number of keys that are kept.
const MAX: usize = 1000;

/// The work that is refused at present, by key.
#[derive(Debug)]
pub struct Backoff<Key>(Mutex<HashMap<Key, Rest>>);

#[derive(Debug, Clone, Copy)]
struct Rest {
    pause: Duration,
    until: Instant,
}

impl<Key> Default for Backoff<Key> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Key: Eq + Hash> Backoff<Key> {
    /// Fails with [`FfmpegError::Resting`] while the work of this key is refused.
    pub fn check(&self, key: &Key) -> Result<(), FfmpegError> {
        let left = |rest: &Rest| rest.until.saturating_duration_since(Instant::now());
        match self.lock().get(key).map(left).filter(|left| !left.is_zero()) {
            None => Ok(()),
            Some(left) => Err(FfmpegError::Resting {
                seconds: left.as_secs() + 1,
            }),
        }
    }

    /// Records the result of the work: no failure ends the backoff, and an
    /// overdue child starts or prolongs it. Other failures change nothing.
    pub fn note(&self, key: Key, failure: Option<&FfmpegError>) {
        let mut all = self.lock();
        match failure {
            None => drop(all.remove(&key)),
            Some(FfmpegError::Overdue { .. }) => {
                if all.len() >= MAX {
                    let now = Instant::now();
                    all.retain(|_, rest| rest.until > now);
                }
                if all.len() >= MAX {
                    all.clear();
                }
                let before = all.get(&key).map(|rest| rest.pause * 2);
                let pause = before.map_or(FIRST, |pause| pause.min(LONGEST));
                let until = Instant::now() + pause;
                all.insert(key, Rest { pause, until });
            }
            Some(_) => {}
        }
    }

    /// Ignores poisoning: each change is a single step, so a panic elsewhere leaves the map consistent.
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Rest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffmpeg::Task;

    #[tokio::test(start_paused = true)]
    async fn what_hangs_is_left_alone_longer_each_time_until_it_works() {
        let backoff = Backoff::default();
        let overdue = FfmpegError::Overdue {
            task: Task::Poster,
            seconds: 60,
        };
        for pause in [5, 10, 20, 40, 80, 160, 300, 300] {
            assert!(backoff.check(&1).is_ok());
            backoff.note(1, Some(&overdue));
            tokio::time::advance(Duration::from_secs(pause - 1)).await;
            let resting = backoff.check(&1);
            assert!(matches!(resting, Err(FfmpegError::Resting { .. })), "{pause}");
            assert!(backoff.check(&2).is_ok(), "another");
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        backoff.note(1, None);
        backoff.note(1, Some(&overdue));
        tokio::time::advance(FIRST).await;
        assert!(backoff.check(&1).is_ok());
        backoff.note(3, Some(&FfmpegError::TooMuch(1)));
        assert!(backoff.check(&3).is_ok(), "it did not hang");
    }
}
