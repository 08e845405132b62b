//! A clip is tried before it is called good: a few frames of it, as each renderer makes them.
//!
//! By the same graphs, command lines and readers as a workout's, at the smallest size. Its sound was tried when it
//! was chosen. What the result looks like is nobody's business here: only that there is one.

use std::sync::Arc;

use super::{RenderError, RenderSettings, graph_frames};
use crate::clip::{Clip, TrialError, TrialRender};
use crate::ffmpeg::{Retries, Task};
use crate::graph::{Group, Look, Offset, Shot};
use crate::stitch::{Recipe, StitchError, try_recipe};
use crate::units::{Frames, Speed};
use crate::workout::{Fit, Orientation, Profile, Resolution};

/// Frames that are made.
const FEW: Frames = Frames(3);

/// The trial of clips with these settings.
#[must_use]
pub fn trial_render(settings: RenderSettings) -> TrialRender {
    let settings = Arc::new(RenderSettings {
        tools: Arc::new(settings.tools.on_trial()),
        ..settings
    });
    TrialRender(Arc::new(move |clip| {
        let settings = Arc::clone(&settings);
        Box::pin(async move {
            let clip = Arc::new(first_frames(clip));
            // At once: each waits for a process.
            let stitch = patiently(|| stitch(&settings, &clip));
            let graph = patiently(|| graph(&settings, &clip));
            let tried = tokio::try_join!(stitch, graph);
            tried.map(|_| ()).map_err(|error| TrialError {
                is_of_machine: error.is_of_machine(),
                cause: Box::new(error),
            })
        })
    }))
}

/// Tries again when FFmpeg was killed, as every other task that reads clips does.
async fn patiently<F: Future<Output = Result<(), RenderError>>>(
    tried: impl Fn() -> F,
) -> Result<(), RenderError> {
    let mut retries = Retries::of(Task::Trial);
    loop {
        match tried().await {
            Err(error) if again(&mut retries, &error).await => {}
            outcome => return outcome,
        }
    }
}

async fn again(retries: &mut Retries, error: &RenderError) -> bool {
    match error.of_ffmpeg() {
        Some(error) => retries.again(error).await,
        None => false,
    }
}

/// The same clip, as if it ended after a few frames.
fn first_frames(clip: Clip) -> Clip {
    Clip {
        length: FEW.min(clip.frames()).seconds(),
        ..clip
    }
}

fn look(settings: &RenderSettings, with_bar: bool) -> Look {
    Look {
        profile: Profile::new(Resolution::P480, Orientation::Landscape, with_bar),
        fit: Fit::default(),
        backdrop: settings.backdrop.clone(),
    }
}

/// With a bar: what the other renderer's trial does without.
async fn stitch(settings: &RenderSettings, clip: &Arc<Clip>) -> Result<(), RenderError> {
    let recipe = Recipe {
        clip: Arc::clone(clip),
        mirrored: false,
        look: look(settings, true),
    };
    let tried = try_recipe(&recipe, &settings.tools).await;
    tried.map_err(|error| StitchError::from(error).into())
}

async fn graph(settings: &RenderSettings, clip: &Arc<Clip>) -> Result<(), RenderError> {
    let shot = Shot {
        clip: Arc::clone(clip),
        start: Frames::ZERO,
        length: FEW,
        speed: Speed::NORMAL,
        mirrored: false,
        heard: false,
        offset: Offset::default(),
    };
    graph_frames::try_group(settings, &look(settings, false), &Group { shots: vec![shot] }).await
}
