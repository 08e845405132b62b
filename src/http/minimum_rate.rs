//! The least rate at which a client must take a rendering that holds one of the scarce places.
//!
//! A client that takes a few bytes now and then makes progress, so no timeout of the connection ends it, and yet it
//! would hold its place for days. Only time that the client lets pass counts: what it waits for FFmpeg does not.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::units::Frames;

/// Of the speed of playback. Whoever watches takes all of it; what is left is for pauses.
const MIN: f64 = 0.25;

/// The clock of one delivery.
#[derive(Debug)]
pub struct MinimumRate {
    window: Duration,
    /// How much of the video has left.
    progress: watch::Receiver<Frames>,
    /// The same when this window began.
    before: Frames,
    /// Time that the client let pass in this window.
    passed: Duration,
    /// When it was given something, if it has not asked for more since.
    given: Option<Instant>,
}

/// Too little was taken in a window.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("the client took {taken:.0} s of the video in {passed:.0} s, less than a quarter of its speed")]
pub struct TooSlow {
    taken: f64,
    passed: f64,
}

impl MinimumRate {
    /// Judges once in each `window`.
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

    /// The client asks for more.
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

    /// The client was given something.
    pub fn given(&mut self) {
        self.given = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a client keeps its place that takes a second of video, then lets so many seconds pass, for ten minutes;
    /// FFmpeg takes as long for each.
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
