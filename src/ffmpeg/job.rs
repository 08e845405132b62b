//! Short jobs: run a child to its end and return its whole output.
//!
//! For commands whose output fits into memory: probing, cutting, posters, previews. A child that failed by a
//! fault of the machine is started again. Commands whose output is streamed use [`Tools::spawn`] instead.

use std::ffi::OsStr;
use std::process::Command;
use std::time::Duration;

use ffmpeg_sidecar::command::FfmpegCommand;
use tokio::io::AsyncReadExt as _;

use super::{Child, FfmpegError, Task, Tools, Troubles};

/// Pauses before the first and the second restart of a child that failed by a fault of the machine.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];

impl Tools {
    /// Runs FFmpeg to its end and returns what FFmpeg wrote to `pipe:1`,
    /// at most `limit` bytes; more is an error.
    pub async fn run(
        &self,
        task: Task,
        mut command: FfmpegCommand,
        limit: u64,
    ) -> Result<Vec<u8>, FfmpegError> {
        command.arg("-nostdin");
        // Boxed, because this future is a part of many others, most of which never run a child.
        Box::pin(self.run_command(task, &command.into(), limit)).await
    }

    /// Runs ffprobe with these arguments to its end and returns its JSON
    /// answer, at most `limit` bytes; more is an error.
    pub async fn probe(
        &self,
        task: Task,
        arguments: impl IntoIterator<Item: AsRef<OsStr>>,
        limit: u64,
    ) -> Result<Vec<u8>, FfmpegError> {
        let mut command = Command::new(&self.ffprobe);
        // The log parser needs the levels in the log.
        command.args(["-v", "level+error", "-of", "json"]).args(arguments);
        Box::pin(self.run_command(task, &command, limit)).await
    }

    async fn run_command(&self, task: Task, command: &Command, limit: u64) -> Result<Vec<u8>, FfmpegError> {
        let mut retries = Retries::of(task);
        loop {
            match self.run_once(task, command, limit).await {
                Err(error) if retries.again(&error).await => {}
                outcome => return outcome,
            }
        }
    }

    async fn run_once(&self, task: Task, command: &Command, limit: u64) -> Result<Vec<u8>, FfmpegError> {
        let mut again = Command::new(command.get_program());
        again.args(command.get_args());
        output(self.start(task, again, false)?, task, limit, &self.troubles).await
    }
}

/// Counts how often a child was restarted after faults of the machine, and decides about the next restart.
///
/// An overdue child is restarted only once, and only for tasks for which no viewer waits: it
/// has already used a whole deadline, and the next request tries again anyway.
#[derive(Debug)]
pub struct Retries {
    task: Task,
    started: usize,
}

impl Retries {
    /// The restarts of one piece of work; none has happened yet.
    #[must_use]
    pub fn of(task: Task) -> Self {
        Self { task, started: 0 }
    }

    /// Whether to try again after this failure. If so, waits for the pause first.
    pub async fn again(&mut self, error: &FfmpegError) -> bool {
        let helps = match error {
            FfmpegError::Overdue { .. } => self.started == 0 && self.task.waits_for_second_try(),
            FfmpegError::Killed { .. } => true,
            FfmpegError::Resting { .. } => false,
            error => error.is_starved(),
        };
        let Some(pause) = PAUSES.get(self.started).filter(|_| helps) else {
            return false;
        };
        self.started += 1;
        tracing::warn!(task = %self.task, %error, "FFmpeg is started again");
        tokio::time::sleep(*pause).await;
        true
    }
}

async fn output(
    mut child: Child,
    task: Task,
    limit: u64,
    troubles: &Troubles,
) -> Result<Vec<u8>, FfmpegError> {
    let mut output = Vec::new();
    if let Some(stdout) = child.take_stdout() {
        stdout.take(limit + 1).read_to_end(&mut output).await?;
    }
    if output.len() as u64 > limit {
        let error = FfmpegError::TooMuch(limit);
        troubles.count(task, &error);
        return Err(error);
    }
    child.finish().await?;
    Ok(output)
}
