//! Short jobs: run to the end, keep the output.

use std::ffi::OsStr;
use std::process::Command;
use std::time::Duration;

use ffmpeg_sidecar::command::FfmpegCommand;
use tokio::io::AsyncReadExt as _;

use super::{Child, FfmpegError, Task, Tools, Troubles};

/// How long to wait before a child is started again that was killed, or that the machine had too little room for.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];

impl Tools {
    /// Runs FFmpeg to its end and returns what it wrote to `pipe:1`, at most `limit` bytes.
    pub async fn run(
        &self,
        task: Task,
        mut command: FfmpegCommand,
        limit: u64,
    ) -> Result<Vec<u8>, FfmpegError> {
        command.arg("-nostdin");
        // Boxed: it is a part of many futures, most of which run no child.
        Box::pin(self.run_command(task, &command.into(), limit)).await
    }

    /// Runs ffprobe with these arguments to its end and returns its JSON, at most `limit` bytes.
    pub async fn probe(
        &self,
        task: Task,
        arguments: impl IntoIterator<Item: AsRef<OsStr>>,
        limit: u64,
    ) -> Result<Vec<u8>, FfmpegError> {
        let mut command = Command::new(&self.ffprobe);
        // With levels in its log, as the log's parser needs them.
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

/// How often a child is started again that failed by a fault of the machine.
///
/// One that was overdue is started again once, and only if no viewer waits meanwhile: it has taken its whole deadline
/// already, and the next request tries again.
#[derive(Debug)]
pub struct Retries {
    task: Task,
    started: usize,
}

impl Retries {
    /// For one piece of work.
    #[must_use]
    pub fn of(task: Task) -> Self {
        Self { task, started: 0 }
    }

    /// Whether to try again after this failure. Waits a while if so.
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
