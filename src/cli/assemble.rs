//! Puts the modules together from the settings: the one place that knows how each is made.

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

/// How long tasks may take to end when the program does: FFmpeg is killed and reaped in it.
const GRACE: Duration = Duration::from_secs(10);

/// Bytes of prepared loops that stay in memory though nobody watches them: some 300 at 720p.
const LOOPS_IN_MEMORY: u64 = 128 << 20;

/// The end of the program, as all parts see it.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    /// Cancelled when the program is to end.
    pub shutdown: CancellationToken,
    /// Tasks to wait for before it ends: each that owns a child process.
    pub tasks: TaskTracker,
}

impl Lifecycle {
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

/// What looks at the clips.
pub fn inspector(settings: &Settings, tools: &Arc<Tools>) -> Inspector {
    Inspector::new(Arc::clone(tools), &settings.videos, &settings.cache)
}

/// How videos are made.
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

/// The parts that work with clips.
#[derive(Debug)]
pub struct MediaServices {
    /// The exercises and their clips.
    pub clips: Clips,
    /// What looks at clips, without a memory.
    pub inspector: Inspector,
    /// Prepared loops.
    pub loop_preparer: Arc<LoopPreparer>,
    /// What starts FFmpeg.
    pub tools: Arc<Tools>,
    /// What makes the videos, without clips.
    pub renderer: Renderer,
    /// What makes posters and previews, without clips.
    pub thumbnails: Thumbnails,
}

/// Puts together what renders the clips of a catalogue. None of them has been looked at.
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
    /// Looks at the backdrop and at every clip; the error is the backdrop's.
    pub async fn inspect_clips(&self, settings: &Settings) -> Result<Arc<Snapshot>> {
        inspect_clips(&self.clips, &self.inspector, settings).await
    }
}

async fn inspect_clips(clips: &Clips, inspector: &Inspector, settings: &Settings) -> Result<Arc<Snapshot>> {
    if let Backdrop::Image(path) = &settings.backdrop {
        // Now, and not in the middle of the first workout with a transparent clip.
        let usable = async {
            // FFmpeg would wait at a pipe.
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

/// What tells whether all that is needed is there.
pub fn readiness(settings: &Settings, tools: &Arc<Tools>) -> Readiness {
    Readiness::new(Arc::clone(tools), settings.cache.clone())
}

/// A server that can answer, though it has looked at no clip.
#[derive(Debug)]
pub struct StartingServer<'s> {
    /// What its handlers share.
    pub state: AppState,
    settings: &'s Settings,
    inspector: Inspector,
    prefetch: Option<watch::Sender<Option<PrefetchProgress>>>,
    tasks: TaskTracker,
}

/// Puts a server together.
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
    /// Looks at the backdrop and all clips, while the server answers what it can. From then on files are watched and loops
    /// prepared in the background, until the program ends.
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
