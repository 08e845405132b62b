//! Posters and previews: one picture, or one pass, of a clip as workouts show it.

use std::sync::Arc;

use bytes::Bytes;
use moka::future::Cache;
use tokio::sync::Semaphore;

use super::{RenderSettings, encode};
use crate::catalogue::ExerciseId;
use crate::clip::{Clip, Library};
use crate::ffmpeg::{FfmpegError, SHORT};
use crate::graph::{self, Look};
use crate::units::Frames;
use crate::workout::{Fit, Orientation, Profile, Resolution};

/// Bytes of posters and previews that are kept in memory.
const CACHE_BYTES: u64 = 64 << 20;
/// The largest preview or poster that is taken from FFmpeg.
const STILL_BYTES: u64 = 16 << 20;
/// FFmpeg processes that make posters and previews at once: a page may ask for all of them.
const PLACES: usize = 2;
/// The last picture that a poster is made of.
const POSTER_AT_MOST: Frames = Frames(90);
/// The longest preview in seconds.
const PREVIEW_SECONDS: f64 = 10.0;

/// What is made of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Poster,
    Preview,
}

/// Makes posters and previews, each once while it is remembered.
#[derive(Debug, Clone)]
pub struct Stills {
    settings: Arc<RenderSettings>,
    library: Arc<Library>,
    made: Cache<(ExerciseId, Kind), Bytes>,
    places: Arc<Semaphore>,
}

impl Stills {
    /// For the clips of `library`.
    #[must_use]
    pub fn new(settings: RenderSettings, library: Arc<Library>) -> Self {
        let weight = |_: &_, bytes: &Bytes| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Self {
            settings: Arc::new(settings),
            library,
            places: Arc::new(Semaphore::new(PLACES)),
            made: Cache::builder().max_capacity(CACHE_BYTES).weigher(weight).build(),
        }
    }

    /// A JPEG, 854x480; `None` when the exercise has no clip that can be shown.
    pub async fn poster(&self, exercise: &ExerciseId) -> Option<Result<Bytes, Arc<FfmpegError>>> {
        self.get(exercise, Kind::Poster).await
    }

    /// A short MP4 without sound, 854x480, one pass of the clip; `None` when the exercise has no
    /// clip that can be shown.
    pub async fn preview(&self, exercise: &ExerciseId) -> Option<Result<Bytes, Arc<FfmpegError>>> {
        self.get(exercise, Kind::Preview).await
    }

    async fn get(&self, exercise: &ExerciseId, kind: Kind) -> Option<Result<Bytes, Arc<FfmpegError>>> {
        let clip = Arc::clone(self.library.get(exercise)?);
        // However many ask at once, one FFmpeg makes it.
        let made = self
            .made
            .try_get_with((exercise.clone(), kind), self.make(&clip, kind))
            .await;
        Some(made)
    }

    async fn make(&self, clip: &Clip, kind: Kind) -> Result<Bytes, FfmpegError> {
        // Never closed, so there is always a place in the end.
        let _place = self.places.acquire().await;
        let look = Look {
            profile: Profile::new(Resolution::P480, Orientation::Landscape, false),
            fit: Fit::Contain,
            backdrop: self.settings.backdrop.clone(),
        };
        let settings = &self.settings;
        let of = |first| encode::with_graph(settings, &graph::picture_of_clip(clip, first, &look));
        match kind {
            Kind::Poster => {
                let poster = |first| {
                    let mut command = of(first);
                    command.args(["-frames:v", "1", "-q:v", "3", "-f", "mjpeg", "pipe:1"]);
                    settings.tools.run(command, STILL_BYTES, SHORT)
                };
                // A third into the loop most movements are far from where they begin and end. Everything
                // before it is decoded, so in a long clip it is not looked for so far.
                let third = poster(Frames(clip.pictures().0 / 3).min(POSTER_AT_MOST)).await?;
                // A clip that breaks off may have nothing there.
                let picture = if third.is_empty() {
                    poster(Frames::ZERO).await?
                } else {
                    third
                };
                Ok(picture.into())
            }
            Kind::Preview => {
                let mut command = of(Frames::ZERO);
                command.args(["-t", &PREVIEW_SECONDS.to_string()]);
                command.args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-bf", "0"]);
                command.args([
                    "-f",
                    "mp4",
                    "-movflags",
                    "+empty_moov+default_base_moof",
                    "pipe:1",
                ]);
                Ok(settings.tools.run(command, STILL_BYTES, SHORT).await?.into())
            }
        }
    }
}
