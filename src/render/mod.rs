//! Renders a plan to one fragmented MP4 stream, with one of two renderers.
//!
//! ```text
//! graph     groups of shots ─ FFmpeg, one after the other ─ frames ───┐
//! stitch    prepared loops + HUD slices ─ frames ─────────────────────┤
//!                                                                     ├─ mux ─ fragments ─ Rendering
//! stitch    cues, coded before ─ AAC ─────────────────────────────────┤
//! both      clip sound + cues ─ one FFmpeg for the whole ─ AAC ───────┘
//! ```
//!
//! For HTTP and the command line. The graph renderer can render every plan. The stitch renderer
//! ([`crate::stitch`]) encodes nothing; it is used when the plan leaves the choice open and its clips allow
//! it. This module also gives what is requested in parts: videos with their index and recorded sound,
//! thumbnails, and prefetched loops.
//!
//! The reader of a [`Rendering`] sets the pace of everything behind it. When the reader stops, the queue
//! fills, the pipes fill, and FFmpeg waits. A stitched frame is made only when it is requested. When the
//! [`Rendering`] is dropped, its task ends, and with it all processes that the task owns.

mod clips;
mod clock;
mod encode;
mod error;
mod graph_frames;
mod index_cache;
mod mux;
mod prefetch;
mod record;
mod self_test;
mod sound;
mod thumbnails;
mod trial_render;

pub use encode::ENCODERS;
pub use error::RenderError;
pub use prefetch::{LoopName, PrefetchProgress};
pub use self_test::{Failed, self_test};
pub use thumbnails::Thumbnails;
pub use trial_render::trial_render;

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::clip::Library;
use crate::ffmpeg::Tools;
use crate::graph::{self, Backdrop, Look};
use crate::sound::cues;
use crate::stitch::{CueCache, LoopPreparer, Recipe, StitchError, StitchedFrames};
use crate::units::Frames;
use crate::workout::{Fit, Plan, Profile, RendererChoice};
use clock::Clock;
use mux::{FrameSource, Muxer, SoundSource};

/// Fragments that wait for the reader. A fragment lasts at most one second, so a reader that stops is at most
/// this many seconds behind FFmpeg's pipes, and the queue costs about as many megabytes.
const QUEUE: usize = 3;

/// Small pieces are joined up to this number of bytes before they leave. One second of a stitched video has
/// more than a hundred pieces (slices, HUD slices, AAC frames). Each piece that leaves alone costs the header
/// of an HTTP chunk and an entry in a write. Joining copies the bytes once. It happens when the reader takes
/// the pieces, so a slow reader costs no more memory than this.
const JOINED: usize = 32 << 10;

/// Settings of both renderers.
#[derive(Debug, Clone)]
pub struct RenderSettings {
    /// The paths of FFmpeg's programs, and how they are started.
    pub tools: Arc<Tools>,
    /// What is shown behind clips with transparency.
    pub backdrop: Backdrop,
    /// x264's preset for the graph renderer.
    pub preset: &'static str,
    /// Threads of x264 for the graph renderer; 0 leaves the choice to x264.
    pub threads: u16,
    /// The number of renderings that may run at once.
    pub max_renders: usize,
    /// How far generation may fall behind playback.
    pub timeout: Duration,
}

/// Renders plans. All requests share one renderer. Clones are cheap and share its limits.
#[derive(Debug, Clone)]
pub struct Renderer {
    settings: Arc<RenderSettings>,
    library: Arc<Library>,
    loop_preparer: Arc<LoopPreparer>,
    cue_cache: CueCache,
    index_cache: index_cache::IndexCache,
    recordings: Arc<record::Recordings>,
    permits: Arc<Semaphore>,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

impl Renderer {
    /// A renderer for the clips of `library` that prepares its loops with `loop_preparer`. Renderings by the
    /// graph, index builds, recordings and prefetches run as tasks of `tasks`, and end when `shutdown` is
    /// cancelled. A stitched rendering has no task: its reader must drop it when the program ends.
    #[must_use]
    pub fn new(
        settings: RenderSettings,
        library: Arc<Library>,
        loop_preparer: Arc<LoopPreparer>,
        shutdown: CancellationToken,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(settings.max_renders)),
            cue_cache: CueCache::new(Arc::clone(&settings.tools)),
            index_cache: index_cache::IndexCache::default(),
            recordings: Arc::new(record::Recordings::new(settings.max_renders)),
            loop_preparer,
            settings: Arc::new(settings),
            library,
            tasks,
            shutdown,
        }
    }

    /// The preparer of the loops that stitched videos are made from.
    #[must_use]
    pub fn loop_preparer(&self) -> &Arc<LoopPreparer> {
        &self.loop_preparer
    }

    /// The same renderer for the clips of another library: that of a request's snapshot.
    #[must_use]
    pub fn with_clips(&self, library: &Arc<Library>) -> Self {
        Self {
            library: Arc::clone(library),
            ..self.clone()
        }
    }

    /// Makes what every stitched workout needs, so that no viewer waits for it: asks FFmpeg for its version
    /// and encodes the single cues. Failures are logged only.
    pub async fn warm(&self) {
        if let Err(error) = self.loop_preparer.warm().await {
            tracing::warn!(%error, "FFmpeg does not tell its version; the next workout asks again");
        }
        if let Err(error) = self.cue_cache.warm().await {
            tracing::warn!(%error, "the cues could not be encoded; the next workout tries again");
        }
    }

    /// Starts a rendering and waits for its first fragment, so that an early failure is an error and not a
    /// truncated video.
    ///
    /// A plan that leaves the choice of renderer open is stitched if possible.
    pub async fn start(&self, plan: Arc<Plan>) -> Result<Rendering, RenderError> {
        let started = match plan.renderer {
            RendererChoice::Graph => Box::pin(self.start_graph(Arc::clone(&plan))).await,
            // Boxed, because preparing a loop is a large future that every caller would otherwise contain.
            RendererChoice::Stitch => Box::pin(self.start_stitched(&plan)).await,
            RendererChoice::Auto => match Box::pin(self.start_stitched(&plan)).await {
                // The graph renderer needs no prepared loop, so it also takes over when a preparation takes
                // too long or runs out of memory.
                Err(
                    reason @ (RenderError::NotStitchable(_)
                    | RenderError::Stitch(_)
                    | RenderError::Starved(_)
                    | RenderError::Timeout { .. }),
                ) => {
                    tracing::warn!(%reason, "the graph renders what cannot be stitched");
                    Box::pin(self.start_graph(Arc::clone(&plan))).await
                }
                outcome => outcome,
            },
        };
        self.explained(&plan, started).await
    }

    fn acquire_permit(&self) -> Result<OwnedSemaphorePermit, RenderError> {
        Arc::clone(&self.permits)
            .try_acquire_owned()
            .map_err(|_| RenderError::Capacity {
                limit: self.settings.max_renders,
            })
    }

    /// The sound of a stitched plan. If FFmpeg has to mix the sound, also the permit that the mixing holds.
    async fn stitched_sound(
        &self,
        plan: &Arc<Plan>,
    ) -> Result<(SoundSource, Option<OwnedSemaphorePermit>), RenderError> {
        if plan.clip_sound {
            self.check_clips(plan).await?;
            let permit = self.acquire_permit()?;
            let sound = sound::Sound::start(&Arc::new(self.job(plan)?))?;
            return Ok((SoundSource::Encoded(Box::new(sound)), Some(permit)));
        }
        let cues = if plan.cues {
            cues(&plan.timeline)
        } else {
            Vec::new()
        };
        let track = self.cue_cache.track(&cues, plan.length().samples()).await;
        Ok((SoundSource::Cues(track.map_err(StitchError::from)?), None))
    }

    async fn start_stitched(&self, plan: &Arc<Plan>) -> Result<Rendering, RenderError> {
        let mut clock = Clock::new(self.settings.timeout);
        let recipes = self.recipes(plan)?;
        self.check_loops(plan, &recipes).await?;
        let start = async {
            // Both at the same time: each may have to start FFmpeg, if its loop or its cues were never made
            // before.
            let frames = async { Ok(StitchedFrames::start(&self.loop_preparer, plan, recipes).await?) };
            tokio::try_join!(frames, self.stitched_sound(plan))
        };
        let (frames, (sound, permit)) = clock.wait(Box::pin(start)).await?;
        let frames = FrameSource::Stitched(Box::new(frames));
        let mut tracks = Muxer::new(Arc::clone(plan), clock, frames, sound);
        let first = tracks.next().await?.unwrap_or_default();
        let (report, progress) = watch::channel(tracks.shown());
        let codecs = tracks.codecs().to_owned();
        let request = tracing::Span::current();
        let holds_permit = permit.is_some();
        // Nothing is made before it is requested: a viewer costs two HUD bars and the headers of a fragment.
        let rest = futures_util::stream::try_unfold(
            (tracks, report, permit),
            move |(mut tracks, report, permit)| {
                async move {
                    let Some(pieces) = tracks.next().await? else {
                        tracks.log_end();
                        return Ok(None);
                    };
                    report.send_replace(tracks.shown());
                    Ok(Some((pieces, (tracks, report, permit))))
                }
                .instrument(request.clone())
            },
        );
        Ok(Rendering {
            codecs,
            renderer: "stitch",
            holds_permit,
            progress,
            feed: Feed::Pulled(Box::pin(rest)),
            pieces: first.into(),
            ended: false,
        })
    }

    /// The recipe of each interval's loop.
    fn recipes(&self, plan: &Plan) -> Result<Vec<Recipe>, RenderError> {
        let shots = graph::shots(&plan.timeline, &self.library, false).map_err(RenderError::NoClip)?;
        let look = self.look(plan);
        let recipe = |shot: graph::Shot| Recipe {
            clip: shot.clip,
            mirrored: shot.mirrored,
            look: look.clone(),
        };
        Ok(shots.into_iter().map(recipe).collect())
    }

    async fn start_graph(&self, plan: Arc<Plan>) -> Result<Rendering, RenderError> {
        let permit = self.acquire_permit()?;
        self.check_clips(&plan).await?;
        let job = self.job(&plan)?;
        let cancel = self.shutdown.child_token();
        // Created before the first await, so that a client which leaves while this function waits ends the
        // task, too.
        let guard = cancel.clone().drop_guard();
        let (output, queue) = mpsc::channel(QUEUE);
        let (announce, announced) = oneshot::channel();
        let (report, progress) = watch::channel(Frames::ZERO);
        let task = async move {
            // Released when this task has let go of its processes, not when the reader has left.
            let _permit = permit;
            let rendering = Box::pin(mux::render(job, &output, announce, &report));
            match cancel.run_until_cancelled(rendering).await {
                None => tracing::info!(frames = report.borrow().0, "rendering cancelled"),
                Some(outcome) => {
                    let last = match outcome {
                        Ok(()) => Message::Whole,
                        Err(error) => Message::Failed(error),
                    };
                    // An error means that the reader is gone, and then nobody needs the last message.
                    let _ = cancel.run_until_cancelled(output.send(last)).await;
                }
            }
        };
        self.tasks.spawn(task.in_current_span());
        let mut rendering = Rendering {
            codecs: String::new(),
            renderer: "graph",
            holds_permit: true,
            progress,
            feed: Feed::Queue(queue, guard),
            pieces: VecDeque::new(),
            ended: false,
        };
        match announced.await {
            Ok(codecs) => rendering.codecs = codecs,
            // The rendering failed before its first fragment: the queue holds only the reason.
            Err(_) => {
                return Err(match rendering.next().await {
                    Some(Err(error)) => error,
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
            groups: graph::groups(&shots, &plan.profile),
            sounds: graph::sound_groups(&shots),
            look: self.look(plan),
            plan: Arc::clone(plan),
            settings: Arc::clone(&self.settings),
        })
    }

    fn look(&self, plan: &Plan) -> Look {
        self.look_at(plan.profile, plan.fit)
    }

    fn look_at(&self, profile: Profile, fit: Fit) -> Look {
        Look {
            profile,
            fit,
            backdrop: self.settings.backdrop.clone(),
        }
    }
}

/// The input of one rendering.
#[derive(Debug)]
struct Job {
    plan: Arc<Plan>,
    groups: Vec<graph::Group>,
    sounds: Vec<graph::Group>,
    look: Look,
    settings: Arc<RenderSettings>,
}

/// A message from the task of a rendering to its reader.
#[derive(Debug)]
enum Message {
    /// The next bytes of the movie.
    Pieces(Vec<Bytes>),
    /// The movie is complete. A queue that ends without this message is a failure.
    Whole,
    Failed(RenderError),
}

/// A fragmented MP4 that is being made, as a stream of its bytes. Dropping it ends the rendering.
pub struct Rendering {
    /// The codecs for a player's `MediaSource`, for example `avc1.42C01F,mp4a.40.2`.
    pub codecs: String,
    /// The renderer that makes the movie: `graph` or `stitch`.
    pub renderer: &'static str,
    holds_permit: bool,
    progress: watch::Receiver<Frames>,
    feed: Feed,
    pieces: VecDeque<Bytes>,
    ended: bool,
}

/// The source of a rendering's pieces.
enum Feed {
    /// A task with FFmpeg processes fills the queue. The task ends when the guard is dropped.
    Queue(
        mpsc::Receiver<Message>,
        #[expect(dead_code, reason = "held for its end")] DropGuard,
    ),
    /// The pieces are put together when they are requested.
    Pulled(Pin<Box<dyn Stream<Item = Result<Vec<Bytes>, RenderError>> + Send>>),
}

impl Feed {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<Bytes>, RenderError>>> {
        match self {
            Self::Pulled(stream) => stream.as_mut().poll_next(context),
            Self::Queue(queue, _) => Poll::Ready(match std::task::ready!(queue.poll_recv(context)) {
                Some(Message::Pieces(pieces)) => Some(Ok(pieces)),
                Some(Message::Whole) => None,
                Some(Message::Failed(error)) => Some(Err(error)),
                None => Some(Err(RenderError::Internal("the rendering was cut off".to_owned()))),
            }),
        }
    }
}

impl std::fmt::Debug for Rendering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rendering")
            .field("renderer", &self.renderer)
            .finish_non_exhaustive()
    }
}

impl Rendering {
    /// Frames in the fragments that have left so far.
    #[must_use]
    pub fn rendered(&self) -> Frames {
        *self.progress.borrow()
    }

    /// A receiver of the number that [`rendered`](Self::rendered) returns, to follow its changes.
    #[must_use]
    pub fn progress(&self) -> watch::Receiver<Frames> {
        self.progress.clone()
    }

    /// Whether the rendering holds a permit for renderings until it ends.
    #[must_use]
    pub fn holds_permit(&self) -> bool {
        self.holds_permit
    }
}

impl Stream for Rendering {
    type Item = Result<Bytes, RenderError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(piece) = join(&mut self.pieces) {
                return Poll::Ready(Some(Ok(piece)));
            }
            if self.ended {
                return Poll::Ready(None);
            }
            match std::task::ready!(self.feed.poll(context)) {
                Some(Ok(pieces)) => self.pieces = pieces.into(),
                Some(Err(error)) => {
                    self.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None => self.ended = true,
            }
        }
    }
}

/// Takes the first piece, together with as many of the next pieces as fit into [`JOINED`] bytes with it. A
/// single piece is not copied.
fn join(pieces: &mut VecDeque<Bytes>) -> Option<Bytes> {
    let mut bytes = 0;
    let fits = |piece: &&Bytes| {
        bytes += piece.len();
        bytes <= JOINED
    };
    let count = pieces.iter().take_while(fits).count();
    if count < 2 {
        return pieces.pop_front();
    }
    let bytes = pieces.iter().take(count).map(Bytes::len).sum();
    let mut joined = BytesMut::with_capacity(bytes);
    pieces
        .drain(..count)
        .for_each(|piece| joined.extend_from_slice(&piece));
    Some(joined.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_pieces_are_joined_in_their_order_and_large_ones_left_alone() {
        let sizes = [100, 40 << 10, 20 << 10, 12 << 10, 1, 1, 33 << 10, 7];
        let piece = |(number, size): (usize, &usize)| Bytes::from(vec![number as u8; *size]);
        let mut pieces: VecDeque<Bytes> = sizes.iter().enumerate().map(piece).collect();
        let whole = Vec::from(pieces.clone()).concat();
        let large = pieces[1].clone();
        let joined: Vec<Bytes> = std::iter::from_fn(|| join(&mut pieces)).collect();
        let lengths: Vec<usize> = joined.iter().map(Bytes::len).collect();
        assert_eq!(lengths, [100, 40 << 10, 32 << 10, 2, 33 << 10, 7]);
        assert_eq!(joined.concat(), whole);
        assert_eq!(joined[1].as_ptr(), large.as_ptr(), "a large piece was copied");
    }
}
