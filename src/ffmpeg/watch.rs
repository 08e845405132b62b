//! Whether a child makes progress, and its pipes, which tell.
//!
//! A child is stalled when somebody waits for its output and nothing happens: no output, no input taken, no progress
//! in its log. A child that waits for *us* is not: a viewer reads slowly, so nobody reads here, and the child takes no
//! more input.
//!
//! When the deadline has passed, the pipes end at once: those who read and write never hang, even when the process
//! cannot be killed because the kernel does not let go of it (a file on a stalled mount).

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Shared by a child's pipes, its log's reader and the task that waits for its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Watch {
    /// Since when somebody waits in vain.
    waiting: Arc<Mutex<Option<Instant>>>,
    /// Cancelled when a deadline has passed.
    pub overdue: CancellationToken,
}

impl Watch {
    /// Somebody waits from now on, unless somebody did already.
    pub fn wait(&self) {
        self.lock().get_or_insert_with(Instant::now);
    }

    /// The child has done something; nobody waits until somebody does again.
    fn served(&self) {
        *self.lock() = None;
    }

    /// The child has done something, though not what somebody may be waiting for.
    pub fn progressed(&self) {
        if let Some(since) = &mut *self.lock() {
            *since = Instant::now();
        }
    }

    /// For how long somebody has been waiting in vain.
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

    /// Each change is one step.
    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A child's standard input or output.
#[derive(Debug)]
pub struct Pipe<P> {
    inner: P,
    watch: Watch,
    overdue: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl<P: AsyncRead + Unpin> AsyncRead for Pipe<P> {
    /// After the deadline it ends; [`Child::finish`](super::Child::finish) tells why.
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
    /// After the deadline it is broken.
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
