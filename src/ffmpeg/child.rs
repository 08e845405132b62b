//! One running FFmpeg.
//!
//! `ffmpeg-sidecar` builds the command line and understands the log; the process itself belongs to
//! tokio, because the crate's own iterator blocks a thread, counts outputs wrongly for filter graphs
//! with several inputs, and leaves a zombie when it is dropped.

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

/// Lines of the log that are kept for an error report.
const LOG_LINES: usize = 20;
/// Characters of one log line that are kept.
const LOG_LINE_LENGTH: usize = 400;
/// Bytes of log that are parsed; a broken clip can make FFmpeg complain without end.
const LOG_BYTES: u64 = 4 << 20;
/// How long the rest of a log is waited for when its process has ended.
const LOG_PATIENCE: Duration = Duration::from_secs(2);
/// The shortest time between two looks at whether a child is overdue.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How far a process says it is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EncodeProgress {
    /// Frames encoded.
    pub frames: u32,
    /// Speed against real time.
    pub speed: f32,
}

/// A child's standard input.
pub type Stdin = Pipe<ChildStdin>;
/// A child's standard output.
pub type Stdout = Pipe<ChildStdout>;

/// A running FFmpeg. Dropping it kills it; a task of its own reaps it either way.
#[derive(Debug)]
pub struct Child {
    task: Task,
    /// What the task that waits for it says when it has ended; dropping this asks it to kill.
    end: oneshot::Receiver<End>,
    stdin: Option<Stdin>,
    stdout: Option<Stdout>,
    log: Option<JoinHandle<VecDeque<String>>>,
    progress: watch::Receiver<EncodeProgress>,
    watch: Watch,
    troubles: Arc<Troubles>,
}

/// How a child ended.
#[derive(Debug)]
enum End {
    /// By itself, or by somebody else's signal.
    Exited(std::io::Result<ExitStatus>),
    /// A deadline passed after this time, and it was killed.
    Overdue(Duration),
}

impl Tools {
    /// Starts `command` for `task`, with its output going to its standard output; `feed` opens its standard input.
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
            // For the case that the runtime itself is dropped; in all others `reap` is first.
            .kill_on_drop(true);
        // A Ctrl-C in the terminal is for the server, which ends its children in order. And what a child starts
        // is killed with it.
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
    /// Its standard input; `None` when it was started without or it was taken before.
    pub fn take_stdin(&mut self) -> Option<Stdin> {
        self.stdin.take()
    }

    /// Its standard output; `None` when it was taken before.
    pub fn take_stdout(&mut self) -> Option<Stdout> {
        self.stdout.take()
    }

    /// What it last said of its progress.
    #[must_use]
    pub fn progress(&self) -> EncodeProgress {
        *self.progress.borrow()
    }

    /// Waits for its end, which is an error unless it succeeded.
    ///
    /// Pipes that were not taken are closed, so that it cannot wait for us in turn.
    pub async fn finish(self) -> Result<(), FfmpegError> {
        let (task, troubles) = (self.task, Arc::clone(&self.troubles));
        let ended = self.ended().await;
        ended.inspect_err(|error| troubles.count(task, error))
    }

    async fn ended(mut self) -> Result<(), FfmpegError> {
        drop((self.stdin.take(), self.stdout.take()));
        self.watch.wait();
        // The reaper answers unless it panicked or the runtime ends, and then nobody reads this.
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
            // The log's reader ends with the pipe, which a process that FFmpeg started might hold open; a panic
            // of it loses no more than text.
            Some(log) => tokio::time::timeout(LOG_PATIENCE, log).await,
            None => Ok(Ok(VecDeque::new())),
        };
        let log = log.unwrap_or_else(|_| Ok(VecDeque::new())).unwrap_or_default();
        FfmpegError::of_exit(status, Vec::from(log).join(" | ")).map_or(Ok(()), Err)
    }
}

/// Waits for a process, and kills it as soon as nobody wants to know its end any more, or it is overdue.
async fn reap(
    mut process: tokio::process::Child,
    mut ended: oneshot::Sender<End>,
    deadline: Deadline,
    watch: Watch,
) {
    let group = process.id();
    tokio::select! {
        status = process.wait() => {
            // What it has started goes with it. Its number cannot belong to another group yet: systems give numbers
            // out in turn.
            kill_group(group);
            let _ = ended.send(End::Exited(status));
            return;
        }
        after = overdue(deadline, &watch) => {
            kill_group(group);
            // Whoever waits goes on at once, even if the kernel does not let go of the process.
            let _ = ended.send(End::Overdue(after));
            watch.overdue.cancel();
        }
        () = ended.closed() => kill_group(group),
    }
    if let Err(error) = process.kill().await {
        tracing::error!(%error, "an FFmpeg process could not be killed");
    }
}

/// Returns when a deadline has passed, with the time that it took.
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
        // Somebody may begin to wait at any time: looked at again before a whole deadline is over.
        let total_left = deadline
            .total
            .map_or(Duration::MAX, |total| total.saturating_sub(age));
        let soon = (deadline.stall / 8).max(LOOK_AGAIN);
        tokio::time::sleep(total_left.min(deadline.stall.saturating_sub(stalled)).min(soon)).await;
    }
}

/// Kills a child and all that it has started. A group that is gone is no failure.
fn kill_group(group: Option<u32>) {
    #[cfg(unix)]
    if let Some(group) = group.and_then(|group| rustix::process::Pid::from_raw(group as i32)) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = group;
}

/// Follows a log to its end and returns its last complaints.
async fn read_log(
    stderr: ChildStderr,
    report: watch::Sender<EncodeProgress>,
    watch: Watch,
) -> VecDeque<String> {
    let bounded = SyncIoBridge::new(stderr.take(LOG_BYTES));
    // The parser reads blockingly, hence its own thread; it ends with the process.
    let parsed = tokio::task::spawn_blocking(move || parse_log(bounded, &report, &watch)).await;
    let Ok((lines, mut stderr)) = parsed else {
        return VecDeque::new(); // a panic of the parser: the text is lost, nothing else
    };
    // Past the bound the rest is thrown away, so that FFmpeg never waits for its log to be read.
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
                // A process that spins says the same again and again.
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
            // FFmpeg says so whenever it reads the HUD more slowly than it is drawn, which is the rule.
            Ok(FfmpegEvent::Log(LogLevel::Warning, line))
                if line.contains("Thread message queue blocking") => {}
            Ok(FfmpegEvent::Log(LogLevel::Warning | LogLevel::Error | LogLevel::Fatal, line)) => {
                if lines.len() == LOG_LINES {
                    lines.pop_front();
                }
                lines.push_back(line.chars().take(LOG_LINE_LENGTH).collect());
            }
            // The pipe broke. Any other error is a line the crate does not understand.
            Err(error) if error.is::<std::io::Error>() => break,
            Ok(_) | Err(_) => {}
        }
    }
    drop(parser);
    (lines, stderr.into_inner())
}
