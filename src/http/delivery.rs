//! [`RenderingBody`]: the response body that sends a rendering to a client and logs how the delivery ended.
//!
//! For the routes that stream a video while it is made. Responses that read a finished [`VirtualFile`] use
//! [`super::range_response`] instead.
//!
//! [`VirtualFile`]: crate::deliver::VirtualFile

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::Bytes;
use futures_util::Stream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tracing::Span;

use super::minimum_rate::{MinimumRate, TooSlow};
use crate::render::RenderError;

/// Passes on the bytes of a rendering. Ends with an error when the rendering fails, when the server shuts
/// down, or when the client reads more slowly than its [`MinimumRate`].
///
/// An error makes hyper cut the connection, so that a client never takes a part of the video for the whole.
/// When the client leaves, hyper drops the body, and the body drops the rendering, which ends the rendering's
/// FFmpeg. In each case one log line in the request's span says how the delivery ended.
pub struct RenderingBody<S> {
    rendering: Pin<Box<S>>,
    shutdown: Pin<Box<WaitForCancellationFutureOwned>>,
    request: Span,
    started: Instant,
    bytes: u64,
    outcome: Outcome,
    minimum_rate: Option<MinimumRate>,
}

/// How the delivery ended, or that it has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The delivery has not ended. A body that is dropped in this state means that the client left.
    Open,
    /// The rendering ended, and hyper has all of its bytes.
    Whole,
    /// The body ended with a [`DeliveryError`].
    Failed,
}

/// Why a response broke off. Only hyper sees this error.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The rendering failed after its first bytes were sent.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The server is shutting down.
    #[error("the server is stopping")]
    ShuttingDown,
    /// The client holds a render permit and reads too slowly.
    #[error(transparent)]
    TooSlow(#[from] TooSlow),
}

impl<S> RenderingBody<S> {
    /// Wraps `rendering`. The caller must be inside the request's tracing span: the log lines go there.
    pub fn new(rendering: S, shutdown: CancellationToken) -> Self {
        Self {
            rendering: Box::pin(rendering),
            shutdown: Box::pin(shutdown.cancelled_owned()),
            request: Span::current(),
            started: Instant::now(),
            bytes: 0,
            outcome: Outcome::Open,
            minimum_rate: None,
        }
    }

    /// Makes the body end with an error when the client reads more slowly than `minimum_rate`.
    #[must_use]
    pub fn at_least(mut self, minimum_rate: Option<MinimumRate>) -> Self {
        self.minimum_rate = minimum_rate;
        self
    }
}

impl<S: Stream<Item = Result<Bytes, RenderError>>> Stream for RenderingBody<S> {
    type Item = Result<Bytes, DeliveryError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.outcome != Outcome::Open {
            return Poll::Ready(None);
        }
        if self.shutdown.as_mut().poll(cx).is_ready() {
            self.outcome = Outcome::Failed;
            return Poll::Ready(Some(Err(DeliveryError::ShuttingDown)));
        }
        if let Some(rate) = &mut self.minimum_rate
            && let Err(error) = rate.asked()
        {
            self.outcome = Outcome::Failed;
            let _within = self.request.enter();
            tracing::warn!(%error, "the connection is cut, and its place is free");
            return Poll::Ready(Some(Err(error.into())));
        }
        let next = std::task::ready!(self.rendering.as_mut().poll_next(cx));
        if let Some(rate) = &mut self.minimum_rate {
            rate.given();
        }
        match &next {
            Some(Ok(bytes)) => self.bytes += bytes.len() as u64,
            Some(Err(error)) => {
                self.outcome = Outcome::Failed;
                let _within = self.request.enter();
                tracing::error!(%error, "the rendering failed on its way; the connection is cut");
            }
            None => self.outcome = Outcome::Whole,
        }
        Poll::Ready(next.map(|item| item.map_err(DeliveryError::Render)))
    }
}

impl<S> Drop for RenderingBody<S> {
    fn drop(&mut self) {
        let _within = self.request.enter();
        let outcome = match self.outcome {
            Outcome::Open => "the client left",
            Outcome::Whole => "delivered whole",
            Outcome::Failed => "broken off",
        };
        let milliseconds = self.started.elapsed().as_millis() as u64;
        tracing::info!(bytes = self.bytes, milliseconds, "{outcome}");
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream};

    use super::*;

    fn piece(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    #[tokio::test]
    async fn a_whole_rendering_passes_unchanged() {
        let rendering = stream::iter([Ok(piece("moov")), Ok(piece("moof"))]);
        let delivery = RenderingBody::new(rendering, CancellationToken::new());
        let pieces: Vec<_> = delivery.map(Result::unwrap).collect().await;
        assert_eq!(pieces, ["moov", "moof"]);
    }

    #[tokio::test]
    async fn a_failed_rendering_ends_in_an_error() {
        let rendering = stream::iter([Ok(piece("moov")), Err(RenderError::Timeout { seconds: 1 })]);
        let mut delivery = RenderingBody::new(rendering, CancellationToken::new());
        assert!(delivery.next().await.unwrap().is_ok());
        let failure = delivery.next().await.unwrap().unwrap_err();
        assert!(
            matches!(failure, DeliveryError::Render(RenderError::Timeout { .. })),
            "{failure}"
        );
        assert!(delivery.next().await.is_none());
    }

    #[tokio::test]
    async fn shutdown_breaks_off_even_a_silent_rendering() {
        let shutdown = CancellationToken::new();
        let mut delivery = RenderingBody::new(stream::pending(), shutdown.clone());
        let (next, ()) = tokio::join!(delivery.next(), async { shutdown.cancel() });
        assert!(matches!(next, Some(Err(DeliveryError::ShuttingDown))));
    }
}
