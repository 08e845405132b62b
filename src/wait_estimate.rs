//! Estimates how long queued work of one kind takes, to tell a client when there will be room again.
//!
//! For code that refuses work because its queue is full. It knows nothing about the work or the queue.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Weight of the newest duration in the moving mean.
const WEIGHT: f64 = 0.2;
/// The most seconds that a client is told to wait. After that time the client had better ask again.
const LONGEST: f64 = 120.0;

/// A moving mean of durations. Shared by reference.
#[derive(Debug)]
pub struct WaitEstimate(Mutex<f64>);

impl WaitEstimate {
    /// Starts with `usual`, a guess, until the first duration is recorded.
    #[must_use]
    pub fn new(usual: Duration) -> Self {
        Self(Mutex::new(usual.as_secs_f64()))
    }

    /// Adds the duration of one finished piece of work to the mean.
    pub fn record(&self, time: Duration) {
        let mut mean = self.lock();
        *mean += (time.as_secs_f64() - *mean) * WEIGHT;
    }

    /// Seconds that `count` pieces of work take when `parallel` of them run at once: whole, from 1 to 120.
    #[must_use]
    pub fn seconds(&self, count: usize, parallel: usize) -> u32 {
        let seconds = *self.lock() * count as f64 / parallel.max(1) as f64;
        seconds.clamp(1.0, LONGEST).ceil() as u32
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, f64> {
        // A poisoned lock is safe to use: a number is never half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_follows_what_was_seen_within_bounds() {
        let wait_estimate = WaitEstimate::new(Duration::from_secs(3));
        assert_eq!(wait_estimate.seconds(4, 2), 6);
        assert_eq!(wait_estimate.seconds(0, 2), 1);
        assert_eq!(wait_estimate.seconds(10_000, 0), 120);
        for _ in 0..40 {
            wait_estimate.record(Duration::from_millis(500));
        }
        assert_eq!(
            wait_estimate.seconds(20, 2),
            6,
            "a little more than 5 s, in whole seconds"
        );
    }
}
