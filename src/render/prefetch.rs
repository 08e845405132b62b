//! Prefetch: prepares loops before anybody asks for them, and reports the progress.
//!
//! For the server, which prepares the loops of all exercises at the usual sizes after its start, and for
//! `virtual-coach prepare`. A loop that cannot be prepared is not a failure of either: the graph renders
//! workouts that show it, or the next request tries again.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

use super::Renderer;
use crate::catalogue::{Catalogue, Exercise, ExerciseId, Sides};
use crate::stitch::{PreparedLoop, Recipe, StitchError};
use crate::workout::{Fit, Profile};

/// Loops between two progress messages in the log: some seconds of work.
const PROGRESS: usize = 10;

/// A loop to prepare, as people name it.
#[derive(Debug, Clone)]
pub struct LoopName {
    /// The exercise. If several exercises share a clip, the first of them.
    pub exercise: ExerciseId,
    /// Whether the loop is mirrored: the right side.
    pub mirrored: bool,
    /// The size of the loop's frames.
    pub profile: Profile,
}

impl fmt::Display for LoopName {
    /// Formats as `plank 1280x720` or `side-plank (right) 1280x720`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.mirrored { " (right)" } else { "" };
        let Profile { width, height, .. } = self.profile;
        write!(f, "{}{side} {width}x{height}", self.exercise)
    }
}

/// The progress of preparing loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PrefetchProgress {
    /// The number of loops that are prepared.
    pub prepared: usize,
    /// The number of loops that could not be prepared.
    pub failed: usize,
    /// The number of all loops to prepare.
    pub all: usize,
    /// Bytes of the prepared loops' files.
    pub bytes: u64,
}

impl PrefetchProgress {
    /// Whether all loops were tried.
    #[must_use]
    pub fn done(&self) -> bool {
        self.prepared + self.failed == self.all
    }
}

impl Renderer {
    /// Prepares the loops of these exercises at each of these sizes. Calls `report` for each loop with its
    /// result and the progress so far. Returns when all loops were tried, or when the program ends.
    pub async fn prepare(
        &self,
        exercises: &[&Exercise],
        profiles: &[Profile],
        mut report: impl FnMut(&LoopName, Result<(), &StitchError>, PrefetchProgress),
    ) -> PrefetchProgress {
        let recipes: Vec<(LoopName, Recipe)> = profiles
            .iter()
            .flat_map(|profile| self.recipes_of(exercises, *profile))
            .collect();
        let mut progress = PrefetchProgress {
            all: recipes.len(),
            ..PrefetchProgress::default()
        };
        let count = |name: LoopName, made: Result<Arc<PreparedLoop>, StitchError>| {
            match &made {
                // The program ends: the loop is neither prepared nor failed.
                Err(error) if error.is_shutdown() => return,
                Ok(prepared) => {
                    progress.prepared += 1;
                    progress.bytes += prepared.file_bytes();
                }
                Err(_) => progress.failed += 1,
            }
            report(&name, made.as_ref().map(|_| ()), progress);
        };
        self.loop_preparer.prefetch(recipes, count).await;
        progress
    }

    /// Starts a background task that encodes the cues and then prepares the loops of all exercises at each of
    /// these sizes. It ends when all loops were tried, or with the program. It sends the progress to
    /// `report`.
    pub fn prepare_in_background(
        &self,
        catalogue: Catalogue,
        profiles: &'static [Profile],
        report: watch::Sender<Option<PrefetchProgress>>,
    ) {
        let each: Vec<&Exercise> = catalogue.exercises().iter().collect();
        let recipes = profiles.iter().map(|profile| self.recipes_of(&each, *profile));
        let all = recipes.map(|recipes| recipes.len()).sum();
        report.send_replace(Some(PrefetchProgress {
            all,
            ..PrefetchProgress::default()
        }));
        let this = self.clone();
        let task = async move {
            this.warm().await;
            let (started, loops) = (Instant::now(), all);
            tracing::info!(loops, "preparing loops");
            let each: Vec<&Exercise> = catalogue.exercises().iter().collect();
            let report = |name: &LoopName, made: Result<(), &StitchError>, progress: PrefetchProgress| {
                if let Err(error) = made {
                    tracing::warn!(loop_of = %name, %error, "a loop could not be prepared ahead");
                }
                report.send_replace(Some(progress));
                let tried = progress.prepared + progress.failed;
                if tried.is_multiple_of(PROGRESS) && !progress.done() {
                    tracing::info!("prepared {tried} of {loops} loops");
                }
            };
            let progress = this.prepare(&each, profiles, report).await;
            if !progress.done() {
                return; // The program ends.
            }
            let PrefetchProgress {
                prepared,
                failed,
                bytes,
                ..
            } = progress;
            let seconds = started.elapsed().as_secs_f64();
            tracing::info!(prepared, failed, bytes, seconds, "loops are ready");
        };
        let shutdown = self.shutdown.clone();
        self.tasks.spawn(async move {
            // The task can be cut off at any await. The preparations under way end by the same token.
            shutdown.run_until_cancelled(task).await;
        });
    }

    /// The recipes for the clips of these exercises, each loop once, with names. Exercises whose clip cannot
    /// be shown are left out. An exercise that is done on one side after the other has two loops.
    fn recipes_of(&self, exercises: &[&Exercise], profile: Profile) -> Vec<(LoopName, Recipe)> {
        let mut known = HashSet::new();
        let mut recipes = Vec::new();
        for exercise in exercises {
            let Some(clip) = self.library.get(&exercise.id) else {
                continue;
            };
            let sides = match exercise.sides {
                Sides::PerSide => &[false, true][..],
                _ => &[false],
            };
            for &mirrored in sides {
                if !known.insert((clip.path.clone(), mirrored)) {
                    continue;
                }
                let name = LoopName {
                    exercise: exercise.id.clone(),
                    mirrored,
                    profile,
                };
                let recipe = Recipe {
                    clip: Arc::clone(clip),
                    mirrored,
                    look: self.look_at(profile, Fit::default()),
                };
                recipes.push((name, recipe));
            }
        }
        recipes
    }
}
