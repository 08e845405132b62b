//! Work whose child was overdue is left alone for a while, longer each time: so that a clip that hangs FFmpeg does not
//! take a place for a whole deadline again and again, and whoever asks for it is answered at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::FfmpegError;

/// After the first time; then twice as long each time.
const FIRST: Duration = Duration::from_secs(5);
/// At most.
const LONGEST: Duration = Duration::from_secs(300);
/// Pieces of work that are remembered.
const MAX: usize = 1000;

/// What is left alone, by key.
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
    /// Fails while the work is left alone.
    pub fn check(&self, key: &Key) -> Result<(), FfmpegError> {
        let left = |rest: &Rest| rest.until.saturating_duration_since(Instant::now());
        match self.lock().get(key).map(left).filter(|left| !left.is_zero()) {
            None => Ok(()),
            Some(left) => Err(FfmpegError::Resting {
                seconds: left.as_secs() + 1,
            }),
        }
    }

    /// Notes how the work ended: well, or with this failure.
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

    /// A panic elsewhere leaves it whole: each change is one step.
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
