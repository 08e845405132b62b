//! Errors of child processes, and whose fault each one is.
//!
//! This module is the only place that distinguishes faults of the input (a damaged clip)
//! from faults of the machine (the process was killed or too slow; no memory, disk space or
//! file descriptors were left). A fault of the machine says nothing about the input: the
//! work is tried again later, and the input is not marked as bad.

use std::io;
use std::process::ExitStatus;

use super::Task;

/// FFmpeg's messages when the machine runs out of a resource: the `strerror` texts of the error codes in
/// [`STARVED`]. The text of `EAGAIN` is not among them, because FFmpeg's decoders use that code for
/// something else; `pthread_create` is the name of the call that fails to start a thread.
const STARVED_WORDS: [&str; 6] = [
    "Cannot allocate memory",
    "File too large",
    "No space left on device",
    "Too many open files",
    "Disk quota exceeded",
    "pthread_create",
];

/// FFmpeg's messages when it could not write the end of a file. Some
/// versions (5.1 is one) still report success.
const INCOMPLETE_WORDS: [&str; 2] = ["Error writing trailer", "Error closing file"];

/// The values of `ENOMEM`, `ENFILE`, `EMFILE`, `EFBIG`, `ENOSPC` and `EDQUOT`: first for Linux, then for BSD.
#[cfg(target_os = "linux")]
const STARVED: [i32; 6] = [12, 23, 24, 27, 28, 122];
#[cfg(not(target_os = "linux"))]
const STARVED: [i32; 6] = [12, 23, 24, 27, 28, 69];

/// FFmpeg's exit code after a signal that it handles.
const SIGNALLED: i32 = 255;
/// Shells add this value to the number of the signal that killed their child.
const SHELL: i32 = 128;
/// SIGINT, SIGKILL and SIGTERM: signals that no program sends to itself, so they come from outside.
const FROM_OUTSIDE: [i32; 3] = [2, 9, 15];

/// Why a child process gave no result.
#[derive(Debug, thiserror::Error)]
pub enum FfmpegError {
    /// The program is missing or may not be executed, or the machine cannot start another process.
    #[error("cannot start {program}: {cause}")]
    Start {
        /// The program.
        program: String,
        /// The system's error.
        cause: io::Error,
    },
    /// The process exited with an error.
    #[error("FFmpeg ended with {status}: {log}")]
    Failed {
        /// Exit status.
        status: String,
        /// The last errors and warnings of the log.
        log: String,
    },
    /// A signal ended the process.
    #[error("FFmpeg was killed ({status}): {log}")]
    Killed {
        /// Exit status.
        status: String,
        /// The last errors and warnings of the log.
        log: String,
    },
    /// The machine had too little memory, disk space, file descriptors or processes.
    #[error("the machine had too little memory, disk or descriptors for FFmpeg ({status}): {log}")]
    Starved {
        /// Exit status.
        status: String,
        /// The last errors and warnings of the log.
        log: String,
    },
    /// A pipe to or from the process broke.
    #[error("lost touch with FFmpeg: {0}")]
    Pipe(io::Error),
    /// The process did not end in time, or made no progress for too long, and was killed.
    #[error("FFmpeg's task {task} took too long: it was killed after {seconds} s")]
    Overdue {
        /// The task of the process.
        task: Task,
        /// Whole seconds since the start of the process, or since its last progress.
        seconds: u64,
    },
    /// The work is refused for some seconds, because a child for the same
    /// work was overdue before (see [`super::Backoff`]).
    #[error("FFmpeg took too long for this before: it is tried again in {seconds} s")]
    Resting {
        /// Whole seconds until the work is accepted again.
        seconds: u64,
    },
    /// The process wrote more than this maximum number of bytes and was killed.
    #[error("FFmpeg wrote more than {0} bytes")]
    TooMuch(u64),
}

impl FfmpegError {
    /// The error of a process that has ended; `None` if the process succeeded.
    pub(super) fn of_exit(status: ExitStatus, log: String) -> Option<Self> {
        let says_starved = STARVED_WORDS.iter().any(|words| log.contains(words));
        let text = status.to_string();
        if status.success() {
            let incomplete = says_starved && INCOMPLETE_WORDS.iter().any(|words| log.contains(words));
            return incomplete.then_some(Self::Starved { status: text, log });
        }
        Some(Self::of_failure(status, text, log, says_starved))
    }

    fn of_failure(status: ExitStatus, text: String, log: String, says_starved: bool) -> Self {
        if let Some(error) = super::launch::not_started(status, &log) {
            return error;
        }
        if is_killed(status) {
            return Self::Killed { status: text, log };
        }
        // Since version 7, FFmpeg's exit code is the lowest byte of its negative error number.
        let code_starved = status
            .code()
            .is_some_and(|code| STARVED.iter().any(|number| 256 - number == code));
        if says_starved || code_starved {
            Self::Starved { status: text, log }
        } else {
            Self::Failed { status: text, log }
        }
    }

    /// Whether the fault is the machine's and not the input's, so that
    /// the same work may succeed the next time.
    #[must_use]
    pub fn is_of_machine(&self) -> bool {
        match self {
            Self::Failed { .. } | Self::TooMuch(_) => false,
            Self::Start { .. }
            | Self::Killed { .. }
            | Self::Starved { .. }
            | Self::Pipe(_)
            | Self::Resting { .. }
            | Self::Overdue { .. } => true,
        }
    }

    /// Whether the machine is out of memory, disk space, file descriptors or processes at
    /// present, or the work is refused for a while. A later attempt may succeed.
    #[must_use]
    pub fn is_starved(&self) -> bool {
        match self {
            Self::Starved { .. } | Self::Resting { .. } => true,
            Self::Start { cause, .. } | Self::Pipe(cause) => is_starved(cause),
            _ => false,
        }
    }
}

impl From<io::Error> for FfmpegError {
    fn from(error: io::Error) -> Self {
        Self::Pipe(error)
    }
}

/// Whether an error says that the machine is out of memory, disk
/// space, file descriptors or processes at present.
#[must_use]
pub fn is_starved(error: &io::Error) -> bool {
    // `EAGAIN` here means that no more processes or threads can be started.
    error.kind() == io::ErrorKind::WouldBlock
        || error
            .raw_os_error()
            .is_some_and(|number| STARVED.contains(&number))
}

fn is_killed(status: ExitStatus) -> bool {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status).is_some() {
        return true;
    }
    status
        .code()
        .is_some_and(|code| code == SIGNALLED || FROM_OUTSIDE.contains(&(code - SHELL)))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    #[test]
    fn what_ended_a_process_tells_whose_fault_it_is() {
        let of = |raw, log: &str| {
            let error = FfmpegError::of_exit(ExitStatus::from_raw(raw), log.to_owned());
            error.expect("no success")
        };
        for signal in [6, 9, 11, 15] {
            assert!(matches!(of(signal, ""), FfmpegError::Killed { .. }), "{signal}");
        }
        for code in [255, 137, 143] {
            assert!(matches!(of(code << 8, ""), FfmpegError::Killed { .. }), "{code}");
        }
        let full = "[out] Error writing trailer: No space left on device";
        for starved in [of(1 << 8, full), of(0, full), of(244 << 8, ""), of(228 << 8, "")] {
            assert!(starved.is_starved() && starved.is_of_machine(), "{starved}");
        }
        for code in [1, 69, 183] {
            let failed = of(code << 8, "Invalid data found when processing input");
            assert!(!failed.is_of_machine() && !failed.is_starved(), "{failed}");
        }
    }

    #[test]
    fn a_success_is_one_whatever_else_was_said() {
        for log in [
            "",
            "Cannot allocate memory",
            "Error writing trailer of pipe:: Broken pipe",
        ] {
            assert!(
                FfmpegError::of_exit(ExitStatus::default(), log.to_owned()).is_none(),
                "{log}"
            );
        }
    }

    #[test]
    fn a_start_without_room_for_it_is_of_the_machine() {
        let of = |number| FfmpegError::Start {
            program: "ffmpeg".to_owned(),
            cause: io::Error::from_raw_os_error(number),
        };
        assert!(of(24).is_starved() && of(12).is_starved());
        assert!(!of(2).is_starved(), "a program that is not there");
    }
}
