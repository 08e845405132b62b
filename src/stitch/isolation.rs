//! Encodes a loop until nothing in it is predicted from the HUD, and it asks no more of decoders than Main profile allows.
//!
//! Children that are killed, too slow or short of memory on the way say nothing about the loop: they are started
//! again, a few times, and what was made before is kept.

use tokio::sync::watch;

use super::intra_frames::IntraFrames;
use super::prepare::{PartialLoop, PrepareError, prepare};
use super::prepared_loop::PreparedLoop;
use super::recipe::{Attempt, Recipe};
use super::verify::verify;
use crate::ffmpeg::{Retries, Task, Tools};

/// How often a loop is encoded at most. What mends a frame may spoil one after it; the last try predicts none
/// from another, which takes several times the bytes and cannot fail.
const TRIES: usize = 4;

/// Prepares a loop, and tells in how many tries. Who waits sees the first of them as it grows.
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
            // Ends: of a frame that is predicted from none, a fault is an error.
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
