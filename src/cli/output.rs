//! The output of `generate`: a file that is either complete or absent, or a stream.
//!
//! A regular file is replaced by renaming a new file to its name. Renaming would destroy
//! anything else that has this name, such as a device, a pipe or a link. Therefore devices and
//! pipes are written directly, and of a link the target is replaced.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use axum::body::Bytes;
use tempfile::NamedTempFile;
use tokio::sync::{mpsc, oneshot};

/// The opened output of `generate`.
pub enum Output {
    /// A new file beside the file that it will replace. The new file
    /// removes itself unless it replaces the other one.
    Replaced { part: NamedTempFile, path: PathBuf },
    /// A file that is not a regular one, such as a pipe or standard output.
    Streamed { name: String, stream: Stream },
}

/// A writer in a thread of its own: a write to a pipe may block for ever, and the program must
/// still react to signals. The program does not wait for the thread when it ends.
pub struct Stream {
    pieces: mpsc::Sender<Bytes>,
    end: oneshot::Receiver<io::Result<()>>,
}

impl Output {
    /// Opens the output at a path; `-` is standard output.
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
            // Either there is no file yet, or creating one in the folder reports what is wrong.
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
        // The mode of any new file. The umask removes bits from it.
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

    /// The thread also opens the output, because opening a pipe waits for its reader.
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
            // If the program was interrupted, nobody receives this.
            let _ = ended.send(copied);
        });
        let stream = Stream { pieces, end };
        Self::Streamed { name, stream }
    }

    /// Appends bytes to the output.
    pub async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        match self {
            // A write of a few hundred kilobytes goes to the page cache, which
            // is fast enough for this thread.
            Self::Replaced { part, .. } => part.write_all(&bytes),
            Self::Streamed { stream, .. } => match stream.pieces.send(bytes).await {
                Ok(()) => Ok(()),
                // The thread has ended; its result tells why.
                Err(_) => (&mut stream.end)
                    .await
                    .unwrap_or_else(|_| Err(gone()))
                    .and(Err(gone())),
            },
        }
    }

    /// Completes the output: a file gets its name, and a stream is written to its end.
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
