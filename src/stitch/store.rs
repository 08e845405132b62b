//! The folder of prepared loops and recorded sounds, bounded by bytes, and the loops that are in memory.
//!
//! For the renderer and for the code that prepares loops. The store prepares nothing: a missing or damaged
//! loop is `None`, and the caller makes it again. Calls read and write files, so an asynchronous caller must
//! make them where blocking is allowed.
//!
//! Each loop is a file `<digest>.loop`, and each sound is a file `<digest>.sound`. Several processes may
//! share a folder. A file appears whole, by a rename. It may vanish at any time, which costs only another
//! preparation. The modification time of a file is the time of its last use, so that all processes see it.
//!
//! Within one process, a loop is in memory at most once, no matter how many callers ask for it at the same
//! time. A loop that somebody holds is not evicted. A sound is never in memory: its holder has the file open
//! and can read on after the file is evicted. [`Store::in_use`] tells how much memory all loops take, no
//! matter who holds them: streams, videos, or the store itself. Code that keeps something derived from loops
//! should not keep the loops, but ask the store for them again.
//!
//! If the folder cannot be written, loops are kept in memory instead and written when that is possible again
//! (see `write_backoff`). They have the same bound as the most recently used loops. Beyond the bound, the
//! least recently used loop is dropped and prepared again when it is needed.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use tempfile::{NamedTempFile, TempPath};

use super::lru::LruLoops;
use super::prepared_loop::{self, LoopFileError, MAX_FILE, PreparedLoop};
use super::sound::{Recorded, RecordedError};
use super::write_backoff::WriteBackoff;
use crate::temp_files;

/// A use is not recorded if the previous one was recorded within this time, to save writes.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// The kind of a file in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EntryKind {
    Loop,
    Sound,
}

impl EntryKind {
    const ALL: [Self; 2] = [Self::Loop, Self::Sound];

    /// The file name suffix of this kind.
    fn suffix(self) -> &'static str {
        match self {
            Self::Loop => ".loop",
            Self::Sound => ".sound",
        }
    }

    /// The bytes out of `limit` that files of this kind may always have, whatever the other
    /// kind needs. Loops may have a half, so that no number of sounds evicts all of them, and
    /// sounds an eighth. Either kind may use the rest.
    fn share(self, limit: u64) -> u64 {
        match self {
            Self::Loop => limit / 2,
            Self::Sound => limit / 8,
        }
    }
}

/// Names a loop or a sound by everything that it was made from: clip, arguments, versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(blake3::Hash);

impl From<blake3::Hash> for Digest {
    fn from(hash: blake3::Hash) -> Self {
        Self(hash)
    }
}

impl fmt::Display for Digest {
    /// Writes 64 hexadecimal digits in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The bytes that loops and sounds may take. Loops in use may exceed these bounds.
#[derive(Debug, Clone, Copy)]
pub struct StoreLimits {
    /// For all files in the folder.
    pub folder: u64,
    /// For the loops that stay in memory although nothing uses them. Loops that cannot be
    /// written may take the same amount in addition.
    pub memory: u64,
}

/// The loops that are in memory, no matter who holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InMemory {
    /// Number of loops.
    pub loops: usize,
    /// Their size in bytes.
    pub bytes: u64,
    /// How many of the loops could not be written to the folder yet.
    pub unwritten: usize,
}

/// The store. Shared by reference; every method may be called from any thread.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    limit: u64,
    /// Locked while the map is searched, never while files are read.
    slots: Mutex<HashMap<Digest, Slot>>,
    /// Always the last lock to be taken: its holder takes no other lock.
    lru: Mutex<LruLoops>,
    /// Loops that could not be written. Always the last lock to be taken.
    unwritten: Mutex<LruLoops>,
    write_backoff: WriteBackoff,
}

/// Points to a loop if it is in memory. Locked while the file of the loop is read, written or removed, so
/// that other callers that want this loop wait.
type Slot = Arc<Mutex<Weak<PreparedLoop>>>;

/// A file of the store's folder.
struct StoreEntry {
    kind: EntryKind,
    used: SystemTime,
    bytes: u64,
    digest: Digest,
}

impl Store {
    /// Opens a folder, and creates it if needed. Removes files that
    /// killed writers left, and files beyond the bound.
    pub fn open(folder: impl Into<PathBuf>, bounds: StoreLimits) -> io::Result<Self> {
        let store = Self {
            folder: folder.into(),
            limit: bounds.folder,
            slots: Mutex::default(),
            lru: Mutex::new(LruLoops::new(bounds.memory)),
            unwritten: Mutex::new(LruLoops::new(bounds.memory)),
            write_backoff: WriteBackoff::default(),
        };
        fs::create_dir_all(&store.folder)?;
        fs::read_dir(&store.folder)?;
        store.evict();
        Ok(store)
    }

    /// A loop that is in memory. `None` also if its file is just
    /// being read or written. Never waits for a file.
    pub fn in_memory(&self, digest: &Digest) -> Option<Arc<PreparedLoop>> {
        let slot = Arc::clone(lock(&self.slots).get(digest)?);
        let prepared = slot.try_lock().ok()?.upgrade()?;
        self.used(digest, &prepared);
        Some(prepared)
    }

    /// Gets a loop from memory or from its file. `None` if there is no file, or
    /// if the file is damaged, which is then removed.
    pub fn get(&self, digest: &Digest) -> Option<Arc<PreparedLoop>> {
        let slot = self.slot(digest);
        let mut held = lock(&slot);
        let prepared = if let Some(prepared) = held.upgrade() {
            prepared
        } else {
            let prepared = Arc::new(self.load(digest)?);
            *held = Arc::downgrade(&prepared);
            prepared
        };
        self.used(digest, &prepared);
        self.note_use(EntryKind::Loop, digest);
        Some(prepared)
    }

    /// Opens a sound and checks its whole file. `None` if there is no file, or
    /// if the file is damaged, which is then removed.
    pub fn sound(&self, digest: &Digest) -> Option<Recorded> {
        let path = self.path(EntryKind::Sound, digest);
        match File::open(&path)
            .map_err(RecordedError::from)
            .and_then(Recorded::open)
        {
            Ok(recorded) => {
                self.note_use(EntryKind::Sound, digest);
                return Some(recorded);
            }
            Err(RecordedError::File(error)) if error.kind() == io::ErrorKind::NotFound => {}
            Err(RecordedError::File(error)) => {
                tracing::warn!(%error, %digest, "a recorded sound cannot be read");
            }
            Err(error) => {
                tracing::warn!(%error, %digest, "a recorded sound is damaged and is removed");
                remove(&path);
            }
        }
        None
    }

    /// Creates a file for a new sound. The file is removed unless it is passed to
    /// [`put_sound`](Self::put_sound).
    pub fn temp_file(&self) -> io::Result<NamedTempFile> {
        temp_files::create(&self.folder, "")
    }

    /// Stores the file of a sound under its digest, and evicts other files if the bound requires it.
    pub fn put_sound(&self, digest: &Digest, file: TempPath) -> io::Result<()> {
        file.persist(self.path(EntryKind::Sound, digest))
            .map_err(|failed| failed.error)?;
        self.evict();
        Ok(())
    }

    /// Stores a loop under its digest, replaces an older one, and evicts other files if the bound
    /// requires it. If the folder cannot be written, the loop stays in memory. Fails only if
    /// `prepared` is not a valid loop. The returned loop takes no more memory than its file has bytes,
    /// even if `prepared` was cut from larger buffers.
    pub fn put(&self, digest: &Digest, prepared: PreparedLoop) -> io::Result<Arc<PreparedLoop>> {
        let unfit = |error: LoopFileError| io::Error::new(io::ErrorKind::InvalidInput, error);
        let file = Bytes::from(prepared_loop::write(&prepared).map_err(unfit)?);
        drop(prepared);
        let fresh = prepared_loop::read(&file).map_err(unfit)?;

        let slot = self.slot(digest);
        let mut held = lock(&slot);
        let prepared = match held.upgrade() {
            Some(same) if *same == fresh => same,
            _ => Arc::new(fresh),
        };
        let now = Instant::now();
        if self.write_backoff.may_try(now) && self.write(digest, &file, now) {
            lock(&self.unwritten).remove(digest);
        } else {
            lock(&self.unwritten).used(*digest, Arc::clone(&prepared));
        }
        *held = Arc::downgrade(&prepared);
        self.used(digest, &prepared);
        drop(held);
        // `prepared` is held here, so its file is not evicted.
        self.evict();
        Ok(prepared)
    }

    /// Writes the loops that could not be written before, until a write fails again. Returns the time until
    /// the next try, if one is needed.
    pub fn retry(&self) -> Option<Duration> {
        self.evict();
        loop {
            let (digest, prepared) = lock(&self.unwritten).oldest()?;
            let slot = self.slot(&digest);
            let held = lock(&slot);
            // `put` encoded this loop successfully before, so encoding does not fail here.
            let written =
                prepared_loop::write(&prepared).is_ok_and(|file| self.write(&digest, &file, Instant::now()));
            if !written {
                return self.retry_in();
            }
            lock(&self.unwritten).remove(&digest);
            drop(held);
            self.evict();
        }
    }

    /// Time until the loops that could not be written are tried again. `None` if there are none.
    pub fn retry_in(&self) -> Option<Duration> {
        lock(&self.unwritten).oldest()?;
        self.write_backoff.next_try(Instant::now())
    }

    /// The memory that loops take now. A loop whose file is just being read or written is not counted.
    pub fn in_use(&self) -> InMemory {
        let slots: Vec<Slot> = lock(&self.slots).values().cloned().collect();
        let mut all = InMemory {
            unwritten: lock(&self.unwritten).len(),
            ..InMemory::default()
        };
        for slot in slots {
            if let Some(prepared) = slot.try_lock().ok().and_then(|held| held.upgrade()) {
                all.loops += 1;
                all.bytes += prepared.file_bytes();
            }
        }
        all
    }

    /// Records a use in the lists of loops in memory.
    fn used(&self, digest: &Digest, prepared: &Arc<PreparedLoop>) {
        lock(&self.unwritten).used_again(digest);
        lock(&self.lru).used(*digest, Arc::clone(prepared));
    }

    fn path(&self, kind: EntryKind, digest: &Digest) -> PathBuf {
        self.folder.join(format!("{digest}{}", kind.suffix()))
    }

    /// The slot of a loop, created if needed. Slots that nobody uses and that point to no loop are removed.
    fn slot(&self, digest: &Digest) -> Slot {
        let mut slots = lock(&self.slots);
        if let Some(slot) = slots.get(digest) {
            return Arc::clone(slot);
        }
        slots.retain(|_, slot| {
            let looked_at = Arc::strong_count(slot) > 1;
            looked_at || lock(slot).strong_count() > 0
        });
        Arc::clone(slots.entry(*digest).or_default())
    }

    /// Reads and checks the file of a loop.
    fn load(&self, digest: &Digest) -> Option<PreparedLoop> {
        let path = self.path(EntryKind::Loop, digest);
        let bytes = File::open(&path).and_then(|file| {
            let length = file.metadata()?.len();
            // Reads one byte more than is allowed, so that a file that is too large is noticed.
            let mut bytes = Vec::with_capacity(length.min(MAX_FILE + 1) as usize);
            file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
            Ok(bytes)
        });
        match bytes {
            Ok(bytes) => match prepared_loop::read(&bytes.into()) {
                Ok(prepared) => return Some(prepared),
                Err(error) => {
                    tracing::warn!(%error, %digest, "a prepared loop is damaged and is removed");
                    remove(&path);
                }
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, %digest, "a prepared loop cannot be read"),
        }
        None
    }

    /// Writes the file of a loop. Returns whether that succeeded.
    fn write(&self, digest: &Digest, file: &[u8], now: Instant) -> bool {
        let temp = self.write_temp(file);
        let written = temp.and_then(|temp| {
            let path = self.path(EntryKind::Loop, digest);
            temp.persist(path).map_err(|failed| failed.error)
        });
        match &written {
            Ok(_) => self.write_backoff.worked(),
            Err(error) => self.write_backoff.failed(now, error),
        }
        written.is_ok()
    }

    /// Writes a whole file to the disk, without its final name. The folder itself is not synced: after a
    /// power failure the file may be missing, but never incomplete.
    fn write_temp(&self, bytes: &[u8]) -> io::Result<NamedTempFile> {
        let mut temp = self.temp_file()?;
        temp.write_all(bytes)?;
        temp.as_file().sync_all()?;
        Ok(temp)
    }

    /// Sets the modification time of a file, which determines the order of eviction for all processes.
    fn note_use(&self, kind: EntryKind, digest: &Digest) {
        let path = self.path(kind, digest);
        let note = || {
            let noted = fs::metadata(&path)?.modified()?;
            // A time in the future, from a clock that was set back later, is replaced, too.
            if noted.elapsed().is_ok_and(|age| age < NOTED_EVERY) {
                return Ok(());
            }
            File::options()
                .write(true)
                .open(&path)?
                .set_modified(SystemTime::now())
        };
        match note() {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::debug!(%error, %digest, "the use of a file cannot be noted");
            }
            _ => {}
        }
    }

    /// Removes the least recently used files until the bound is kept or only files of loops in use are left.
    /// Files of a kind that does not exceed its share are kept, unless the bound cannot be kept otherwise.
    fn evict(&self) {
        let mut files = match self.list() {
            Ok(files) => files,
            Err(error) => {
                // If writes fail as well, that has been logged already.
                if self.write_backoff.next_try(Instant::now()).is_none() {
                    tracing::warn!(%error, "the folder of prepared loops and sounds cannot be listed");
                }
                return;
            }
        };
        files.sort_by_key(|file| file.used);
        // Files that are being written count as well, although they cannot be evicted.
        let temp = temp_files::sweep(&self.folder);
        let bytes_of = |files: &[StoreEntry], kind: EntryKind| -> u64 {
            let files = files.iter().filter(|file| file.kind == kind);
            files.map(|file| file.bytes).sum()
        };
        for spare_shares in [true, false] {
            let mut index = 0;
            while let Some(file) = files.get(index) {
                let kind = file.kind;
                if temp + bytes_of(&files, EntryKind::Loop) + bytes_of(&files, EntryKind::Sound) <= self.limit
                {
                    return;
                }
                let spared = spare_shares && bytes_of(&files, kind) <= kind.share(self.limit);
                if spared || !self.let_go(file) {
                    index += 1;
                    continue;
                }
                let file = files.remove(index);
                tracing::debug!(digest = %file.digest, kind = ?file.kind, bytes = file.bytes, "evicted");
            }
        }
    }

    /// All loops and sounds in the folder. Files with other names do not belong to
    /// the store: they are neither counted nor removed.
    fn list(&self) -> io::Result<Vec<StoreEntry>> {
        let mut files = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            let file = file?;
            let name = file.file_name();
            let Some((kind, digest)) = name.to_str().and_then(named) else {
                continue;
            };
            // If the metadata cannot be read, the file has vanished.
            if let Ok(facts) = file.metadata()
                && let Ok(used) = facts.modified()
            {
                let bytes = facts.len();
                files.push(StoreEntry {
                    kind,
                    used,
                    bytes,
                    digest,
                });
            }
        }
        Ok(files)
    }

    /// Removes a file: a sound always, a loop only if it is not in use, and then from
    /// memory, too. Returns whether the file is gone.
    fn let_go(&self, file: &StoreEntry) -> bool {
        let digest = &file.digest;
        let path = self.path(file.kind, digest);
        if file.kind == EntryKind::Sound {
            return remove(&path);
        }
        let slot = self.slot(digest);
        let Ok(held) = slot.try_lock() else {
            return false; // The loop is being read or written.
        };
        if let Some(prepared) = held.upgrade() {
            let unwritten = lock(&self.unwritten).holds(&prepared);
            let mut lru = lock(&self.lru);
            // No new use can begin: the slot is locked, and otherwise only a user can clone the `Arc`.
            let not_users = 1 + usize::from(lru.holds(&prepared)) + usize::from(unwritten);
            if Arc::strong_count(&prepared) > not_users {
                return false;
            }
            lru.remove(digest);
        }
        remove(&path)
    }
}

/// The kind and the digest in a file's name. `None` for files that do not belong to the store.
fn named(name: &str) -> Option<(EntryKind, Digest)> {
    let of = |kind: EntryKind| Some((kind, name.strip_suffix(kind.suffix())?));
    let (kind, digits) = EntryKind::ALL.into_iter().find_map(of)?;
    let digest = Digest(blake3::Hash::from_hex(digits).ok()?);
    // Upper case digits mean the same number but name another file.
    (digits == digest.to_string()).then_some((kind, digest))
}

/// Removes a file. Returns whether it is gone now, even if another process removed it.
fn remove(path: &Path) -> bool {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, path = %path.display(), "a file cannot be removed");
            false
        }
        _ => true,
    }
}

/// A poisoned lock is safe to use: nothing under these locks is ever half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
