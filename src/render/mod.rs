//! Runs a plan through FFmpeg and joins the pieces to one fragmented MP4 stream.
//!
//! ```text
//! groups of shots ─ FFmpeg, one after the other ─ pictures ─┐
//!                                                           ├─ mux ─ fragments ─ Rendering
//! clip sound + cues ─ one FFmpeg for the whole ─ AAC ───────┘
//! ```
//!
//! For HTTP and the command line. Whoever reads a [`Rendering`] pulls everything behind it: when the
//! reader stops, the queue fills, the pipes fill and FFmpeg waits. When the [`Rendering`] is dropped,
//! its task ends and with it every process that it owns.

mod clock;
mod encode;
mod mux;
mod pictures;
mod sound;
mod still;

pub use encode::ENCODERS;
pub use still::Stills;

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::catalogue::ExerciseId;
use crate::clip::Library;
use crate::ffmpeg::{FfmpegError, Tools};
use crate::graph::{self, Backdrop, Look};
use crate::mp4;
use crate::units::Frames;
use crate::workout::Plan;

/// Fragments that wait for the reader. The longest is a second, so a reader that stops is at most
/// this many seconds behind FFmpeg's pipes, and costs about as many megabytes.
const QUEUE: usize = 3;

/// What a renderer needs to know besides a plan.
#[derive(Debug, Clone)]
pub struct RenderSettings {
    /// Where FFmpeg is.
    pub tools: Arc<Tools>,
    /// What lies behind clips with transparency.
    pub backdrop: Backdrop,
    /// x264's preset.
    pub preset: &'static str,
    /// Threads of x264; 0 leaves the choice to it.
    pub threads: u16,
    /// Renderings at once.
    pub places: usize,
    /// How far generation may fall behind playback.
    pub timeout: Duration,
}

/// Renders plans; shared by all requests. Cloning it is cheap and shares its limits.
#[derive(Debug, Clone)]
pub struct Renderer {
    settings: Arc<RenderSettings>,
    library: Arc<Library>,
    places: Arc<Semaphore>,
    tasks: TaskTracker,
    ending: CancellationToken,
}

impl Renderer {
    /// For the clips of `library`. `ending` ends all renderings; each lives in a task of `tasks`.
    #[must_use]
    pub fn new(
        settings: RenderSettings,
        library: Arc<Library>,
        ending: CancellationToken,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            places: Arc::new(Semaphore::new(settings.places)),
            settings: Arc::new(settings),
            library,
            tasks,
            ending,
        }
    }

    /// Starts a rendering and waits for its first fragment, so that what fails before it is an
    /// error and not half a video.
    pub async fn start(&self, plan: Arc<Plan>) -> Result<Rendering, RenderError> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| RenderError::Capacity {
                limit: self.settings.places,
            })?;
        let job = self.job(&plan)?;
        let cancel = self.ending.child_token();
        // Made before the first await: a client that leaves while we wait drops it, too.
        let guard = cancel.clone().drop_guard();
        let (output, queue) = mpsc::channel(QUEUE);
        let (announce, announced) = oneshot::channel();
        let (report, progress) = watch::channel(Frames::ZERO);
        let task = async move {
            // Freed when this task has let go of its processes, not when the reader has left.
            let _place = place;
            let rendering = mux::render(job, &output, announce, &report);
            match cancel.run_until_cancelled(rendering).await {
                None => tracing::info!(pictures = report.borrow().0, "rendering cancelled"),
                Some(outcome) => {
                    let last = match outcome {
                        Ok(()) => Message::Whole,
                        Err(error) => Message::Failed(error),
                    };
                    // A reader that is gone needs no last word.
                    let _ = cancel.run_until_cancelled(output.send(last)).await;
                }
            }
        };
        self.tasks.spawn(task.in_current_span());
        let mut rendering = Rendering {
            codecs: String::new(),
            renderer: "graph",
            progress,
            queue,
            pieces: VecDeque::new(),
            ended: false,
            _guard: guard,
        };
        match announced.await {
            Ok(codecs) => rendering.codecs = codecs,
            // It failed before its first fragment: the queue holds the reason and nothing else.
            Err(_) => {
                return Err(match rendering.queue.recv().await {
                    Some(Message::Failed(error)) => error,
                    _ => RenderError::Internal("the rendering ended without a word".to_owned()),
                });
            }
        }
        Ok(rendering)
    }

    fn job(&self, plan: &Arc<Plan>) -> Result<Job, RenderError> {
        let shots =
            graph::shots(&plan.timeline, &self.library, plan.clip_sound).map_err(RenderError::NoClip)?;
        Ok(Job {
            groups: graph::groups(shots, &plan.profile),
            look: Look {
                profile: plan.profile,
                fit: plan.fit,
                backdrop: self.settings.backdrop.clone(),
            },
            plan: Arc::clone(plan),
            settings: Arc::clone(&self.settings),
        })
    }
}

/// Everything that one rendering needs.
#[derive(Debug)]
struct Job {
    plan: Arc<Plan>,
    groups: Vec<graph::Group>,
    look: Look,
    settings: Arc<RenderSettings>,
}

/// From the rendering's task to its reader.
#[derive(Debug)]
enum Message {
    /// The next bytes of the movie.
    Pieces(Vec<Bytes>),
    /// That was all of it. A queue that ends without this word is a failure.
    Whole,
    Failed(RenderError),
}

/// A fragmented MP4 that is being made: a stream of its bytes. Dropping it ends the rendering.
#[derive(Debug)]
pub struct Rendering {
    /// For a player's `MediaSource`: `avc1.42C01F,mp4a.40.2`.
    pub codecs: String,
    /// Who makes it: `graph` or `stitch`.
    pub renderer: &'static str,
    progress: watch::Receiver<Frames>,
    queue: mpsc::Receiver<Message>,
    pieces: VecDeque<Bytes>,
    ended: bool,
    _guard: DropGuard,
}

impl Rendering {
    /// Pictures whose fragments have left so far.
    #[must_use]
    pub fn rendered(&self) -> Frames {
        *self.progress.borrow()
    }
}

impl Stream for Rendering {
    type Item = Result<Bytes, RenderError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(piece) = self.pieces.pop_front() {
                return Poll::Ready(Some(Ok(piece)));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            let error = match std::task::ready!(self.queue.poll_recv(context)) {
                Some(Message::Pieces(pieces)) => {
                    self.pieces = pieces.into();
                    continue;
                }
                Some(Message::Whole) => {
                    self.ended = true;
                    continue;
                }
                Some(Message::Failed(error)) => error,
                None => RenderError::Internal("the rendering was cut off".to_owned()),
            };
            self.ended = true;
            return Poll::Ready(Some(Err(error)));
        }
    }
}

/// Why there is no video, or no more of it.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// As many renderings as allowed are running (503).
    #[error("all {limit} places are taken")]
    Capacity {
        /// How many are allowed.
        limit: usize,
    },
    /// FFmpeg took too long (504).
    #[error("generation fell more than {seconds} s behind playback")]
    Timeout {
        /// The limit.
        seconds: u64,
    },
    /// FFmpeg failed (500). The text is for the log, never for the client.
    #[error("FFmpeg failed: {0}")]
    Ffmpeg(FfmpegError),
    /// FFmpeg wrote something that cannot be read (500).
    #[error("FFmpeg's output cannot be read: {0}")]
    Output(String),
    /// It was to be stitched by name, and cannot be (422). A sentence for the client: why not, and what
    /// would work. It holds no path.
    #[error("{0}")]
    NotStitchable(String),
    /// The plan shows an exercise whose clip is not there (500: the planner should have refused).
    #[error("there is no clip of {0}")]
    NoClip(ExerciseId),
    /// Another failure of this server (500).
    #[error("rendering failed: {0}")]
    Internal(String),
}

impl From<FfmpegError> for RenderError {
    fn from(error: FfmpegError) -> Self {
        Self::Ffmpeg(error)
    }
}

impl From<mp4::ReadError> for RenderError {
    fn from(error: mp4::ReadError) -> Self {
        Self::Output(error.to_string())
    }
}

impl From<mp4::AdtsError> for RenderError {
    fn from(error: mp4::AdtsError) -> Self {
        Self::Output(error.to_string())
    }
}

impl From<mp4::WriteError> for RenderError {
    fn from(error: mp4::WriteError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<std::io::Error> for RenderError {
    fn from(error: std::io::Error) -> Self {
        Self::Ffmpeg(FfmpegError::Pipe(error))
    }
}
