//! Loops that are prepared before anybody asks for them: which, and how far that has come.
//!
//! For the server, which prepares the loops of all exercises at the usual sizes after its start, and for
//! `virtual-coach prepare`. A loop that could not be prepared is no failure of either: its workouts are
//! rendered by the graph, or the next request tries again.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

use super::Renderer;
use crate::catalogue::{Catalogue, Exercise, ExerciseId, Sides};
use crate::stitch::{PreparedLoop, Recipe, StitchError};
use crate::workout::{Fit, Profile};

/// Loops between two words of progress in the log: some seconds.
const PROGRESS: usize = 10;

/// A loop to prepare, as people name it.
#[derive(Debug, Clone)]
pub struct LoopName {
    /// The exercise; of several with the same clip the first.
    pub exercise: ExerciseId,
    /// Whether it is the mirrored loop: the right side.
    pub mirrored: bool,
    /// Its size.
    pub profile: Profile,
}

impl fmt::Display for LoopName {
    /// `plank 1280x720`, `side-plank (right) 1280x720`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.mirrored { " (right)" } else { "" };
        let Profile { width, height, .. } = self.profile;
        write!(f, "{}{side} {width}x{height}", self.exercise)
    }
}

/// How far the preparation of loops has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PrefetchProgress {
    /// Those that are there.
    pub prepared: usize,
    /// Those that could not be prepared.
    pub failed: usize,
    /// All.
    pub all: usize,
    /// Bytes of those that are there.
    pub bytes: u64,
}

impl PrefetchProgress {
    /// Whether there is no more to do.
    #[must_use]
    pub fn done(&self) -> bool {
        self.prepared + self.failed == self.all
    }
}

impl Renderer {
    /// Prepares the loops of these exercises at each of these sizes, and tells of each whether it is there,
    /// and how far all has come with it. Returns when all were tried.
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
                // It neither is there nor failed.
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

    /// Prepares the loops of all exercises at each of these sizes in the background, the cues first. It ends by itself, or
    /// with the program. `report` is told how far it has come.
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
            // Cut off at any await; what is under way ends by the same token.
            shutdown.run_until_cancelled(task).await;
        });
    }

    /// The loops of those exercises that can be shown, each once; of one that is done one side after the other both.
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
