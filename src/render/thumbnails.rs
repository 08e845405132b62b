//! Posters and previews: one frame, or one pass, of a clip as workouts show it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use moka::future::Cache;
use tokio::sync::Semaphore;

use super::{RenderError, RenderSettings, encode};
use crate::catalogue::{Exercise, ExerciseId};
use crate::clip::{Clip, FileDigests, Library};
use crate::ffmpeg::{Backoff, FfmpegError, MP4, Task};
use crate::graph::{self, Look};
use crate::units::{Frames, Seconds};
use crate::wait_estimate::WaitEstimate;
use crate::workout::{Fit, Orientation, Profile, Resolution};

/// Bytes of posters and previews that are kept in memory.
const CACHE_BYTES: u64 = 64 << 20;
/// The largest preview or poster that is taken from FFmpeg.
const THUMBNAIL_BYTES: u64 = 16 << 20;
/// FFmpeg processes that make posters and previews at once: a page may ask for all of them.
const MAX_PROCESSES: usize = 2;
/// How many may wait for them: the posters of several large pages, some 20 s of work.
const WAITING: usize = 128;
/// What one is taken to last before the first was made.
const USUAL: Duration = Duration::from_millis(300);
/// The last frame that is chosen for a poster: all before it are decoded, which in a long clip takes long.
const CHOSEN_AT_MOST: Frames = Frames(90);
/// The longest preview in seconds.
const PREVIEW_SECONDS: f64 = 10.0;

/// What is made of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum ThumbnailKind {
    /// Of this frame of the loop, of this size.
    Poster(Frames, Profile, Fit),
    Preview,
}

/// The frame of a loop of `frames` that its poster shows: the one that the catalogue asks for. Without a
/// wish, or with one behind the loop's end, a third into it, where most movements are far from where they begin
/// and end.
fn poster_frame(wish: Option<Seconds>, frames: Frames) -> Frames {
    let third = Frames(frames.0 / 3).min(CHOSEN_AT_MOST);
    wish.map(Frames::from_seconds)
        .filter(|wish| *wish < frames)
        .unwrap_or(third)
}

/// The size of posters and previews of exercises: 854x480.
fn small() -> Profile {
    Profile::new(Resolution::P480, Orientation::Landscape, false)
}

/// Makes posters and previews, each once while it is remembered.
#[derive(Debug, Clone)]
pub struct Thumbnails {
    settings: Arc<RenderSettings>,
    library: Arc<Library>,
    files: FileDigests,
    /// By exercise and the version of its clip.
    made: Cache<(ExerciseId, u64, ThumbnailKind), Bytes>,
    parallel: Arc<Semaphore>,
    /// Places and those who wait for them: first come, first served. Who leaves gives up either.
    queue: Arc<Semaphore>,
    wait_estimate: Arc<WaitEstimate>,
    backoff: Arc<Backoff<(ExerciseId, u64, ThumbnailKind)>>,
}

impl Thumbnails {
    /// For the clips of `library`.
    #[must_use]
    pub fn new(settings: RenderSettings, library: Arc<Library>) -> Self {
        let weight = |_: &_, bytes: &Bytes| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Self {
            settings: Arc::new(settings),
            library,
            files: FileDigests::default(),
            parallel: Arc::new(Semaphore::new(MAX_PROCESSES)),
            queue: Arc::new(Semaphore::new(MAX_PROCESSES + WAITING)),
            wait_estimate: Arc::new(WaitEstimate::new(USUAL)),
            backoff: Arc::default(),
            made: Cache::builder().max_capacity(CACHE_BYTES).weigher(weight).build(),
        }
    }

    /// The same for the clips of another library: those of a request's snapshot.
    #[must_use]
    pub fn with_clips(&self, library: &Arc<Library>) -> Self {
        Self {
            library: Arc::clone(library),
            ..self.clone()
        }
    }

    /// A JPEG, 854x480, of the frame that the catalogue asks for; `None` when the exercise has no clip
    /// that can be shown.
    pub async fn poster(&self, exercise: &Exercise) -> Option<Result<Bytes, Arc<RenderError>>> {
        self.poster_as(exercise, small(), Fit::Contain).await
    }

    /// The same in the size and shape of a workout's frame.
    pub async fn poster_as(
        &self,
        exercise: &Exercise,
        profile: Profile,
        fit: Fit,
    ) -> Option<Result<Bytes, Arc<RenderError>>> {
        let frames = self.library.get(&exercise.id)?.frames();
        let at = poster_frame(exercise.poster, frames);
        if let Some(wish) = exercise.poster.filter(|wish| Frames::from_seconds(*wish) != at) {
            tracing::warn!(exercise = %exercise.id, at = wish.0, "poster lies behind the end of the loop");
        }
        self.get(&exercise.id, ThumbnailKind::Poster(at, profile, fit))
            .await
    }

    /// A short MP4 without sound, 854x480, one pass of the clip; `None` when the exercise has no
    /// clip that can be shown.
    pub async fn preview(&self, exercise: &ExerciseId) -> Option<Result<Bytes, Arc<RenderError>>> {
        self.get(exercise, ThumbnailKind::Preview).await
    }

    async fn get(
        &self,
        exercise: &ExerciseId,
        kind: ThumbnailKind,
    ) -> Option<Result<Bytes, Arc<RenderError>>> {
        let clip = Arc::clone(self.library.get(exercise)?);
        let key = (exercise.clone(), self.library.version(exercise)?, kind);
        let make = async {
            if let Err(error) = self.files.check(&clip.path).await {
                return Err(RenderError::of_clip(exercise, &error));
            }
            self.make(&clip, &key).await
        };
        // However many ask at once, one FFmpeg makes it.
        Some(self.made.try_get_with_by_ref(&key, make).await)
    }

    async fn make(&self, clip: &Clip, key: &(ExerciseId, u64, ThumbnailKind)) -> Result<Bytes, RenderError> {
        self.backoff.check(key)?;
        let Ok(_in_queue) = self.queue.try_acquire() else {
            return Err(RenderError::Busy {
                seconds: self.wait_estimate.seconds(WAITING / 2, MAX_PROCESSES),
            });
        };
        // Never closed, so there is always a place in the end.
        let _permit = self.parallel.acquire().await;
        let started = Instant::now();
        let made = self.run(clip, key.2).await;
        self.backoff.note(key.clone(), made.as_ref().err());
        let made = made?;
        self.wait_estimate.record(started.elapsed());
        Ok(made)
    }

    async fn run(&self, clip: &Clip, kind: ThumbnailKind) -> Result<Bytes, FfmpegError> {
        let (profile, fit) = match kind {
            ThumbnailKind::Poster(_, profile, fit) => (profile, fit),
            ThumbnailKind::Preview => (small(), Fit::Contain),
        };
        let look = Look {
            profile,
            fit,
            backdrop: self.settings.backdrop.clone(),
        };
        let settings = &self.settings;
        let of = |first| encode::with_graph(settings, &graph::clip_graph(clip, first, &look));
        match kind {
            ThumbnailKind::Poster(at, ..) => {
                let poster = |first| {
                    let mut command = of(first);
                    command.args(["-frames:v", "1", "-q:v", "3", "-f", "mjpeg", "pipe:1"]);
                    settings.tools.run(Task::Poster, command, THUMBNAIL_BYTES)
                };
                let best = poster(at).await?;
                // A clip that breaks off may have nothing there.
                let image = if best.is_empty() {
                    poster(Frames::ZERO).await?
                } else {
                    best
                };
                Ok(image.into())
            }
            ThumbnailKind::Preview => {
                let mut command = of(Frames::ZERO);
                command.args(["-t", &PREVIEW_SECONDS.to_string()]);
                command.args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-bf", "0"]);
                command.args(MP4);
                command.args([
                    "-movflags",
                    "+empty_moov+default_base_moof+skip_trailer",
                    "pipe:1",
                ]);
                Ok(settings
                    .tools
                    .run(Task::Preview, command, THUMBNAIL_BYTES)
                    .await?
                    .into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poster_shows_the_frame_asked_for_if_the_loop_has_it() {
        let best = |wish: Option<f64>, frames| poster_frame(wish.map(Seconds), Frames(frames)).0;
        assert_eq!(best(Some(0.0), 64), 0);
        assert_eq!(best(Some(1.2), 64), 36);
        assert_eq!(best(Some(2.1), 64), 63);
        assert_eq!(best(Some(2.2), 64), 21, "behind the end");
        assert_eq!(best(None, 64), 21);
        assert_eq!(best(None, 1), 0);
        assert_eq!(best(None, 9_000), 90, "not far into a long clip");
        assert_eq!(best(Some(20.0), 9_000), 600);
    }
}
