//! The least rate at which a client must read a rendering that holds a render permit.
//!
//! For [`super::delivery`]. A client that reads a few bytes now and then makes progress, so no timeout of the
//! connection ends it, and it could hold its permit for days. Only the time that the client lets pass counts;
//! the time in which the client waits for FFmpeg does not.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::units::Frames;

/// The least rate, as a fraction of the playback speed. A client that plays the video reads at the full
/// speed; the rest allows for pauses.
const MIN: f64 = 0.25;

/// Measures the rate of one delivery, in windows of the client's time.
#[derive(Debug)]
pub struct MinimumRate {
    window: Duration,
    /// Length of the video that has been sent so far, in frames.
    progress: watch::Receiver<Frames>,
    /// The value of `progress` when this window began.
    before: Frames,
    /// Time that the client let pass in this window, from receiving bytes to asking for more.
    passed: Duration,
    /// When the client received its last bytes. `None` while the client waits for bytes.
    given: Option<Instant>,
}

/// The client read too slowly in a window. Both values are in seconds: of the
/// video, and of the client's time.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("the client took {taken:.0} s of the video in {passed:.0} s, less than a quarter of its speed")]
pub struct TooSlow {
    taken: f64,
    passed: f64,
}

impl MinimumRate {
    /// Checks the rate once in each `window`, a length of the client's time.
    #[must_use]
    pub fn new(window: Duration, progress: watch::Receiver<Frames>) -> Self {
        let before = *progress.borrow();
        Self {
            window,
            before,
            progress,
            passed: Duration::ZERO,
            given: None,
        }
    }

    /// The client asks for more bytes. Returns an error if a window has ended and
    /// the client read too slowly in it.
    pub fn asked(&mut self) -> Result<(), TooSlow> {
        if let Some(given) = self.given.take() {
            self.passed += given.elapsed();
        }
        if self.passed < self.window {
            return Ok(());
        }
        let now = *self.progress.borrow();
        let (taken, passed) = (
            now.saturating_sub(self.before).seconds().0,
            self.passed.as_secs_f64(),
        );
        if taken < passed * MIN {
            return Err(TooSlow { taken, passed });
        }
        (self.before, self.passed) = (now, Duration::ZERO);
        Ok(())
    }

    /// The client received bytes, so its time runs until it asks for more.
    pub fn given(&mut self) {
        self.given = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Simulates a client for ten minutes of its own time. In each step FFmpeg takes `seconds` to make one
    /// second of video, and then the client lets `seconds` pass. Returns whether the client keeps its permit.
    async fn keeps(seconds: u64) -> bool {
        let (progress, reader) = watch::channel(Frames::ZERO);
        let mut rate = MinimumRate::new(Duration::from_secs(60), reader);
        for _ in 0..600 / seconds {
            if rate.asked().is_err() {
                return false;
            }
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            progress.send_modify(|frames| *frames += Frames(30));
            rate.given();
            tokio::time::sleep(Duration::from_secs(seconds)).await;
        }
        true
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_is_cut_off_below_a_quarter_of_playback() {
        assert!(keeps(1).await, "at the speed of playback");
        assert!(
            keeps(3).await,
            "a third of it; with FFmpeg's time it would be a sixth"
        );
        assert!(!keeps(5).await, "a fifth of it");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_is_made_up_for_costs_nothing() {
        let (progress, reader) = watch::channel(Frames::ZERO);
        let mut rate = MinimumRate::new(Duration::from_secs(60), reader);
        rate.given();
        tokio::time::sleep(Duration::from_secs(40)).await;
        for _ in 0..25 {
            assert_eq!(rate.asked(), Ok(()));
            progress.send_modify(|frames| *frames += Frames(30));
            rate.given();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}
