//! Whether a recipe can be followed at all: its loop is encoded and taken apart as any other, and thrown away.

use tokio::sync::watch;

use super::prepare::{PrepareError, prepare};
use super::recipe::{Attempt, Recipe};
use crate::ffmpeg::Tools;

/// Follows a recipe, without the check of what comes out: that finds fault with an encoder, never with a clip.
pub async fn try_recipe(recipe: &Recipe, tools: &Tools) -> Result<(), PrepareError> {
    let first = Attempt::first(recipe.gops());
    prepare(recipe, &first, tools, &watch::Sender::default())
        .await
        .map(|_| ())
}
