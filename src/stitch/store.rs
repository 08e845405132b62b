//! The folder of prepared loops and recorded sounds, bounded by bytes, and those loops that are in memory.
//!
//! For the renderer and for whatever prepares loops. It does not prepare any: what is not there, or
//! turned out damaged, is `None`, and the caller makes it again. Calls read and write files, so an
//! asynchronous caller makes them where blocking is allowed.
//!
//! Each loop is a file `<digest>.loop`, each sound a file `<digest>.sound`. Several processes may share a folder: a file appears whole, by
//! being renamed, and may vanish at any time, which costs one more preparation and nothing else. When a
//! file was used last is its modification time, so all processes see it.
//!
//! Within one process a loop is in memory once, however many ask for it at the same time, and is not
//! evicted as long as somebody holds it. A sound is never in memory; who holds it has its file open, and reads
//! on when it is evicted. [`Store::in_use`] tells what all loops in memory take, whoever holds them: streams, videos,
//! or the store itself. Who keeps something made of loops should keep no loop with it, but ask the store again.
//!
//! A folder that cannot be written to is no failure: loops are kept in memory instead, within the same bound as those
//! used last, and written when it can be again (see `write_backoff`). Beyond the bound the one used least recently is let
//! go and prepared again when it is needed.

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

/// A use within this time after another is not noted: it saves a write for each workout.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// What a file of the store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EntryKind {
    Loop,
    Sound,
}

impl EntryKind {
    const ALL: [Self; 2] = [Self::Loop, Self::Sound];

    /// How the names of its files end.
    fn suffix(self) -> &'static str {
        match self {
            Self::Loop => ".loop",
            Self::Sound => ".sound",
        }
    }

    /// The bytes of so many that files of this kind may have whatever the other kind needs: loops a half, so that no
    /// number of sounds drives all of them out, sounds an eighth. What is between is whoever's who uses it.
    fn share(self, limit: u64) -> u64 {
        match self {
            Self::Loop => limit / 2,
            Self::Sound => limit / 8,
        }
    }
}

/// Names a loop or a sound by all that made it: clip, arguments, versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(blake3::Hash);

impl From<blake3::Hash> for Digest {
    fn from(hash: blake3::Hash) -> Self {
        Self(hash)
    }
}

impl fmt::Display for Digest {
    /// 64 hexadecimal digits in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The bytes that loops and sounds may take. Loops in use are kept beyond them.
#[derive(Debug, Clone, Copy)]
pub struct StoreLimits {
    /// Of all files in the folder.
    pub folder: u64,
    /// Of the loops that stay in memory though nobody uses them; of those that cannot be written as many again.
    pub memory: u64,
}

/// The loops that are in memory, whoever holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InMemory {
    /// How many.
    pub loops: usize,
    /// Their bytes.
    pub bytes: u64,
    /// How many of them could not be written to the folder yet.
    pub unwritten: usize,
}

/// See the module. Shared by reference; every call may be made from any thread.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    limit: u64,
    /// Locked while it is searched, never while files are read.
    slots: Mutex<HashMap<Digest, Slot>>,
    /// Locked last: its holder takes no other lock.
    lru: Mutex<LruLoops>,
    /// Loops that could not be written. Locked last.
    unwritten: Mutex<LruLoops>,
    write_backoff: WriteBackoff,
}

/// Where a loop is in memory, if it is. Locked while its file is read, written or removed: the others
/// who want that loop wait.
type Slot = Arc<Mutex<Weak<PreparedLoop>>>;

/// A file as the folder lists it.
struct StoreEntry {
    kind: EntryKind,
    used: SystemTime,
    bytes: u64,
    digest: Digest,
}

impl Store {
    /// Opens a folder, which is created if need be; removes what killed writers left, and files beyond
    /// the bound.
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

    /// A loop that is in memory; `None` also when somebody is just reading or writing it. Never blocks.
    pub fn in_memory(&self, digest: &Digest) -> Option<Arc<PreparedLoop>> {
        let slot = Arc::clone(lock(&self.slots).get(digest)?);
        let prepared = slot.try_lock().ok()?.upgrade()?;
        self.used(digest, &prepared);
        Some(prepared)
    }

    /// A loop, out of memory or out of its file. `None` if there is none, or if its file is damaged; that
    /// is removed then.
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

    /// A sound, out of its file, all of which is checked. `None` if there is none, or if it is damaged; that is
    /// removed then.
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

    /// A file to write a sound to, which vanishes unless it is given to [`put_sound`](Self::put_sound).
    pub fn temp_file(&self) -> io::Result<NamedTempFile> {
        temp_files::create(&self.folder, "")
    }

    /// Keeps the file of a sound under its name, and evicts what the bound then demands.
    pub fn put_sound(&self, digest: &Digest, file: TempPath) -> io::Result<()> {
        file.persist(self.path(EntryKind::Sound, digest))
            .map_err(|failed| failed.error)?;
        self.evict();
        Ok(())
    }

    /// Keeps a loop under its name, in the place of one that was there, and evicts what the bound then
    /// demands; in memory, if the folder cannot be written to. Fails only if it is no loop. What is given back holds no more memory than its file has bytes, whatever larger buffers
    /// the given one was cut from.
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
        // `prepared` is held here, so it is not what is evicted.
        self.evict();
        Ok(prepared)
    }

    /// Writes the loops that could not be written before, until one fails again. Gives the time until the next try,
    /// if there has to be one.
    pub fn retry(&self) -> Option<Duration> {
        self.evict();
        loop {
            let (digest, prepared) = lock(&self.unwritten).oldest()?;
            let slot = self.slot(&digest);
            let held = lock(&slot);
            // It was written once, so it is sound.
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

    /// How long until loops that could not be written are to be tried again, if there are any.
    pub fn retry_in(&self) -> Option<Duration> {
        lock(&self.unwritten).oldest()?;
        self.write_backoff.next_try(Instant::now())
    }

    /// What the loops in memory take now. One that is just being read or written is left out.
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

    /// Notes a use in memory.
    fn used(&self, digest: &Digest, prepared: &Arc<PreparedLoop>) {
        lock(&self.unwritten).used_again(digest);
        lock(&self.lru).used(*digest, Arc::clone(prepared));
    }

    fn path(&self, kind: EntryKind, digest: &Digest) -> PathBuf {
        self.folder.join(format!("{digest}{}", kind.suffix()))
    }

    /// The place of a loop in memory. Places that nobody looks at and that hold nothing are given up.
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

    /// Reads and checks a loop's file.
    fn load(&self, digest: &Digest) -> Option<PreparedLoop> {
        let path = self.path(EntryKind::Loop, digest);
        let bytes = File::open(&path).and_then(|file| {
            let length = file.metadata()?.len();
            // One byte more than is allowed, so that a file that is too large is seen to be.
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

    /// Writes a loop's file; whether that succeeded.
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

    /// A whole file on the disk, without its name yet. The folder itself is not synced: after a power
    /// failure the file may be missing, but never half there.
    fn write_temp(&self, bytes: &[u8]) -> io::Result<NamedTempFile> {
        let mut temp = self.temp_file()?;
        temp.write_all(bytes)?;
        temp.as_file().sync_all()?;
        Ok(temp)
    }

    /// Sets the file's modification time, for every process's order of eviction.
    fn note_use(&self, kind: EntryKind, digest: &Digest) {
        let path = self.path(kind, digest);
        let note = || {
            let noted = fs::metadata(&path)?.modified()?;
            // A time to come, which some clock was set back from, is replaced too.
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

    /// Removes the files that were used least recently, until all keep their bound or only those are left
    /// that are in use. A kind that has no more than its share is left alone, unless nothing else can go.
    fn evict(&self) {
        let mut files = match self.list() {
            Ok(files) => files,
            Err(error) => {
                // If it cannot be written either, that was said.
                if self.write_backoff.next_try(Instant::now()).is_none() {
                    tracing::warn!(%error, "the folder of prepared loops and sounds cannot be listed");
                }
                return;
            }
        };
        files.sort_by_key(|file| file.used);
        // Those that are being written count, too, though they cannot go.
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

    /// All loops and sounds in the folder. Files of any other name are not the store's: neither counted nor removed.
    fn list(&self) -> io::Result<Vec<StoreEntry>> {
        let mut files = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            let file = file?;
            let name = file.file_name();
            let Some((kind, digest)) = name.to_str().and_then(named) else {
                continue;
            };
            // One that cannot be looked at has vanished.
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

    /// Removes a loop from memory and disk unless it is in use, or a sound; whether its file is gone.
    fn let_go(&self, file: &StoreEntry) -> bool {
        let digest = &file.digest;
        let path = self.path(file.kind, digest);
        if file.kind == EntryKind::Sound {
            return remove(&path);
        }
        let slot = self.slot(digest);
        let Ok(held) = slot.try_lock() else {
            return false; // It is being read or written.
        };
        if let Some(prepared) = held.upgrade() {
            let unwritten = lock(&self.unwritten).holds(&prepared);
            let mut lru = lock(&self.lru);
            // No new use can begin while the slot is locked: only uses make uses.
            let not_users = 1 + usize::from(lru.holds(&prepared)) + usize::from(unwritten);
            if Arc::strong_count(&prepared) > not_users {
                return false;
            }
            lru.remove(digest);
        }
        remove(&path)
    }
}

/// What a file's name says of it.
fn named(name: &str) -> Option<(EntryKind, Digest)> {
    let of = |kind: EntryKind| Some((kind, name.strip_suffix(kind.suffix())?));
    let (kind, digits) = EntryKind::ALL.into_iter().find_map(of)?;
    let digest = Digest(blake3::Hash::from_hex(digits).ok()?);
    // Upper case digits mean the same number, but not the same file.
    (digits == digest.to_string()).then_some((kind, digest))
}

/// Removes a file; whether it is gone now, be it by another process.
fn remove(path: &Path) -> bool {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, path = %path.display(), "a file cannot be removed");
            false
        }
        _ => true,
    }
}

/// Nothing under these locks is ever half changed, so a panic of another thread does no harm.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
