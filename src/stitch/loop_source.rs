//! Where a loop's frames come from: a loop that is there, or one that is being prepared, whose frames are seen
//! as they come.
//!
//! For what puts frames together. Whoever holds a [`LoopSource`] of a loop whose preparation has not begun keeps it
//! in the queue; when the last of them is dropped it is not prepared.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::watch;

use super::loop_preparer::QueueGuard;
use super::prepare::{PartialLoop, PrepareError};
use super::prepared_loop::PreparedLoop;
use super::sound::CueError;
use crate::mp4::AvcConfig;

/// Why a plan cannot be stitched, or no further.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StitchError {
    /// No preparation gives a loop that passes its check, or it is none: its workouts are for the graph.
    #[error("the clip of {exercise} cannot be stitched: {reason}")]
    Unfit {
        /// The clip's file name.
        exercise: String,
        /// Why, in words for people.
        reason: String,
    },
    /// A preparation failed.
    #[error("a loop could not be prepared: {0}")]
    Prepare(#[from] Arc<PrepareError>),
    /// The cues could not be encoded.
    #[error("the cues could not be encoded: {0}")]
    Cues(#[from] Arc<CueError>),
    /// Two loops do not share their decoder parameters.
    #[error("two loops differ in avcC")]
    Config,
    /// A plan without an interval; no planner makes one.
    #[error("there is nothing to show")]
    Empty,
    /// As many loops wait to be prepared as may.
    #[error("too many loops wait to be prepared; about half of them are in {seconds} s")]
    Busy {
        /// When there will be room again, roughly.
        seconds: u32,
    },
}

impl StitchError {
    /// Whether the machine has no more memory, room, descriptors or processes at present, or a loop is left alone for
    /// a while because it hung.
    #[must_use]
    pub fn is_starved(&self) -> bool {
        match self {
            Self::Prepare(error) => error.is_starved(),
            Self::Cues(error) => matches!(&**error, CueError::Ffmpeg(error) if error.is_starved()),
            _ => false,
        }
    }

    /// Whether nothing is wrong, but that the program ends.
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

/// How a preparation ended.
pub(super) type Outcome = Result<Arc<PreparedLoop>, Arc<PrepareError>>;

/// A loop that is being prepared, as those see it who wait for it.
#[derive(Debug, Clone)]
pub struct PendingLoop {
    pub(super) partial: watch::Receiver<PartialLoop>,
    pub(super) outcome: watch::Receiver<Option<Outcome>>,
    /// Keeps it in the queue; `None` if it had begun before it was asked for.
    pub(super) waiter: Option<Arc<QueueGuard>>,
}

/// Where a loop's frames come from.
#[derive(Debug, Clone)]
pub enum LoopSource {
    /// It is there.
    Whole(Arc<PreparedLoop>),
    /// It is being prepared.
    Pending(PendingLoop),
}

impl LoopSource {
    /// Says that its owner cannot go on without it: it comes before loops that are needed later.
    pub fn needed_now(&self) {
        if let Self::Pending(PendingLoop {
            waiter: Some(waiter), ..
        }) = self
        {
            waiter.raise();
        }
    }

    /// Its decoder parameters.
    pub async fn config(&mut self) -> Result<AvcConfig, StitchError> {
        self.take(
            |whole| Some(whole.config.clone()),
            |partial| partial.config.clone(),
        )
        .await
    }

    /// The exercise slices of frame `number`.
    pub async fn frame(&mut self, number: u64) -> Result<Bytes, StitchError> {
        let number = number as usize;
        self.take(
            |whole| whole.frames.get(number).cloned(),
            |partial| partial.frames.get(number).cloned(),
        )
        .await
    }

    /// The second form of the first frame of part `index`.
    pub async fn restart(&mut self, index: usize) -> Result<Bytes, StitchError> {
        self.take(
            |whole| whole.restarts.get(index).cloned(),
            |partial| partial.restarts.get(index).cloned(),
        )
        .await
    }

    /// The whole loop, checked.
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

    /// To be called before a GOP of the loop begins: what is given from now on is checked, if the check has ended.
    /// Within a part it may not change, for a second try's frames are not predicted from the first's.
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

    /// Takes a part as soon as it is there.
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
                // All that it has was in its growth before.
                Some(Ok(_)) => return Err(StitchError::Empty),
                Some(Err(error)) => return Err(error.into()),
                None => {}
            }
            let heard = tokio::select! {
                grown = waits.partial.changed() => grown,
                ended = waits.outcome.changed() => ended,
            };
            if heard.is_err() && waits.outcome.borrow().is_none() {
                // The preparing task is gone without a word.
                return Err(PrepareError::Cancelled.into());
            }
        }
    }
}
