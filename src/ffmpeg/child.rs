//! One running FFmpeg.
//!
//! `ffmpeg-sidecar` builds the command line and understands the log; the process itself belongs to
//! tokio, because the crate's own iterator blocks a thread, counts outputs wrongly for filter graphs
//! with several inputs, and leaves a zombie when it is dropped.

use std::collections::VecDeque;
use std::process::{Command, ExitStatus, Stdio};

use ffmpeg_sidecar::event::{FfmpegEvent, LogLevel};
use ffmpeg_sidecar::log_parser::FfmpegLogParser;
use tokio::io::AsyncReadExt as _;
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio_util::io::SyncIoBridge;
use tokio_util::task::TaskTracker;

use super::FfmpegError;

/// Lines of the log that are kept for an error report.
const LOG_LINES: usize = 20;
/// Characters of one log line that are kept.
const LOG_LINE_LENGTH: usize = 400;
/// Bytes of log that are parsed; a broken clip can make FFmpeg complain without end.
const LOG_BYTES: u64 = 4 << 20;

/// How far a process says it is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Progress {
    /// Pictures encoded.
    pub pictures: u32,
    /// Speed against real time.
    pub speed: f32,
}

/// A running FFmpeg. Dropping it kills it; a task of its own reaps it either way.
#[derive(Debug)]
pub struct Child {
    /// What the task that waits for it says when it has ended; dropping this asks it to kill.
    end: oneshot::Receiver<std::io::Result<ExitStatus>>,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    log: Option<JoinHandle<VecDeque<String>>>,
    progress: watch::Receiver<Progress>,
}

impl Child {
    /// Starts `command`, whose output goes to its standard output; `feed` opens its standard input.
    /// The task that reaps it is one of `reapers`.
    pub(super) fn spawn(command: Command, feed: bool, reapers: &TaskTracker) -> Result<Self, FfmpegError> {
        let program = command.get_program().to_string_lossy().into_owned();
        tracing::debug!(arguments = ?command.get_args().collect::<Vec<_>>(), "starting FFmpeg");
        let mut process = tokio::process::Command::from(command)
            .stdin(if feed { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A Ctrl-C in the terminal is for the server, which ends its children in order.
            .process_group(0)
            // For the case that the runtime itself is dropped; in all others `reap` is first.
            .kill_on_drop(true)
            .spawn()
            .map_err(|cause| FfmpegError::Start { program, cause })?;
        let (report, progress) = watch::channel(Progress::default());
        let log = process
            .stderr
            .take()
            .map(|stderr| tokio::spawn(read_log(stderr, report)));
        let (stdin, stdout) = (process.stdin.take(), process.stdout.take());
        let (ended, end) = oneshot::channel();
        reapers.spawn(reap(process, ended));
        Ok(Self {
            end,
            stdin,
            stdout,
            log,
            progress,
        })
    }

    /// Its standard input; `None` when it was started without or it was taken before.
    pub fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.stdin.take()
    }

    /// Its standard output; `None` when it was taken before.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.stdout.take()
    }

    /// What it last said of its progress.
    #[must_use]
    pub fn progress(&self) -> Progress {
        *self.progress.borrow()
    }

    /// Waits for its end, which is an error unless it succeeded.
    ///
    /// Pipes that were not taken are closed, so that it cannot wait for us in turn.
    pub async fn finish(mut self) -> Result<(), FfmpegError> {
        drop((self.stdin.take(), self.stdout.take()));
        // The reaper answers unless it panicked or the runtime ends, and then nobody reads this.
        let status = self.end.await.map_err(std::io::Error::other)??;
        if status.success() {
            return Ok(());
        }
        let log = match self.log {
            // The log task ends with the pipe; it fails only by a panic, which loses no more than text.
            Some(log) => log.await.unwrap_or_default(),
            None => VecDeque::new(),
        };
        Err(FfmpegError::Failed {
            status: status.to_string(),
            log: Vec::from(log).join(" | "),
        })
    }
}

/// Waits for a process, and kills it as soon as nobody wants to know its end any more.
async fn reap(mut process: tokio::process::Child, mut ended: oneshot::Sender<std::io::Result<ExitStatus>>) {
    tokio::select! {
        status = process.wait() => {
            let _ = ended.send(status);
        }
        () = ended.closed() => {
            if let Err(error) = process.kill().await {
                tracing::error!(%error, "an FFmpeg process could not be killed");
            }
        }
    }
}

/// Follows a log to its end and returns its last complaints.
async fn read_log(stderr: ChildStderr, report: watch::Sender<Progress>) -> VecDeque<String> {
    let bounded = SyncIoBridge::new(stderr.take(LOG_BYTES));
    // The parser reads blockingly, hence its own thread; it ends with the process.
    let parsed = tokio::task::spawn_blocking(move || parse_log(bounded, &report)).await;
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
    report: &watch::Sender<Progress>,
) -> (VecDeque<String>, tokio::io::Take<ChildStderr>) {
    let mut lines = VecDeque::new();
    let mut parser = FfmpegLogParser::new(&mut stderr);
    loop {
        match parser.parse_next_event() {
            Ok(FfmpegEvent::LogEOF) => break,
            Ok(FfmpegEvent::Progress(progress)) => {
                report.send_replace(Progress {
                    pictures: progress.frame,
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
