//! How children are started, so that none outlives this process, whatever ends it.
//!
//! On Linux a child is started through this program itself, as the hidden subcommand `launch`: it asks the kernel
//! to be killed when its parent dies, and then becomes (`exec`) the program that was wanted. So no `unsafe` code
//! runs between `fork` and `exec`, and the start stays a `posix_spawn`, which costs the same however much memory the
//! server has. What else a child is to be bound by (limits, Landlock, seccomp) belongs into [`launch`], too.
//!
//! The kernel sends that signal when the *thread* ends that started the child. Hence all are started by one thread,
//! which lives as long as the process.
//!
//! What this does not do: a program that starts others is killed alone, for the kernel keeps the signal from them. FFmpeg
//! starts none. As long as the server lives, it kills whole process groups. Other systems have no such signal: there
//! children are started directly, and end by themselves when their pipes break.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus};

use super::FfmpegError;

/// The name of the subcommand.
pub const SUBCOMMAND: &str = "launch";
/// What a shell answers when a program is not there or cannot be run.
const NO_PROGRAM: u8 = 127;
/// What `launch` says then, followed by the system's error number and the program.
const CANNOT_START: &str = "virtual-coach launch: no start:";
/// This process was started by another one than it was meant for, which is dead.
const NO_PARENT: u8 = 126;

/// The program whose subcommand `launch` starts children: this one, even after its file was replaced. `None`
/// where children are started directly.
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

/// `command`, started through `launcher`.
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

/// The failure that [`launch`] tells when it cannot become the program.
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

/// The subcommand, if this process was started as it: `launch PARENT PROGRAM ARGUMENTS...`. To be asked before
/// anything else is done: every child pays for it.
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

/// Becomes `program`; returns only if that fails.
#[cfg(target_os = "linux")]
fn launch(parent: i32, program: &OsStr, arguments: impl Iterator<Item = OsString>) -> u8 {
    use std::os::unix::process::CommandExt as _;

    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
        eprintln!("[error] the parent-death signal cannot be set: {error}");
        return NO_PARENT;
    }
    // It may have died before the signal was set.
    if getppid().map(rustix::process::Pid::as_raw_nonzero).map(i32::from) != Some(parent) {
        return NO_PARENT;
    }
    let error = Command::new(program).args(arguments).exec();
    // In the form of FFmpeg's log, which is how it is read.
    let number = error.raw_os_error().unwrap_or_default();
    eprintln!("[error] {CANNOT_START} {number} {}", program.to_string_lossy());
    NO_PROGRAM
}

#[cfg(not(target_os = "linux"))]
fn launch(_parent: i32, _program: &OsStr, _arguments: impl Iterator<Item = OsString>) -> u8 {
    eprintln!("virtual-coach: the subcommand launch is for Linux");
    NO_PROGRAM
}
