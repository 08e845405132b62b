//! Digests of whole files. Prepared loops are named by the digest of their clip's bytes.
//!
//! For every cache whose entries depend on the bytes of a clip or of a backdrop. A file is read once for
//! each of its states, no matter how many callers ask. At most [`READERS`] files are read at the same
//! time, in threads of the blocking pool, so that a stalled mount blocks only these threads and not the
//! whole pool. A reading does not belong to its callers: it continues when they leave.
//!
//! If a file is missing or is no longer a regular file, its digest is the last known one, because what was
//! made from the file can still be shown. [`FileDigests::check`] tells whether the file itself can be read.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};

use super::probe_cache::Stamp;
use crate::files::open_regular;

/// Maximum number of files that are read at the same time.
const READERS: usize = 2;
/// Maximum number of concurrent file system calls that query a file without reading its content.
const ASKERS: usize = 2;
/// Maximum duration of such a call, after which the file system counts as stalled.
const STALLED: Duration = Duration::from_secs(5);

/// The result of a reading. An error is kept as its kind and text,
/// because it is copied to all waiting callers.
type Outcome = Result<blake3::Hash, (io::ErrorKind, String)>;

/// The reading of a file in one of its states; `outcome` holds the digest when the reading has ended.
#[derive(Debug, Clone)]
struct Reading {
    stamp: Stamp,
    outcome: watch::Receiver<Option<Outcome>>,
}

#[derive(Debug, Default)]
struct State {
    readings: HashMap<PathBuf, Reading>,
    /// The last known digest of each file.
    known: HashMap<PathBuf, blake3::Hash>,
}

/// Digests of files, computed once for each state of a file. Clones are cheap and share the same state.
#[derive(Debug, Clone)]
pub struct FileDigests {
    state: Arc<Mutex<State>>,
    readers: Arc<Semaphore>,
    files: FileSystem,
}

impl Default for FileDigests {
    fn default() -> Self {
        Self {
            state: Arc::default(),
            readers: Arc::new(Semaphore::new(READERS)),
            files: FileSystem::default(),
        }
    }
}

impl FileDigests {
    /// The digest of a file's bytes. If the file can no longer be read, its last known digest.
    pub async fn of(&self, path: &Path) -> io::Result<blake3::Hash> {
        let read = match self.check(path).await {
            Ok(stamp) => self.read(path, stamp).await,
            Err(error) => Err(error),
        };
        read.or_else(|error| self.lock().known.get(path).copied().ok_or(error))
    }

    /// Checks whether a file can be opened now, and returns its stamp. The content is not read.
    pub async fn check(&self, path: &Path) -> io::Result<Stamp> {
        let path = path.to_owned();
        self.files.ask(move || Stamp::of_regular(&path)).await
    }

    async fn read(&self, path: &Path, stamp: Stamp) -> io::Result<blake3::Hash> {
        let mut outcome = self.reading(path, stamp);
        let ended = outcome.wait_for(Option::is_some).await;
        match ended.as_deref() {
            Ok(Some(Ok(hash))) => Ok(*hash),
            Ok(Some(Err((kind, text)))) => Err(io::Error::new(*kind, text.clone())),
            // The reading ended without a result: the program ends, or the reading thread panicked.
            Ok(None) | Err(_) => Err(io::Error::other("the file was not read to its end")),
        }
    }

    /// The reading of a file in this state: a finished or running one if there is one, else a new one.
    fn reading(&self, path: &Path, stamp: Stamp) -> watch::Receiver<Option<Outcome>> {
        let mut state = self.lock();
        if let Some(reading) = state.readings.get(path).filter(|reading| reading.stamp == stamp) {
            return reading.outcome.clone();
        }
        let (end, outcome) = watch::channel(None);
        let reading = Reading {
            stamp: stamp.clone(),
            outcome: outcome.clone(),
        };
        state.readings.insert(path.to_owned(), reading);
        drop(state);
        let (this, path) = (self.clone(), path.to_owned());
        tokio::spawn(async move {
            // Acquiring cannot fail, because the semaphore is never closed.
            let permit = Arc::clone(&this.readers).acquire_owned().await;
            let file = path.clone();
            let expected = stamp.clone();
            let hashed = tokio::task::spawn_blocking(move || {
                let _permit = permit;
                hash(&file, &expected)
            });
            let hashed = hashed.await.map_err(io::Error::other).flatten();
            let mut state = this.lock();
            match &hashed {
                Ok(hash) => {
                    state.known.insert(path, *hash);
                }
                // A failed reading is forgotten, so that the next caller tries again.
                Err(_) => {
                    if state
                        .readings
                        .get(&path)
                        .is_some_and(|known| known.stamp == stamp)
                    {
                        state.readings.remove(&path);
                    }
                }
            }
            drop(state);
            end.send_replace(Some(hashed.map_err(|error| (error.kind(), error.to_string()))));
        });
        outcome
    }

    /// Ignores poisoning: each change is a single step, so a panic elsewhere leaves the state consistent.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Computes the digest of a file. Fails if the file's stamp is not `expected` after the reading.
fn hash(path: &Path, expected: &Stamp) -> io::Result<blake3::Hash> {
    let file = open_regular(path)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&file)?;
    if Stamp::of_metadata(&file.metadata()?)? != *expected {
        return Err(io::Error::other("the file changed while it was read"));
    }
    Ok(hasher.finalize())
}

/// Queries to the file system. Only [`ASKERS`] of them run at the
/// same time, and no caller waits longer than `patience`.
#[derive(Debug, Clone)]
pub(super) struct FileSystem {
    permits: Arc<Semaphore>,
    patience: Duration,
}

impl Default for FileSystem {
    fn default() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(ASKERS)),
            patience: STALLED,
        }
    }
}

impl FileSystem {
    /// Runs a query in a thread that may block.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let asking = async {
            // Acquiring cannot fail, because the semaphore is never closed. The thread holds the
            // permit for as long as it blocks, even after the caller has given up.
            let permit = Arc::clone(&self.permits).acquire_owned().await;
            let answer = tokio::task::spawn_blocking(move || {
                let _permit = permit;
                question()
            });
            answer.await.map_err(io::Error::other)?
        };
        let stalled = || io::Error::new(io::ErrorKind::TimedOut, "the file system does not answer");
        let answer = tokio::time::timeout(self.patience, asking).await;
        answer.unwrap_or_else(|_| Err(stalled()))
    }
}

impl Stamp {
    /// The stamp of a regular file. The file is opened, because only opening shows whether it may be read.
    pub fn of_regular(path: &Path) -> io::Result<Self> {
        Self::of_metadata(&open_regular(path)?.metadata()?)
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_digest_outlives_its_file_and_follows_its_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clip");
        let digests = FileDigests::default();
        assert_eq!(
            digests.of(&path).await.unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
        std::fs::write(&path, "one").unwrap();
        assert_eq!(digests.of(&path).await.unwrap(), blake3::hash(b"one"));
        std::fs::write(&path, "other").unwrap();
        assert_eq!(digests.of(&path).await.unwrap(), blake3::hash(b"other"));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(digests.of(&path).await.unwrap(), blake3::hash(b"other"));
        assert_eq!(
            digests.check(&path).await.unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert_eq!(digests.of(&path).await.unwrap(), blake3::hash(b"other"));
        let error = digests.check(&path).await.unwrap_err();
        assert!(error.to_string().contains("a pipe"), "{error}");
    }

    #[tokio::test]
    async fn questions_that_are_never_answered_take_no_more_than_their_threads() {
        let files = FileSystem {
            patience: Duration::from_millis(200),
            ..FileSystem::default()
        };
        let (release, blocked) = mpsc::channel::<()>();
        let blocked = Arc::new(Mutex::new(blocked));
        let started = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let asked: Vec<_> = (0..100)
            .map(|_| {
                let (files, blocked, started) = (files.clone(), Arc::clone(&blocked), Arc::clone(&started));
                tokio::spawn(async move {
                    let stall = move || {
                        started.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                        let _ = blocked.lock().map(|blocked| blocked.recv());
                        Ok(())
                    };
                    files.ask(stall).await.unwrap_err().kind()
                })
            })
            .collect();
        for asked in asked {
            assert_eq!(asked.await.unwrap(), io::ErrorKind::TimedOut);
        }
        let started = started.load(std::sync::atomic::Ordering::SeqCst);
        assert!(started <= ASKERS, "{started} threads block");
        drop(release);
    }
}
