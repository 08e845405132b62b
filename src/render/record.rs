//! Records the sound of workouts with clip sound, for videos that are requested in parts. The sound is mixed
//! and encoded once as a whole, in the same way as for a stream, and kept in the loop store.
//!
//! However many callers ask for a sound, it is encoded once, in a task of its own. Like any rendering it
//! holds a permit. When nobody waits for a sound any more, its recording may go on alone, since the next
//! request will need it, but only one recording at a time, and only if renderings have more than one permit.
//! All others are cancelled, because a permit must not be taken by work that nobody waits for.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempPath;
use tokio::sync::Semaphore;

use super::clock::Clock;
use super::sound::Sound;
use super::{Job, RenderError, Renderer};
use crate::ffmpeg::is_starved;
use crate::graph::{self, Input};
use crate::mp4::AAC_FRAME_SAMPLES;
use crate::single_flight::{Interest, SingleFlight};
use crate::sound::cues;
use crate::stitch::{Digest, Encoding, Recorded, Recorder, StitchError};
use crate::units::{SAMPLE_RATE, Ticks, VIDEO_TIMESCALE};
use crate::workout::Plan;

/// Part of every digest. To be raised when sound is mixed differently in a way that no argument of FFmpeg
/// shows.
const MIX_VERSION: u8 = 3;
/// Sounds that may be in flight (most of them are read from their files), and callers that may wait for them.
const MAX_IN_FLIGHT: usize = 64;
const MAX_WAITERS: usize = 1024;
/// Duration of an audio frame.
const FRAME: Ticks = Ticks(AAC_FRAME_SAMPLES as u64 * VIDEO_TIMESCALE as u64 / SAMPLE_RATE as u64);

/// How a recording ended.
type Outcome = Result<Arc<Recorded>, RenderError>;

/// The recordings in flight.
#[derive(Debug)]
pub(super) struct Recordings {
    in_flight: SingleFlight<Digest, Outcome>,
    /// The permit of a recording that nobody waits for.
    alone: Semaphore,
}

impl Recordings {
    /// `permits` is the number of renderings that may run at once.
    pub(super) fn new(permits: usize) -> Self {
        Self {
            in_flight: SingleFlight::new(MAX_IN_FLIGHT, MAX_WAITERS),
            alone: Semaphore::new(usize::from(permits > 1)),
        }
    }

    /// Returns when nobody waits for a recording and another recording already goes on alone.
    async fn abandoned(&self, interest: &Interest) {
        loop {
            // No grace period here: the caller is the build of a video index, which has its own grace period.
            interest.lost(Duration::ZERO).await;
            let Ok(_alone) = self.alone.try_acquire() else {
                return;
            };
            interest.found().await;
        }
    }
}

impl Renderer {
    /// The complete sound of a plan: read from its file, or from a recording in flight, or from a recording
    /// that starts here.
    pub(super) async fn recorded(&self, plan: &Arc<Plan>) -> Result<Arc<Recorded>, RenderError> {
        let job = self.job(plan)?;
        let digest = self.digest_of_sound(&job).await?;
        let this = self.clone();
        let work = move |interest| async move {
            Box::pin(this.record_unless_abandoned(digest, job, interest)).await
        };
        self.recordings.in_flight.get(&self.tasks, digest, work).await?
    }

    async fn record_unless_abandoned(&self, digest: Digest, job: Job, interest: Interest) -> Outcome {
        let made = tokio::select! {
            made = self.find_or_record(digest, job) => made,
            () = self.recordings.abandoned(&interest) => {
                tracing::info!(%digest, "a recording was broken off: nobody waits for it, and another goes on alone");
                return Err(RenderError::Preparing);
            }
            () = self.shutdown.cancelled() => {
                tracing::debug!("the recording of a workout's sound was broken off");
                return Err(RenderError::Internal("the program ends".to_owned()));
            }
        };
        if let Err(error) = &made
            && !matches!(error, RenderError::Capacity { .. })
        {
            tracing::warn!(%error, "a workout's sound was not recorded");
        }
        made
    }

    async fn find_or_record(&self, digest: Digest, job: Job) -> Outcome {
        let store = Arc::clone(self.loop_preparer.store());
        let found = tokio::task::spawn_blocking(move || store.sound(&digest)).await;
        if let Some(recorded) = found.map_err(not_kept)? {
            return Ok(Arc::new(recorded));
        }
        self.check_clips(&job.plan).await?;
        // Released when the recording's processes have ended.
        let _permit = self.acquire_permit()?;
        let started = std::time::Instant::now();
        let (sound, file) = self.record(job).await?;
        let store = Arc::clone(self.loop_preparer.store());
        let kept = tokio::task::spawn_blocking(move || store.put_sound(&digest, file)).await;
        kept.map_err(not_kept)?.map_err(not_kept)?;
        let (seconds, bytes) = (started.elapsed().as_secs_f64(), sound.on_disk());
        tracing::debug!(%digest, bytes, seconds, "sound recorded");
        Ok(Arc::new(sound))
    }

    /// Mixes and encodes a complete sound, and writes it to an unfinished file.
    async fn record(&self, job: Job) -> Result<(Recorded, TempPath), RenderError> {
        let (length, mut clock) = (job.plan.length().samples(), Clock::new(self.settings.timeout));
        let mut sound = Sound::start(&Arc::new(job))?;
        let store = Arc::clone(self.loop_preparer.store());
        let temp = tokio::task::spawn_blocking(move || store.temp_file()).await;
        let temp = temp.map_err(not_kept)?.map_err(not_kept)?;
        let mut file = Recorder::new(temp).await.map_err(not_kept)?;
        while let Some(frame) = clock.wait(sound.next()).await? {
            file.push(&frame.data).await.map_err(not_kept)?;
            clock.produced(FRAME);
        }
        let config = sound.config();
        let config = config.ok_or_else(|| RenderError::Output("a sound without a frame".to_owned()))?;
        file.finish(config, length).await.map_err(not_kept)
    }

    /// The digest of everything that determines the sound of a job.
    async fn digest_of_sound(&self, job: &Job) -> Result<Digest, RenderError> {
        let mut encoding = Encoding::new("recorded sound");
        encoding.number(MIX_VERSION.into());
        encoding.text(self.loop_preparer.version().await.map_err(StitchError::from)?);
        let command = Command::from(self.settings.tools.aac());
        encoding.number(command.get_args().len() as u64);
        for argument in command.get_args() {
            encoding.bytes(argument.as_encoded_bytes());
        }
        let cues = job.plan.cues.then(|| cues(&job.plan.timeline));
        encoding.cues(&cues.unwrap_or_default());
        encoding.number(job.sounds.len() as u64);
        for group in &job.sounds {
            encoding.number(group.length().0);
            let Some(graph) = graph::sound_graph(group) else {
                encoding.text("silence");
                continue;
            };
            encoding.text(&graph.text);
            encoding.number(graph.inputs.len() as u64);
            for input in &graph.inputs {
                self.input_of_sound(input, &mut encoding).await?;
            }
        }
        Ok(Digest::from(encoding.finish()))
    }

    /// Adds an input to the digest: the bytes of the clip and how they are read, but not the clip's path.
    async fn input_of_sound(&self, input: &Input, encoding: &mut Encoding) -> Result<(), RenderError> {
        let Input::Clip { path, demuxer, .. } = input else {
            return Ok(());
        };
        let clip = self
            .loop_preparer
            .file_digest(path)
            .await
            .map_err(StitchError::from)?;
        encoding.bytes(clip.as_bytes());
        encoding.text(demuxer.as_deref().unwrap_or_default());
        Ok(())
    }
}

fn not_kept(error: impl Into<std::io::Error>) -> RenderError {
    let error = error.into();
    let text = format!("a workout's sound cannot be kept: {error}");
    if is_starved(&error) {
        RenderError::Starved(text)
    } else {
        RenderError::Internal(text)
    }
}
