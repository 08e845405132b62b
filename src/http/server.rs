//! From a socket to a served router, and to its orderly end.

use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutWriter;
use tokio_util::sync::CancellationToken;

/// Accepts connections whose writes fail after `stall` without any progress.
///
/// A client that stopped reading would otherwise hold its rendering, with its FFmpeg process, for
/// ever. The clock runs only while bytes wait to be written: a connection on which nothing is due
/// is not touched.
#[derive(Debug)]
pub struct StallGuard {
    listener: TcpListener,
    stall: Duration,
}

impl StallGuard {
    /// Guards the connections of a listener.
    #[must_use]
    pub fn new(listener: TcpListener, stall: Duration) -> Self {
        Self { listener, stall }
    }
}

impl Listener for StallGuard {
    // The timer inside is self-referential, hence the pin.
    type Io = Pin<Box<TimeoutWriter<TcpStream>>>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY refused");
        }
        let mut guarded = TimeoutWriter::new(stream);
        guarded.set_timeout(Some(self.stall));
        (Box::pin(guarded), address)
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// Serves until `shutdown` is cancelled; then takes no more connections and waits for those that
/// are open, `grace` at most.
///
/// Streams of video end by themselves then: they watch the same token (see [`super::AppState`]).
pub async fn serve(
    listener: StallGuard,
    router: Router,
    shutdown: CancellationToken,
    grace: Duration,
) -> std::io::Result<()> {
    let serving = axum::serve(listener, router).with_graceful_shutdown(shutdown.clone().cancelled_owned());
    tokio::select! {
        served = serving => served,
        () = async {
            shutdown.cancelled().await;
            tokio::time::sleep(grace).await;
        } => {
            tracing::warn!("some connections were still open and are cut");
            Ok(())
        }
    }
}
