//! Why a child process gave no result, and whose fault that is.
//!
//! The one place that tells a fault of the input (a damaged clip) from one of the machine (killed, no memory, no
//! room on the disk, no descriptors, too slow). A fault of the machine says nothing about the input: it is tried again
//! later, and nothing is marked as bad for it.

use std::io;
use std::process::ExitStatus;

use super::Task;

/// What FFmpeg says when the machine has no more of something: `strerror` of the error codes in [`STARVED`]. Not that of
/// `EAGAIN`, which FFmpeg's decoders use for something else; it names the call that starts a thread.
const STARVED_WORDS: [&str; 6] = [
    "Cannot allocate memory",
    "File too large",
    "No space left on device",
    "Too many open files",
    "Disk quota exceeded",
    "pthread_create",
];

/// What FFmpeg says when the end of a file could not be written. Some versions (5.1 is one) call that a success.
const INCOMPLETE_WORDS: [&str; 2] = ["Error writing trailer", "Error closing file"];

/// Linux's and BSD's numbers of `ENOMEM`, `ENFILE`, `EMFILE`, `EFBIG`, `ENOSPC`, `EDQUOT`.
#[cfg(target_os = "linux")]
const STARVED: [i32; 6] = [12, 23, 24, 27, 28, 122];
#[cfg(not(target_os = "linux"))]
const STARVED: [i32; 6] = [12, 23, 24, 27, 28, 69];

/// What FFmpeg ends with when it was told to end by a signal that it handles.
const SIGNALLED: i32 = 255;
/// What shells add to the number of the signal that killed a child of theirs.
const SHELL: i32 = 128;
/// Signals that no program sends itself, and that end a program from outside: SIGINT, SIGKILL, SIGTERM.
const FROM_OUTSIDE: [i32; 3] = [2, 9, 15];

/// Why a child process gave no result.
#[derive(Debug, thiserror::Error)]
pub enum FfmpegError {
    /// The program is not there or may not be run, or the machine cannot start another process.
    #[error("cannot start {program}: {cause}")]
    Start {
        /// Which program.
        program: String,
        /// Why.
        cause: io::Error,
    },
    /// It ended with an error; the text holds the last lines of its log.
    #[error("FFmpeg ended with {status}: {log}")]
    Failed {
        /// Exit status.
        status: String,
        /// Last errors and warnings.
        log: String,
    },
    /// A signal ended it.
    #[error("FFmpeg was killed ({status}): {log}")]
    Killed {
        /// Exit status.
        status: String,
        /// Last errors and warnings.
        log: String,
    },
    /// The machine had no more memory, room on the disk, descriptors or processes for it.
    #[error("the machine had too little memory, disk or descriptors for FFmpeg ({status}): {log}")]
    Starved {
        /// Exit status.
        status: String,
        /// Last errors and warnings.
        log: String,
    },
    /// A pipe to or from it broke.
    #[error("lost touch with FFmpeg: {0}")]
    Pipe(io::Error),
    /// It did not end in time, or made no progress for too long, and was killed.
    #[error("FFmpeg's task {task} took too long: it was killed after {seconds} s")]
    Overdue {
        /// Which task.
        task: Task,
        /// Whole seconds since its start, or since its last progress.
        seconds: u64,
    },
    /// It was overdue a short while ago, and is left alone for some more seconds.
    #[error("FFmpeg took too long for this before: it is tried again in {seconds} s")]
    Resting {
        /// Whole seconds.
        seconds: u64,
    },
    /// It wrote more than it was allowed to and was killed.
    #[error("FFmpeg wrote more than {0} bytes")]
    TooMuch(u64),
}

impl FfmpegError {
    /// Of a process that ended; `None` of one that did what it was to do.
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
        // Since version 7 FFmpeg's exit code is the lowest byte of its negative error number.
        let code_starved = status
            .code()
            .is_some_and(|code| STARVED.iter().any(|number| 256 - number == code));
        if says_starved || code_starved {
            Self::Starved { status: text, log }
        } else {
            Self::Failed { status: text, log }
        }
    }

    /// Whether the machine is at fault and not the input: the same may work the next time.
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

    /// Whether the machine has no more memory, room, descriptors or processes at present, or the work is left alone
    /// for a while: whoever asks again later may have it.
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

/// Whether an error says that the machine has no more memory, room, descriptors or processes at present.
#[must_use]
pub fn is_starved(error: &io::Error) -> bool {
    // `EAGAIN`: no more processes or threads.
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
