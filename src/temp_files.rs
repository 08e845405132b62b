//! Unfinished files: written next to their final place and renamed when complete, so that a kill at any
//! instant leaves no half-written file under a final name.
//!
//! For all code that writes into the cache folder. A writer holds a lock on its unfinished file, and the lock
//! ends with the process, however the process ends. So [`sweep`] need not guess by age: it removes at once
//! every unfinished file that nobody locks, and leaves files of other running processes alone. This module
//! does not know the content of the files.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use tempfile::NamedTempFile;

/// Prefix of the names of unfinished files.
const PREFIX: &str = "aside-";
/// For file systems without locks: an unfinished file that was not modified for this long is abandoned.
const ABANDONED: Duration = Duration::from_secs(600);
/// How often [`create`] tries again because a sweeper removed its new file before it was locked.
const TRIES: usize = 10;

/// Creates and locks an empty unfinished file in `folder`. Creates the folder if it is missing. Dropping the
/// result without a rename deletes the file.
pub fn create(folder: &Path, suffix: &str) -> io::Result<NamedTempFile> {
    // On every call, because somebody may have emptied the cache by deleting its folder.
    fs::create_dir_all(folder)?;
    for _ in 0..TRIES {
        let file = tempfile::Builder::new()
            .prefix(PREFIX)
            .suffix(suffix)
            .tempfile_in(folder)?;
        match file.as_file().try_lock() {
            // A sweeper holds the lock and is about to remove the file.
            Err(TryLockError::WouldBlock) => {}
            // A sweeper removed the file before it was locked here.
            Ok(()) if !is_linked(file.as_file())? => {}
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(file),
        }
    }
    Err(io::Error::other(
        "unfinished files are removed as soon as they are made",
    ))
}

/// Removes the unfinished files in `folder` that no process writes any more. Returns the total size in bytes
/// of the unfinished files that stay. A missing folder counts as empty.
pub fn sweep(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let unfinished = entries.filter(|entry| is_unfinished(&entry.file_name()));
    let mut bytes = 0;
    for entry in unfinished {
        // No metadata means that the file is gone: its writer has renamed it.
        let Ok(facts) = entry.metadata() else { continue };
        if !facts.is_file() {
            continue;
        }
        // `_lock` is held until the file is removed, so that a writer which has just created the file
        // notices.
        let (abandoned, _lock) = match File::open(entry.path()).map(|file| (file.try_lock(), file)) {
            Ok((Ok(()), file)) => (true, Some(file)),
            Ok((Err(TryLockError::WouldBlock), _)) | Err(_) => (false, None),
            Ok((Err(TryLockError::Error(_)), _)) => {
                let age = facts.modified().ok().and_then(|changed| changed.elapsed().ok());
                (age.is_some_and(|age| age > ABANDONED), None)
            }
        };
        if !abandoned {
            bytes += facts.len();
            continue;
        }
        match fs::remove_file(entry.path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, path = %entry.path().display(), "an unfinished file cannot be removed");
                bytes += facts.len();
            }
            _ => tracing::debug!(path = %entry.path().display(), "an unfinished file was removed"),
        }
    }
    bytes
}

/// Whether `name` is the name of an unfinished file.
#[must_use]
pub fn is_unfinished(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(PREFIX.as_bytes())
}

#[cfg(unix)]
fn is_linked(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    Ok(file.metadata()?.nlink() > 0)
}

/// On other systems an open file cannot be removed.
#[cfg(not(unix))]
fn is_linked(_: &File) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let files = fs::read_dir(folder).unwrap();
        files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn what_a_killed_writer_left_goes_at_once_and_what_is_being_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        // The state after a kill: no destructor has run, and the lock ended with the process.
        let (file, path) = create(folder.path(), ".mkv").unwrap().keep().unwrap();
        drop(file);
        let mut living = create(folder.path(), "").unwrap();
        living.write_all(&[1; 700]).unwrap();
        fs::write(folder.path().join("a.loop"), [0; 50]).unwrap();
        fs::create_dir(folder.path().join("aside-folder")).unwrap();
        assert_eq!(sweep(folder.path()), 700);
        assert!(!path.exists() && living.path().exists());
        living.persist(folder.path().join("b.loop")).unwrap();
        assert_eq!(sweep(folder.path()), 0);
        assert_eq!(names(folder.path()).len(), 3);
        assert_eq!(sweep(&folder.path().join("nowhere")), 0);
    }

    #[test]
    fn a_sweeper_never_takes_a_file_away_from_its_writer() {
        let folder = tempfile::tempdir().unwrap();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        sweep(folder.path());
                    }
                });
            }
            for number in 0..300 {
                let file = create(folder.path(), "").unwrap();
                let target = folder.path().join(number.to_string());
                let kept = file.persist(&target);
                assert!(kept.is_ok() && target.exists(), "{number}: {kept:?}");
            }
            done.store(true, Ordering::Relaxed);
        });
        assert_eq!(names(folder.path()).len(), 300);
    }
}
