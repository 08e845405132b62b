//! The clips of a catalogue while the program runs.
//!
//! All are looked at once, some at a time; each that was looked at goes into the next [`Snapshot`] and into the
//! memory on disk ([`ProbeCache`]), so that a program which is killed meanwhile does not begin again. Then their
//! files are checked every few seconds (their states, not their bytes), and looked at again when they have changed:
//! a clip that is replaced, mended or put back counts without a restart. So it does when a look failed for reasons of the
//! machine, such as an FFmpeg that does not run: then after a pause that grows. A clip whose file is missing stays in the
//! library, for its prepared loops can be shown, but its exercise is unavailable.

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

/// Clips between two lines of progress in the log: a few seconds.
const PROGRESS: usize = 25;
/// Clips that go into one snapshot at most, when many are known from before.
const TOGETHER: usize = 64;
/// The least time between two writings of what was learnt.
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// The least time between two checks of all files.
const CHECK_EVERY: Duration = Duration::from_secs(3);
/// After a look that failed for reasons of the machine, the next comes after this time, then after twice as much.
const SHORTEST_RETRY: Duration = Duration::from_secs(10);
const LONGEST_RETRY: Duration = Duration::from_secs(600);
/// The longest time between two checks: nobody who has put a clip right waits longer to see it.
const CHECK_AT_LEAST_EVERY: Duration = Duration::from_secs(60);
/// A check may take this part of the time, on a slow file system with many clips.
const CHECK_SHARE: u32 = 50;

/// See the module. Cloning it is cheap and shares all.
#[derive(Debug, Clone)]
pub struct Clips(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tools: Arc<Tools>,
    cache: PathBuf,
    inspector: Inspector,
    /// The same with the memory of earlier runs, which is opened when the first clip is looked at.
    cached_inspector: OnceCell<Inspector>,
    current: watch::Sender<Arc<Snapshot>>,
    state: Mutex<State>,
    check: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Each exercise's files as they were when its clip was looked at.
    files: HashMap<ExerciseId, Files>,
    /// Those whose last look failed for reasons of the machine.
    again: HashMap<ExerciseId, Retry>,
    /// Whose clips are being looked at now.
    under_way: BTreeSet<ExerciseId>,
}

/// When to look again, though no file has changed.
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

/// The files of an exercise's clip in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Files {
    /// The file that the catalogue names, or why it cannot be opened.
    named: Result<Stamp, String>,
    /// The cut of its loop range, if there is one: where it lies, and its state.
    cut: Option<(PathBuf, Option<Stamp>)>,
}

/// What was found about an exercise's clip.
#[derive(Debug)]
struct Inspection {
    exercise: Exercise,
    files: Files,
    outcome: Result<Clip, ClipError>,
}

/// How far the first look at all clips has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionProgress {
    /// Clips that were looked at.
    pub looked_at: usize,
    /// All.
    pub all: usize,
    /// Exercises whose clips are being looked at now.
    pub under_way: Vec<ExerciseId>,
}

impl Clips {
    /// Of this catalogue; none has been looked at. What is learnt is kept in the folder `cache`.
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

    /// What can be shown now.
    #[must_use]
    pub fn current(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0.current.borrow())
    }

    /// What can be shown, once all that is needed was looked at; `None` if that takes longer than `patience`.
    pub async fn with(&self, needs: &Needs, patience: Duration) -> Option<Arc<Snapshot>> {
        let mut current = self.0.current.subscribe();
        let looked_at = current.wait_for(|snapshot| snapshot.meets(needs));
        // The sender lives in `self`.
        let snapshot = tokio::time::timeout(patience, looked_at).await.ok()?.ok()?;
        Some(Arc::clone(&snapshot))
    }

    /// How far the first look has come.
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

    /// Looks at all clips, as many at once as there are cores.
    pub async fn look_at_all(&self) {
        let snapshot = self.current();
        self.look_at(snapshot.catalogue.exercises().to_vec()).await;
    }

    /// Checks the files from time to time, for ever.
    pub async fn watch(&self) {
        let mut pause = CHECK_EVERY;
        loop {
            // The early check is for somebody who has met a change.
            let _ = tokio::time::timeout(pause, self.0.check.notified()).await;
            pause = (self.check().await * CHECK_SHARE).clamp(CHECK_EVERY, CHECK_AT_LEAST_EVERY);
        }
    }

    /// Asks for a check before its time: a file has turned out to be other than it was.
    pub fn check_soon(&self) {
        self.0.check.notify_one();
    }

    /// Takes out of the choice every exercise that this file shows, until the clip changes: it looked good, and
    /// turned out to be unusable. The reason is for people and names no path.
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

    /// Looks again at those clips whose files have changed. Returns how long it took to find out which.
    async fn check(&self) -> Duration {
        let started = Instant::now();
        let snapshot = self.current();
        let mut changed = Vec::new();
        for exercise in snapshot.catalogue.exercises() {
            let Some(before) = self.state().files.get(&exercise.id).cloned() else {
                continue; // not looked at yet
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
                // Also when no other clip is looked at any more, as where FFmpeg hangs.
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
        // Before the look: a file that is replaced meanwhile is looked at again.
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

    /// Makes the next snapshot of the current one and what was found.
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
                        // Without a file there is nothing newer than what was made of the last one.
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

    /// Writes down what was learnt.
    async fn save(&self) {
        let inspector = self.inspector().await.clone();
        // A panic there is told by its own message; nothing depends on the file.
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

    /// Each change is one step, so a panic elsewhere leaves it whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An exercise whose clip is being looked at, until this is dropped.
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
