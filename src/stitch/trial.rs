//! Tests whether FFmpeg can encode a recipe at all. The loop is encoded and split
//! into slices like any other, and then dropped.
//!
//! For the trial of a clip before it is accepted. It uses neither the store nor the queue.

use tokio::sync::watch;

use super::prepare::{PrepareError, prepare};
use super::recipe::{Attempt, Recipe};
use crate::ffmpeg::Tools;

/// Encodes a recipe without the check by `verify`, which finds faults of an encoder and never of a clip.
pub async fn try_recipe(recipe: &Recipe, tools: &Tools) -> Result<(), PrepareError> {
    let first = Attempt::first(recipe.gops());
    prepare(recipe, &first, tools, &watch::Sender::default())
        .await
        .map(|_| ())
}
