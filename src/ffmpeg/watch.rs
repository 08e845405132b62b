//! Watches whether a child makes progress, and wraps the child's pipes, which report progress.
//!
//! A child is stalled if a caller waits for its output and nothing happens: the child writes no
//! output, takes no input, and reports no progress in its log. A child that waits for *this
//! program* is not stalled. An example is a slow viewer: the viewer's slow reading means that
//! nobody reads the child's output, and the child takes no more input.
//!
//! When a deadline has passed, the pipes end at once. So their readers and writers never
//! hang, even if the process cannot be killed because the kernel does not release it
//! (for example, a process that reads a file on a stalled mount).

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// The state of the watch, shared by the child's pipes, its log reader and its reaper.
#[derive(Debug, Clone, Default)]
pub(super) struct Watch {
    /// When the current waiting of a caller started or the child last
    /// made progress during it; `None` if no caller waits.
    waiting: Arc<Mutex<Option<Instant>>>,
    /// Cancelled when a deadline has passed.
    pub overdue: CancellationToken,
}

impl Watch {
    /// Records that a caller waits, unless one already does.
    pub fn wait(&self) {
        self.lock().get_or_insert_with(Instant::now);
    }

    /// Records that the child has given the caller what it waited for: nobody waits now.
    fn served(&self) {
        *self.lock() = None;
    }

    /// Records that the child has made progress, even if a caller still waits for something else.
    pub fn progressed(&self) {
        if let Some(since) = &mut *self.lock() {
            *since = Instant::now();
        }
    }

    /// For how long a caller has been waiting without any progress of the child.
    pub fn stalled(&self) -> Duration {
        self.lock().map_or(Duration::ZERO, |since| since.elapsed())
    }

    pub fn pipe<P>(&self, pipe: P) -> Pipe<P> {
        Pipe {
            inner: pipe,
            watch: self.clone(),
            overdue: Box::pin(self.overdue.clone().cancelled_owned()),
        }
    }

    /// Ignores poisoning, because each change is a single step.
    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A child's standard input or output, which ends when a deadline has passed.
#[derive(Debug)]
pub struct Pipe<P> {
    inner: P,
    watch: Watch,
    overdue: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl<P: AsyncRead + Unpin> AsyncRead for Pipe<P> {
    /// After a deadline has passed, reading reports the end of the
    /// output; [`Child::finish`](super::Child::finish) reports why.
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let attempt = Pin::new(&mut self.inner).poll_read(context, buffer);
        if attempt.is_ready() {
            self.watch.served();
            return attempt;
        }
        self.watch.wait();
        self.overdue.as_mut().poll(context).map(Ok)
    }
}

impl<P: AsyncWrite + Unpin> AsyncWrite for Pipe<P> {
    /// After a deadline has passed, writing fails with a broken pipe.
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let attempt = Pin::new(&mut self.inner).poll_write(context, bytes);
        if attempt.is_ready() {
            self.watch.progressed();
            return attempt;
        }
        let overdue = self.overdue.as_mut().poll(context);
        overdue.map(|()| Err(io::ErrorKind::BrokenPipe.into()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
