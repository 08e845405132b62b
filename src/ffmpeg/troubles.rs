//! How children ended that gave no result, counted by task: for `/ready`, which shows what the log says at length.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::{FfmpegError, Task};

/// The children of one task that gave no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// Killed by us, because they took too long.
    pub overdue: u64,
    /// Killed by somebody else.
    pub killed: u64,
    /// Not started, or failed, for want of memory, room, descriptors or processes.
    pub starved: u64,
    /// Failed otherwise: the fault may be the input's.
    pub failed: u64,
    /// When the last of them ended.
    pub last: Instant,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Troubles(Mutex<BTreeMap<Task, Trouble>>);

impl Troubles {
    /// Counts a child.
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

    /// The tasks that had trouble.
    #[must_use]
    pub fn all(&self) -> Vec<(Task, Trouble)> {
        // A panic elsewhere leaves it whole: each change is one step.
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(task, trouble)| (*task, *trouble)).collect()
    }
}
