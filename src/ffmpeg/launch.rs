//! The launcher: starts children so that none of them outlives this process, no matter how this process ends.
//!
//! On Linux, a child is started through this program itself, by its hidden subcommand `launch`. The
//! subcommand asks the kernel to kill it when its parent dies, and then becomes (`exec`) the
//! requested program. So no `unsafe` code runs between `fork` and `exec`, and the start remains a
//! `posix_spawn`, whose cost does not depend on the server's memory. Other restrictions of children
//! (resource limits, Landlock, seccomp) belong into [`launch`], too.
//!
//! The kernel sends the parent-death signal when the *thread* that started the child ends.
//! Therefore a single thread, which lives as long as the process, starts all children.
//!
//! What the launcher does not do: if a child has started other processes, the kernel kills only
//! the child, because the signal is not inherited. FFmpeg starts no processes. While the server
//! lives, it kills whole process groups. Other systems have no such signal. There, children are
//! started directly and end by themselves when their pipes break.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus};

use super::FfmpegError;

/// Name of the hidden subcommand.
pub const SUBCOMMAND: &str = "launch";
/// Exit code when the program is missing or cannot be run; shells use the same.
const NO_PROGRAM: u8 = 127;
/// Message of [`launch`] with that exit code. The system's error number and the program follow it.
const CANNOT_START: &str = "virtual-coach launch: no start:";
/// Exit code when the parent of this process is not the expected one, because the expected parent has died.
const NO_PARENT: u8 = 126;

/// The program whose subcommand `launch` starts children: this program, even after
/// its file was replaced. `None` where children are started directly.
#[must_use]
pub fn own_launcher() -> Option<PathBuf> {
    let this = PathBuf::from("/proc/self/exe");
    if !cfg!(target_os = "linux") {
        return None;
    }
    if !this.exists() {
        tracing::warn!("/proc is not there: should this process be killed, FFmpeg may outlive it");
        return None;
    }
    Some(this)
}

/// Wraps `command` so that `launcher` starts it, with the same arguments and environment.
pub(super) fn through(launcher: &std::path::Path, command: &Command) -> Command {
    let mut wrapped = Command::new(launcher);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::arg0(&mut wrapped, "virtual-coach");
    wrapped
        .arg(SUBCOMMAND)
        .arg(std::process::id().to_string())
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    wrapped
}

/// The start failure that [`launch`] reported in its exit status and log; `None` for any other end.
pub(super) fn not_started(status: ExitStatus, log: &str) -> Option<FfmpegError> {
    if status.code() != Some(NO_PROGRAM.into()) {
        return None;
    }
    let (_, told) = log.split_once(CANNOT_START)?;
    let (number, program) = told.trim_start().split_once(' ')?;
    Some(FfmpegError::Start {
        program: program.to_owned(),
        cause: io::Error::from_raw_os_error(number.parse().ok()?),
    })
}

/// Runs the subcommand if this process was started with it: `launch PARENT PROGRAM
/// ARGUMENTS...`. `None` otherwise. The caller must call this function before anything
/// else, because each start of a child pays for all that comes earlier.
#[must_use]
pub fn launched() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != SUBCOMMAND {
        return None;
    }
    let parent = arguments.next().and_then(|parent| parent.to_str()?.parse().ok());
    let (Some(parent), Some(program)) = (parent, arguments.next()) else {
        eprintln!("virtual-coach: the subcommand launch is for the server's own use");
        return Some(ExitCode::from(2));
    };
    Some(ExitCode::from(launch(parent, &program, arguments)))
}

/// Replaces this process with `program`. Returns an exit code only on failure.
#[cfg(target_os = "linux")]
fn launch(parent: i32, program: &OsStr, arguments: impl Iterator<Item = OsString>) -> u8 {
    use std::os::unix::process::CommandExt as _;

    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
        eprintln!("[error] the parent-death signal cannot be set: {error}");
        return NO_PARENT;
    }
    // The parent may have died before the signal was set.
    if getppid().map(rustix::process::Pid::as_raw_nonzero).map(i32::from) != Some(parent) {
        return NO_PARENT;
    }
    let error = Command::new(program).args(arguments).exec();
    // The message has the form of FFmpeg's log lines, because the parent reads it with the same parser.
    let number = error.raw_os_error().unwrap_or_default();
    eprintln!("[error] {CANNOT_START} {number} {}", program.to_string_lossy());
    NO_PROGRAM
}

#[cfg(not(target_os = "linux"))]
fn launch(_parent: i32, _program: &OsStr, _arguments: impl Iterator<Item = OsString>) -> u8 {
    eprintln!("virtual-coach: the subcommand launch is for Linux");
    NO_PROGRAM
}
