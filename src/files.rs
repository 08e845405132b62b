//! Opens files that other people put in place: clips, a backdrop, the catalogue.
//!
//! For every module of this process that reads such a file. Only regular files are opened: a FIFO blocks its
//! reader until somebody writes, `/dev/zero` never ends, and a folder has no bytes to read. A path can point
//! to another file at any instant, so the type is checked again on the opened file, and the open call itself
//! cannot block on a FIFO.
//!
//! This module cannot protect callers from a stalled mount. A server therefore reads such files in threads
//! that nothing else waits for ([`crate::clip::FileDigests`]).

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// Opens a regular file for reading. The open call does not block on a FIFO. Fails with
/// [`io::ErrorKind::InvalidInput`] if the path names anything else (a folder, pipe, socket or device).
pub fn open_regular(path: &Path) -> io::Result<File> {
    // Checked before the file is opened, because opening some devices already has side effects.
    must_be_regular(&path.metadata()?)?;
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    must_be_regular(&file.metadata()?)?;
    Ok(file)
}

fn must_be_regular(metadata: &Metadata) -> io::Result<()> {
    let kind = metadata.file_type();
    if kind.is_file() {
        return Ok(());
    }
    #[cfg(unix)]
    let what = {
        use std::os::unix::fs::FileTypeExt as _;
        match kind {
            kind if kind.is_dir() => "a folder",
            kind if kind.is_fifo() => "a pipe",
            kind if kind.is_socket() => "a socket",
            _ => "a device",
        }
    };
    #[cfg(not(unix))]
    let what = if kind.is_dir() { "a folder" } else { "a device" };
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("it is {what}, not a file"),
    ))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::process::Command;

    use super::*;

    #[test]
    fn only_regular_files_are_opened_and_nothing_blocks() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "text").unwrap();
        let mut text = String::new();
        open_regular(&path("file"))
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "text");
        assert!(
            Command::new("mkfifo")
                .arg(path("pipe"))
                .status()
                .unwrap()
                .success()
        );
        std::os::unix::fs::symlink("/dev/zero", path("zero")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        for (name, what) in [
            ("pipe", "a pipe"),
            ("zero", "a device"),
            ("socket", "a socket"),
            (".", "a folder"),
        ] {
            let error = open_regular(&path(name)).unwrap_err();
            assert!(error.to_string().contains(what), "{name}: {error}");
        }
        let missing = open_regular(&path("none")).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }
}
