//! Thumbnails: posters (one frame) and previews (one pass) of a clip, as workouts show it.
//!
//! For HTTP. Each thumbnail is made once and cached in memory. Posters and previews have no HUD.

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
/// The most bytes of a preview or poster that are read from FFmpeg.
const THUMBNAIL_BYTES: u64 = 16 << 20;
/// FFmpeg processes that make posters and previews at once. A page may request all posters at the same time.
const MAX_PROCESSES: usize = 2;
/// Thumbnails that may wait for these processes: the posters of several large pages, about 20 s of work.
const WAITING: usize = 128;
/// The estimated duration of making a thumbnail, before the first one was made.
const USUAL: Duration = Duration::from_millis(300);
/// The last frame that is chosen for a poster when the catalogue names no instant. FFmpeg decodes all frames
/// before it, which takes long in a long clip.
const CHOSEN_AT_MOST: Frames = Frames(90);
/// The longest preview, in seconds.
const PREVIEW_SECONDS: f64 = 10.0;

/// A kind of thumbnail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum ThumbnailKind {
    /// A poster: the frame of the loop, its size, and how the clip fills it.
    Poster(Frames, Profile, Fit),
    Preview,
}

/// The frame that a poster shows, of a loop of `frames`: the one at the instant `wish` that the catalogue
/// names. If there is none, or it lies beyond the end of the loop, the frame at a third of the loop, where
/// most movements are far from their start and end (at most [`CHOSEN_AT_MOST`]).
fn poster_frame(wish: Option<Seconds>, frames: Frames) -> Frames {
    let third = Frames(frames.0 / 3).min(CHOSEN_AT_MOST);
    wish.map(Frames::from_seconds)
        .filter(|wish| *wish < frames)
        .unwrap_or(third)
}

/// The size of the posters and previews of exercises: 854x480, without HUD.
fn small() -> Profile {
    Profile::new(Resolution::P480, Orientation::Landscape, false)
}

/// Makes and caches posters and previews. Clones are cheap and share the cache.
#[derive(Debug, Clone)]
pub struct Thumbnails {
    settings: Arc<RenderSettings>,
    library: Arc<Library>,
    files: FileDigests,
    /// Keyed by the exercise, the version of its clip, and the kind of thumbnail.
    made: Cache<(ExerciseId, u64, ThumbnailKind), Bytes>,
    parallel: Arc<Semaphore>,
    /// One permit for each thumbnail that is made or waits for a process, first come, first served. A caller
    /// that leaves releases its permits.
    queue: Arc<Semaphore>,
    wait_estimate: Arc<WaitEstimate>,
    backoff: Arc<Backoff<(ExerciseId, u64, ThumbnailKind)>>,
}

impl Thumbnails {
    /// Thumbnails of the clips of `library`.
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

    /// The same thumbnails for the clips of another library: that of a request's snapshot.
    #[must_use]
    pub fn with_clips(&self, library: &Arc<Library>) -> Self {
        Self {
            library: Arc::clone(library),
            ..self.clone()
        }
    }

    /// A poster of 854x480 as JPEG: the frame that the catalogue asks for. `None` when the exercise has no
    /// clip that can be shown.
    pub async fn poster(&self, exercise: &Exercise) -> Option<Result<Bytes, Arc<RenderError>>> {
        self.poster_as(exercise, small(), Fit::Contain).await
    }

    /// A poster in the size and shape of a workout's frame, as JPEG. `None` when the exercise has no clip
    /// that can be shown.
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

    /// A short MP4 without sound, 854x480: one pass of the clip, at most 10 s. `None` when the exercise has
    /// no clip that can be shown.
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
        // However many callers ask at once, one FFmpeg makes the thumbnail.
        Some(self.made.try_get_with_by_ref(&key, make).await)
    }

    async fn make(&self, clip: &Clip, key: &(ExerciseId, u64, ThumbnailKind)) -> Result<Bytes, RenderError> {
        self.backoff.check(key)?;
        let Ok(_in_queue) = self.queue.try_acquire() else {
            return Err(RenderError::Busy {
                seconds: self.wait_estimate.seconds(WAITING / 2, MAX_PROCESSES),
            });
        };
        // The semaphore is never closed, so this always gets a permit in the end.
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
                // FFmpeg writes nothing if a truncated clip ends before the chosen frame. Then its first
                // frame is used.
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
