//! What a run costs, read from Linux's `/proc`: memory and processor time of a process and its children.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::Outcome;

/// Of the times in `/proc`: what `getconf CLK_TCK` says on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// Watches the memory of a process and its children, twenty times a second.
pub struct Memory {
    ended: Arc<AtomicBool>,
    watcher: thread::JoinHandle<u64>,
}

impl Memory {
    pub fn watch(process: u32) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&ended);
        let watcher = thread::spawn(move || {
            let mut peak = 0;
            loop {
                peak = peak.max(family(process).into_iter().map(kilobytes).sum());
                if stop.load(Ordering::Relaxed) {
                    return peak;
                }
                thread::sleep(Duration::from_millis(50));
            }
        });
        Self { ended, watcher }
    }

    /// The highest sum seen, in megabytes.
    pub fn peak(self) -> Outcome<f64> {
        self.ended.store(true, Ordering::Relaxed);
        let kilobytes = self.watcher.join().map_err(|_| "the watcher panicked")?;
        Ok(kilobytes as f64 / 1024.0)
    }
}

/// Processor seconds of a process so far, with those of its children, running or waited for.
pub fn processor_seconds(process: u32) -> f64 {
    let all = family(process).into_iter().map(|each| {
        let [user, system, waited_user, waited_system] = times(each).unwrap_or_default();
        user + system + waited_user + waited_system
    });
    all.sum()
}

/// Processor seconds of this process alone.
pub fn own_seconds() -> f64 {
    let [user, system, ..] = times(std::process::id()).unwrap_or_default();
    user + system
}

/// The mean number of processes that ran or wanted to, of the last minute.
pub fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or("?").to_owned()
}

/// User and system time of a process, then those of the children that it has waited for.
fn times(process: u32) -> Option<[f64; 4]> {
    let fields = fields(process)?;
    // utime, stime, cutime, cstime: the fields 14 to 17 of proc(5), the state being the third.
    let seconds = |at: usize| Some(fields.get(at - 3)?.parse::<f64>().ok()? / TICKS_PER_SECOND);
    Some([seconds(14)?, seconds(15)?, seconds(16)?, seconds(17)?])
}

/// A process and its children.
pub fn family(process: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers
        .filter(|number| *number == process || parent(*number) == Some(process))
        .collect()
}

fn parent(process: u32) -> Option<u32> {
    fields(process)?.get(1)?.parse().ok()
}

/// What `/proc` says of a process, from its state on.
fn fields(process: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold anything; the state and the parent follow it.
    let rest = stat.rsplit_once(')')?.1;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// A process's proportional set size; nothing when it has just ended.
fn kilobytes(process: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
