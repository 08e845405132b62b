//! `virtual-coach serve`: serves the API until SIGINT or SIGTERM. The
//! server answers at once and inspects the clips meanwhile.

use std::io::ErrorKind;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::signal;

use super::assemble::{self, Lifecycle};
use super::settings::Settings;
use crate::clip::Snapshot;
use crate::http::server::{StallGuard, serve};
use crate::http::{docs, router};

/// Maximum time for open responses to end after the signal. Video streams are cut off at once.
const GRACE: Duration = Duration::from_secs(5);

/// Maximum number of connections, however many files may be open.
/// Each viewer needs about half a megabyte.
#[cfg(unix)]
const MAX_CONNECTIONS: usize = 4096;

pub async fn run(settings: &Settings) -> Result<()> {
    let lifetime = Lifecycle::default();
    let end = until_the_end(settings, &lifetime).await;
    // In every case, even if the clips are still being inspected: no FFmpeg process may be left behind.
    lifetime.end().await;
    tracing::info!("stopped");
    end
}

/// Starts the server and serves until a signal, which may also come during the start.
async fn until_the_end(settings: &Settings, lifetime: &Lifecycle) -> Result<()> {
    // Binding comes first, because it fails most often and costs least.
    let listener = bind(settings).await?;
    let address = listener.local_addr().context("the address cannot be read")?;
    tokio::spawn(until_signal(lifetime.clone()));
    let starting_server = assemble::server(settings, lifetime)?;
    let state = starting_server.state.clone();
    let all = state.clips.current().catalogue.exercises().len();
    let server = format!("http://{address}{}", settings.base_path);
    super::print(&format!(
        "Virtual Coach answers at {server} and looks at the clips of {all} exercises"
    ))?;
    if state.access.serves_any_host() {
        tracing::info!("requests for any host are answered: COACH_HOSTS names those that are meant");
    }
    let guard = StallGuard::new(listener, Duration::from_secs(settings.stall.into()));
    // Connections get half of the open files, because FFmpeg's pipes,
    // the clips and the cache also need files.
    #[cfg(unix)]
    let guard = guard.connections((open_files() / 2).clamp(1, MAX_CONNECTIONS));
    let serving = serve(guard, router(state), lifetime.shutdown.clone(), GRACE);
    let starting = async {
        let starting = lifetime
            .shutdown
            .run_until_cancelled(starting_server.finish_start());
        let started = match starting.await {
            None => return Ok(()),
            Some(Err(error)) => Err(error),
            Some(Ok(now)) => announce(&server, &now),
        };
        if started.is_err() {
            lifetime.shutdown.cancel();
        }
        started
    };
    let ((), started) = tokio::join!(serving, starting);
    started
}

/// Prints how many exercises the server can show, once that is known.
fn announce(server: &str, now: &Snapshot) -> Result<()> {
    let all = now.catalogue.exercises().len();
    super::print(&format!(
        "Virtual Coach serves {} of {all} exercises at {server}",
        now.available()
    ))?;
    super::print(&format!("  {}", docs::curl_line(server)))
}

/// Raises the limit on open files to the maximum for this process, and returns the
/// new limit. Most systems start a process with a limit of 1,024, for programs older
/// than `poll`, and allow it to raise the limit far higher.
#[cfg(unix)]
fn open_files() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, "the limit on open files cannot be raised");
    }
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(files).unwrap_or(usize::MAX)
}

async fn bind(settings: &Settings) -> Result<TcpListener> {
    let address = settings.bind;
    TcpListener::bind(address).await.map_err(|error| {
        let advice = match error.kind() {
            ErrorKind::AddrInUse => "another program has this port; choose another with --bind or COACH_BIND",
            ErrorKind::PermissionDenied => {
                "ports below 1024 need special rights; choose another with --bind or COACH_BIND"
            }
            ErrorKind::AddrNotAvailable => {
                "this machine does not have that address; choose another with --bind or COACH_BIND"
            }
            _ => "choose another address with --bind or COACH_BIND",
        };
        anyhow::anyhow!("cannot serve at {address}: {error}; {advice}")
    })
}

/// Waits for a signal, then requests the end of all tasks. Further signals are ignored: the end
/// is near and bounded, and an immediate exit would leave FFmpeg processes behind.
async fn until_signal(lifetime: Lifecycle) {
    signalled().await;
    lifetime.shutdown.cancel();
    tracing::info!("stopping");
}

/// Returns at Ctrl-C or, on Unix, at SIGTERM.
pub async fn signalled() {
    let interrupt = async {
        if signal::ctrl_c().await.is_err() {
            // Without a handler, the signal ends the program by the system's default.
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
