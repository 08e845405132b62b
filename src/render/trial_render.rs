//! The trial of a clip: before a clip is accepted, each renderer makes a few frames of it.
//!
//! For `clip`, which calls the trial through [`TrialRender`]. The trial uses the same graphs, command lines
//! and readers as a workout, at the smallest size. It checks only that there is a result, not what the result
//! looks like. The sound is not tried here: the probe tried it when it chose the audio track.

use std::sync::Arc;

use super::{RenderError, RenderSettings, graph_frames};
use crate::clip::{Clip, TrialError, TrialRender};
use crate::ffmpeg::{Retries, Task};
use crate::graph::{Group, Look, Offset, Shot};
use crate::stitch::{Recipe, StitchError, try_recipe};
use crate::units::{Frames, Speed};
use crate::workout::{Fit, Orientation, Profile, Resolution};

/// The number of frames that a trial makes.
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
            // Both at the same time, because each mostly waits for a process.
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

/// Tries again when FFmpeg was killed or the machine was out of resources, as all other tasks that read clips
/// do.
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

/// Follows the recipe of a loop with a HUD bar; the trial of the graph renderer has none. So both layouts are
/// tried.
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
