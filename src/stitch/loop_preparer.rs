//! Prepares loops and knows the state of each: ready, queued, being prepared, or unfit.
//!
//! For [`LoopRequest`], through which streams and indexes ask for loops. This module starts and ends
//! preparations. [`Queue`] decides which comes next, `isolation` encodes, and [`Store`] keeps the results.
//!
//! A loop is prepared once, no matter how many requests ask for it, and all of them see its frames as they
//! come. Of the preparations that requests ask for, at most one per core runs at a time. The others wait in
//! the [`Queue`]. Preparations that no request asked for begin only while none of the others runs, and are
//! also bounded by the number of cores.
//!
//! Each [`LoopSource`] of a loop whose preparation has not begun keeps the loop in the queue. When
//! the last such source is dropped, the loop leaves the queue. A preparation that has begun
//! belongs to no request: it continues when the requests leave, because most of its work may be
//! done and the next request will ask for the same loop.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use tokio::runtime::Handle;
use tokio::sync::{Notify, OnceCell, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::isolation::encode_isolated;
use super::loop_request::{LoopRequest, whole};
use super::loop_source::{LoopSource, Outcome, PendingLoop, StitchError};
use super::prepare::{PartialLoop, PrepareError};
use super::prepared_loop::PreparedLoop;
use super::queue::{self, Claim, Owner, Queue, Urgency, WaiterId};
use super::recipe::{LONGEST_PASS, Recipe};
use super::store::{Digest, Store};
use crate::clip::FileDigests;
use crate::ffmpeg::{Backoff, Task, Tools};
use crate::graph::Backdrop;
use crate::wait_estimate::WaitEstimate;

/// Limits of the queue of loops. At one or two seconds each, 64 loops are
/// minutes of work: a client should not wait longer.
const WAITING: queue::QueueLimits = queue::QueueLimits { all: 64, later: 48 };
/// Assumed duration of a preparation until the first has ended: that of a loop of 5 s at 720p on one core.
const USUAL_PREPARATION: Duration = Duration::from_secs(3);

/// All prepared loops of the program. Shared by reference.
#[derive(Debug)]
pub struct LoopPreparer {
    store: Arc<Store>,
    tools: Arc<Tools>,
    version: OnceCell<String>,
    digests: FileDigests,
    unfit: Mutex<HashMap<Digest, String>>,
    /// Loops whose preparation hung, which are left alone for a while.
    backoff: Backoff<Digest>,
    work: Mutex<Work>,
    /// Notified when an entry leaves the queue.
    pub(super) room: Notify,
    /// Whether a task is retrying the writes that failed.
    retrying: AtomicBool,
    owners: AtomicU64,
    wait_estimate: WaitEstimate,
    pub(super) cores: usize,
    tasks: TaskTracker,
    shutdown: CancellationToken,
    unusable: Option<OnUnusable>,
}

/// Queued and running preparations.
#[derive(Debug)]
struct Work {
    queue: Queue<Digest>,
    /// Jobs of all loops that are in the queue or being prepared.
    jobs: HashMap<Digest, Job>,
    /// Number of running preparations that a request asked for.
    demanded: usize,
    /// Number of running preparations that no request had asked for when they began.
    background: usize,
}

/// The preparation of a loop, queued or running.
#[derive(Debug)]
struct Job {
    partial: watch::Receiver<PartialLoop>,
    outcome: watch::Receiver<Option<Outcome>>,
    /// `None` once the preparation has begun.
    start: Option<Start>,
}

/// The arguments of a preparation.
#[derive(Debug)]
struct Start {
    digest: Digest,
    recipe: Recipe,
    partial_sender: watch::Sender<PartialLoop>,
    end: watch::Sender<Option<Outcome>>,
}

/// A waiter in the queue. Leaves the queue when it is dropped.
#[derive(Debug)]
pub(super) struct QueueGuard {
    preparer: Arc<LoopPreparer>,
    id: WaiterId,
}

impl QueueGuard {
    pub(super) fn raise(&self) {
        lock(&self.preparer.work).queue.raise(self.id, Urgency::Now);
    }
}

impl Drop for QueueGuard {
    fn drop(&mut self) {
        let mut work = lock(&self.preparer.work);
        let Some(digest) = work.queue.leave(self.id) else {
            return;
        };
        let job = work.jobs.remove(&digest);
        drop(work);
        drop(job);
        self.preparer.room.notify_waiters();
        // If this was the last entry that a request waited for, background preparations may begin.
        self.preparer.dispatch();
    }
}

/// Called with the path of a clip of which no loop can be prepared, and with the reason.
struct OnUnusable(Box<Report>);

type Report = dyn Fn(&Path, &str) + Send + Sync;

impl std::fmt::Debug for OnUnusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OnUnusable")
    }
}

impl LoopPreparer {
    /// Keeps loops in `store`. Prepares as many loops at once as there are cores.
    #[must_use]
    pub fn new(store: Store, tools: Arc<Tools>, shutdown: CancellationToken, tasks: TaskTracker) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            store: Arc::new(store),
            tools,
            version: OnceCell::new(),
            digests: FileDigests::default(),
            unfit: Mutex::default(),
            backoff: Backoff::default(),
            work: Mutex::new(Work {
                queue: Queue::new(WAITING),
                jobs: HashMap::new(),
                demanded: 0,
                background: 0,
            }),
            room: Notify::new(),
            retrying: AtomicBool::new(false),
            owners: AtomicU64::new(0),
            wait_estimate: WaitEstimate::new(USUAL_PREPARATION),
            cores,
            tasks,
            shutdown,
            unusable: None,
        }
    }

    /// Calls `report` with the clip's path and the reason if a preparation fails
    /// in a way that would be the same the next time.
    #[must_use]
    pub fn reporting(self, report: impl Fn(&Path, &str) + Send + Sync + 'static) -> Self {
        Self {
            unusable: Some(OnUnusable(Box::new(report))),
            ..self
        }
    }

    /// Creates a request. All loops that it asks for share one turn of the queue.
    #[must_use]
    pub fn request(self: &Arc<Self>) -> LoopRequest {
        let owner = Owner(self.owners.fetch_add(1, Ordering::Relaxed));
        LoopRequest::new(Arc::clone(self), owner)
    }

    /// Prepares loops that no request waits for yet, as many at once as there are cores.
    /// Begins none while loops are being prepared that a request waits for. Calls `report`
    /// for each loop when it is ready or has failed.
    pub async fn prefetch<Name>(
        self: &Arc<Self>,
        recipes: Vec<(Name, Recipe)>,
        mut report: impl FnMut(Name, Result<Arc<PreparedLoop>, StitchError>),
    ) {
        let request = self.request();
        let request = &request;
        let mut each = futures_util::stream::iter(recipes.into_iter().enumerate())
            .map(|(order, (name, recipe))| async move {
                let found = request.get(&recipe, Urgency::Background, order).await;
                (name, whole(&recipe, found).await)
            })
            .buffer_unordered(self.cores);
        while let Some((name, made)) = each.next().await {
            report(name, made);
        }
    }

    /// The folder of prepared loops and recorded sounds.
    #[must_use]
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Waits until the preparations that are queued or running now have ended, successfully or not.
    pub async fn wait_idle(&self) {
        let jobs: Vec<_> = lock(&self.work)
            .jobs
            .values()
            .map(|job| job.outcome.clone())
            .collect();
        for mut outcome in jobs {
            // An error means that the task ended without an outcome: the preparation has ended, too.
            let _ = outcome.wait_for(Option::is_some).await;
        }
    }

    /// The digest of a recipe's loop. Fails if the loop is longer than [`LONGEST_PASS`], is known to be
    /// unfit, or is left alone because its preparation hung.
    pub(super) async fn digest_if_fit(&self, recipe: &Recipe) -> Result<Digest, StitchError> {
        if recipe.frames() > LONGEST_PASS {
            return Err(unfit(
                recipe,
                format!("it lasts more than {} s", LONGEST_PASS.seconds().0),
            ));
        }
        let digest = self.digest(recipe).await?;
        if let Some(reason) = lock(&self.unfit).get(&digest).cloned() {
            return Err(unfit(recipe, reason));
        }
        self.backoff.check(&digest).map_err(PrepareError::from)?;
        Ok(digest)
    }

    pub(super) async fn find(
        self: &Arc<Self>,
        digest: Digest,
        recipe: &Recipe,
        claim: Claim,
    ) -> Result<LoopSource, StitchError> {
        if let Some(pending) = self.join(digest, claim) {
            return Ok(LoopSource::Pending(pending));
        }
        if let Some(prepared) = self.store.in_memory(&digest) {
            return Ok(LoopSource::Whole(prepared));
        }
        let store = Arc::clone(&self.store);
        let found = tokio::task::spawn_blocking(move || store.get(&digest)).await;
        if let Some(prepared) = found.map_err(std::io::Error::other).map_err(PrepareError::from)? {
            return Ok(LoopSource::Whole(prepared));
        }
        // Another request may have added the loop while this one searched the store. Only one job is added.
        if let Some(pending) = self.join(digest, claim) {
            return Ok(LoopSource::Pending(pending));
        }
        let pending = self.add(digest, recipe, claim)?;
        self.dispatch();
        Ok(LoopSource::Pending(pending))
    }

    /// Joins a loop that is already queued or being prepared, as one
    /// more waiter. `None` if there is no job for it.
    fn join(self: &Arc<Self>, digest: Digest, claim: Claim) -> Option<PendingLoop> {
        let mut work = lock(&self.work);
        let Work { queue, jobs, .. } = &mut *work;
        let job = jobs.get(&digest)?;
        let waits = job.start.is_some();
        // `join` refuses only new entries, and this entry exists.
        let id = waits.then(|| queue.join(digest, claim).ok()).flatten();
        Some(self.pending(job, id))
    }

    /// Adds a loop to the queue, unless its preparation has begun meanwhile.
    fn add(
        self: &Arc<Self>,
        digest: Digest,
        recipe: &Recipe,
        claim: Claim,
    ) -> Result<PendingLoop, StitchError> {
        let mut work = lock(&self.work);
        let Work { queue, jobs, .. } = &mut *work;
        if jobs.get(&digest).is_some_and(|job| job.start.is_none()) {
            return Ok(self.pending(&jobs[&digest], None));
        }
        let Ok(id) = queue.join(digest, claim) else {
            let waiting = queue.asked_for();
            return Err(StitchError::Busy {
                seconds: self.wait_estimate.seconds(waiting / 2, self.cores),
            });
        };
        let job = jobs.entry(digest).or_insert_with(|| {
            let (partial_sender, partial) = watch::channel(PartialLoop::default());
            let (end, outcome) = watch::channel(None);
            let recipe = recipe.clone();
            let start = Some(Start {
                digest,
                recipe,
                partial_sender,
                end,
            });
            Job {
                partial,
                outcome,
                start,
            }
        });
        Ok(self.pending(job, Some(id)))
    }

    fn pending(self: &Arc<Self>, job: &Job, waiter: Option<WaiterId>) -> PendingLoop {
        let preparer = Arc::clone(self);
        PendingLoop {
            partial: job.partial.clone(),
            outcome: job.outcome.clone(),
            waiter: waiter.map(|id| Arc::new(QueueGuard { preparer, id })),
        }
    }

    /// Starts preparations while their limits allow.
    fn dispatch(self: &Arc<Self>) {
        // Without a runtime nothing can be started: the program ends, or a test has dropped its runtime.
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let mut begun = Vec::new();
        let mut work = lock(&self.work);
        while work.demanded < self.cores {
            // Running background preparations do not count against the limit of the
            // others, so that a viewer's loop begins at once.
            let idle = work.demanded == 0 && work.background < self.cores;
            let least = if idle { Urgency::Background } else { Urgency::Later };
            let Some((digest, urgency)) = work.queue.take(least) else {
                break;
            };
            // Each entry of the queue has a job that has not begun.
            if let Some(start) = work.jobs.get_mut(&digest).and_then(|job| job.start.take()) {
                let running = Running {
                    preparer: Arc::clone(self),
                    digest,
                    background: urgency == Urgency::Background,
                };
                *running.count(&mut work) += 1;
                begun.push((start, running));
            }
        }
        drop(work);
        if begun.is_empty() {
            return;
        }
        self.room.notify_waiters();
        for (start, running) in begun {
            self.tasks.spawn_on(prepare_one(start, running), &runtime);
        }
    }

    /// Starts a task that retries the writes that failed, unless there are none or such a task runs already.
    fn write_later(self: &Arc<Self>) {
        if self.store.retry_in().is_none() || self.retrying.swap(true, Ordering::AcqRel) {
            return;
        }
        let this = Arc::clone(self);
        self.tasks.spawn(async move {
            let trying = async {
                while let Some(wait) = this.store.retry_in() {
                    tokio::time::sleep(wait).await;
                    let store = Arc::clone(&this.store);
                    // A panic is logged. `write_later` below then starts another task.
                    if tokio::task::spawn_blocking(move || store.retry()).await.is_err() {
                        return;
                    }
                }
            };
            let ended = this.shutdown.run_until_cancelled(trying).await.is_none();
            this.retrying.store(false, Ordering::Release);
            if !ended {
                // A write may have failed while `retrying` was still set, so that no task was started for it.
                this.write_later();
            }
        });
    }

    async fn make(
        &self,
        digest: &Digest,
        recipe: &Recipe,
        partial_sender: &watch::Sender<PartialLoop>,
    ) -> Result<Arc<PreparedLoop>, PrepareError> {
        // `digest` may return the last known digest of a file that is gone. This
        // call ensures that FFmpeg gets a file that exists.
        let before = self.digests.check(&recipe.clip.path).await?;
        if self.digest(recipe).await? != *digest {
            return Err(PrepareError::Replaced);
        }
        let started = Instant::now();
        let outcome = encode_isolated(recipe, &self.tools, partial_sender).await;
        // The result, a loop or an error, belongs to this digest only if the file stayed the same to the end.
        // A file that is gone now counts as unchanged.
        if let Ok(after) = self.digests.check(&recipe.clip.path).await
            && after != before
        {
            return Err(PrepareError::Replaced);
        }
        let (prepared, tries) = outcome?;
        let took = started.elapsed();
        self.wait_estimate.record(took);
        tracing::debug!(
            clip = %recipe.clip.path.display(),
            frames = prepared.frames.len(),
            bytes = prepared.file_bytes(),
            tries,
            seconds = took.as_secs_f64(),
            "loop prepared"
        );
        let (store, digest) = (Arc::clone(&self.store), *digest);
        let kept = tokio::task::spawn_blocking(move || store.put(&digest, prepared)).await;
        Ok(kept.map_err(std::io::Error::other)??)
    }

    /// Asks FFmpeg for its version, which is part of every digest, so that no viewer waits for the answer.
    pub async fn warm(&self) -> Result<(), PrepareError> {
        self.version().await.map(|_| ())
    }

    /// The first line of what `ffmpeg -version` prints. FFmpeg is asked once.
    pub async fn version(&self) -> Result<&str, PrepareError> {
        let ask = async {
            let mut command = self.tools.ffmpeg();
            command.arg("-version");
            let text = self.tools.run(Task::Version, command, 1 << 16).await?;
            let text = String::from_utf8_lossy(&text);
            Ok(text.lines().next().unwrap_or_default().to_owned())
        };
        self.version.get_or_try_init(|| ask).await.map(String::as_str)
    }

    async fn digest(&self, recipe: &Recipe) -> Result<Digest, PrepareError> {
        let version = self.version().await?;
        let clip = self.file_digest(&recipe.clip.path).await?;
        let backdrop = match &recipe.look.backdrop {
            Backdrop::Image(path) if recipe.clip.facts.video.alpha => Some(self.file_digest(path).await?),
            _ => None,
        };
        Ok(recipe.digest(clip, backdrop, version))
    }

    /// The digests of clips and backdrops.
    #[must_use]
    pub fn digests(&self) -> &FileDigests {
        &self.digests
    }

    /// Whether a recipe's loop is stored, or its preparation has
    /// begun, so that the loop need not be prepared.
    pub async fn has(&self, recipe: &Recipe) -> bool {
        let Ok(digest) = self.digest(recipe).await else {
            return false;
        };
        let begun = |job: &Job| job.start.is_none();
        if lock(&self.work).jobs.get(&digest).is_some_and(begun) || self.store.in_memory(&digest).is_some() {
            return true;
        }
        let store = Arc::clone(&self.store);
        let found = tokio::task::spawn_blocking(move || store.get(&digest)).await;
        matches!(found, Ok(Some(_)))
    }

    /// The digest of a file's bytes. The file is read again only when it has changed.
    pub async fn file_digest(&self, path: &Path) -> Result<blake3::Hash, PrepareError> {
        Ok(self.digests.of(path).await?)
    }
}

/// A running preparation. It counts against its limit until it is dropped.
struct Running {
    preparer: Arc<LoopPreparer>,
    digest: Digest,
    background: bool,
}

impl Running {
    fn count<'w>(&self, work: &'w mut Work) -> &'w mut usize {
        if self.background {
            &mut work.background
        } else {
            &mut work.demanded
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut work = lock(&self.preparer.work);
        work.jobs.remove(&self.digest);
        *self.count(&mut work) -= 1;
        drop(work);
        self.preparer.dispatch();
    }
}

/// Prepares a loop, keeps it and publishes the outcome to all waiters.
async fn prepare_one(start: Start, running: Running) {
    let Start {
        digest,
        recipe,
        partial_sender,
        end,
    } = start;
    let preparer = &running.preparer;
    let making = preparer.make(&digest, &recipe, &partial_sender);
    let made = preparer.shutdown.run_until_cancelled(making).await;
    let made = made.unwrap_or(Err(PrepareError::Cancelled));
    preparer.write_later();
    match &made {
        Err(PrepareError::Ffmpeg(error)) => preparer.backoff.note(digest, Some(error)),
        Ok(_) => preparer.backoff.note(digest, None),
        Err(_) => {}
    }
    if let Err(error) = &made {
        let clip = recipe.clip.path.display();
        if matches!(error, PrepareError::Cancelled) {
            tracing::debug!(%clip, "a preparation was broken off");
        } else {
            tracing::warn!(%clip, %error, "a loop was not prepared");
        }
        if error.is_of_the_loop() {
            lock(&preparer.unfit).insert(digest, error.to_string());
            if let Some(OnUnusable(report)) = &preparer.unusable {
                report(&recipe.clip.path, &error.for_clients());
            }
        }
    }
    // The outcome is published before the job is removed. A request that comes in between finds the job with
    // its outcome; a later request finds no job and looks in `unfit` and in the store.
    end.send_replace(Some(made.map_err(Arc::new)));
    drop(running);
}

pub(super) fn unfit(recipe: &Recipe, reason: String) -> StitchError {
    let name = recipe.clip.path.file_name().unwrap_or_default();
    StitchError::Unfit {
        exercise: name.to_string_lossy().into_owned(),
        reason,
    }
}

/// A poisoned lock is safe to use: each of these maps is changed in
/// one step, so a panic leaves none half changed.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
