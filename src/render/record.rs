//! The sound of a workout with its clips' own, for what is asked for in parts: mixed and encoded once as a whole,
//! as a stream has it, and kept in the store of loops.
//!
//! However many ask for a sound, it is encoded once, in a task that goes on when they leave, since the next
//! will ask again, and that ends with the program. It takes a place like any rendering: sounds that nobody
//! waits for any more are no more than those.

use std::collections::HashMap;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempPath;
use tokio::sync::watch;

use super::clock::Clock;
use super::sound::Sound;
use super::{Job, RenderError, Renderer};
use crate::graph::{self, Input};
use crate::mp4::AAC_FRAME_SAMPLES;
use crate::sound::cues;
use crate::stitch::{Digest, Recorded, Recorder, StitchError};
use crate::units::{SAMPLE_RATE, Ticks, VIDEO_TIMESCALE};
use crate::workout::Plan;

/// Part of every digest: raised when sound is mixed differently in a way that no argument shows.
const MIX_VERSION: u8 = 1;
/// How long a frame plays.
const FRAME: Ticks = Ticks(AAC_FRAME_SAMPLES as u64 * VIDEO_TIMESCALE as u64 / SAMPLE_RATE as u64);

/// How a recording ended.
type Outcome = Result<Arc<Recorded>, RenderError>;

/// The recordings under way.
#[derive(Debug, Default)]
pub(super) struct Recordings(Mutex<HashMap<Digest, watch::Receiver<Option<Outcome>>>>);

impl Recordings {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Digest, watch::Receiver<Option<Outcome>>>> {
        // A panic elsewhere leaves it whole: it is changed in one step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Renderer {
    /// The whole sound of a plan: out of its file, or from an encoding under way, or from one that this starts.
    /// Who stops waiting does not stop it.
    pub(super) async fn recorded(&self, plan: &Arc<Plan>) -> Result<Arc<Recorded>, RenderError> {
        let job = self.job(plan)?;
        let digest = self.digest_of_sound(&job).await?;
        let mut outcome = self.recording(digest, job);
        let ended = outcome.wait_for(Option::is_some).await;
        let outcome = ended.ok().and_then(|outcome| outcome.clone());
        outcome.unwrap_or_else(|| {
            Err(RenderError::Internal(
                "a sound was not recorded to its end".to_owned(),
            ))
        })
    }

    fn recording(&self, digest: Digest, job: Job) -> watch::Receiver<Option<Outcome>> {
        let mut under_way = self.recordings.lock();
        // One whose task is gone without a word has panicked.
        if let Some(known) = under_way.get(&digest).filter(|known| known.has_changed().is_ok()) {
            return known.clone();
        }
        let (end, outcome) = watch::channel(None);
        under_way.insert(digest, outcome.clone());
        drop(under_way);
        let this = self.clone();
        self.tasks.spawn(async move {
            let making = Box::pin(this.find_or_record(digest, job));
            let made = this.ending.run_until_cancelled(making).await;
            match &made {
                Some(Ok(_) | Err(RenderError::Capacity { .. })) => {}
                Some(Err(error)) => tracing::warn!(%error, "a workout's sound was not recorded"),
                None => tracing::debug!("the recording of a workout's sound was broken off"),
            }
            let made = made.unwrap_or_else(|| Err(RenderError::Internal("the program ends".to_owned())));
            // First the outcome, then out of the list: who asks in between finds one or the other.
            end.send_replace(Some(made));
            this.recordings.lock().remove(&digest);
        });
        outcome
    }

    async fn find_or_record(&self, digest: Digest, job: Job) -> Outcome {
        let store = Arc::clone(self.loops.store());
        let found = tokio::task::spawn_blocking(move || store.sound(&digest)).await;
        if let Some(recorded) = found.map_err(not_kept)? {
            return Ok(Arc::new(recorded));
        }
        // Freed when the processes are let go of.
        let _place = self.place()?;
        let started = std::time::Instant::now();
        let (sound, file) = self.record(job).await?;
        let store = Arc::clone(self.loops.store());
        let kept = tokio::task::spawn_blocking(move || store.put_sound(&digest, file)).await;
        kept.map_err(not_kept)?.map_err(not_kept)?;
        let (seconds, bytes) = (started.elapsed().as_secs_f64(), sound.on_disk());
        tracing::debug!(%digest, bytes, seconds, "sound recorded");
        Ok(Arc::new(sound))
    }

    /// Mixes and encodes a sound to its end, and writes it to a file that has no lasting name yet.
    async fn record(&self, job: Job) -> Result<(Recorded, TempPath), RenderError> {
        let (length, mut clock) = (job.plan.length().samples(), Clock::new(self.settings.timeout));
        let mut sound = Sound::start(&Arc::new(job))?;
        let store = Arc::clone(self.loops.store());
        let aside = tokio::task::spawn_blocking(move || store.aside()).await;
        let aside = aside.map_err(not_kept)?.map_err(not_kept)?;
        let mut file = Recorder::new(aside).await.map_err(not_kept)?;
        while let Some(frame) = clock.wait(sound.next()).await? {
            file.push(&frame.data).await.map_err(not_kept)?;
            clock.produced(FRAME);
        }
        let config = sound.config();
        let config = config.ok_or_else(|| RenderError::Output("a sound without a frame".to_owned()))?;
        file.finish(config, length).await.map_err(not_kept)
    }

    /// Names a plan's sound by all that makes it.
    async fn digest_of_sound(&self, job: &Job) -> Result<Digest, RenderError> {
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        part(&[MIX_VERSION]);
        part(self.loops.version().await.map_err(StitchError::from)?.as_bytes());
        for argument in Command::from(self.settings.tools.aac()).get_args() {
            part(argument.as_encoded_bytes());
        }
        if job.plan.cues {
            part(format!("{:?}", cues(&job.plan.timeline)).as_bytes());
        }
        for group in &job.groups {
            part(&group.length().0.to_be_bytes());
            let Some(graph) = graph::sound_graph(group, &job.look.profile) else {
                continue;
            };
            part(graph.text.as_bytes());
            for input in &graph.inputs {
                // Where a clip lies is no part of it; what is in it and how it is read are.
                if let Input::Clip {
                    path,
                    decoder,
                    reread,
                } = input
                {
                    let clip = self.loops.file_digest(path).await;
                    part(clip.map_err(StitchError::from)?.as_bytes());
                    part(format!("{decoder:?} {reread}").as_bytes());
                }
            }
        }
        Ok(Digest::from(hasher.finalize()))
    }
}

fn not_kept(error: impl std::fmt::Display) -> RenderError {
    RenderError::Internal(format!("a workout's sound cannot be kept: {error}"))
}
