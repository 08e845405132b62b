//! The source of a loop's frames: a loop that is ready, or a preparation whose frames arrive one by one.
//!
//! For [`StitchedFrames`](super::StitchedFrames) and [`LoopRequest`](super::LoopRequest). A
//! [`LoopSource`] keeps a loop in the queue until the preparation begins. When the last source of
//! such a loop is dropped, the loop is not prepared.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::watch;

use super::loop_preparer::QueueGuard;
use super::prepare::{PartialLoop, PrepareError};
use super::prepared_loop::PreparedLoop;
use super::sound::CueError;
use crate::mp4::AvcConfig;

/// Why a plan cannot be stitched, or why a stream of it ended early.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StitchError {
    /// No preparation of the clip gives a loop that passes its check, or the clip is too long for a loop.
    /// Workouts that show it need FFmpeg's filter graph instead.
    #[error("the clip of {exercise} cannot be stitched: {reason}")]
    Unfit {
        /// The clip's file name.
        exercise: String,
        /// The reason, in words for people.
        reason: String,
    },
    /// A preparation failed.
    #[error("a loop could not be prepared: {0}")]
    Prepare(#[from] Arc<PrepareError>),
    /// The cues could not be encoded.
    #[error("the cues could not be encoded: {0}")]
    Cues(#[from] Arc<CueError>),
    /// Two loops have different decoder parameters (avcC).
    #[error("two loops differ in avcC")]
    Config,
    /// The plan has no interval. No planner makes such a plan.
    #[error("there is nothing to show")]
    Empty,
    /// The queue of loops is full.
    #[error("too many loops wait to be prepared; about half of them are in {seconds} s")]
    Busy {
        /// Estimated seconds until about half of the waiting loops are prepared and the queue has room again.
        seconds: u32,
    },
}

impl StitchError {
    /// Whether the machine lacks memory, disk space, file descriptors or processes at present, or a loop is
    /// left alone for a while because it hung.
    #[must_use]
    pub fn is_starved(&self) -> bool {
        match self {
            Self::Prepare(error) => error.is_starved(),
            Self::Cues(error) => matches!(&**error, CueError::Ffmpeg(error) if error.is_starved()),
            _ => false,
        }
    }

    /// Whether the only cause is that the program ends.
    #[must_use]
    pub fn is_shutdown(&self) -> bool {
        matches!(self, Self::Prepare(error) if matches!(**error, PrepareError::Cancelled))
    }
}

impl From<PrepareError> for StitchError {
    fn from(error: PrepareError) -> Self {
        Self::Prepare(Arc::new(error))
    }
}

/// The outcome of a preparation.
pub(super) type Outcome = Result<Arc<PreparedLoop>, Arc<PrepareError>>;

/// A loop that is queued or being prepared, as its waiters see it.
#[derive(Debug, Clone)]
pub struct PendingLoop {
    pub(super) partial: watch::Receiver<PartialLoop>,
    pub(super) outcome: watch::Receiver<Option<Outcome>>,
    /// Keeps the loop in the queue. `None` if the preparation had begun before this source asked for it.
    pub(super) waiter: Option<Arc<QueueGuard>>,
}

/// The source of a loop's frames.
#[derive(Debug, Clone)]
pub enum LoopSource {
    /// The loop is ready.
    Whole(Arc<PreparedLoop>),
    /// The loop is queued or being prepared.
    Pending(PendingLoop),
}

impl LoopSource {
    /// Raises the urgency of a queued loop, because its owner cannot continue without it.
    pub fn needed_now(&self) {
        if let Self::Pending(PendingLoop {
            waiter: Some(waiter), ..
        }) = self
        {
            waiter.raise();
        }
    }

    /// The decoder parameters. Waits until they are known.
    pub async fn config(&mut self) -> Result<AvcConfig, StitchError> {
        self.take(
            |whole| Some(whole.config.clone()),
            |partial| partial.config.clone(),
        )
        .await
    }

    /// The exercise slices of frame `number`. Waits until the frame is encoded.
    pub async fn frame(&mut self, number: u64) -> Result<Bytes, StitchError> {
        let number = number as usize;
        self.take(
            |whole| whole.frames.get(number).cloned(),
            |partial| partial.frames.get(number).cloned(),
        )
        .await
    }

    /// The restart form of the first frame of GOP `index`. Waits until the frame is encoded.
    pub async fn restart(&mut self, index: usize) -> Result<Bytes, StitchError> {
        self.take(
            |whole| whole.restarts.get(index).cloned(),
            |partial| partial.restarts.get(index).cloned(),
        )
        .await
    }

    /// Waits for the whole loop, checked.
    pub async fn whole(self) -> Result<Arc<PreparedLoop>, StitchError> {
        let mut pending = match self {
            Self::Whole(prepared) => return Ok(prepared),
            Self::Pending(pending) => pending,
        };
        match pending.outcome.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(Ok(prepared))) => Ok(Arc::clone(prepared)),
            Ok(Some(Err(error))) => Err(Arc::clone(error).into()),
            Ok(None) | Err(_) => Err(PrepareError::Cancelled.into()),
        }
    }

    /// Call this before a GOP of the loop begins. If the preparation has ended, the source gives the frames
    /// of the checked loop from now on. The source must not change within a GOP, because the frames of a
    /// second try are not predicted from those of the first.
    ///
    /// Fails if the preparation has ended without a loop.
    pub fn renew(&mut self) -> Result<(), StitchError> {
        let Self::Pending(pending) = self else {
            return Ok(());
        };
        let ended = pending.outcome.borrow().clone();
        match ended {
            Some(Ok(prepared)) => *self = Self::Whole(prepared),
            Some(Err(error)) => return Err(error.into()),
            None => {}
        }
        Ok(())
    }

    /// Waits for a piece of the loop. `whole` and `pending` look
    /// for it in the ready loop and in the partial one.
    async fn take<T>(
        &mut self,
        whole: impl Fn(&PreparedLoop) -> Option<T>,
        pending: impl Fn(&PartialLoop) -> Option<T>,
    ) -> Result<T, StitchError> {
        loop {
            let waits = match self {
                Self::Whole(prepared) => return whole(prepared).ok_or(StitchError::Empty),
                Self::Pending(waits) => waits,
            };
            let ended = waits.outcome.borrow().clone();
            if let Some(part) = pending(&waits.partial.borrow_and_update()) {
                return Ok(part);
            }
            match ended {
                // A preparation that has ended had put all its frames into `partial` before.
                Some(Ok(_)) => return Err(StitchError::Empty),
                Some(Err(error)) => return Err(error.into()),
                None => {}
            }
            let heard = tokio::select! {
                grown = waits.partial.changed() => grown,
                ended = waits.outcome.changed() => ended,
            };
            if heard.is_err() && waits.outcome.borrow().is_none() {
                // The preparing task ended without an outcome.
                return Err(PrepareError::Cancelled.into());
            }
        }
    }
}
