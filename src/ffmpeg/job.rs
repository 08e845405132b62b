//! Short jobs: run to the end, keep the output.

use std::ffi::OsStr;
use std::process::Stdio;
use std::time::Duration;

use ffmpeg_sidecar::command::FfmpegCommand;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::{FfmpegError, Tools};

/// How long a short job (probe, poster, check) may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes of log that are kept for an error report.
const LOG_BYTES: u64 = 16 << 10;

impl Tools {
    /// Runs FFmpeg to its end and returns what it wrote to `pipe:1`, at most `limit` bytes.
    pub async fn run(&self, command: FfmpegCommand, limit: u64) -> Result<Vec<u8>, FfmpegError> {
        let mut child = self.spawn(command, false)?;
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

    /// Runs ffprobe with these arguments to its end and returns its JSON, at most `limit` bytes.
    pub async fn probe(
        &self,
        arguments: impl IntoIterator<Item: AsRef<OsStr>>,
        limit: u64,
    ) -> Result<Vec<u8>, FfmpegError> {
        let mut command = tokio::process::Command::new(&self.ffprobe);
        command.args(["-v", "error", "-of", "json"]).args(arguments);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut process = command
            .kill_on_drop(true)
            .spawn()
            .map_err(|cause| FfmpegError::Start {
                program: self.ffprobe.display().to_string(),
                cause,
            })?;
        let (stdout, stderr) = (process.stdout.take(), process.stderr.take());
        within(PATIENCE, async {
            // Both at once: a program that fills one pipe while we read the other would wait forever.
            let (output, log) = tokio::try_join!(bounded(stdout, limit + 1), bounded(stderr, LOG_BYTES))?;
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
}

/// All that comes out of a pipe, of which at most `limit` bytes are kept.
async fn bounded(pipe: Option<impl AsyncRead + Unpin>, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    if let Some(mut pipe) = pipe {
        (&mut pipe).take(limit).read_to_end(&mut kept).await?;
        // What is past the bound is thrown away, or the program would wait for a reader.
        tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    }
    Ok(kept)
}

async fn within<T>(
    limit: Duration,
    job: impl Future<Output = Result<T, FfmpegError>>,
) -> Result<T, FfmpegError> {
    tokio::time::timeout(limit, job)
        .await
        .unwrap_or(Err(FfmpegError::Slow(limit.as_secs())))
}
