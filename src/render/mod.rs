//! Runs a plan through FFmpeg and joins the pieces to one fragmented MP4 stream.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::catalogue::Catalogue;
use crate::clip::{Library, Tools};
use crate::units::Frames;
use crate::workout::Plan;

/// Renders plans; shared by all requests.
#[derive(Debug, Clone)]
pub struct Renderer {}

/// How renderings are made, and how many.
#[derive(Debug, Clone)]
pub struct RenderSettings {
    /// The programs to run.
    pub tools: Tools,
    /// Renderings at the same time.
    pub max_renders: usize,
    /// FFmpeg's work that a rendering may take.
    pub timeout: Duration,
    /// x264's preset.
    pub preset: &'static str,
    /// Threads of a rendering's encoder; 0 leaves it to FFmpeg.
    pub threads: u16,
}

impl Renderer {
    /// `shutdown` ends all renderings; each child process lives in a task of `tasks`.
    #[must_use]
    pub fn new(
        _: RenderSettings,
        _: Arc<Catalogue>,
        _: Arc<Library>,
        _: CancellationToken,
        _: TaskTracker,
    ) -> Self {
        Self {}
    }

    /// Starts a rendering and waits for its first fragment.
    pub async fn start(&self, plan: Arc<Plan>) -> Result<Rendering, RenderError> {
        std::future::ready(()).await;
        todo!("{plan:?}")
    }
}

/// A fragmented MP4 that is being made: a stream of its bytes. Dropping it ends the rendering.
#[derive(Debug)]
pub struct Rendering {
    /// For a player's `MediaSource`: `avc1.64001f,mp4a.40.2`.
    pub codecs: String,
}

impl Rendering {
    /// Pictures whose bytes were handed out.
    #[must_use]
    pub fn rendered(&self) -> Frames {
        todo!()
    }
}

impl Stream for Rendering {
    type Item = Result<Bytes, RenderError>;
    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        todo!()
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
    #[error("FFmpeg took longer than {seconds} s")]
    Timeout {
        /// The limit.
        seconds: u64,
    },
    /// FFmpeg failed (500). The text is for the log, never for the client.
    #[error("FFmpeg failed: {0}")]
    Ffmpeg(String),
    /// Another failure of this server (500).
    #[error("rendering failed: {0}")]
    Internal(String),
}
