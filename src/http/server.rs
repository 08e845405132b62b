//! Accepts connections, serves the router on them, and shuts down in order.
//!
//! For the command `serve`. The accept loop is our own, because `axum::serve` bounds neither the time for a
//! request's head nor the number of connections. This module knows nothing of routes.

use std::io::{self, ErrorKind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
#[cfg(target_os = "linux")]
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutWriter;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Time within which a request's head must arrive, from the moment when the connection is ready for the
/// request. It bounds half-sent heads and idle keep-alive connections.
const HEAD: Duration = Duration::from_secs(30);
/// Most connections at once by default ([`StallGuard::connections`]).
///
/// This is half of the 1,024 files that a process may usually have open (`ulimit -n`). The other half is for
/// FFmpeg's pipes, clips and the cache, so that a flood of connections starves no rendering.
const CONNECTIONS: usize = 512;
/// Bytes of a response that a connection buffers beyond the kernel's buffer, and the longest head of a
/// request. A stalled client costs this much memory; hyper's default is six times as high.
const BUFFER: usize = 64 << 10;
/// Bytes of a connection that the kernel may hold unsent; bytes in flight are not counted. Without this bound
/// the kernel takes up to 4 MB: most of a minute of video, made in advance for every viewer.
#[cfg(target_os = "linux")]
const UNSENT: u32 = 128 << 10;
/// Pause after an accept error that is the machine's fault, such as too many open files.
const PAUSE: Duration = Duration::from_secs(1);

/// A listener with the limits of its connections.
///
/// Without limits, a client that stops reading would hold its rendering and the rendering's FFmpeg process
/// for ever. Therefore a write fails after `stall` without progress. The clock of `stall` runs only while
/// bytes wait to be written, so a connection with nothing to send is not affected.
#[derive(Debug)]
pub struct StallGuard {
    listener: TcpListener,
    stall: Duration,
    head: Duration,
    connections: usize,
}

impl StallGuard {
    /// Makes a guard with the default limits. `stall` is the time after which a write without progress fails.
    #[must_use]
    pub fn new(listener: TcpListener, stall: Duration) -> Self {
        Self {
            listener,
            stall,
            head: HEAD,
            connections: CONNECTIONS,
        }
    }

    /// Sets the most connections at once. Further connections wait in the kernel's backlog until a connection
    /// ends. Each connection is an open file.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// Accepts connections for ever. Each connection is a task of `open`, which `cut` ends at once.
    async fn accept_all(
        self,
        router: Router,
        shutdown: &CancellationToken,
        cut: &CancellationToken,
        open: &TaskTracker,
    ) {
        let permits = Arc::new(Semaphore::new(self.connections));
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.head)
            .max_buf_size(BUFFER);
        // The semaphore is never closed, so the loop ends only when its caller drops the future.
        while let Ok(permit) = Arc::clone(&permits).acquire_owned().await {
            let Some(stream) = accepted(self.listener.accept().await).await else {
                continue;
            };
            let (http, router) = (http.clone(), router.clone());
            let (shutdown, cut) = (shutdown.clone(), cut.clone());
            open.spawn(async move {
                let conversation = converse(&http, guarded(stream, self.stall), router, &shutdown);
                cut.run_until_cancelled(conversation).await;
                drop(permit);
            });
        }
    }
}

/// Returns the accepted connection. After an error of the machine, pauses first, so that a lasting error does
/// not make the accept loop spin.
async fn accepted(outcome: io::Result<(TcpStream, std::net::SocketAddr)>) -> Option<TcpStream> {
    match outcome {
        Ok((stream, _)) => Some(stream),
        // The client left before its connection was accepted.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused
            ) =>
        {
            None
        }
        Err(error) => {
            tracing::error!(%error, "no connection can be accepted; trying again");
            tokio::time::sleep(PAUSE).await;
            None
        }
    }
}

fn guarded(stream: TcpStream, stall: Duration) -> TimeoutWriter<TcpStream> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY refused");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT) {
        tracing::debug!(%error, "TCP_NOTSENT_LOWAT refused");
    }
    let mut guarded = TimeoutWriter::new(stream);
    guarded.set_timeout(Some(stall));
    guarded
}

/// Answers the requests of a connection until the connection ends. After `shutdown` the current response is
/// sent and the connection closed.
async fn converse(
    http: &http1::Builder,
    stream: TimeoutWriter<TcpStream>,
    router: Router,
    shutdown: &CancellationToken,
) {
    // The stream's timer is self-referential, so the stream must be pinned.
    let io = TokioIo::new(Box::pin(stream));
    let mut connection = pin!(http.serve_connection(io, TowerToHyperService::new(router)));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // This is normal, because clients leave. The response body logs how a rendering ended.
        tracing::debug!(%error, "a connection broke off");
    }
}

/// Serves until `shutdown` is cancelled. Then it accepts no more connections and waits at most `grace` for
/// the open connections. After `grace` it cuts the rest.
///
/// Responses that stream a rendering end at shutdown by themselves, because they watch the same
/// token (see [`super::AppState`]).
pub async fn serve(guard: StallGuard, router: Router, shutdown: CancellationToken, grace: Duration) {
    let open = TaskTracker::new();
    let cut = CancellationToken::new();
    // The guard ends all connections, however this function ends.
    let _cutting = cut.clone().drop_guard();
    // At shutdown the listener is dropped, so the kernel refuses new connections.
    shutdown
        .run_until_cancelled(guard.accept_all(router, &shutdown, &cut, &open))
        .await;
    open.close();
    if tokio::time::timeout(grace, open.wait()).await.is_err() {
        tracing::warn!(
            connections = open.len(),
            "some connections were still open and are cut"
        );
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Instant;

    use axum::body::{Body, Bytes};
    use axum::routing::get;
    use futures_util::stream::BoxStream;
    use futures_util::{StreamExt, stream};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const STALL: Duration = Duration::from_millis(400);

    /// A flag that is set when a [`Rendering`] is dropped. The tests use it in place
    /// of an FFmpeg process that ends.
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

    /// Starts a server that answers `ok`, with a short time for heads and at most `connections` connections.
    async fn narrow(connections: usize) -> (std::net::SocketAddr, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let guard = StallGuard {
            head: STALL,
            connections,
            ..StallGuard::new(listener, STALL)
        };
        let shutdown = CancellationToken::new();
        let router = Router::new().route("/", get(async || "ok"));
        tokio::spawn(serve(guard, router, shutdown.clone(), STALL));
        (address, shutdown)
    }

    /// Reads everything until the server closes the connection.
    async fn until_closed(client: &mut TcpStream) -> String {
        let mut said = Vec::new();
        tokio::time::timeout(STALL * 10, client.read_to_end(&mut said))
            .await
            .expect("the connection stays open")
            .unwrap();
        String::from_utf8(said).unwrap()
    }

    #[tokio::test]
    async fn half_a_head_is_not_waited_for_for_ever() {
        let (address, _shutdown) = narrow(4).await;
        let mut half = TcpStream::connect(address).await.unwrap();
        half.write_all(b"GET / HTTP/1.1\r\nHost:").await.unwrap();
        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut kept = TcpStream::connect(address).await.unwrap();
        kept.write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
            .await
            .unwrap();
        let mut drip = TcpStream::connect(address).await.unwrap();
        let dripping = async {
            // Single bytes do not restart the server's clock.
            while drip.write_all(b"G").await.is_ok() {
                tokio::time::sleep(STALL / 8).await;
            }
        };
        let gone = tokio::time::timeout(STALL * 10, dripping).await;
        assert!(gone.is_ok(), "a head may drip in for ever");
        until_closed(&mut half).await;
        until_closed(&mut silent).await;
        let answer = until_closed(&mut kept).await;
        assert!(answer.ends_with("ok"), "{answer}");
    }

    #[tokio::test]
    async fn one_connection_too_many_waits_for_its_turn() {
        let (address, _shutdown) = narrow(2).await;
        let ask = async |request: &[u8]| {
            let mut client = TcpStream::connect(address).await.unwrap();
            client.write_all(request).await.unwrap();
            client
        };
        let whole = b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
        let _first = ask(b"GET /").await;
        let _second = ask(b"GET /").await;
        let mut third = ask(whole).await;
        let early = tokio::time::timeout(STALL / 2, third.read_u8()).await;
        assert!(early.is_err(), "it was answered though all places are taken");
        let answer = until_closed(&mut third).await;
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok"),
            "{answer}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_to_accept_pauses_only_when_it_is_the_machine_s() {
        let started = tokio::time::Instant::now();
        let of_client = io::Error::from(ErrorKind::ConnectionAborted);
        assert!(accepted(Err(of_client)).await.is_none());
        assert_eq!(started.elapsed(), Duration::ZERO);
        // 24 is EMFILE: too many open files.
        assert!(accepted(Err(io::Error::from_raw_os_error(24))).await.is_none());
        assert_eq!(started.elapsed(), PAUSE);
    }

    #[tokio::test]
    async fn an_idle_connection_does_not_hold_up_the_end() {
        let (address, shutdown) = narrow(4).await;
        let mut client = TcpStream::connect(address).await.unwrap();
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
            .await
            .unwrap();
        client.read_exact(&mut [0; 12]).await.unwrap();
        shutdown.cancel();
        let rest = until_closed(&mut client).await;
        assert!(rest.ends_with("ok"), "{rest}");
        assert!(TcpStream::connect(address).await.is_err(), "it still listens");
    }

    /// Starts a server that streams `pieces`, and a client that has received the status line. Returns the
    /// client, the end of the stream, and the token that shuts the server down.
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
