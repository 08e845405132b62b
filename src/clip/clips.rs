//! The clips of a catalogue while the program runs: inspecting all of them once, then watching their files.
//!
//! The first inspection looks at several clips at the same time. Each result goes into
//! the next [`Snapshot`] and into the probe cache on disk ([`ProbeCache`]), so that a
//! program which is killed meanwhile does not start from the beginning.
//!
//! After that, [`Clips::watch`] compares the stamps of the files (size and modification time, not their
//! bytes) every few seconds, and inspects each changed clip again. So a clip that is replaced, repaired or
//! put back is used without a restart. A clip is also inspected again if its inspection failed because of the
//! machine, for example because FFmpeg does not run; the pause before each retry grows.
//!
//! A clip whose file is missing stays in the library, because its prepared
//! loops can still be shown, but its exercise is unavailable.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::sync::{Notify, OnceCell, watch};
use tokio::time::Instant;

use super::inspect::{Clip, ClipError, Depth, Inspector};
use super::probe_cache::{ProbeCache, Stamp};
use super::snapshot::{Needs, Snapshot};
use crate::catalogue::{Catalogue, Exercise, ExerciseId};
use crate::ffmpeg::Tools;

/// Number of clips between two progress lines in the log; 25 clips take a few seconds.
const PROGRESS: usize = 25;
/// Maximum number of clips that go into one snapshot together, when the probe cache has many results.
const TOGETHER: usize = 64;
/// Minimum time between two saves of the probe cache.
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// Minimum time between two checks of all files.
const CHECK_EVERY: Duration = Duration::from_secs(3);
/// Pause before the first retry after an inspection that failed because of the
/// machine. Each further pause is twice as long, up to [`LONGEST_RETRY`].
const SHORTEST_RETRY: Duration = Duration::from_secs(10);
const LONGEST_RETRY: Duration = Duration::from_secs(600);
/// Maximum time between two checks, so that a user who has repaired a clip does not wait longer to see it.
const CHECK_AT_LEAST_EVERY: Duration = Duration::from_secs(60);
/// A check may take one part in this many of the time, on a slow file system with many clips.
const CHECK_SHARE: u32 = 50;

/// The clips of a catalogue, inspected and watched. Clones are cheap and share the same state.
#[derive(Debug, Clone)]
pub struct Clips(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tools: Arc<Tools>,
    cache: PathBuf,
    inspector: Inspector,
    /// The inspector with the probe cache of earlier runs, which is opened when the first clip is inspected.
    cached_inspector: OnceCell<Inspector>,
    current: watch::Sender<Arc<Snapshot>>,
    state: Mutex<State>,
    check: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Each exercise's files as they were when its clip was inspected.
    files: HashMap<ExerciseId, Files>,
    /// The exercises whose last inspection failed because of the machine.
    again: HashMap<ExerciseId, Retry>,
    /// The exercises whose clips are being inspected now.
    under_way: BTreeSet<ExerciseId>,
}

/// When to inspect a clip again although its files have not changed.
#[derive(Debug, Clone, Copy)]
struct Retry {
    at: Instant,
    pause: Duration,
}

impl Retry {
    fn after(last: Option<Self>) -> Self {
        let pause = last.map_or(SHORTEST_RETRY, |last| (last.pause * 2).min(LONGEST_RETRY));
        Self {
            at: Instant::now() + pause,
            pause,
        }
    }
}

/// The state of an exercise's files.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Files {
    /// The file that the catalogue names, or why it cannot be opened.
    named: Result<Stamp, String>,
    /// The cut of the exercise's loop range, if there is one: its path and its state.
    cut: Option<(PathBuf, Option<Stamp>)>,
}

/// The result of inspecting an exercise's clip.
#[derive(Debug)]
struct Inspection {
    exercise: Exercise,
    files: Files,
    outcome: Result<Clip, ClipError>,
}

/// The progress of the first inspection of all clips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionProgress {
    /// Number of clips that have been inspected.
    pub looked_at: usize,
    /// Number of exercises in the catalogue.
    pub all: usize,
    /// The exercises whose clips are being inspected now.
    pub under_way: Vec<ExerciseId>,
}

impl Clips {
    /// The clips of this catalogue, none of them inspected. The probe cache lies in the folder `cache`.
    #[must_use]
    pub fn new(catalogue: Catalogue, inspector: Inspector, tools: Arc<Tools>, cache: &Path) -> Self {
        Self(Arc::new(Inner {
            tools,
            cache: cache.to_owned(),
            inspector,
            cached_inspector: OnceCell::new(),
            current: watch::Sender::new(Arc::new(Snapshot::new(catalogue))),
            state: Mutex::default(),
            check: Notify::new(),
        }))
    }

    /// The newest snapshot.
    #[must_use]
    pub fn current(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0.current.borrow())
    }

    /// The newest snapshot, once all clips that `needs` names have been
    /// inspected; `None` if that takes longer than `patience`.
    pub async fn with(&self, needs: &Needs, patience: Duration) -> Option<Arc<Snapshot>> {
        let mut current = self.0.current.subscribe();
        let looked_at = current.wait_for(|snapshot| snapshot.meets(needs));
        // `wait_for` cannot fail: the sender lives in `self`.
        let snapshot = tokio::time::timeout(patience, looked_at).await.ok()?.ok()?;
        Some(Arc::clone(&snapshot))
    }

    /// The progress of the first inspection.
    #[must_use]
    pub fn progress(&self) -> InspectionProgress {
        let snapshot = self.current();
        let all = snapshot.catalogue.exercises().len();
        InspectionProgress {
            looked_at: all - snapshot.pending,
            all,
            under_way: self.state().under_way.iter().cloned().collect(),
        }
    }

    /// Inspects all clips, as many at the same time as the machine has cores.
    pub async fn look_at_all(&self) {
        let snapshot = self.current();
        self.look_at(snapshot.catalogue.exercises().to_vec()).await;
    }

    /// Checks the files again and again; never returns.
    pub async fn watch(&self) {
        let mut pause = CHECK_EVERY;
        loop {
            // `check_soon` ends the pause early, for a caller that has noticed a change.
            let _ = tokio::time::timeout(pause, self.0.check.notified()).await;
            pause = (self.check().await * CHECK_SHARE).clamp(CHECK_EVERY, CHECK_AT_LEAST_EVERY);
        }
    }

    /// Requests an early check, because a file is no longer what it was.
    pub fn check_soon(&self) {
        self.0.check.notify_one();
    }

    /// Marks every exercise that `file` shows as unavailable until the file changes: the clip passed the
    /// inspection, but turned out to be unusable. `reason` is for people and names no path.
    pub fn mark_unusable(&self, file: &Path, reason: &str) {
        let mut marked = Vec::new();
        self.0.current.send_modify(|current| {
            let library = Arc::clone(&current.library);
            let exercises = library.shown_by(file).filter_map(|id| current.catalogue.get(id));
            marked = exercises.cloned().collect();
            let mut next = Snapshot::clone(current);
            next.revision += 1;
            for exercise in &marked {
                let error = ClipError::Failed(exercise.video.clone(), reason.to_owned());
                tracing::warn!(exercise = %exercise.id, file = exercise.video, %error, "clip unavailable");
                next.catalogue
                    .mark_unavailable(exercise.id.clone(), error.to_string());
            }
            *current = Arc::new(next);
        });
        let (this, reason) = (self.clone(), reason.to_owned());
        tokio::spawn(async move {
            let inspector = this.inspector().await;
            for exercise in marked {
                let files = this.state().files.get(&exercise.id).cloned();
                if let Some(Files { named: Ok(seen), .. }) = files {
                    let Exercise {
                        video, loop_range, ..
                    } = exercise;
                    inspector.cache_failure(&video, loop_range, &seen, &reason).await;
                }
            }
            this.save().await;
        });
    }

    /// Inspects again the clips whose files have changed. Returns how long the search for changes took.
    async fn check(&self) -> Duration {
        let started = Instant::now();
        let snapshot = self.current();
        let mut changed = Vec::new();
        for exercise in snapshot.catalogue.exercises() {
            let Some(before) = self.state().files.get(&exercise.id).cloned() else {
                continue; // not inspected yet
            };
            let named = match self.0.inspector.locate(&exercise.video).await {
                Ok((_, stamp)) => Ok(stamp),
                Err(error @ ClipError::Closed(..)) if error.is_of_machine() => {
                    tracing::warn!("no file can be looked at now; nothing is changed");
                    return started.elapsed();
                }
                Err(error) => Err(error.to_string()),
            };
            let cut = match &before.cut {
                None => None,
                Some((path, _)) => Some((path.clone(), self.0.inspector.stamp(path).await)),
            };
            let again = self.state().again.get(&exercise.id).copied();
            let due = again.is_some_and(|retry| retry.at <= Instant::now());
            if due || before != (Files { named, cut }) {
                changed.push(exercise.clone());
            }
        }
        let took = started.elapsed();
        if !changed.is_empty() {
            self.look_at(changed).await;
        }
        took
    }

    async fn look_at(&self, exercises: Vec<Exercise>) {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let (mut told, all) = (0, exercises.len());
        let mut looks = futures_util::stream::iter(exercises)
            .map(|exercise| self.look(exercise))
            .buffer_unordered(cores)
            .ready_chunks(TOGETHER);
        let mut looked_at = 0;
        let (mut unsaved, mut due) = (false, Instant::now());
        loop {
            tokio::select! {
                inspections = looks.next() => {
                    let Some(inspections) = inspections else { break };
                    looked_at += inspections.len();
                    self.publish(inspections);
                    unsaved = true;
                }
                // Saves also while no inspection ends, for example because FFmpeg hangs.
                () = tokio::time::sleep_until(due), if unsaved => {
                    self.save().await;
                    (unsaved, due) = (false, Instant::now() + SAVE_EVERY);
                }
            }
            if looked_at / PROGRESS > told {
                told = looked_at / PROGRESS;
                tracing::info!("looked at {looked_at} of {all} clips");
            }
        }
        self.save().await;
    }

    async fn look(&self, exercise: Exercise) -> Inspection {
        let _under_way = UnderWay::new(self, exercise.id.clone());
        let inspector = self.inspector().await;
        // The stamp is taken before the inspection: a file that is replaced meanwhile is inspected again.
        let named = inspector.locate(&exercise.video).await.map(|(_, stamp)| stamp);
        let name = named.as_ref().map(Stamp::clone).map_err(ToString::to_string);
        let outcome = match named {
            Ok(_) => {
                let (file, range) = (&exercise.video, exercise.loop_range);
                inspector.inspect(file, range, Depth::First).await
            }
            Err(error) => Err(error),
        };
        let cut = match &outcome {
            Ok(clip) if clip.cut => Some((clip.path.clone(), inspector.stamp(&clip.path).await)),
            _ => None,
        };
        Inspection {
            exercise,
            files: Files { named: name, cut },
            outcome,
        }
    }

    /// Publishes a new snapshot, made of the current one and these results.
    fn publish(&self, inspections: Vec<Inspection>) {
        self.0.current.send_modify(|current| {
            let mut next = Snapshot::clone(current);
            next.revision += 1;
            let library = Arc::make_mut(&mut next.library);
            let mut state = self.state();
            for Inspection {
                exercise: Exercise { id, video, .. },
                files,
                outcome,
            } in inspections
            {
                let last = state.again.remove(&id);
                match outcome {
                    Ok(clip) => {
                        next.catalogue.mark_available(&id);
                        library.insert(id.clone(), clip, next.revision);
                    }
                    Err(error) => {
                        let cause = std::error::Error::source(&error).map(ToString::to_string);
                        tracing::warn!(exercise = %id, file = video, %error, cause, "clip unavailable");
                        next.catalogue.mark_unavailable(id.clone(), error.to_string());
                        if error.is_of_machine() {
                            state.again.insert(id.clone(), Retry::after(last));
                        }
                        // While the file is missing, nothing replaces the loops that were prepared
                        // from its last state, so the last clip stays in the library.
                        if files.named.is_ok() {
                            library.remove(&id);
                        }
                    }
                }
                state.files.insert(id, files);
            }
            next.lengths = library.loop_lengths();
            let exercises = next.catalogue.exercises().iter();
            next.pending = exercises.filter(|exercise| next.is_pending(&exercise.id)).count();
            *current = Arc::new(next);
        });
    }

    /// Saves the probe cache.
    async fn save(&self) {
        let inspector = self.inspector().await.clone();
        // A panic in the thread prints its own message, and nothing depends on the saved file.
        let _ = tokio::task::spawn_blocking(move || inspector.save_probe_cache()).await;
    }

    async fn inspector(&self) -> &Inspector {
        let Inner { tools, cache, .. } = &*self.0;
        let open = async || {
            let probe_cache = ProbeCache::open(cache, tools).await;
            self.0.inspector.clone().with_probe_cache(probe_cache)
        };
        self.0.cached_inspector.get_or_init(open).await
    }

    /// Ignores poisoning: each change is a single step, so a panic elsewhere leaves the state consistent.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks an exercise's clip as being inspected, until this value is dropped.
struct UnderWay<'c> {
    clips: &'c Clips,
    exercise: ExerciseId,
}

impl<'c> UnderWay<'c> {
    fn new(clips: &'c Clips, exercise: ExerciseId) -> Self {
        clips.state().under_way.insert(exercise.clone());
        Self { clips, exercise }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.clips.state().under_way.remove(&self.exercise);
    }
}
