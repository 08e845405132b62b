//! Puts the modules together from the settings: the one place that knows how each is made.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::settings::Settings;
use crate::catalogue::Catalogue;
use crate::clip::{Depth, Inspector, Known, Library};
use crate::deliver::Shelf;
use crate::ffmpeg::Tools;
use crate::graph::Backdrop;
use crate::http::AppState;
use crate::http::app::App;
use crate::http::links::Recent;
use crate::http::ready::Readiness;
use crate::render::{RenderSettings, Renderer, Stills};
use crate::stitch::{Bounds, Loops, Store};
use crate::workout::Profile;

/// How long tasks may take to end when the program does: FFmpeg is killed and reaped in it.
const GRACE: Duration = Duration::from_secs(10);

/// Bytes of prepared loops that stay in memory though nobody watches them: some 300 at 720p.
const LOOPS_IN_MEMORY: u64 = 128 << 20;

/// The end of the program, as all parts see it.
#[derive(Debug, Clone, Default)]
pub struct Lifetime {
    /// Cancelled when the program is to end.
    pub shutdown: CancellationToken,
    /// Tasks to wait for before it ends: each that owns a child process.
    pub tasks: TaskTracker,
}

impl Lifetime {
    /// Asks all to end, and waits until they have.
    pub async fn end(&self) {
        self.shutdown.cancel();
        self.tasks.close();
        if tokio::time::timeout(GRACE, self.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.tasks.len(), "some tasks did not end in time");
        }
    }
}

/// The catalogue alone, without a look at the clips.
pub fn catalogue(settings: &Settings) -> Result<Catalogue> {
    Catalogue::load(&settings.catalogue).with_context(|| {
        format!(
            "{} cannot be used; --catalogue or COACH_CATALOGUE names another",
            settings.catalogue.display()
        )
    })
}

/// The programs to run.
pub fn tools(settings: &Settings, lifetime: &Lifetime) -> Tools {
    Tools {
        ffmpeg: settings.ffmpeg.clone(),
        ffprobe: settings.ffprobe(),
        reapers: lifetime.tasks.clone(),
    }
}

/// What looks at the clips.
pub fn inspector(settings: &Settings, tools: &Arc<Tools>) -> Inspector {
    Inspector::new(Arc::clone(tools), &settings.videos, &settings.cache)
}

/// Catalogue, renderer and stills, after every clip was looked at.
#[derive(Debug)]
pub struct Studio {
    /// The exercises; those with a broken clip are marked.
    pub catalogue: Arc<Catalogue>,
    /// Their clips.
    pub library: Arc<Library>,
    /// What looked at them.
    pub inspector: Inspector,
    /// Prepared loops.
    pub loops: Arc<Loops>,
    /// What makes the videos.
    pub renderer: Renderer,
    /// What makes posters and previews.
    pub stills: Stills,
}

/// Looks at the clips of a catalogue and prepares to render them.
pub async fn studio(settings: &Settings, lifetime: &Lifetime) -> Result<Studio> {
    let mut catalogue = catalogue(settings)?;
    let tools = Arc::new(tools(settings, lifetime));
    let inspector = inspector(settings, &tools);
    if let Backdrop::Picture(path) = &settings.backdrop {
        // Now, and not in the middle of the first workout with a transparent clip.
        inspector.still(path).await.with_context(|| {
            format!(
                "{} cannot be used as a backdrop (--backdrop, COACH_BACKDROP)",
                path.display()
            )
        })?;
    }
    let known = Known::open(&settings.cache, &tools).await;
    let inspector = inspector.remembering(known);
    let diagnoses = Library::inspect(catalogue.exercises(), &inspector, Depth::First).await;
    let library = Arc::new(Library::new(diagnoses, &mut catalogue));
    let rendering = RenderSettings {
        tools,
        backdrop: settings.backdrop.clone(),
        preset: settings.preset.as_str(),
        threads: settings.threads,
        places: settings.max_renders.into(),
        timeout: Duration::from_secs(settings.timeout.into()),
    };
    let bounds = Bounds {
        folder: u64::from(settings.cache_mb) << 20,
        memory: LOOPS_IN_MEMORY,
    };
    let folder = settings.cache.join("loops");
    let store = Store::open(&folder, bounds).with_context(|| {
        format!(
            "{} cannot be used for prepared loops (--cache, COACH_CACHE)",
            folder.display()
        )
    })?;
    let loops = Arc::new(Loops::new(
        store,
        Arc::clone(&rendering.tools),
        lifetime.shutdown.clone(),
        lifetime.tasks.clone(),
    ));
    Ok(Studio {
        catalogue: Arc::new(catalogue),
        stills: Stills::new(rendering.clone(), Arc::clone(&library)),
        renderer: Renderer::new(
            rendering,
            Arc::clone(&library),
            Arc::clone(&loops),
            lifetime.shutdown.clone(),
            lifetime.tasks.clone(),
        ),
        library,
        inspector,
        loops,
    })
}

/// What tells whether all that is needed is there.
pub fn readiness(settings: &Settings) -> Readiness {
    Readiness::new(
        settings.ffmpeg.clone(),
        settings.ffprobe(),
        settings.cache.clone(),
    )
}

/// What the handlers share.
pub async fn state(settings: &Settings, lifetime: &Lifetime) -> Result<AppState> {
    let Studio {
        catalogue,
        library,
        inspector,
        renderer,
        stills,
        ..
    } = studio(settings, lifetime).await?;
    let used: Vec<&Path> = library.files().collect();
    inspector.tidy(&used);
    let ahead = settings
        .prepare
        .then(|| renderer.prepare_in_background(Arc::clone(&catalogue), &Profile::USUAL));
    Ok(AppState {
        ahead,
        catalogue,
        loops: Arc::new(library.loop_lengths()),
        renderer,
        stills,
        recent: Recent::default(),
        shelf: Shelf::default(),
        readiness: Arc::new(readiness(settings)),
        max_body: settings.max_body as usize,
        stall: Duration::from_secs(settings.stall.into()),
        app: App::embedded(&settings.base_path.shared()).map(Arc::new),
        base_path: settings.base_path.shared(),
        started: Instant::now(),
        shutdown: lifetime.shutdown.clone(),
    })
}
