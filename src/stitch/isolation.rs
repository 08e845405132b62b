//! Encodes a loop until it is isolated (nothing of its exercise is predicted from the HUD) and demands no
//! more of a decoder than Main profile allows.
//!
//! For [`LoopPreparer`](super::LoopPreparer). [`prepare`] runs the encoder, [`verify`] finds the faults, and
//! this module decides what the next try changes. A child process that is killed, too slow or short of memory
//! says nothing about the loop. It is started again a few times, and the frames that it made are kept.

use tokio::sync::watch;

use super::intra_frames::IntraFrames;
use super::prepare::{PartialLoop, PrepareError, prepare};
use super::prepared_loop::PreparedLoop;
use super::recipe::{Attempt, Recipe};
use super::verify::verify;
use crate::ffmpeg::{Retries, Task, Tools};

/// Number of the try that codes every frame as an intra frame, if the tries before still had frames that were
/// predicted from the HUD. A try that corrects one frame may spoil a later one. If no frame is predicted from
/// another, no prediction can reach the HUD, but the loop takes several times the bytes.
///
/// The last encoding is the fourth, or the fifth if the third demanded too much of a decoder and the fourth
/// still had a frame that is predicted from the HUD.
const TRIES: usize = 4;

/// Prepares a loop. Returns it with the number of encodings. `partial_sender` receives
/// the frames of the first encoding as they come.
pub async fn encode_isolated(
    recipe: &Recipe,
    tools: &Tools,
    partial_sender: &watch::Sender<PartialLoop>,
) -> Result<(PreparedLoop, usize), PrepareError> {
    let mut attempt = Attempt::first(recipe.gops());
    let mut tries = 1;
    let mut prepared = encoded(recipe, &attempt, tools, partial_sender).await?;
    loop {
        let faults = checked(&prepared, &attempt.intra, recipe, tools).await;
        tries += 1;
        attempt = match faults {
            Ok(faults) if faults.is_empty() => return Ok((prepared, tries - 1)),
            Ok(faults) if tries < TRIES => Attempt {
                intra: attempt.intra.and(faults),
                ..attempt
            },
            // This ends the loop: `verify` returns an error for a fault in an intra frame.
            Ok(_) => Attempt {
                intra: IntraFrames::every(recipe.gops()),
                ..attempt
            },
            Err(PrepareError::TooDemanding { .. }) if tries <= TRIES => attempt.coarser(),
            Err(error) => return Err(error),
        };
        prepared = encoded(recipe, &attempt, tools, &watch::Sender::default()).await?;
    }
}

async fn encoded(
    recipe: &Recipe,
    attempt: &Attempt,
    tools: &Tools,
    partial_sender: &watch::Sender<PartialLoop>,
) -> Result<PreparedLoop, PrepareError> {
    let mut retries = Retries::of(Task::Loop);
    loop {
        match prepare(recipe, attempt, tools, partial_sender).await {
            Err(PrepareError::Ffmpeg(error)) if retries.again(&error).await => {}
            outcome => return outcome,
        }
    }
}

/// The frames that are predicted from the HUD.
async fn checked(
    prepared: &PreparedLoop,
    intra: &IntraFrames,
    recipe: &Recipe,
    tools: &Tools,
) -> Result<Vec<u64>, PrepareError> {
    let mut retries = Retries::of(Task::Verify);
    loop {
        match verify(prepared, intra, &recipe.look.profile, tools).await {
            Err(PrepareError::Ffmpeg(error)) if retries.again(&error).await => {}
            outcome => return outcome,
        }
    }
}
