//! Answers whether the server lives (`/health`) and whether it can do its work (`/ready`).
//!
//! For health checkers, for operators, and for the command line: `doctor` and others use
//! [`Readiness`] without a server. The checks run FFmpeg and FFprobe and write a file into the
//! cache folder. They repair nothing.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::{Mutex, watch};

use super::AppState;
use crate::clip::{InspectionProgress, Snapshot};
use crate::ffmpeg::{FfmpegError, Task, Tools, Trouble};
use crate::graph::FILTERS;
use crate::render::{ENCODERS, Failed, PrefetchProgress, self_test};

/// Most bytes that are read of FFmpeg's output. The list of filters has some 40 KB.
const ANSWER: u64 = 1 << 20;
/// Time after which an FFmpeg that failed its self-test is tested again.
const TRIED_AGAIN: Duration = Duration::from_secs(60);
/// Time for which a result is reused, so that many requests do not start many processes.
const FRESH: Duration = Duration::from_secs(5);
/// Bytes that the cache folder must have room for. An empty file would fit onto a full disk, too.
const ROOM: usize = 1 << 20;

/// That the process answers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// Always `healthy`: otherwise there would be no answer.
    #[schema(example = "healthy")]
    pub status: &'static str,
    /// Version of this server.
    pub version: &'static str,
    /// Whole seconds since it started.
    pub uptime_seconds: u64,
}

/// Say that the server lives.
#[utoipa::path(get, path = "/health", tag = "server", responses((status = 200, description = "It lives.", body = Health)))]
pub async fn health(State(state): State<AppState>) -> Json<Health> {
    Json(Health {
        status: "healthy",
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: state.started.elapsed().as_secs(),
    })
}

/// Say whether the server can do its work.
#[utoipa::path(
    get,
    path = "/ready",
    tag = "server",
    responses(
        (status = 200, description = "It can.", body = Report),
        (status = 503, description = "It cannot; the report says what is missing.", body = Report),
    )
)]
pub async fn ready(State(state): State<AppState>) -> Response {
    let machine = state.readiness.machine().await;
    let clips = &state.clips;
    let mut report = Report::new(
        machine,
        &clips.current(),
        clips.progress(),
        state.prefetch.as_ref(),
    );
    report.cache.unwritten = state.renderer.loop_preparer().store().in_use().unwritten;
    report.troubles = state.readiness.troubles();
    let status = if report.ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(report)).into_response()
}

/// What the server needs, and whether it is there. Holds no path: clients read it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Report {
    /// `ready` or `not_ready`.
    #[schema(example = "ready")]
    pub status: &'static str,
    /// The encoder and its parts.
    pub ffmpeg: ToolReport,
    /// The tool that reads clips.
    pub ffprobe: ToolReport,
    /// The exercises.
    pub catalogue: CatalogueReport,
    /// How far the look at the clips has come that follows the start.
    pub clips: ClipsReport,
    /// The folder for prepared files.
    pub cache: CacheReport,
    /// Loops that are prepared in the background. The server is ready without them.
    pub loops: LoopsReport,
    /// FFmpeg's processes that gave no result since the start, by task. Empty when all is well.
    pub troubles: Vec<TroubleReport>,
}

impl Report {
    fn new(
        machine: Machine,
        now: &Snapshot,
        progress: InspectionProgress,
        prefetch: Option<&watch::Receiver<Option<PrefetchProgress>>>,
    ) -> Self {
        let Machine {
            ffmpeg,
            ffprobe,
            cache,
        } = machine;
        let mut report = Self {
            status: "not_ready",
            ffmpeg,
            ffprobe,
            catalogue: CatalogueReport::of(now),
            clips: ClipsReport::of(now, progress),
            cache,
            loops: LoopsReport::of(prefetch),
            troubles: Vec::new(),
        };
        if report.ready() {
            report.status = "ready";
        }
        report
    }

    fn ready(&self) -> bool {
        // The cache does not count: loops that cannot be written stay in memory.
        self.ffmpeg.ok && self.ffprobe.ok && self.catalogue.ok && self.clips.ok
    }
}

/// One of FFmpeg's programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ToolReport {
    /// Whether it runs and has all that is needed.
    pub ok: bool,
    /// As it calls itself; missing when it does not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "7.1.1")]
    pub version: Option<String>,
    /// What it lacks: filters and encoders by their names, and what a trial of it failed at. A trial that failed for a
    /// fault of the machine, such as a full disk, is told here too, and says nothing against `ok`.
    pub missing: Vec<String>,
}

/// The exercises, counted.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CatalogueReport {
    /// Whether at least one exercise can be shown.
    pub ok: bool,
    /// All of them.
    pub exercises: usize,
    /// Those that can be shown.
    pub available: usize,
    /// Ids of those that cannot, or of which it is not known yet.
    pub unavailable: Vec<String>,
}

impl CatalogueReport {
    fn of(now: &Snapshot) -> Self {
        let ids = now.catalogue.exercises().iter().map(|exercise| &exercise.id);
        let unavailable: Vec<_> = ids.filter(|id| !now.is_available(id)).collect();
        let exercises = now.catalogue.exercises().len();
        let available = exercises - unavailable.len();
        Self {
            ok: available > 0,
            exercises,
            available,
            unavailable: unavailable.into_iter().map(ToString::to_string).collect(),
        }
    }
}

/// The look at all clips that follows the start, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClipsReport {
    /// Whether all were looked at.
    pub ok: bool,
    /// Those that were looked at.
    pub looked_at: usize,
    /// All.
    pub all: usize,
    /// Ids of the exercises whose clips are being looked at now. One that stays here is where FFmpeg hangs.
    pub looking_at: Vec<String>,
    /// Why exercises cannot be shown: those that were looked at.
    #[schema(example = json!({"plank": "the file plank.mp4 is not in the videos folder"}))]
    pub unavailable: BTreeMap<String, String>,
}

impl ClipsReport {
    fn of(now: &Snapshot, progress: InspectionProgress) -> Self {
        let ids = now.catalogue.exercises().iter().map(|exercise| &exercise.id);
        let reasons = ids.filter_map(|id| {
            let reason = now.catalogue.unavailable(id)?;
            Some((id.to_string(), reason.to_owned()))
        });
        let unavailable = reasons.collect();
        let InspectionProgress {
            looked_at,
            all,
            under_way,
        } = progress;
        Self {
            ok: looked_at == all,
            looked_at,
            all,
            looking_at: under_way.iter().map(ToString::to_string).collect(),
            unavailable,
        }
    }
}

/// The folder for prepared files.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CacheReport {
    /// Whether a file of a mebibyte can be written to it. The server is ready without: loops that cannot be written
    /// are kept in memory, as far as there is room, and prepared again after a restart.
    pub ok: bool,
    /// Loops that could not be written yet.
    pub unwritten: usize,
}

/// Loops that are prepared in the background, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LoopsReport {
    /// `off`, `preparing`, or `ready` when all were tried.
    #[schema(example = "ready")]
    pub state: &'static str,
    /// Those that are there.
    pub prepared: usize,
    /// Those that could not be prepared; the log says why. FFmpeg encodes their workouts as a whole.
    pub failed: usize,
    /// All of them.
    pub all: usize,
}

impl LoopsReport {
    /// Reports the progress of the prefetch. `None` means that the server does not prefetch.
    fn of(prefetch: Option<&watch::Receiver<Option<PrefetchProgress>>>) -> Self {
        let described = prefetch.map(|prefetch| *prefetch.borrow());
        let state = match described {
            None => "off",
            Some(Some(prefetch)) if prefetch.done() => "ready",
            // `Some(None)`: the prefetch has not started, because the clips are still being inspected.
            Some(_) => "preparing",
        };
        let PrefetchProgress {
            prepared,
            failed,
            all,
            ..
        } = described.flatten().unwrap_or_default();
        Self {
            state,
            prepared,
            failed,
            all,
        }
    }
}

/// The results of the checks of FFmpeg, FFprobe and the cache folder.
#[derive(Debug, Clone)]
struct Machine {
    ffmpeg: ToolReport,
    ffprobe: ToolReport,
    cache: CacheReport,
}

/// Processes of one task of FFmpeg's that gave no result, counted since the start. The log says more of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TroubleReport {
    /// What they were for.
    #[schema(example = "loop")]
    pub task: &'static str,
    /// Those that took too long and were killed.
    pub overdue: u64,
    /// Those that somebody else killed.
    pub killed: u64,
    /// Those that the machine had too little memory, disk, descriptors or processes for.
    pub starved: u64,
    /// Those that failed otherwise: because of a clip, mostly.
    pub failed: u64,
    /// Whole seconds since the last of them.
    pub seconds_ago: u64,
}

impl TroubleReport {
    fn of(task: Task, trouble: Trouble) -> Self {
        Self {
            task: task.name(),
            overdue: trouble.overdue,
            killed: trouble.killed,
            starved: trouble.starved,
            failed: trouble.failed,
            seconds_ago: trouble.last.elapsed().as_secs(),
        }
    }
}

/// Checks the tools and the cache folder, and keeps the last results.
#[derive(Debug)]
pub struct Readiness {
    tools: Arc<Tools>,
    cache: PathBuf,
    last: Mutex<Option<(Instant, Machine)>>,
    self_test: Mutex<Option<FfmpegSelfTest>>,
}

/// The self-test of an FFmpeg, running or ended.
#[derive(Debug)]
struct FfmpegSelfTest {
    /// The version that this FFmpeg prints.
    version: String,
    begun: Instant,
    outcome: watch::Receiver<Option<Result<(), Failed>>>,
}

impl FfmpegSelfTest {
    /// Whether the outcome holds for the FFmpeg of this version. A failure expires after [`TRIED_AGAIN`],
    /// because its cause may have been the machine.
    fn holds_for(&self, version: &str) -> bool {
        let failed = matches!(*self.outcome.borrow(), Some(Err(_)));
        self.version == version && (!failed || self.begun.elapsed() < TRIED_AGAIN)
    }
}

impl Readiness {
    /// Makes the checks for these programs and this cache folder. Starts nothing.
    #[must_use]
    pub fn new(tools: Arc<Tools>, cache: PathBuf) -> Self {
        Self {
            tools,
            cache,
            last: Mutex::new(None),
            self_test: Mutex::new(None),
        }
    }

    /// The FFmpeg processes that gave no result, counted by task.
    fn troubles(&self) -> Vec<TroubleReport> {
        let all = self.tools.troubles.all().into_iter();
        all.map(|(task, trouble)| TroubleReport::of(task, trouble))
            .collect()
    }

    /// Returns results that are at most [`FRESH`] old.
    async fn machine(&self) -> Machine {
        // The lock is held during the checks, so that concurrent requests wait for the same results.
        let mut last = self.last.lock().await;
        if let Some((found, machine)) = &*last
            && found.elapsed() < FRESH
        {
            return machine.clone();
        }
        // Zero patience: no request waits for the self-test. Until it ends, only the lists
        // of filters and encoders count.
        let ((ffmpeg, ffprobe), cache) = tokio::join!(self.tools(Duration::ZERO), self.cache());
        let machine = Machine {
            ffmpeg,
            ffprobe,
            cache,
        };
        *last = Some((Instant::now(), machine.clone()));
        machine
    }

    /// Checks that FFmpeg runs and has the filters and encoders that the program needs.
    pub async fn ffmpeg(&self) -> ToolReport {
        let ask = async |question| {
            let mut command = self.tools.ffmpeg();
            command.arg(question);
            described(question, self.tools.run(Task::Version, command, ANSWER).await)
        };
        let (version, filters, encoders) = tokio::join!(ask("-version"), ask("-filters"), ask("-encoders"));
        let mut missing = lacking(&filters.unwrap_or_default(), FILTERS);
        missing.extend(lacking(&encoders.unwrap_or_default(), ENCODERS));
        tool(version.as_deref(), missing)
    }

    /// Checks FFmpeg and FFprobe, and adds the outcome of FFmpeg's self-test if the self-test ends within
    /// `patience`. A self-test that takes longer goes on in the background. An FFmpeg of the same version is
    /// not tested again, unless it failed.
    pub async fn tools(&self, patience: Duration) -> (ToolReport, ToolReport) {
        let (mut ffmpeg, ffprobe) = tokio::join!(self.ffmpeg(), self.ffprobe());
        if let Some(version) = ffmpeg.version.as_ref().filter(|_| ffmpeg.ok && ffprobe.ok)
            && let Some(failed) = self.self_test(version, patience).await
        {
            ffmpeg.ok = failed.is_of_machine;
            ffmpeg.missing.push(failed.sentence);
        }
        (ffmpeg, ffprobe)
    }

    /// Returns what FFmpeg failed at. `None` if the self-test succeeded or has not ended within `patience`.
    async fn self_test(&self, version: &str, patience: Duration) -> Option<Failed> {
        let mut outcome = {
            let mut known = self.self_test.lock().await;
            if let Some(self_test) = known.as_ref().filter(|self_test| self_test.holds_for(version)) {
                self_test.outcome.clone()
            } else {
                let (end, outcome) = watch::channel(None);
                let tools = Arc::clone(&self.tools);
                // The self-test runs as its own task, because a report must not
                // wait for an FFmpeg that hangs.
                tokio::spawn(async move { end.send_replace(Some(self_test(&tools).await)) });
                *known = Some(FfmpegSelfTest {
                    version: version.to_owned(),
                    begun: Instant::now(),
                    outcome: outcome.clone(),
                });
                outcome
            }
        };
        let ended = tokio::time::timeout(patience, outcome.wait_for(Option::is_some)).await;
        match ended {
            Ok(Ok(outcome)) => outcome.clone().and_then(Result::err),
            Ok(Err(_)) | Err(_) => None,
        }
    }

    /// Checks that FFprobe runs.
    pub async fn ffprobe(&self) -> ToolReport {
        let answer = self.tools.probe(Task::Version, ["-version"], ANSWER).await;
        tool(described("-version", answer).as_deref(), Vec::new())
    }

    /// Checks that the cache folder can be written. If not, the log says why.
    pub async fn cache(&self) -> CacheReport {
        let folder = self.cache.clone();
        let written = tokio::task::spawn_blocking(move || takes_a_file(&folder));
        let failure = match written.await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(panic) => Some(panic.to_string()),
        };
        if let Some(failure) = &failure {
            tracing::warn!(folder = %self.cache.display(), failure, "the cache cannot be written");
        }
        CacheReport {
            ok: failure.is_none(),
            unwritten: 0,
        }
    }
}

/// Writes a file of [`ROOM`] bytes, which is removed at the end.
fn takes_a_file(folder: &Path) -> std::io::Result<()> {
    let mut file = crate::temp_files::create(folder, "")?;
    // Random bytes, because compressing file systems store zeros without using space.
    let mut noise = vec![0; ROOM];
    rand::fill(&mut noise[..]);
    file.write_all(&noise)?;
    // `sync` would find a few more failures, but would wear the disk at every check.
    file.flush()
}

fn tool(version: Option<&str>, missing: Vec<String>) -> ToolReport {
    ToolReport {
        ok: version.is_some() && missing.is_empty(),
        version: version.map(version_in),
        missing,
    }
}

/// The output of a program. `None` if the program did not run, failed or took too long.
fn described(question: &str, answer: Result<Vec<u8>, FfmpegError>) -> Option<String> {
    match answer {
        Ok(text) => Some(String::from_utf8_lossy(&text).into_owned()),
        Err(error) => {
            tracing::warn!(question, %error, "FFmpeg does not answer");
            None
        }
    }
}

/// The version in a program's output: `7.1.1-1` of `ffmpeg version 7.1.1-1 Copyright ...`.
fn version_in(text: &str) -> String {
    let mut words = text.split_whitespace().skip_while(|word| *word != "version");
    words.nth(1).unwrap_or("unknown").chars().take(64).collect()
}

/// The names of `needed` that are not in the second column of FFmpeg's list.
fn lacking(list: &str, needed: &[&str]) -> Vec<String> {
    let known: std::collections::HashSet<&str> = list
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    needed
        .iter()
        .filter(|name| !known.contains(*name))
        .map(|name| (*name).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_lists_are_read_as_ffmpeg_prints_them() {
        assert_eq!(
            version_in("ffmpeg version 7.1.1-1 Copyright (c) 2000-2025"),
            "7.1.1-1"
        );
        assert_eq!(version_in("something else"), "unknown");
        let list = "Filters:\n  T.. = Timeline support\n ... concat            N->N       Concatenate\n";
        assert_eq!(lacking(list, &["concat", "scale"]), ["scale"]);
    }

    #[tokio::test]
    async fn a_program_that_does_not_exist_is_reported_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("no-ffmpeg");
        let tools = Tools {
            ffmpeg: nowhere.clone(),
            ffprobe: nowhere,
            ..Tools::default()
        };
        let readiness = Readiness::new(Arc::new(tools), folder.path().join("cache"));
        let none = InspectionProgress {
            looked_at: 0,
            all: 0,
            under_way: Vec::new(),
        };
        let report = Report::new(readiness.machine().await, &Snapshot::default(), none, None);
        assert_eq!(report.status, "not_ready");
        assert!(!report.ffmpeg.ok && !report.ffprobe.ok && !report.catalogue.ok);
        assert!(report.cache.ok);
        assert_eq!(report.loops.state, "off");
        assert_eq!(report.ffmpeg.missing.len(), FILTERS.len() + ENCODERS.len());
    }
}
