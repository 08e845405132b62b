//! Builds the program's services from the settings. This module is
//! the only place that knows how each of them is made.
//!
//! The subcommands take the services that they need. This module parses no arguments and serves no request.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::settings::Settings;
use crate::catalogue::Catalogue;
use crate::clip::{Clips, Inspector, Snapshot};
use crate::deliver::LayoutCache;
use crate::ffmpeg::{Tools, launch};
use crate::graph::Backdrop;
use crate::http::AppState;
use crate::http::access::Access;
use crate::http::app::App;
use crate::http::links::PlanCache;
use crate::http::ready::Readiness;
use crate::render::{PrefetchProgress, RenderSettings, Renderer, Thumbnails, trial_render};
use crate::stitch::{LoopPreparer, Store, StoreLimits};
use crate::workout::Profile;

/// Maximum time for the tasks to end when the program ends. In this time FFmpeg is killed and reaped.
const GRACE: Duration = Duration::from_secs(10);

/// Maximum number of bytes of prepared loops that stay in memory
/// although nobody watches them: some 300 loops at 720p.
const LOOPS_IN_MEMORY: u64 = 128 << 20;

/// The end of the program: the signal for it, and the tasks to wait for. All services share it.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    /// Cancelled when the program is to end.
    pub shutdown: CancellationToken,
    /// The tasks that the program waits for before it ends: every task that owns a child process.
    pub tasks: TaskTracker,
}

impl Lifecycle {
    /// Requests the end of all tasks and waits for them, at most 10 seconds.
    pub async fn end(&self) {
        self.shutdown.cancel();
        self.tasks.close();
        if tokio::time::timeout(GRACE, self.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.tasks.len(), "some tasks did not end in time");
        }
    }
}

/// Loads the catalogue without inspecting any clip.
pub fn catalogue(settings: &Settings) -> Result<Catalogue> {
    Catalogue::load(&settings.catalogue).with_context(|| {
        format!(
            "{} cannot be used; --catalogue or COACH_CATALOGUE names another",
            settings.catalogue.display()
        )
    })
}

/// FFmpeg's programs according to the settings.
pub fn tools(settings: &Settings, lifetime: &Lifecycle) -> Tools {
    Tools {
        ffmpeg: settings.ffmpeg.clone(),
        ffprobe: settings.ffprobe(),
        reapers: lifetime.tasks.clone(),
        launcher: launch::own_launcher(),
        patience: Duration::from_secs(settings.patience.into()),
        ..Tools::default()
    }
}

/// The inspector of the videos folder, without a probe cache and without a trial render.
pub fn inspector(settings: &Settings, tools: &Arc<Tools>) -> Inspector {
    Inspector::new(Arc::clone(tools), &settings.videos, &settings.cache)
}

/// The settings of all renderings.
pub fn rendering(settings: &Settings, tools: Arc<Tools>) -> RenderSettings {
    RenderSettings {
        tools,
        backdrop: settings.backdrop.clone(),
        preset: settings.preset.as_str(),
        threads: settings.threads,
        max_renders: settings.max_renders.into(),
        timeout: Duration::from_secs(settings.timeout.into()),
    }
}

/// The services that work with clips.
#[derive(Debug)]
pub struct MediaServices {
    /// The exercises and their clips.
    pub clips: Clips,
    /// The inspector without a probe cache.
    pub inspector: Inspector,
    /// Prepares loops and stores them in the cache folder.
    pub loop_preparer: Arc<LoopPreparer>,
    /// Starts FFmpeg.
    pub tools: Arc<Tools>,
    /// Renders the videos. It has no clips yet: `Renderer::with_clips` gives it those of a snapshot.
    pub renderer: Renderer,
    /// Makes posters and previews. It has no clips yet.
    pub thumbnails: Thumbnails,
}

/// Builds the services for the clips of the catalogue. None of the clips has been inspected yet.
pub fn services(settings: &Settings, lifetime: &Lifecycle) -> Result<MediaServices> {
    let catalogue = catalogue(settings)?;
    let tools = Arc::new(tools(settings, lifetime));
    let inspector = inspector(settings, &tools);
    let rendering = rendering(settings, Arc::clone(&tools));
    let trying = inspector
        .clone()
        .with_trial_render(trial_render(rendering.clone()));
    let clips = Clips::new(catalogue, trying, tools, &settings.cache);
    let bounds = StoreLimits {
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
    let loop_preparer = LoopPreparer::new(
        store,
        Arc::clone(&rendering.tools),
        lifetime.shutdown.clone(),
        lifetime.tasks.clone(),
    );
    let marked = clips.clone();
    let loop_preparer =
        Arc::new(loop_preparer.reporting(move |file, reason| marked.mark_unusable(file, reason)));
    Ok(MediaServices {
        tools: Arc::clone(&rendering.tools),
        thumbnails: Thumbnails::new(rendering.clone(), Arc::default()),
        renderer: Renderer::new(
            rendering,
            Arc::default(),
            Arc::clone(&loop_preparer),
            lifetime.shutdown.clone(),
            lifetime.tasks.clone(),
        ),
        clips,
        inspector,
        loop_preparer,
    })
}

impl MediaServices {
    /// Inspects the backdrop and every clip. An error is about the
    /// backdrop; the clips' errors are in the snapshot.
    pub async fn inspect_clips(&self, settings: &Settings) -> Result<Arc<Snapshot>> {
        inspect_clips(&self.clips, &self.inspector, settings).await
    }
}

async fn inspect_clips(clips: &Clips, inspector: &Inspector, settings: &Settings) -> Result<Arc<Snapshot>> {
    if let Backdrop::Image(path) = &settings.backdrop {
        // The backdrop is checked now, so that it does not fail in the
        // middle of the first workout with a transparent clip.
        let usable = async {
            // If the file were a pipe, FFmpeg would wait for its writer.
            inspector.regular(path).await?;
            anyhow::Ok(inspector.still(path).await?)
        };
        usable.await.with_context(|| {
            format!(
                "{} cannot be used as a backdrop (--backdrop, COACH_BACKDROP)",
                path.display()
            )
        })?;
    }
    clips.look_at_all().await;
    Ok(clips.current())
}

/// The check of FFmpeg and of the cache folder, for `/ready` and for the subcommands.
pub fn readiness(settings: &Settings, tools: &Arc<Tools>) -> Readiness {
    Readiness::new(Arc::clone(tools), settings.cache.clone())
}

/// A server that can already answer requests, although no clip has been inspected yet.
#[derive(Debug)]
pub struct StartingServer<'s> {
    /// The state that the server's handlers share.
    pub state: AppState,
    settings: &'s Settings,
    inspector: Inspector,
    prefetch: Option<watch::Sender<Option<PrefetchProgress>>>,
    tasks: TaskTracker,
}

/// Builds the server without inspecting any clip.
pub fn server<'s>(settings: &'s Settings, lifetime: &Lifecycle) -> Result<StartingServer<'s>> {
    let MediaServices {
        clips,
        inspector,
        tools,
        renderer,
        thumbnails,
        ..
    } = services(settings, lifetime)?;
    let (prefetch, progress) = settings.prepare.then(|| watch::channel(None)).unzip();
    let base_path = settings.base_path.shared();
    let access = Access::new(
        settings.bind.ip(),
        &base_path,
        settings.hosts.as_ref(),
        settings.origins.as_ref(),
    );
    let state = AppState {
        access: Arc::new(access),
        prefetch: progress,
        clips,
        renderer,
        thumbnails,
        plan_cache: PlanCache::default(),
        layout_cache: LayoutCache::default(),
        readiness: Arc::new(readiness(settings, &tools)),
        max_body: settings.max_body as usize,
        stall: Duration::from_secs(settings.stall.into()),
        app: App::embedded(&base_path).map(Arc::new),
        base_path,
        started: Instant::now(),
        shutdown: lifetime.shutdown.clone(),
    };
    Ok(StartingServer {
        state,
        settings,
        inspector,
        prefetch,
        tasks: lifetime.tasks.clone(),
    })
}

impl StartingServer<'_> {
    /// Inspects the backdrop and all clips while the server already answers requests. Then
    /// watches the files and prepares loops in the background until the program ends.
    pub async fn finish_start(self) -> Result<Arc<Snapshot>> {
        let AppState {
            clips,
            renderer,
            shutdown,
            ..
        } = self.state;
        let now = inspect_clips(&clips, &self.inspector, self.settings).await?;
        let (inspector, shown) = (self.inspector, Arc::clone(&now));
        tokio::task::spawn_blocking(move || {
            let used: Vec<&Path> = shown.library.files().collect();
            inspector.tidy(&used);
        });
        self.tasks.spawn(async move {
            shutdown.run_until_cancelled(clips.watch()).await;
        });
        if let Some(prefetch) = self.prefetch {
            renderer.with_clips(&now.library).prepare_in_background(
                now.catalogue.clone(),
                &Profile::USUAL,
                prefetch,
            );
        }
        Ok(now)
    }
}
