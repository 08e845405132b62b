//! Encodes the sound of a workout: one continuous AAC track from its first sample to its last.
//!
//! For the muxer and for recordings. The clips give raw samples (or silence), this module mixes the cues into
//! them, and a single FFmpeg encodes the whole. The sound is never cut where video frames are cut. So no
//! joint can click, and the priming gap of an encoder cannot add up.

use std::sync::Arc;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_util::task::AbortOnDropHandle;

use super::{Job, RenderError, encode};
use crate::ffmpeg::{Child, Stdin, Stdout, Task};
use crate::graph::{self, Group};
use crate::mp4::{AAC_FRAME_SAMPLES, AacConfig, AdtsReader, Sample};
use crate::sound::{CueMixer, cues, write_s16le};
use crate::units::Samples;

/// Samples per channel that are mixed at a time: a tenth of a second.
const BLOCK: usize = 4800;
/// Bytes of one sample of both channels.
const SAMPLE_BYTES: usize = 4;

/// The sound track of a job, audio frame by audio frame, encoded as it is requested.
pub struct Sound {
    encoder: Option<Child>,
    stdout: Stdout,
    reader: AdtsReader,
    buffer: BytesMut,
    /// The task that mixes into the encoder's standard input. It is aborted when the track is dropped.
    feed: AbortOnDropHandle<Result<(), RenderError>>,
    /// Samples that the remaining audio frames must last.
    left: Samples,
    primed: bool,
}

impl Sound {
    /// Starts the encoder and the task that feeds it.
    pub fn start(job: &Arc<Job>) -> Result<Self, RenderError> {
        let mut encoder = job
            .settings
            .tools
            .spawn(Task::RenderAac, job.settings.tools.aac(), true)?;
        let pipes = encoder.take_stdin().zip(encoder.take_stdout());
        let (stdin, stdout) = pipes.ok_or_else(|| RenderError::Internal("no pipes".to_owned()))?;
        let feed = tokio::spawn(feed(Arc::clone(job), stdin));
        Ok(Self {
            encoder: Some(encoder),
            stdout,
            reader: AdtsReader::new(),
            buffer: BytesMut::new(),
            feed: AbortOnDropHandle::new(feed),
            left: job.plan.length().samples(),
            primed: false,
        })
    }

    /// The AAC parameters; `None` before the first audio frame.
    pub fn config(&self) -> Option<AacConfig> {
        self.reader.config()
    }

    /// The next audio frame. `None` when the track is as long as the video.
    pub async fn next(&mut self) -> Result<Option<Sample>, RenderError> {
        while self.left > Samples(0) {
            if let Some(mut frame) = self.reader.pull()? {
                if !self.primed {
                    // The encoder's first frame contains only priming: 21 ms of silence before the first
                    // sample. Without an edit list it would be heard as a delay.
                    self.primed = true;
                    continue;
                }
                // The last frame's duration is shortened, so that the track ends with the last video frame.
                let lasts = self.left.0.min(u64::from(AAC_FRAME_SAMPLES));
                self.left = self.left - Samples(lasts);
                frame.duration = lasts as u32;
                return Ok(Some(frame));
            }
            self.buffer.reserve(BLOCK);
            if self.stdout.read_buf(&mut self.buffer).await? == 0 {
                return Err(self.why_it_ended().await);
            }
            self.reader.push(self.buffer.split().freeze());
        }
        Ok(None)
    }

    /// The encoder stopped too early. Returns the error of the feeding task, or that of the encoder, or that
    /// there is none.
    async fn why_it_ended(&mut self) -> RenderError {
        if let Ok(Err(error)) = (&mut self.feed).await {
            return error;
        }
        match self.encoder.take() {
            Some(encoder) => match encoder.finish().await {
                Err(error) => error.into(),
                Ok(()) => RenderError::Output(format!("the sound ends {} samples early", self.left)),
            },
            None => RenderError::Internal("the sound was asked for after its end".to_owned()),
        }
    }
}

/// Mixes the sound of the whole workout into the encoder's standard input.
async fn feed(job: Arc<Job>, mut encoder: Stdin) -> Result<(), RenderError> {
    let mixer = CueMixer::new(if job.plan.cues {
        cues(&job.plan.timeline)
    } else {
        Vec::new()
    });
    let mut at = Samples(0);
    let mut bytes = Vec::with_capacity(BLOCK * SAMPLE_BYTES);
    for group in &job.sounds {
        let mut clips = ClipSound::start(&job, group)?;
        let mut left = group.length().samples();
        while left > Samples(0) {
            let count = left.0.min(BLOCK as u64);
            let mut block = clips.read(count as usize).await?;
            mixer.mix(at, &mut block);
            // An error is ignored: the encoder closes its pipe only when it fails, and its exit status tells
            // why.
            bytes.clear();
            write_s16le(&block, &mut bytes);
            if encoder.write_all(&bytes).await.is_err() {
                return Ok(());
            }
            at += Samples(count);
            left = left - Samples(count);
        }
        clips.finish().await?;
    }
    Ok(())
}

/// The sound of one group's clips, or silence.
struct ClipSound {
    source: Option<(Child, Stdout)>,
}

impl ClipSound {
    fn start(job: &Job, group: &Group) -> Result<Self, RenderError> {
        let Some(graph) = graph::sound_graph(group) else {
            return Ok(Self { source: None });
        };
        let mut child = job.settings.tools.spawn(
            Task::RenderSound,
            encode::sound_command(&job.settings, &graph),
            false,
        )?;
        let stdout = child
            .take_stdout()
            .ok_or_else(|| RenderError::Internal("no pipe".to_owned()))?;
        Ok(Self {
            source: Some((child, stdout)),
        })
    }

    /// The next `count` samples per channel, both channels interleaved, from -1 to 1.
    async fn read(&mut self, count: usize) -> Result<Vec<f32>, RenderError> {
        let mut block = vec![0.0; count * 2];
        if let Some((_, stdout)) = &mut self.source {
            let mut bytes = vec![0; count * SAMPLE_BYTES];
            if let Err(error) = stdout.read_exact(&mut bytes).await {
                // The process ended too early. Its own error says more than the end of the pipe.
                if let Some((child, _)) = self.source.take() {
                    child.finish().await?;
                }
                return Err(error.into());
            }
            for (sample, bytes) in block.iter_mut().zip(bytes.chunks_exact(2)) {
                *sample = f32::from(i16::from_le_bytes([bytes[0], bytes[1]])) / 32_768.0;
            }
        }
        Ok(block)
    }

    async fn finish(self) -> Result<(), RenderError> {
        let Some((child, mut stdout)) = self.source else {
            return Ok(());
        };
        if stdout.read(&mut [0]).await? != 0 {
            return Err(RenderError::Output(
                "a group's sound is longer than its pictures".to_owned(),
            ));
        }
        drop(stdout);
        Ok(child.finish().await?)
    }
}
