//! Short jobs: run to the end, keep the output.

use std::time::Duration;

use ffmpeg_sidecar::command::FfmpegCommand;
use tokio::io::AsyncReadExt as _;

use super::{Child, FfmpegError};

/// How long a short job (probe, poster, check) may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes of log that are kept for an error report.
const LOG_BYTES: u64 = 16 << 10;

/// Runs FFmpeg to its end and returns what it wrote to `pipe:1`, at most `limit` bytes.
pub async fn run(command: FfmpegCommand, limit: u64) -> Result<Vec<u8>, FfmpegError> {
    let mut child = Child::spawn(command, false)?;
    let stdout = child.take_stdout();
    within(PATIENCE, async {
        let mut output = Vec::new();
        if let Some(stdout) = stdout {
            stdout.take(limit + 1).read_to_end(&mut output).await?;
        }
        if output.len() as u64 > limit {
            return Err(FfmpegError::TooMuch(limit));
        }
        child.finish().await?;
        Ok(output)
    })
    .await
}

/// Runs another program of FFmpeg's (ffprobe) to its end and returns what it wrote, at most `limit`
/// bytes. Its log comes back only with an error.
pub async fn run_with_limit(
    mut command: tokio::process::Command,
    limit: u64,
) -> Result<Vec<u8>, FfmpegError> {
    command.stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::piped());
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let mut process = command
        .spawn()
        .map_err(|source| FfmpegError::Start { program, source })?;
    let (stdout, stderr) = (process.stdout.take(), process.stderr.take());
    within(PATIENCE, async {
        let (mut output, mut log) = (Vec::new(), Vec::new());
        // Both at once: a program that fills one pipe while we read the other would wait forever.
        tokio::try_join!(
            async {
                match stdout {
                    Some(pipe) => pipe.take(limit + 1).read_to_end(&mut output).await,
                    None => Ok(0),
                }
            },
            async {
                let Some(mut pipe) = stderr else { return Ok(0) };
                (&mut pipe).take(LOG_BYTES).read_to_end(&mut log).await?;
                // What is past the bound is thrown away, or the program would wait for a reader.
                tokio::io::copy(&mut pipe, &mut tokio::io::sink())
                    .await
                    .map(|_| 0)
            },
        )?;
        if output.len() as u64 > limit {
            return Err(FfmpegError::TooMuch(limit));
        }
        let status = process.wait().await?;
        if status.success() {
            return Ok(output);
        }
        Err(FfmpegError::Failed {
            status: status.to_string(),
            log: String::from_utf8_lossy(&log).trim().replace('\n', " | "),
        })
    })
    .await
}

async fn within<T>(
    limit: Duration,
    job: impl Future<Output = Result<T, FfmpegError>>,
) -> Result<T, FfmpegError> {
    tokio::time::timeout(limit, job)
        .await
        .unwrap_or(Err(FfmpegError::Slow(limit.as_secs())))
}
