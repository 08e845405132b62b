//! The deadline of a rendering: how far FFmpeg has fallen behind playback.
//!
//! For the muxer and for recordings. Only time spent waiting for FFmpeg counts, not the time that FFmpeg
//! waits for a slow viewer. Every frame that is produced adds its own duration to the allowance. So a
//! rendering that stays ahead of playback never times out, however long the workout. A single wait is never
//! longer than the limit, however far ahead the rendering is: an FFmpeg that hangs is noticed anywhere in the
//! workout.

use std::time::Duration;

use tokio::time::Instant;

use super::RenderError;
use crate::units::{Ticks, VIDEO_TIMESCALE};

/// The clock of one rendering.
#[derive(Debug)]
pub struct Clock {
    limit: Duration,
    waited: Duration,
    produced: Duration,
}

impl Clock {
    /// Creates a clock that lets generation fall at most `limit` behind playback.
    pub fn new(limit: Duration) -> Self {
        Self {
            limit,
            waited: Duration::ZERO,
            produced: Duration::ZERO,
        }
    }

    /// Waits for `work` of FFmpeg and counts the time. Fails with [`RenderError::Timeout`] after the time
    /// that is left.
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

    /// Adds the duration of frames that have been produced.
    pub fn produced(&mut self, playback: Ticks) {
        self.produced += Duration::from_micros(playback.0 * 1_000_000 / u64::from(VIDEO_TIMESCALE));
    }

    /// The time spent waiting for FFmpeg so far.
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
        // Time in which FFmpeg waits for the viewer does not count.
        tokio::time::sleep(Duration::from_secs(1000)).await;
        let late = clock.wait(takes(2)).await;
        assert!(
            matches!(late, Err(RenderError::Timeout { seconds: 3 })),
            "{late:?}"
        );
    }
}
