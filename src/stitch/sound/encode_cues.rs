//! Encodes clusters of cues in one run of FFmpeg. The coded frames may be put between frames of silence.
//!
//! For [`CueCache`](super::CueCache), which keeps the frames.

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{CodedFrames, CueError};
use crate::ffmpeg::{FfmpegError, Retries, Stdin, Stdout, Task, Tools};
use crate::mp4::{AacConfig, AdtsReader};
use crate::sound::{Cluster, Cue, CueMixer, FRAME_SAMPLES, write_s16le};
use crate::units::Samples;

/// Frames of silence before, between and after the clusters of a run, so that the encoder settles.
const REST: u64 = 8;
/// The most bytes of a stereo frame with its header: 6,144 bits for each channel (ISO/IEC 14496-3 4.5.3.2).
const MAX_FRAME_BYTES: u64 = 2 * 6144 / 8 + 9;

/// The result of a run.
pub struct EncodedCues {
    pub config: AacConfig,
    /// The frame of silence.
    pub silence: Bytes,
    /// The frames of each cluster, in the order of the clusters.
    pub clusters: Vec<CodedFrames>,
}

/// Encodes clusters one after the other in one run.
///
/// Fails if the frames between the clusters are not all the same: only then are the frames of each cluster
/// the same as in any other place.
pub async fn encode(tools: &Tools, clusters: &[Cluster]) -> Result<EncodedCues, CueError> {
    let mut starts = Vec::with_capacity(clusters.len());
    let mut total = REST;
    for cluster in clusters {
        starts.push(total);
        total += cluster.frames() + REST;
    }
    let cues = starts.iter().zip(clusters).flat_map(|(start, cluster)| {
        cluster.cues().iter().map(move |cue| Cue {
            kind: cue.kind,
            at: cue.at + Samples(start * FRAME_SAMPLES),
        })
    });
    let mixer = CueMixer::new(cues.collect());
    let (frames, config) = read(through_ffmpeg(tools, &mixer, total).await?)?;
    let count = CueError::Count {
        asked: total,
        written: frames.len(),
    };
    let (Some(config), Some(silence), true) = (config, frames.first(), frames.len() as u64 >= total) else {
        return Err(count);
    };
    let mut next = 0;
    let mut coded = Vec::with_capacity(clusters.len());
    for (start, cluster) in starts.into_iter().zip(clusters) {
        all_silent(&frames, next..start, silence)?;
        next = start + cluster.frames();
        coded.push(frames[start as usize..next as usize].into());
    }
    all_silent(&frames, next..total, silence)?;
    Ok(EncodedCues {
        config,
        silence: silence.clone(),
        clusters: coded,
    })
}

fn all_silent(frames: &[Bytes], mut range: std::ops::Range<u64>, silence: &Bytes) -> Result<(), CueError> {
    match range.find(|&frame| frames.get(frame as usize) != Some(silence)) {
        Some(frame) => Err(CueError::Joint { frame }),
        None => Ok(()),
    }
}

/// The frames of an ADTS stream without the first, the priming frame, which only fills the encoder's overlap.
fn read(adts: Vec<u8>) -> Result<(Vec<Bytes>, Option<AacConfig>), CueError> {
    let mut reader = AdtsReader::new();
    reader.push(adts.into());
    let mut frames = Vec::new();
    let mut primed = false;
    while let Some(frame) = reader.pull()? {
        if primed {
            frames.push(frame.data);
        }
        primed = true;
    }
    reader.finish()?;
    Ok((frames, reader.config()))
}

async fn through_ffmpeg(tools: &Tools, mixer: &CueMixer, frames: u64) -> Result<Vec<u8>, FfmpegError> {
    let mut retries = Retries::of(Task::Cue);
    loop {
        match Box::pin(once_through_ffmpeg(tools, mixer, frames)).await {
            Err(error) if retries.again(&error).await => {}
            outcome => return outcome,
        }
    }
}

async fn once_through_ffmpeg(tools: &Tools, mixer: &CueMixer, frames: u64) -> Result<Vec<u8>, FfmpegError> {
    let mut child = tools.spawn(Task::Cue, tools.aac(), true)?;
    let (stdin, stdout) = (child.take_stdin(), child.take_stdout());
    // 4 more frames: the priming frame, and those that the encoder adds at the end.
    let limit = (frames + 4) * MAX_FRAME_BYTES;
    let (adts, ()) = tokio::try_join!(output(stdout, limit), feed(stdin, mixer, frames))?;
    child.finish().await?;
    Ok(adts)
}

async fn feed(stdin: Option<Stdin>, mixer: &CueMixer, frames: u64) -> Result<(), FfmpegError> {
    let Some(mut stdin) = stdin else { return Ok(()) };
    let mut bytes = Vec::new();
    let mut block = vec![0.0; 2 * FRAME_SAMPLES as usize];
    for frame in 0..frames {
        block.fill(0.0);
        mixer.mix(Samples(frame * FRAME_SAMPLES), &mut block);
        bytes.clear();
        write_s16le(&block, &mut bytes);
        // FFmpeg closes its input early only when it fails. Its exit tells why.
        if stdin.write_all(&bytes).await.is_err() {
            break;
        }
    }
    Ok(())
}

async fn output(stdout: Option<Stdout>, limit: u64) -> Result<Vec<u8>, FfmpegError> {
    let mut output = Vec::new();
    if let Some(stdout) = stdout {
        stdout.take(limit + 1).read_to_end(&mut output).await?;
    }
    if output.len() as u64 > limit {
        return Err(FfmpegError::TooMuch(limit));
    }
    Ok(output)
}
