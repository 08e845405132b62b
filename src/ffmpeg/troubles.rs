//! Counts of the children that gave no result, by task.
//!
//! `/ready` shows these counts as a summary; the details are in the log.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::{FfmpegError, Task};

/// Counts of one task's children that gave no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// Children that this program killed because they took too long.
    pub overdue: u64,
    /// Children that a signal from elsewhere killed.
    pub killed: u64,
    /// Children that were not started, or failed, because the machine had too
    /// little memory, disk space, file descriptors or processes.
    pub starved: u64,
    /// Children that failed for another reason. The fault may be the input's.
    pub failed: u64,
    /// When the last of these children ended.
    pub last: Instant,
}

/// The counts of all tasks since the program's start.
#[derive(Debug, Default)]
pub struct Troubles(Mutex<BTreeMap<Task, Trouble>>);

impl Troubles {
    /// Counts one child that ended with `error`.
    pub fn count(&self, task: Task, error: &FfmpegError) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let trouble = all.entry(task).or_insert(Trouble {
            overdue: 0,
            killed: 0,
            starved: 0,
            failed: 0,
            last: Instant::now(),
        });
        trouble.last = Instant::now();
        match error {
            FfmpegError::Overdue { .. } => trouble.overdue += 1,
            FfmpegError::Killed { .. } => trouble.killed += 1,
            error if error.is_starved() => trouble.starved += 1,
            _ => trouble.failed += 1,
        }
    }

    /// The counts of the tasks that had at least one such child.
    #[must_use]
    pub fn all(&self) -> Vec<(Task, Trouble)> {
        // Ignores poisoning: each change is a single step, so a panic elsewhere leaves the map consistent.
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(task, trouble)| (*task, *trouble)).collect()
    }
}
