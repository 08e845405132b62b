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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Instant;

    use axum::body::{Body, Bytes};
    use axum::routing::get;
    use futures_util::stream::BoxStream;
    use futures_util::{StreamExt, stream};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const STALL: Duration = Duration::from_millis(400);

    /// Set when dropped: stands for a rendering that ends.
    #[derive(Clone, Default)]
    struct Ended(Arc<AtomicBool>);

    struct Rendering(Ended);

    impl Drop for Rendering {
        fn drop(&mut self) {
            self.0.0.store(true, Ordering::SeqCst);
        }
    }

    impl Ended {
        fn yet(&self) -> bool {
            self.0.load(Ordering::SeqCst)
        }

        async fn within(&self, patience: Duration) -> bool {
            let deadline = Instant::now() + patience;
            while !self.yet() && Instant::now() < deadline {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            self.yet()
        }
    }

    /// A client that has asked for a stream, the end of that stream, and the server's own end.
    async fn asked(pieces: fn() -> BoxStream<'static, Bytes>) -> (TcpStream, Ended, CancellationToken) {
        let ended = Ended::default();
        let seen = ended.clone();
        let router = Router::new().route(
            "/",
            get(async move || {
                let rendering = Rendering(seen);
                Body::from_stream(pieces().map(move |piece| {
                    let _alive = &rendering;
                    Ok::<_, std::io::Error>(piece)
                }))
            }),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        tokio::spawn(serve(
            StallGuard::new(listener, STALL),
            router,
            shutdown.clone(),
            STALL,
        ));
        let mut client = TcpStream::connect(address).await.unwrap();
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
            .await
            .unwrap();
        let mut head = [0; 12];
        client.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
        (client, ended, shutdown)
    }

    fn endless() -> BoxStream<'static, Bytes> {
        stream::repeat(Bytes::from(vec![7; 64 << 10])).boxed()
    }

    fn silent() -> BoxStream<'static, Bytes> {
        stream::pending().boxed()
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_is_dropped() {
        let (_client, ended, _shutdown) = asked(endless).await;
        assert!(!ended.within(STALL / 2).await, "it was dropped before its time");
        assert!(ended.within(STALL * 10).await, "it still holds its rendering");
    }

    #[tokio::test]
    async fn a_slow_reader_keeps_its_stream() {
        let (mut client, ended, _shutdown) = asked(endless).await;
        let mut piece = vec![0; 1 << 20];
        for _ in 0..12 {
            tokio::time::sleep(STALL / 4).await;
            client.read_exact(&mut piece).await.unwrap();
        }
        assert!(!ended.yet(), "it was dropped while it read");
    }

    #[tokio::test]
    async fn a_stream_that_has_nothing_to_send_is_no_stall() {
        let (_client, ended, _shutdown) = asked(silent).await;
        assert!(!ended.within(STALL * 4).await, "it was dropped while it waited");
    }

    #[tokio::test]
    async fn a_client_that_leaves_ends_its_rendering() {
        let (client, ended, _shutdown) = asked(silent).await;
        drop(client);
        assert!(ended.within(STALL * 10).await, "the rendering goes on for nobody");
    }

    #[tokio::test]
    async fn the_server_ends_though_a_stream_does_not() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let body = async || Body::from_stream(stream::pending::<std::io::Result<Bytes>>());
        let router = Router::new().route("/", get(body));
        let shutdown = CancellationToken::new();
        let server = tokio::spawn(serve(
            StallGuard::new(listener, STALL),
            router,
            shutdown.clone(),
            STALL,
        ));
        let mut client = TcpStream::connect(address).await.unwrap();
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
            .await
            .unwrap();
        client.read_exact(&mut [0; 12]).await.unwrap();
        shutdown.cancel();
        let ended = tokio::time::timeout(STALL * 10, server).await;
        assert!(ended.is_ok(), "the server waits for ever");
    }
}
