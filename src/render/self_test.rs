//! Tests whether an FFmpeg can do everything that this program needs, by doing it: makes a clip, cuts it,
//! probes it, stitches it, renders it with the graph and with sound, and makes a poster and a preview of it.
//!
//! For `/ready` and `doctor`. FFmpeg's lists of filters and encoders are not enough: an option may have
//! another name, or an encoder may be built without something that it needs. The test runs the same code as a
//! workout, on a generated clip of one second, in its own temporary folder. It never touches the user's
//! clips.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{RenderError, RenderSettings, Renderer, Thumbnails};
use crate::catalogue::{Catalogue, Exercise};
use crate::clip::{ClipError, Depth, Diagnosis, Inspector, Library};
use crate::ffmpeg::{FfmpegError, Task, Tools, file_argument};
use crate::graph::Backdrop;
use crate::stitch::{LoopPreparer, Store, StoreLimits};
use crate::units::{Frames, Speed};
use crate::workout::{
    Fit, HudParts, Interval, IntervalKind, Language, Movement, Orientation, Plan, Profile, RendererChoice,
    Resolution, Timeline,
};

/// The catalogue with the test's clip.
const CATALOGUE: &str = r#"{"version": 1, "exercises": [{
    "id": "trial", "name": "Trial", "description": "A picture made each way.", "icon": "T", "video": "trial.mkv",
    "category": "warm_up", "difficulty": "easy", "has_jump": false, "position": "standing", "sides": "both",
    "muscles": {"primary": ["quadriceps"], "secondary": []}, "equipment": [], "met": 3.5, "default_duration": 30,
    "loop_range": {"start": 0.2, "end": 0.8},
    "attribution": {"license": "CC0-1.0", "author": "Virtual Coach", "source": "made by FFmpeg"}
}]}"#;

/// Bytes of loops that the test may hold, in its folder and in memory. Its one loop takes about 100 kB.
const BOUND: u64 = 16 << 20;

/// Versions of FFmpeg that the tests are run with.
const TRIED: &str =
    "versions 4.2 to 9 are known to work: install one of them, or name another with COACH_FFMPEG";

/// The most characters of FFmpeg's own message that are reported.
const LONGEST_REASON: usize = 300;

/// The first step of the self-test that an FFmpeg failed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// A sentence for the user. It contains no path of this machine.
    pub sentence: String,
    /// Whether the failure says nothing about FFmpeg, for example because the disk was full. The test may
    /// succeed the next time.
    pub is_of_machine: bool,
}

/// Runs the self-test. Returns only the first failure, because the later steps need the earlier ones.
pub async fn self_test(tools: &Arc<Tools>) -> Result<(), Failed> {
    let folder = tempfile::tempdir().map_err(|error| Failed {
        sentence: format!("there is no temporary folder to try it in ({error})"),
        is_of_machine: true,
    })?;
    let tools = Arc::new(tools.on_trial());
    let tried = tried(&tools, folder.path()).await;
    tried.map_err(|failure| {
        let Failure {
            what,
            why,
            is_of_machine,
        } = failure;
        tracing::warn!(what, why, "FFmpeg failed at its trial");
        let why = why.replace(&*folder.path().to_string_lossy(), "");
        let why: String = why.chars().take(LONGEST_REASON).collect();
        let sentence = if is_of_machine {
            format!("it could not be tried whether it can {what} ({why})")
        } else {
            format!("it cannot {what} ({why}); {TRIED}")
        };
        Failed {
            sentence,
            is_of_machine,
        }
    })
}

struct Failure {
    what: &'static str,
    why: String,
    is_of_machine: bool,
}

impl Failure {
    fn of(what: &'static str, error: impl Into<RenderError>) -> Self {
        let error = error.into();
        Self {
            what,
            why: error.to_string(),
            // A program that cannot be started is itself at fault, not the machine.
            is_of_machine: error.is_of_machine()
                && !matches!(error.of_ffmpeg(), Some(FfmpegError::Start { .. })),
        }
    }

    fn of_clip(what: &'static str, error: &ClipError) -> Self {
        let cause = std::error::Error::source(error);
        let cause = cause.map_or_else(String::new, |cause| format!(": {cause}"));
        Self {
            what,
            why: format!("{error}{cause}"),
            is_of_machine: error.is_of_machine() && !matches!(error, ClipError::Tools(_)),
        }
    }
}

async fn tried(tools: &Arc<Tools>, folder: &Path) -> Result<(), Failure> {
    // The constant is always valid; a test checks it.
    let mut catalogue = Catalogue::parse(CATALOGUE).expect("the trial's catalogue is sound");
    let exercise = catalogue.exercises()[0].clone();
    source(tools, &folder.join("trial.mkv"))
        .await
        .map_err(|error| Failure::of("make a clip", error))?;
    let inspector = Inspector::new(Arc::clone(tools), folder, &folder.join("cache"));
    let clip = inspector
        .inspect(&exercise.video, exercise.loop_range, Depth::Whole)
        .await
        .map_err(|error| Failure::of_clip("read a clip and cut a loop out of it", &error))?;
    let diagnosis = Diagnosis {
        exercise: exercise.id.clone(),
        file: exercise.video.clone(),
        outcome: Ok(clip),
    };
    let library = Arc::new(Library::new(vec![diagnosis], &mut catalogue));
    let settings = settings(tools);
    let (renderer, shutdown) =
        renderer(&settings, &library, folder).map_err(|e| Failure::of("be tried", e))?;
    // Ends all work of the renderer when the test ends, whatever its result.
    let _ended = shutdown.drop_guard();
    for (choice, what) in [
        (
            RendererChoice::Stitch,
            "prepare a loop and put a video together from it",
        ),
        (RendererChoice::Graph, "render a video"),
    ] {
        let made = whole(&renderer, plan(&exercise, choice)).await;
        made.map_err(|error| Failure::of(what, error))?;
    }
    let thumbnails = Thumbnails::new(settings, library);
    for (made, what) in [
        (thumbnails.poster(&exercise).await, "make a poster"),
        (thumbnails.preview(&exercise.id).await, "make a preview"),
    ] {
        match made {
            Some(Ok(bytes)) if !bytes.is_empty() => {}
            Some(Err(error)) => return Err(Failure::of(what, RenderError::clone(&error))),
            Some(Ok(_)) | None => {
                return Err(Failure::of(
                    what,
                    RenderError::Internal("nothing came".to_owned()),
                ));
            }
        }
    }
    Ok(())
}

/// Makes a clip in the form of a cut: lossless, with sound.
async fn source(tools: &Tools, path: &Path) -> Result<(), FfmpegError> {
    let mut command = tools.ffmpeg();
    command.args(["-f", "lavfi", "-i", "testsrc=size=320x180:rate=30"]);
    command.args(["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"]);
    command.args(["-t", "1", "-c:v", "ffv1", "-c:a", "flac", "-f", "matroska"]);
    command.arg(file_argument(path));
    tools.run(Task::Cut, command, 0).await.map(|_| ())
}

fn settings(tools: &Arc<Tools>) -> RenderSettings {
    RenderSettings {
        tools: Arc::clone(tools),
        backdrop: Backdrop::default(),
        preset: "ultrafast",
        threads: 1,
        max_renders: 1,
        timeout: Duration::from_secs(60),
    }
}

fn renderer(
    settings: &RenderSettings,
    library: &Arc<Library>,
    folder: &Path,
) -> std::io::Result<(Renderer, CancellationToken)> {
    let bounds = StoreLimits {
        folder: BOUND,
        memory: BOUND,
    };
    let store = Store::open(folder.join("loops"), bounds)?;
    let (shutdown, tasks) = (CancellationToken::new(), TaskTracker::new());
    let loop_preparer = LoopPreparer::new(
        store,
        Arc::clone(&settings.tools),
        shutdown.clone(),
        tasks.clone(),
    );
    let (loop_preparer, ended) = (Arc::new(loop_preparer), shutdown.clone());
    let renderer = Renderer::new(
        settings.clone(),
        Arc::clone(library),
        loop_preparer,
        shutdown,
        tasks,
    );
    Ok((renderer, ended))
}

/// A plan with half a second of the clip at normal speed and half a second at half speed. It uses all
/// features of a workout.
fn plan(exercise: &Exercise, renderer: RendererChoice) -> Plan {
    let interval = |kind, speed| Interval {
        index: 0,
        kind,
        start: Frames::ZERO,
        length: Frames(15),
        movement: Movement {
            exercise: exercise.id.clone(),
            name: exercise.name.clone(),
            side: None,
            speed,
        },
        round_position: None,
    };
    let half = Speed::new(1, 2).unwrap_or(Speed::NORMAL);
    let intervals = vec![
        interval(IntervalKind::Work, Speed::NORMAL),
        interval(IntervalKind::Rest, half),
    ];
    Plan {
        // There are two intervals, so the timeline is not empty.
        timeline: Timeline::new(intervals).expect("a timeline has at least one interval"),
        seed: 0,
        kcal: 0.0,
        profile: Profile::new(Resolution::P480, Orientation::Landscape, true),
        hud_parts: HudParts {
            timer: true,
            progress_bar: true,
            exercise_name: true,
            round: true,
        },
        language: Language::English,
        fit: Fit::Contain,
        cues: true,
        clip_sound: renderer == RendererChoice::Graph,
        renderer,
        notes: Vec::new(),
    }
}

async fn whole(renderer: &Renderer, plan: Plan) -> Result<(), RenderError> {
    let mut rendering = renderer.start(Arc::new(plan)).await?;
    while let Some(piece) = rendering.next().await {
        piece?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_no_ffmpeg_fails_at_the_first_step() {
        let folder = tempfile::tempdir().expect("a folder");
        let tools = Arc::new(Tools {
            ffmpeg: folder.path().join("no-ffmpeg"),
            ..Tools::default()
        });
        let failed = self_test(&tools).await.unwrap_err();
        assert!(
            failed
                .sentence
                .starts_with("it cannot make a clip (FFmpeg failed: cannot start"),
            "{failed:?}"
        );
        assert!(!failed.is_of_machine);
    }
}
