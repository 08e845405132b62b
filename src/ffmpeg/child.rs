//! A running FFmpeg process: its pipes, its log, its deadlines and its end.
//!
//! `ffmpeg-sidecar` builds the command line and parses the log. The process itself is run by
//! tokio, because the crate's own iterator blocks a thread, counts outputs wrongly for filter
//! graphs with several inputs, and leaves a zombie process when it is dropped.

use std::collections::VecDeque;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ffmpeg_sidecar::event::{FfmpegEvent, LogLevel};
use ffmpeg_sidecar::log_parser::FfmpegLogParser;
use tokio::io::AsyncReadExt as _;
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::io::SyncIoBridge;

use super::task::{Deadline, VARIABLE};
use super::watch::{Pipe, Watch};
use super::{FfmpegError, Task, Tools, Troubles, launch, spawner};

/// Maximum number of log lines that are kept for an error report.
const LOG_LINES: usize = 20;
/// Maximum number of characters that are kept of a log line.
const LOG_LINE_LENGTH: usize = 400;
/// Maximum number of log bytes that are parsed. A broken clip can
/// make FFmpeg write error messages without end.
const LOG_BYTES: u64 = 4 << 20;
/// Maximum time to wait for the rest of a log after its process has ended.
const LOG_PATIENCE: Duration = Duration::from_secs(2);
/// Minimum time between two checks whether a child is overdue.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The progress that a process reports in its log.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EncodeProgress {
    /// Number of frames encoded.
    pub frames: u32,
    /// Speed as a multiple of real time.
    pub speed: f32,
}

/// A child's standard input, which breaks when a deadline has passed.
pub type Stdin = Pipe<ChildStdin>;
/// A child's standard output, which ends when a deadline has passed.
pub type Stdout = Pipe<ChildStdout>;

/// A running FFmpeg. Dropping this value kills the process. A separate task reaps the process in every case.
#[derive(Debug)]
pub struct Child {
    task: Task,
    /// Receives the end of the process from the reaper. Dropping this receiver requests a kill.
    end: oneshot::Receiver<End>,
    stdin: Option<Stdin>,
    stdout: Option<Stdout>,
    log: Option<JoinHandle<VecDeque<String>>>,
    progress: watch::Receiver<EncodeProgress>,
    watch: Watch,
    troubles: Arc<Troubles>,
}

#[derive(Debug)]
enum End {
    /// The process exited by itself, or a signal from elsewhere ended it.
    Exited(std::io::Result<ExitStatus>),
    /// The process exceeded a deadline after this time and was killed.
    Overdue(Duration),
}

impl Tools {
    /// Starts `command` for `task`. The command's output goes to its
    /// standard output; `feed` opens its standard input.
    pub(super) fn start(&self, task: Task, command: Command, feed: bool) -> Result<Child, FfmpegError> {
        let task = self.declared.unwrap_or(task);
        let started = self.start_uncounted(task, command, feed);
        started.inspect_err(|error| self.troubles.count(task, error))
    }

    fn start_uncounted(&self, task: Task, mut command: Command, feed: bool) -> Result<Child, FfmpegError> {
        let program = command.get_program().to_string_lossy().into_owned();
        tracing::debug!(%task, arguments = ?command.get_args().collect::<Vec<_>>(), "starting FFmpeg");
        command.env(VARIABLE, task.name());
        if let Some(launcher) = &self.launcher {
            command = launch::through(launcher, &command);
        }
        let mut command = tokio::process::Command::from(command);
        command
            .stdin(if feed { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Matters only if the runtime itself is dropped; in all other cases
            // `reap` kills the process first.
            .kill_on_drop(true);
        // A process group of its own, for two reasons. A Ctrl-C in the terminal
        // reaches only the server, which then ends its children in order. And a kill
        // of the group also ends the processes that the child has started.
        #[cfg(unix)]
        command.process_group(0);
        let mut process = spawner::spawn(command).map_err(|cause| FfmpegError::Start { program, cause })?;
        let (report, progress) = watch::channel(EncodeProgress::default());
        let watch = Watch::default();
        let log = process
            .stderr
            .take()
            .map(|stderr| tokio::spawn(read_log(stderr, report, watch.clone())));
        let stdin = process.stdin.take().map(|pipe| watch.pipe(pipe));
        let stdout = process.stdout.take().map(|pipe| watch.pipe(pipe));
        let (ended, end) = oneshot::channel();
        let deadline = task.deadline(self.patience);
        self.reapers.spawn(reap(process, ended, deadline, watch.clone()));
        Ok(Child {
            task,
            end,
            stdin,
            stdout,
            log,
            progress,
            watch,
            troubles: Arc::clone(&self.troubles),
        })
    }
}

impl Child {
    /// The child's standard input; `None` if the child was started without one, or if it was taken before.
    pub fn take_stdin(&mut self) -> Option<Stdin> {
        self.stdin.take()
    }

    /// The child's standard output; `None` if it was taken before.
    pub fn take_stdout(&mut self) -> Option<Stdout> {
        self.stdout.take()
    }

    /// The progress that the child last reported.
    #[must_use]
    pub fn progress(&self) -> EncodeProgress {
        *self.progress.borrow()
    }

    /// Waits until the child ends. An unsuccessful end is an error.
    ///
    /// Closes the pipes that were not taken, so that the child cannot
    /// wait for them while this method waits for the child.
    pub async fn finish(self) -> Result<(), FfmpegError> {
        let (task, troubles) = (self.task, Arc::clone(&self.troubles));
        let ended = self.ended().await;
        ended.inspect_err(|error| troubles.count(task, error))
    }

    async fn ended(mut self) -> Result<(), FfmpegError> {
        drop((self.stdin.take(), self.stdout.take()));
        self.watch.wait();
        // The reaper always sends, unless it panics or the runtime ends;
        // when the runtime ends, nobody reads the result.
        let status = match self.end.await.map_err(std::io::Error::other)? {
            End::Exited(status) => status?,
            End::Overdue(after) => {
                return Err(FfmpegError::Overdue {
                    task: self.task,
                    seconds: after.as_secs(),
                });
            }
        };
        let log = match self.log {
            // The log reader ends when the pipe closes, which may be held open by a process that
            // FFmpeg has started. A panic of the log reader loses only the text.
            Some(log) => tokio::time::timeout(LOG_PATIENCE, log).await,
            None => Ok(Ok(VecDeque::new())),
        };
        let log = log.unwrap_or_else(|_| Ok(VecDeque::new())).unwrap_or_default();
        FfmpegError::of_exit(status, Vec::from(log).join(" | ")).map_or(Ok(()), Err)
    }
}

/// Waits for a process to end. Kills the process when the [`Child`] is dropped or a deadline has passed.
async fn reap(
    mut process: tokio::process::Child,
    mut ended: oneshot::Sender<End>,
    deadline: Deadline,
    watch: Watch,
) {
    let group = process.id();
    tokio::select! {
        status = process.wait() => {
            // This also ends the processes that the child has started. The group's number cannot
            // belong to another group yet, because systems assign numbers in sequence.
            kill_group(group);
            let _ = ended.send(End::Exited(status));
            return;
        }
        after = overdue(deadline, &watch) => {
            kill_group(group);
            // The waiting caller continues at once, even if the kernel does not release the process.
            let _ = ended.send(End::Overdue(after));
            watch.overdue.cancel();
        }
        () = ended.closed() => kill_group(group),
    }
    if let Err(error) = process.kill().await {
        tracing::error!(%error, "an FFmpeg process could not be killed");
    }
}

/// Returns when a deadline has passed, with the duration that exceeded it.
async fn overdue(deadline: Deadline, watch: &Watch) -> Duration {
    let started = Instant::now();
    loop {
        let (age, stalled) = (started.elapsed(), watch.stalled());
        if let Some(total) = deadline.total.filter(|total| age >= *total) {
            return total;
        }
        if stalled >= deadline.stall {
            return stalled;
        }
        // A caller may start to wait at any time, so the check is repeated
        // well before a whole deadline is over.
        let total_left = deadline
            .total
            .map_or(Duration::MAX, |total| total.saturating_sub(age));
        let soon = (deadline.stall / 8).max(LOOK_AGAIN);
        tokio::time::sleep(total_left.min(deadline.stall.saturating_sub(stalled)).min(soon)).await;
    }
}

/// Kills a child and all processes that it has started. A group that no longer exists is not an error.
fn kill_group(group: Option<u32>) {
    #[cfg(unix)]
    if let Some(group) = group.and_then(|group| rustix::process::Pid::from_raw(group as i32)) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = group;
}

/// Reads a log to its end and returns its last warnings and errors.
async fn read_log(
    stderr: ChildStderr,
    report: watch::Sender<EncodeProgress>,
    watch: Watch,
) -> VecDeque<String> {
    let bounded = SyncIoBridge::new(stderr.take(LOG_BYTES));
    // The parser's reads block, so it runs in a thread of its own, which ends with the process.
    let parsed = tokio::task::spawn_blocking(move || parse_log(bounded, &report, &watch)).await;
    let Ok((lines, mut stderr)) = parsed else {
        return VecDeque::new(); // the parser panicked: only the text is lost
    };
    // The rest beyond the bound is read and discarded, so that FFmpeg never blocks on its log.
    let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
    lines
}

type BoundedLog = SyncIoBridge<tokio::io::Take<ChildStderr>>;

fn parse_log(
    mut stderr: BoundedLog,
    report: &watch::Sender<EncodeProgress>,
    watch: &Watch,
) -> (VecDeque<String>, tokio::io::Take<ChildStderr>) {
    let mut lines = VecDeque::new();
    let mut reached = None;
    let mut parser = FfmpegLogParser::new(&mut stderr);
    loop {
        match parser.parse_next_event() {
            Ok(FfmpegEvent::LogEOF) => break,
            Ok(FfmpegEvent::Progress(progress)) => {
                // A process in an endless loop reports the same values repeatedly,
                // so only a change counts as progress.
                let now = Some((progress.frame, progress.size_kb, progress.time));
                if reached != now {
                    watch.progressed();
                    reached = now;
                }
                report.send_replace(EncodeProgress {
                    frames: progress.frame,
                    speed: progress.speed,
                });
            }
            // FFmpeg prints this warning whenever it reads the HUD more slowly
            // than the HUD is drawn, which is normal.
            Ok(FfmpegEvent::Log(LogLevel::Warning, line))
                if line.contains("Thread message queue blocking") => {}
            Ok(FfmpegEvent::Log(LogLevel::Warning | LogLevel::Error | LogLevel::Fatal, line)) => {
                if lines.len() == LOG_LINES {
                    lines.pop_front();
                }
                lines.push_back(line.chars().take(LOG_LINE_LENGTH).collect());
            }
            // The pipe broke. Any other error is a line that the crate cannot parse.
            Err(error) if error.is::<std::io::Error>() => break,
            Ok(_) | Err(_) => {}
        }
    }
    drop(parser);
    (lines, stderr.into_inner())
}
