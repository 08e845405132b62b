//! Short jobs: run to the end, keep the output.

use std::ffi::OsStr;
use std::process::Command;
use std::time::Duration;

use ffmpeg_sidecar::command::FfmpegCommand;
use tokio::io::AsyncReadExt as _;

use super::{Child, FfmpegError, Tools};

/// How long a short job (a probe, a poster, a few pictures) may take.
pub const SHORT: Duration = Duration::from_secs(60);
/// How long a job may take that goes through a whole clip.
pub const LONG: Duration = Duration::from_secs(1800);

impl Tools {
    /// Runs FFmpeg to its end and returns what it wrote to `pipe:1`, at most `limit` bytes.
    pub async fn run(
        &self,
        command: FfmpegCommand,
        limit: u64,
        patience: Duration,
    ) -> Result<Vec<u8>, FfmpegError> {
        output(self.spawn(command, false)?, limit, patience).await
    }

    /// Runs ffprobe with these arguments to its end and returns its JSON, at most `limit` bytes.
    pub async fn probe(
        &self,
        arguments: impl IntoIterator<Item: AsRef<OsStr>>,
        limit: u64,
    ) -> Result<Vec<u8>, FfmpegError> {
        let mut command = Command::new(&self.ffprobe);
        // With levels in its log, as the log's parser needs them.
        command.args(["-v", "level+error", "-of", "json"]).args(arguments);
        output(Child::spawn(command, false, &self.reapers)?, limit, SHORT).await
    }
}

async fn output(mut child: Child, limit: u64, patience: Duration) -> Result<Vec<u8>, FfmpegError> {
    let stdout = child.take_stdout();
    let job = async {
        let mut output = Vec::new();
        if let Some(stdout) = stdout {
            stdout.take(limit + 1).read_to_end(&mut output).await?;
        }
        if output.len() as u64 > limit {
            return Err(FfmpegError::TooMuch(limit));
        }
        child.finish().await?;
        Ok(output)
    };
    tokio::time::timeout(patience, job)
        .await
        .unwrap_or(Err(FfmpegError::Slow(patience.as_secs())))
}
