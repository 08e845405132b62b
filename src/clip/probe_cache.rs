//! The probe cache: inspection results on disk, so that a second
//! start does not have to inspect the same clips again.
//!
//! For the start of the server and of commands. Probing and decoding a clip takes a tenth of a second;
//! reading the earlier result takes practically no time. The cache keeps only clips that can be shown. All
//! other clips are inspected at every start, because the cause may have been removed elsewhere (a codec was
//! installed, a permission was granted). The exception is a clip that passed the inspection but from which
//! no loop could be prepared: the cache keeps this failure until the clip changes.
//!
//! The cache is one file in the cache folder. Its first line is the BLAKE3 digest of everything after that
//! line; the rest is JSON. A file that is missing, damaged or of another version counts as empty. The file
//! is written under another name and then renamed. If several processes write the file, the last one wins;
//! the results of the others are lost, which costs another inspection and nothing else.

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::inspect::Clip;
use crate::catalogue::LoopRange;
use crate::ffmpeg::{Task, Tools};
use crate::temp_files;

/// To be raised when clips are inspected in another way, so that older results are not used.
const VERSION: u32 = 2;
const NAME: &str = "clips.known";
/// Maximum number of bytes that are read from the file. 10,000 clips take some 8 MB.
const MAX_BYTES: u64 = 32 << 20;
/// Maximum number of clips that are kept, including those of other catalogues.
const MAX_CLIPS: usize = 10_000;
/// Maximum number of bytes that are read of the output of `-version`.
const ABOUT: u64 = 1 << 16;

/// Size and modification time of a file, by which the program
/// recognises that a file has not changed since the inspection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stamp {
    bytes: u64,
    changed: SystemTime,
}

impl Stamp {
    /// The current stamp of a file; `None` if the file's metadata cannot be read.
    pub fn of(path: &Path) -> Option<Self> {
        Self::of_metadata(&path.metadata().ok()?).ok()
    }

    /// The stamp in metadata that the caller has read.
    pub(super) fn of_metadata(facts: &Metadata) -> io::Result<Self> {
        Ok(Self {
            bytes: facts.len(),
            changed: facts.modified()?,
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// Stamp of the file that the catalogue names.
    named: Stamp,
    /// Stamp of the file that is read: the same file, or the cut of its loop range.
    read: Stamp,
    clip: Clip,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct CacheFile {
    /// Versions of this program, of FFmpeg and of FFprobe. Other versions may judge a clip differently.
    by: String,
    clips: HashMap<String, Entry>,
    /// Clips that passed the inspection but could not be used.
    #[serde(default)]
    failures: HashMap<String, Failure>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Failure {
    named: Stamp,
    reason: String,
}

/// Inspection results of earlier runs and of this one.
#[derive(Debug)]
pub struct ProbeCache {
    file: PathBuf,
    kept: Mutex<State>,
}

#[derive(Debug)]
struct State {
    kept: CacheFile,
    changed: bool,
}

impl ProbeCache {
    /// Opens the cache in the folder `cache`. `None` if FFmpeg or FFprobe does not
    /// run: then no clip can be shown, and earlier results are of no use.
    pub async fn open(cache: &Path, tools: &Tools) -> Option<Self> {
        let mut command = tools.ffmpeg();
        command.arg("-version");
        let (ffmpeg, ffprobe) = tokio::join!(
            tools.run(Task::Version, command, ABOUT),
            tools.probe(Task::Version, ["-version"], ABOUT)
        );
        let mut by = blake3::Hasher::new();
        for part in [ffmpeg.ok()?, ffprobe.ok()?] {
            by.update(&(part.len() as u64).to_be_bytes());
            by.update(&part);
        }
        let by = format!("{} {VERSION} {}", env!("CARGO_PKG_VERSION"), by.finalize());
        // Killed programs may have left unfinished files beside the cache.
        temp_files::sweep(cache);
        Some(Self::read(cache.join(NAME), by))
    }

    fn read(file: PathBuf, by: String) -> Self {
        let kept = match read(&file) {
            Ok(kept) if kept.by == by => kept,
            Ok(_) => CacheFile::default(),
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!(%error, "what is known of the clips cannot be read; all are looked at");
                }
                CacheFile::default()
            }
        };
        let kept = CacheFile { by, ..kept };
        let changed = false;
        Self {
            file,
            kept: Mutex::new(State { kept, changed }),
        }
    }

    /// The clip that was found earlier, if the clip's file and the cut of its loop range have not changed.
    pub(super) fn get(&self, path: &Path, range: Option<LoopRange>, stamp: &Stamp) -> Option<Clip> {
        let state = self.lock();
        let entry = state.kept.clips.get(&key(path, range)?)?;
        let same = entry.named == *stamp && Stamp::of(&entry.clip.path).as_ref() == Some(&entry.read);
        same.then(|| entry.clip.clone())
    }

    /// Stores the result of inspecting a file whose stamp was `named`.
    pub(super) fn put(&self, path: &Path, range: Option<LoopRange>, named: Stamp, clip: &Clip) {
        let read = if clip.cut {
            Stamp::of(&clip.path)
        } else {
            Some(named.clone())
        };
        // JSON can hold only paths that are valid UTF-8. A cut lies in the cache folder, whose path may be
        // invalid even if the clip's path is not.
        let (Some(read), Some(key), Some(_)) = (read, key(path, range), clip.path.to_str()) else {
            return;
        };
        let clip = clip.clone();
        let mut state = self.lock();
        state.kept.failures.remove(&key);
        state.kept.clips.insert(key, Entry { named, read, clip });
        state.changed = true;
    }

    /// Why a file with the stamp `named` could not be used although it had passed the inspection.
    pub(super) fn failure(&self, path: &Path, range: Option<LoopRange>, named: &Stamp) -> Option<String> {
        let state = self.lock();
        let failure = state.kept.failures.get(&key(path, range)?)?;
        (failure.named == *named).then(|| failure.reason.clone())
    }

    /// Stores why a file with the stamp `named` cannot be used.
    pub(super) fn put_failure(&self, path: &Path, range: Option<LoopRange>, named: Stamp, reason: String) {
        let Some(key) = key(path, range) else {
            return;
        };
        let mut state = self.lock();
        state.kept.failures.insert(key, Failure { named, reason });
        state.changed = true;
    }

    /// Writes the file if there are unsaved results.
    pub(super) fn save(&self) {
        let mut state = self.lock();
        if !state.changed {
            return;
        }
        state.changed = false;
        // Beyond the bound, entries whose files are missing or changed go first. If that
        // is not enough, all entries go, and all clips are inspected again.
        if state.kept.clips.len() > MAX_CLIPS {
            let is_there = |entry: &Entry| Stamp::of(&entry.clip.path).as_ref() == Some(&entry.read);
            state.kept.clips.retain(|_, entry| is_there(entry));
        }
        if state.kept.clips.len() > MAX_CLIPS {
            state.kept.clips.clear();
        }
        // There are few failures, because each of these clips has passed the inspection.
        // Failures of older states of files go together with all others.
        if state.kept.failures.len() > MAX_CLIPS {
            state.kept.failures.clear();
        }
        if let Err(error) = write(&self.file, &state.kept) {
            tracing::warn!(%error, "what was found about the clips cannot be kept");
        }
    }

    /// Ignores poisoning: each change is a single step, so a panic elsewhere leaves the state consistent.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key of a clip and its loop range. `None` if the path is not valid UTF-8,
/// which JSON cannot hold; such clips are inspected at every start.
fn key(path: &Path, range: Option<LoopRange>) -> Option<String> {
    let path = path.to_str()?;
    Some(match range {
        None => format!("whole {path}"),
        Some(range) => format!("{}-{} {path}", range.start.0, range.end.0),
    })
}

fn read(file: &Path) -> io::Result<CacheFile> {
    let mut text = String::new();
    File::open(file)?.take(MAX_BYTES).read_to_string(&mut text)?;
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "it is damaged");
    let (digest, json) = text.split_once('\n').ok_or_else(damaged)?;
    if blake3::Hash::from_hex(digest).ok() != Some(blake3::hash(json.as_bytes())) {
        return Err(damaged());
    }
    Ok(serde_json::from_str(json)?)
}

fn write(file: &Path, kept: &CacheFile) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let json = serde_json::to_string(kept)?;
    let mut temp = temp_files::create(folder, "")?;
    writeln!(temp, "{}", blake3::hash(json.as_bytes()))?;
    temp.write_all(json.as_bytes())?;
    temp.persist(file).map_err(|failed| failed.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::facts::Facts;
    use super::*;
    use crate::units::Seconds;

    fn clip(path: &Path) -> Clip {
        let facts = Facts::from_ffprobe(
            br#"{"streams": [{"codec_type": "video", "width": 320, "height": 180, "duration": "1.001",
                "avg_frame_rate": "30000/1001", "r_frame_rate": "30000/1001"}]}"#,
        );
        Clip {
            path: path.to_owned(),
            facts: facts.unwrap(),
            // A number that comes out unchanged only if the JSON parser reads floating-point numbers exactly.
            length: Seconds(1.0 / 3.0 + 1e-16),
            cut: false,
            breaks_off: None,
        }
    }

    #[test]
    fn what_was_found_is_known_until_the_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        let video = folder.path().join("clip.mp4");
        std::fs::write(&video, "one").unwrap();
        let open = || ProbeCache::read(folder.path().join(NAME), "me".to_owned());
        let known = open();
        let stamp = Stamp::of(&video).unwrap();
        assert_eq!(known.get(&video, None, &stamp), None);
        known.put(&video, None, stamp.clone(), &clip(&video));
        known.save();

        assert_eq!(open().get(&video, None, &stamp), Some(clip(&video)));
        let range = LoopRange {
            start: Seconds(0.0),
            end: Seconds(0.5),
        };
        assert_eq!(
            open().get(&video, Some(range), &stamp),
            None,
            "another part of it"
        );
        let other = ProbeCache::read(folder.path().join(NAME), "another".to_owned());
        assert_eq!(other.get(&video, None, &stamp), None, "another FFmpeg");
        known.put_failure(&video, None, stamp.clone(), "it has no loop".to_owned());
        known.save();
        let failure = |stamp: &Stamp| open().failure(&video, None, stamp);
        assert_eq!(failure(&stamp).as_deref(), Some("it has no loop"));
        std::fs::write(&video, "other").unwrap();
        assert_eq!(failure(&Stamp::of(&video).unwrap()), None, "another file");
        let changed = Stamp::of(&video).unwrap();
        assert_eq!(open().get(&video, None, &changed), None, "another file");
    }

    #[test]
    fn a_damaged_file_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let video = folder.path().join("clip.mp4");
        std::fs::write(&video, "one").unwrap();
        let file = folder.path().join(NAME);
        let stamp = Stamp::of(&video).unwrap();
        let known = ProbeCache::read(file.clone(), "me".to_owned());
        known.put(&video, None, stamp.clone(), &clip(&video));
        known.save();
        let whole = std::fs::read(&file).unwrap();
        for at in (0..whole.len()).step_by(7) {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            for damaged in [&damaged[..], &whole[..at]] {
                std::fs::write(&file, damaged).unwrap();
                let known = ProbeCache::read(file.clone(), "me".to_owned());
                assert_eq!(known.get(&video, None, &stamp), None, "damaged at {at}");
            }
        }
    }
}
