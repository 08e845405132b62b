//! How long work of one kind takes: for saying when there will be room again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What the last one weighs in the mean.
const WEIGHT: f64 = 0.2;
/// The longest that a client is told to wait: by then it had better ask again.
const LONGEST: f64 = 120.0;

/// A moving mean of durations. Shared by reference.
#[derive(Debug)]
pub struct WaitEstimate(Mutex<f64>);

impl WaitEstimate {
    /// Before anything was done: a guess.
    #[must_use]
    pub fn new(usual: Duration) -> Self {
        Self(Mutex::new(usual.as_secs_f64()))
    }

    /// One took so long.
    pub fn record(&self, time: Duration) {
        let mut mean = self.lock();
        *mean += (time.as_secs_f64() - *mean) * WEIGHT;
    }

    /// Whole seconds that so many take, `parallel` at once: 1 at least.
    #[must_use]
    pub fn seconds(&self, count: usize, parallel: usize) -> u32 {
        let seconds = *self.lock() * count as f64 / parallel.max(1) as f64;
        seconds.clamp(1.0, LONGEST).ceil() as u32
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, f64> {
        // A number is never half changed.
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
