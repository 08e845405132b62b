//! The clock of generation: how far FFmpeg has fallen behind playback.
//!
//! Only time spent waiting for FFmpeg counts, not time that a slow viewer makes it wait; and every
//! frame delivered earns its own length back. So a rendering that keeps ahead of its viewer never
//! times out, however long the workout. A single wait is never longer than the limit, whatever was
//! earned before: an FFmpeg that hangs is found at any place.

use std::time::Duration;

use tokio::time::Instant;

use super::RenderError;
use crate::units::{Ticks, VIDEO_TIMESCALE};

/// Counts for one rendering.
#[derive(Debug)]
pub struct Clock {
    limit: Duration,
    waited: Duration,
    produced: Duration,
}

impl Clock {
    /// A clock that allows generation to be `limit` behind playback.
    pub fn new(limit: Duration) -> Self {
        Self {
            limit,
            waited: Duration::ZERO,
            produced: Duration::ZERO,
        }
    }

    /// Waits for something of FFmpeg's, and counts.
    pub async fn wait<T>(
        &mut self,
        work: impl Future<Output = Result<T, RenderError>>,
    ) -> Result<T, RenderError> {
        let ahead = (self.limit + self.produced).saturating_sub(self.waited);
        let left = ahead.min(self.limit);
        let start = Instant::now();
        let outcome = tokio::time::timeout(left, work).await;
        self.waited += start.elapsed();
        outcome.unwrap_or(Err(RenderError::Timeout {
            seconds: self.limit.as_secs(),
        }))
    }

    /// Says that frames of so much playback have been made.
    pub fn produced(&mut self, playback: Ticks) {
        self.produced += Duration::from_micros(playback.0 * 1_000_000 / u64::from(VIDEO_TIMESCALE));
    }

    /// Time spent waiting for FFmpeg so far.
    pub fn waited(&self) -> Duration {
        self.waited
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Frames;

    async fn takes(seconds: u64) -> Result<(), RenderError> {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn a_rendering_ahead_of_playback_never_times_out() {
        let mut clock = Clock::new(Duration::from_secs(3));
        for _ in 0..100 {
            clock
                .wait(takes(2))
                .await
                .expect("two seconds of work for every two of video");
            clock.produced(Frames(60).ticks());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_hangs_does_however_far_ahead_it_was() {
        let mut clock = Clock::new(Duration::from_secs(3));
        clock.wait(takes(1)).await.expect("a second of work");
        clock.produced(Frames(30 * 3600).ticks());
        let hung = clock.wait(takes(4)).await;
        assert!(
            matches!(hung, Err(RenderError::Timeout { seconds: 3 })),
            "{hung:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_falls_behind_does() {
        let mut clock = Clock::new(Duration::from_secs(3));
        clock.wait(takes(2)).await.expect("two seconds behind");
        // A viewer who makes it wait costs nothing.
        tokio::time::sleep(Duration::from_secs(1000)).await;
        let late = clock.wait(takes(2)).await;
        assert!(
            matches!(late, Err(RenderError::Timeout { seconds: 3 })),
            "{late:?}"
        );
    }
}
