//! All prepared loops: those that are there, those that are being made, and those that cannot be.
//!
//! However many ask for a loop, it is prepared once, and all of them see its pictures as they come. A
//! preparation belongs to nobody who asked: it goes on when they leave, since the next will ask again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::sync::{OnceCell, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::file::Prepared;
use super::intra::Intra;
use super::prepare::{Growth, PrepareError, prepare};
use super::recipe::{LONGEST_PASS, Recipe};
use super::sound::CueError;
use super::store::{Digest, Store};
use super::verify::verify;
use crate::ffmpeg::{SHORT, Tools};
use crate::graph::Backdrop;
use crate::mp4::AvcConfig;

/// How often a loop is encoded at most. What mends a picture may spoil one after it; the last try predicts none
/// from another, which takes several times the bytes and cannot fail.
const TRIES: usize = 4;

/// Why a plan cannot be stitched, or no further.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StitchError {
    /// No preparation gives a loop that passes its check, or it is none: its workouts are for the graph.
    #[error("the clip of {exercise} cannot be stitched: {reason}")]
    Unfit {
        /// The clip's file name.
        exercise: String,
        /// Why, in words for people.
        reason: String,
    },
    /// A preparation failed.
    #[error("a loop could not be prepared: {0}")]
    Prepare(#[from] Arc<PrepareError>),
    /// The cues could not be encoded.
    #[error("the cues could not be encoded: {0}")]
    Cues(#[from] Arc<CueError>),
    /// Two loops do not share their decoder parameters.
    #[error("two loops differ in avcC")]
    Config,
    /// A plan without an interval; no planner makes one.
    #[error("there is nothing to show")]
    Empty,
}

impl StitchError {
    /// Whether nothing is wrong, but that the program ends.
    #[must_use]
    pub fn is_the_end(&self) -> bool {
        matches!(self, Self::Prepare(error) if matches!(**error, PrepareError::Ended))
    }
}

impl From<PrepareError> for StitchError {
    fn from(error: PrepareError) -> Self {
        Self::Prepare(Arc::new(error))
    }
}

/// How a preparation ended.
type Outcome = Result<Arc<Prepared>, Arc<PrepareError>>;

/// A loop that is being prepared, as those see it who wait for it.
#[derive(Debug, Clone)]
pub struct Growing {
    growth: watch::Receiver<Growth>,
    outcome: watch::Receiver<Option<Outcome>>,
}

/// Where a loop's pictures come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// It is there.
    Whole(Arc<Prepared>),
    /// It is being prepared.
    Growing(Growing),
}

impl Source {
    /// Its decoder parameters.
    pub async fn config(&mut self) -> Result<AvcConfig, StitchError> {
        self.take(|whole| Some(whole.config.clone()), |growth| growth.config.clone())
            .await
    }

    /// The exercise slices of picture `number`.
    pub async fn picture(&mut self, number: u64) -> Result<Bytes, StitchError> {
        let number = number as usize;
        self.take(
            |whole| whole.pictures.get(number).cloned(),
            |growth| growth.pictures.get(number).cloned(),
        )
        .await
    }

    /// The second form of the first picture of part `index`.
    pub async fn restart(&mut self, index: usize) -> Result<Bytes, StitchError> {
        self.take(
            |whole| whole.restarts.get(index).cloned(),
            |growth| growth.restarts.get(index).cloned(),
        )
        .await
    }

    /// The whole loop, checked.
    pub async fn whole(self) -> Result<Arc<Prepared>, StitchError> {
        let mut growing = match self {
            Self::Whole(prepared) => return Ok(prepared),
            Self::Growing(growing) => growing,
        };
        match growing.outcome.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(Ok(prepared))) => Ok(Arc::clone(prepared)),
            Ok(Some(Err(error))) => Err(Arc::clone(error).into()),
            Ok(None) | Err(_) => Err(PrepareError::Ended.into()),
        }
    }

    /// To be called before a part of the loop begins: what is given from now on is checked, if the check has ended.
    /// Within a part it may not change, for a second try's pictures are not predicted from the first's.
    ///
    /// Fails if the preparation has ended without a loop.
    pub fn renew(&mut self) -> Result<(), StitchError> {
        let Self::Growing(growing) = self else {
            return Ok(());
        };
        let ended = growing.outcome.borrow().clone();
        match ended {
            Some(Ok(prepared)) => *self = Self::Whole(prepared),
            Some(Err(error)) => return Err(error.into()),
            None => {}
        }
        Ok(())
    }

    /// Takes a part as soon as it is there.
    async fn take<T>(
        &mut self,
        whole: impl Fn(&Prepared) -> Option<T>,
        growing: impl Fn(&Growth) -> Option<T>,
    ) -> Result<T, StitchError> {
        loop {
            let waits = match self {
                Self::Whole(prepared) => return whole(prepared).ok_or(StitchError::Empty),
                Self::Growing(waits) => waits,
            };
            let ended = waits.outcome.borrow().clone();
            if let Some(part) = growing(&waits.growth.borrow_and_update()) {
                return Ok(part);
            }
            match ended {
                // All that it has was in its growth before.
                Some(Ok(_)) => return Err(StitchError::Empty),
                Some(Err(error)) => return Err(error.into()),
                None => {}
            }
            let heard = tokio::select! {
                grown = waits.growth.changed() => grown,
                ended = waits.outcome.changed() => ended,
            };
            if heard.is_err() && waits.outcome.borrow().is_none() {
                // The preparing task is gone without a word.
                return Err(PrepareError::Ended.into());
            }
        }
    }
}

/// Whether somebody waits for a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Urgency {
    Awaited,
    Ahead,
}

/// See the module.
#[derive(Debug)]
pub struct Loops {
    store: Arc<Store>,
    tools: Arc<Tools>,
    version: OnceCell<String>,
    digests: Mutex<HashMap<PathBuf, (Stamp, blake3::Hash)>>,
    growing: Mutex<HashMap<Digest, Growing>>,
    unfit: Mutex<HashMap<Digest, String>>,
    /// Places for loops that somebody waits for.
    demand: Semaphore,
    /// How many loops somebody waits for: while there are any, none is begun ahead.
    awaited: watch::Sender<usize>,
    cores: usize,
    tasks: TaskTracker,
    ending: CancellationToken,
}

/// What tells that a file is still the one whose digest is known.
type Stamp = (u64, SystemTime);

impl Loops {
    /// Keeps loops in `store`, and prepares as many at once as there are cores.
    #[must_use]
    pub fn new(store: Store, tools: Arc<Tools>, ending: CancellationToken, tasks: TaskTracker) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            store: Arc::new(store),
            tools,
            version: OnceCell::new(),
            digests: Mutex::default(),
            growing: Mutex::default(),
            unfit: Mutex::default(),
            demand: Semaphore::new(cores),
            awaited: watch::Sender::new(0),
            cores,
            tasks,
            ending,
        }
    }

    /// A recipe's loop: out of memory, out of its file, from a preparation under way, or from one that
    /// this starts.
    pub async fn get(self: &Arc<Self>, recipe: &Recipe) -> Result<Source, StitchError> {
        self.get_with(recipe, Urgency::Awaited).await
    }

    /// Prepares loops that nobody waits for yet, as many at once as there are cores; begins none while
    /// loops are being made that somebody waits for. Tells of each when it is there, or why it is not.
    pub async fn prepare_ahead<Name>(
        self: &Arc<Self>,
        recipes: Vec<(Name, Recipe)>,
        mut told: impl FnMut(Name, Result<Arc<Prepared>, StitchError>),
    ) {
        let mut each = futures_util::stream::iter(recipes)
            .map(|(name, recipe)| async move {
                let mut awaited = self.awaited.subscribe();
                // Fails only without a sender, and this holds it.
                let _ = awaited.wait_for(|awaited| *awaited == 0).await;
                (name, self.whole_with(&recipe, Urgency::Ahead).await)
            })
            .buffer_unordered(self.cores);
        while let Some((name, made)) = each.next().await {
            told(name, made);
        }
    }

    /// A loop to its end, for somebody who waits.
    pub async fn whole(self: &Arc<Self>, recipe: &Recipe) -> Result<Arc<Prepared>, StitchError> {
        self.whole_with(recipe, Urgency::Awaited).await
    }

    async fn whole_with(
        self: &Arc<Self>,
        recipe: &Recipe,
        urgency: Urgency,
    ) -> Result<Arc<Prepared>, StitchError> {
        match self.get_with(recipe, urgency).await?.whole().await {
            Err(StitchError::Prepare(error)) if error.is_of_the_loop() => {
                Err(unfit(recipe, error.to_string()))
            }
            outcome => outcome,
        }
    }

    /// Where loops are kept, and recorded sounds with them.
    #[must_use]
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Waits until the preparations that are under way now have ended, whatever became of them.
    pub async fn settled(&self) {
        let under_way: Vec<Growing> = lock(&self.growing).values().cloned().collect();
        for mut growing in under_way {
            // A task that is gone without a word has ended, too.
            let _ = growing.outcome.wait_for(Option::is_some).await;
        }
    }

    async fn get_with(self: &Arc<Self>, recipe: &Recipe, urgency: Urgency) -> Result<Source, StitchError> {
        if recipe.pictures() > LONGEST_PASS {
            return Err(unfit(
                recipe,
                format!("it lasts more than {} s", LONGEST_PASS.seconds().0),
            ));
        }
        let digest = self.digest(recipe).await?;
        let reason = lock(&self.unfit).get(&digest).cloned();
        match reason {
            None => self.find(digest, recipe.clone(), urgency).await,
            Some(reason) => Err(unfit(recipe, reason)),
        }
    }

    async fn find(
        self: &Arc<Self>,
        digest: Digest,
        recipe: Recipe,
        urgency: Urgency,
    ) -> Result<Source, StitchError> {
        if let Some(growing) = lock(&self.growing).get(&digest) {
            return Ok(Source::Growing(growing.clone()));
        }
        if let Some(prepared) = self.store.in_memory(&digest) {
            return Ok(Source::Whole(prepared));
        }
        let store = Arc::clone(&self.store);
        let found = tokio::task::spawn_blocking(move || store.get(&digest)).await;
        if let Some(prepared) = found.map_err(std::io::Error::other).map_err(PrepareError::from)? {
            return Ok(Source::Whole(prepared));
        }
        // Another may have begun meanwhile: one of both enters.
        let mut growing = lock(&self.growing);
        if let Some(growing) = growing.get(&digest) {
            return Ok(Source::Growing(growing.clone()));
        }
        let (grow, growth) = watch::channel(Growth::default());
        let (end, outcome) = watch::channel(None);
        let waits = Growing { growth, outcome };
        growing.insert(digest, waits.clone());
        drop(growing);
        let this = Arc::clone(self);
        self.tasks.spawn(async move {
            let making = this.make(&digest, &recipe, urgency, &grow);
            let made = this.ending.run_until_cancelled(making).await;
            let made = made.unwrap_or(Err(PrepareError::Ended));
            if let Err(error) = &made {
                let clip = recipe.clip.path.display();
                if matches!(error, PrepareError::Ended) {
                    tracing::debug!(%clip, "a preparation was broken off");
                } else {
                    tracing::warn!(%clip, %error, "a loop was not prepared");
                }
                if error.is_of_the_loop() {
                    lock(&this.unfit).insert(digest, error.to_string());
                }
            }
            // First the outcome, then out of the list: who asks in between finds one or the other.
            end.send_replace(Some(made.map_err(Arc::new)));
            lock(&this.growing).remove(&digest);
        });
        Ok(Source::Growing(waits))
    }

    async fn make(
        &self,
        digest: &Digest,
        recipe: &Recipe,
        urgency: Urgency,
        grow: &watch::Sender<Growth>,
    ) -> Result<Arc<Prepared>, PrepareError> {
        // Those made ahead have been counted by who asks for them.
        let _place = match urgency {
            Urgency::Awaited => {
                let awaited = Awaited::count(&self.awaited);
                let place = self.demand.acquire().await.map_err(|_| PrepareError::Ended)?;
                Some((awaited, place))
            }
            Urgency::Ahead => None,
        };
        let started = std::time::Instant::now();
        let (prepared, tries) = self.sealed(recipe, grow).await?;
        tracing::debug!(
            clip = %recipe.clip.path.display(),
            pictures = prepared.pictures.len(),
            bytes = prepared.file_bytes(),
            tries,
            seconds = started.elapsed().as_secs_f64(),
            "loop prepared"
        );
        let (store, digest) = (Arc::clone(&self.store), *digest);
        let kept = tokio::task::spawn_blocking(move || store.put(&digest, prepared)).await;
        Ok(kept.map_err(std::io::Error::other)??)
    }

    /// Prepares a loop until nothing in it is predicted from the HUD, and tells in how many tries. Who waits
    /// sees the first of them as it grows.
    async fn sealed(
        &self,
        recipe: &Recipe,
        grow: &watch::Sender<Growth>,
    ) -> Result<(Prepared, usize), PrepareError> {
        let mut intra = Intra::of(recipe.parts());
        let mut tries = 1;
        let mut prepared = prepare(recipe, &intra, &self.tools, grow).await?;
        loop {
            let faults = verify(&prepared, &intra, &recipe.look.profile, &self.tools).await?;
            if faults.is_empty() {
                return Ok((prepared, tries));
            }
            tries += 1;
            // Ends: of a picture that is predicted from none, a fault is an error.
            intra = if tries < TRIES {
                intra.and(faults)
            } else {
                Intra::every(recipe.parts())
            };
            let unseen = watch::Sender::default();
            prepared = prepare(recipe, &intra, &self.tools, &unseen).await?;
        }
    }

    /// Asks FFmpeg for its version, a part of every digest, so that no viewer waits for it.
    pub async fn warm(&self) -> Result<(), PrepareError> {
        self.version().await.map(|_| ())
    }

    /// FFmpeg's version, as it prints it. It is asked once.
    pub async fn version(&self) -> Result<&str, PrepareError> {
        let ask = async {
            let mut command = self.tools.ffmpeg();
            command.arg("-version");
            let text = self.tools.run(command, 1 << 16, SHORT).await?;
            let text = String::from_utf8_lossy(&text);
            Ok(text.lines().next().unwrap_or_default().to_owned())
        };
        self.version.get_or_try_init(|| ask).await.map(String::as_str)
    }

    async fn digest(&self, recipe: &Recipe) -> Result<Digest, PrepareError> {
        let version = self.version().await?;
        let clip = self.file_digest(&recipe.clip.path).await?;
        let backdrop = match &recipe.look.backdrop {
            Backdrop::Picture(path) if recipe.clip.facts.picture.alpha => Some(self.file_digest(path).await?),
            _ => None,
        };
        Ok(recipe.digest(clip, backdrop, version))
    }

    /// The digest of a file's bytes, read again only when it has changed.
    pub async fn file_digest(&self, path: &Path) -> Result<blake3::Hash, PrepareError> {
        let facts = path.metadata()?;
        let stamp = (facts.len(), facts.modified()?);
        if let Some((_, hash)) = lock(&self.digests).get(path).filter(|(known, _)| *known == stamp) {
            return Ok(*hash);
        }
        let file = path.to_owned();
        let hash = tokio::task::spawn_blocking(move || {
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(std::fs::File::open(file)?)?;
            Ok::<_, std::io::Error>(hasher.finalize())
        });
        let hash = hash.await.map_err(std::io::Error::other)??;
        lock(&self.digests).insert(path.to_owned(), (stamp, hash));
        Ok(hash)
    }
}

/// Counted among the loops that somebody waits for, until it is dropped.
struct Awaited<'a>(&'a watch::Sender<usize>);

impl<'a> Awaited<'a> {
    fn count(awaited: &'a watch::Sender<usize>) -> Self {
        awaited.send_modify(|awaited| *awaited += 1);
        Self(awaited)
    }
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|awaited| *awaited -= 1);
    }
}

fn unfit(recipe: &Recipe, reason: String) -> StitchError {
    let name = recipe.clip.path.file_name().unwrap_or_default();
    StitchError::Unfit {
        exercise: name.to_string_lossy().into_owned(),
        reason,
    }
}

/// A panic elsewhere leaves these maps whole: each is changed in one step.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
