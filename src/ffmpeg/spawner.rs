//! The one thread that starts all children: it lives as long as the process, and so do the parent-death signals
//! of the children (see [`super::launch`]).

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::mpsc::{Sender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};

use tokio::process::{Child, Command};
use tokio::runtime::Handle;

type Job = Box<dyn FnOnce() + Send>;

/// Where the thread takes its work from; `None` before the first child.
static JOBS: Mutex<Option<Sender<Job>>> = Mutex::new(None);

/// Starts a child. To be called within a runtime, which then owns the child; waits a millisecond for the thread.
pub(super) fn spawn(mut command: Command) -> io::Result<Child> {
    let runtime = Handle::current();
    let (answer, answered) = sync_channel(1);
    let job: Job = Box::new(move || {
        let _entered = runtime.enter();
        // A runtime that ends meanwhile panics here: that must not end the thread, and with it all children.
        let started = std::panic::catch_unwind(AssertUnwindSafe(|| command.spawn()));
        let started = started.unwrap_or_else(|_| Err(io::Error::other("the runtime ends")));
        // Who asked waits for it.
        let _ = answer.send(started);
    });
    jobs()?.send(job).map_err(|_| gone())?;
    answered.recv().map_err(|_| gone())?
}

/// The way to the thread, which is started if need be: that fails when the machine has room for no more threads.
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

/// Cannot be: the thread ends only with the process.
fn gone() -> io::Error {
    io::Error::other("the thread that starts children is gone")
}
