//! Where `generate` puts its video: a file that is whole or not there, or a stream.
//!
//! A regular file is replaced by renaming a new one to it. Renaming would destroy whatever else has
//! the name, such as a device, a pipe or a link; so those are written straight to, and a link's target
//! is what is replaced.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use axum::body::Bytes;
use tempfile::NamedTempFile;
use tokio::sync::{mpsc, oneshot};

/// The output of `generate`, open.
pub enum Output {
    /// A new file beside the one that it replaces in the end; it removes itself unless it does.
    Replaced { part: NamedTempFile, path: PathBuf },
    /// What is no regular file.
    Streamed { name: String, stream: Stream },
}

/// A writer on a thread of its own: a pipe may block for ever, and a signal must still be heard. The
/// thread is not waited for when the program ends.
pub struct Stream {
    pieces: mpsc::Sender<Bytes>,
    end: oneshot::Receiver<io::Result<()>>,
}

impl Output {
    /// Opens what a path names; `-` is standard output.
    pub fn at(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            if io::stdout().is_terminal() {
                bail!("a video is nothing for a terminal: name a file, or pipe it to a player");
            }
            return Ok(Self::streamed("standard output".to_owned(), || {
                Ok(Box::new(io::stdout()))
            }));
        }
        match fs::metadata(path) {
            Ok(facts) if facts.is_file() => {
                let target = fs::canonicalize(path)
                    .with_context(|| format!("cannot find where {} leads", path.display()))?;
                Self::beside(&target)
            }
            Ok(facts) if facts.is_dir() => bail!("{} is no file name", path.display()),
            Ok(_) => {
                let path = path.to_owned();
                let name = path.display().to_string();
                Ok(Self::streamed(name, move || {
                    Ok(Box::new(OpenOptions::new().write(true).open(path)?))
                }))
            }
            Err(_) if path.is_symlink() => {
                bail!("{} is a link to nothing; name the file itself", path.display())
            }
            // There is none yet, or the folder says what is wrong.
            Err(_) => Self::beside(path),
        }
    }

    fn beside(path: &Path) -> Result<Self> {
        let Some(name) = path.file_name() else {
            bail!("{} is no file name", path.display());
        };
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        let prefix = format!(".{}.", name.to_string_lossy());
        builder.prefix(&prefix).suffix(".part");
        // Such as any new file has; the umask takes from it.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let part = builder
            .tempfile_in(folder)
            .with_context(|| format!("cannot write to {}", folder.display()))?;
        Ok(Self::Replaced {
            part,
            path: path.to_owned(),
        })
    }

    /// Opening is the thread's, too: that of a pipe waits for its reader.
    fn streamed(name: String, open: impl FnOnce() -> io::Result<Box<dyn Write>> + Send + 'static) -> Self {
        let (pieces, mut received) = mpsc::channel::<Bytes>(1);
        let (ended, end) = oneshot::channel();
        std::thread::spawn(move || {
            let copied = open().and_then(|mut out| {
                while let Some(piece) = received.blocking_recv() {
                    out.write_all(&piece)?;
                }
                out.flush()
            });
            // Nobody hears it when the program was interrupted.
            let _ = ended.send(copied);
        });
        let stream = Stream { pieces, end };
        Self::Streamed { name, stream }
    }

    /// Adds to it.
    pub async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        match self {
            // A few hundred kilobytes at a time go to the page cache: short enough for this thread.
            Self::Replaced { part, .. } => part.write_all(&bytes),
            Self::Streamed { stream, .. } => match stream.pieces.send(bytes).await {
                Ok(()) => Ok(()),
                // The thread is gone: it says why.
                Err(_) => (&mut stream.end)
                    .await
                    .unwrap_or_else(|_| Err(gone()))
                    .and(Err(gone())),
            },
        }
    }

    /// Puts the whole video in its place.
    pub async fn finish(self) -> io::Result<()> {
        match self {
            Self::Replaced { part, path } => {
                part.as_file().sync_all()?;
                part.persist(path).map(drop).map_err(|failed| failed.error)
            }
            Self::Streamed {
                stream: Stream { pieces, end },
                ..
            } => {
                drop(pieces);
                end.await.unwrap_or_else(|_| Err(gone()))
            }
        }
    }
}

fn gone() -> io::Error {
    io::Error::other("the writer ended before its time")
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replaced { path, .. } => path.display().fmt(f),
            Self::Streamed { name, .. } => f.write_str(name),
        }
    }
}
