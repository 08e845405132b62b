//! The spawner: the one thread that starts all children.
//!
//! The thread lives as long as the process. The children's
//! parent-death signals depend on that (see [`super::launch`]).

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::mpsc::{Sender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};

use tokio::process::{Child, Command};
use tokio::runtime::Handle;

type Job = Box<dyn FnOnce() + Send>;

/// The queue of the thread; `None` before the first child.
static JOBS: Mutex<Option<Sender<Job>>> = Mutex::new(None);

/// Starts a child. Must be called within a tokio runtime, which then owns the
/// child. Blocks for about a millisecond, until the thread has answered.
pub(super) fn spawn(mut command: Command) -> io::Result<Child> {
    let runtime = Handle::current();
    let (answer, answered) = sync_channel(1);
    let job: Job = Box::new(move || {
        let _entered = runtime.enter();
        // If the runtime ends meanwhile, this call panics. The panic must not end
        // the thread, because all children would be killed with it.
        let started = std::panic::catch_unwind(AssertUnwindSafe(|| command.spawn()));
        let started = started.unwrap_or_else(|_| Err(io::Error::other("the runtime ends")));
        // The receiver exists: the caller waits for the answer.
        let _ = answer.send(started);
    });
    jobs()?.send(job).map_err(|_| gone())?;
    answered.recv().map_err(|_| gone())?
}

/// The queue of the thread. Starts the thread if necessary; that
/// fails if the machine can start no more threads.
fn jobs() -> io::Result<Sender<Job>> {
    let mut jobs = JOBS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(jobs) = &*jobs {
        return Ok(jobs.clone());
    }
    let (sender, receiver) = channel::<Job>();
    let work = move || receiver.into_iter().for_each(|job| job());
    std::thread::Builder::new()
        .name("spawner".to_owned())
        .spawn(work)?;
    Ok(jobs.insert(sender).clone())
}

/// Cannot happen: the thread ends only with the process.
fn gone() -> io::Error {
    io::Error::other("the thread that starts children is gone")
}
