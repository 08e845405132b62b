//! Which preparation comes next: the queue of loops that are not prepared yet, without the preparing itself.
//!
//! For [`LoopPreparer`](super::LoopPreparer), which starts what [`Queue::take`] gives whenever a place is free. Pure: it knows no
//! clock, task or process.
//!
//! An *entry* is a loop to prepare, named by its key. It has *waiters*, each of which belongs to an *owner* (a
//! request) and says how urgent the loop is to it, and in which order the owner needs its loops. An entry that
//! its last waiter leaves is gone. What is taken next:
//!
//! 1. By urgency: what somebody waits for now, then what requests need later, then what nobody asked for. So that
//!    no stream of new viewers starves a download, every [`SHARE`]th entry is one that is needed later, if there is
//!    any. The background has no share: it waits until nobody waits.
//! 2. Of equal urgency: by turns between the owners. A new owner comes last, and whoever was served does again.
//! 3. Of one owner: in its own order.
//!
//! The length is bounded. The last places are for what is needed now, so that requests with many loops cannot shut
//! out a viewer. The background's entries are not counted: its only source adds a few at a time.

use std::collections::HashMap;
use std::hash::Hash;

/// Of so many entries taken in a row one is needed later, if there is any.
const SHARE: u32 = 4;

/// How urgent a loop is to one who waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Nobody asked for it yet.
    Background,
    /// A request will need it, or needs all of its loops before it can go on.
    Later,
    /// A stream cannot go on without it.
    Now,
}

/// A request, as the queue tells requests apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Owner(pub u64);

/// Names one waiter of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WaiterId(u64);

/// Who waits, and how urgently.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// Which request.
    pub owner: Owner,
    /// How urgent this loop is to it.
    pub urgency: Urgency,
    /// Its place among the loops of the same request; the smallest comes first.
    pub order: usize,
}

/// There is no room for another entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// How many entries may wait.
#[derive(Debug, Clone, Copy)]
pub struct QueueLimits {
    /// Of all entries, the background's excepted.
    pub all: usize,
    /// An entry that is needed later is refused when so many wait.
    pub later: usize,
}

#[derive(Debug, Clone, Copy)]
struct Waiter<Key> {
    key: Key,
    claim: Claim,
}

/// See the module.
#[derive(Debug)]
pub struct Queue<Key> {
    bounds: QueueLimits,
    waiters: HashMap<WaiterId, Waiter<Key>>,
    /// Waiters of each entry. Never empty.
    entries: HashMap<Key, Vec<WaiterId>>,
    /// When it is an owner's turn, smallest first, and how many waiters it has.
    turns: HashMap<Owner, (u64, usize)>,
    next_waiter: u64,
    next_turn: u64,
    /// Urgent entries taken in a row while others waited that are needed later.
    in_a_row: u32,
}

impl<Key: Copy + Eq + Hash> Queue<Key> {
    /// An empty queue.
    pub fn new(bounds: QueueLimits) -> Self {
        Self {
            bounds,
            waiters: HashMap::new(),
            entries: HashMap::new(),
            turns: HashMap::new(),
            next_waiter: 0,
            next_turn: 0,
            in_a_row: 0,
        }
    }

    /// Adds a waiter to an entry, which is made if need be. Only a new entry can be refused.
    pub fn join(&mut self, key: Key, claim: Claim) -> Result<WaiterId, Full> {
        let bound = match claim.urgency {
            Urgency::Background => usize::MAX,
            Urgency::Later => self.bounds.later,
            Urgency::Now => self.bounds.all,
        };
        if !self.entries.contains_key(&key) && self.asked_for() >= bound {
            return Err(Full);
        }
        let id = WaiterId(self.next_waiter);
        self.next_waiter += 1;
        self.waiters.insert(id, Waiter { key, claim });
        self.entries.entry(key).or_default().push(id);
        let (_, waiters) = self.turns.entry(claim.owner).or_insert((self.next_turn, 0));
        self.next_turn += 1;
        *waiters += 1;
        Ok(id)
    }

    /// Removes a waiter; gives the key of its entry if that is gone with it. One whose entry was taken is no
    /// waiter any more.
    pub fn leave(&mut self, id: WaiterId) -> Option<Key> {
        let Waiter { key, .. } = self.remove_waiter(id)?;
        let waiters = self.entries.get_mut(&key)?;
        waiters.retain(|waiter| *waiter != id);
        if !waiters.is_empty() {
            return None;
        }
        self.entries.remove(&key);
        Some(key)
    }

    /// Makes an entry more urgent to one of its waiters.
    pub fn raise(&mut self, id: WaiterId, urgency: Urgency) {
        if let Some(waiter) = self.waiters.get_mut(&id) {
            waiter.claim.urgency = waiter.claim.urgency.max(urgency);
        }
    }

    /// Takes the entry whose turn it is out of the queue, if there is one of at least this urgency, and tells how
    /// urgent it is.
    pub fn take(&mut self, least: Urgency) -> Option<(Key, Urgency)> {
        let later = self.first(Urgency::Later);
        let now = self.first(Urgency::Now);
        let chosen = match (now, later) {
            (Some(_), Some(later)) if self.in_a_row + 1 >= SHARE => later,
            (Some(now), _) => now,
            (None, Some(later)) => later,
            (None, None) => self.first(Urgency::Background)?,
        };
        let Waiter { key, claim } = *self.waiters.get(&chosen)?;
        if claim.urgency < least {
            return None;
        }
        self.in_a_row = match claim.urgency {
            Urgency::Now if later.is_some() => self.in_a_row + 1,
            _ => 0,
        };
        // Before its waiters go: it may have no others, and come again as a new owner, which is last, too.
        if let Some((turn, _)) = self.turns.get_mut(&claim.owner) {
            *turn = self.next_turn;
            self.next_turn += 1;
        }
        let waiters = self.entries.remove(&key)?;
        let urgencies = waiters.into_iter().filter_map(|id| self.remove_waiter(id));
        let urgency = urgencies.map(|waiter| waiter.claim.urgency).max();
        Some((key, urgency.unwrap_or(claim.urgency)))
    }

    /// How many entries wait that somebody asked for.
    pub fn asked_for(&self) -> usize {
        let asked_for = |id: &WaiterId| {
            let waiter = self.waiters.get(id);
            waiter.is_some_and(|waiter| waiter.claim.urgency > Urgency::Background)
        };
        let entries = self.entries.values();
        entries.filter(|waiters| waiters.iter().any(asked_for)).count()
    }

    /// The waiter of this urgency whose turn it is.
    fn first(&self, urgency: Urgency) -> Option<WaiterId> {
        let of_it = self
            .waiters
            .iter()
            .filter(|(_, waiter)| waiter.claim.urgency == urgency);
        let first = of_it.min_by_key(|(id, waiter)| {
            let turn = self.turns.get(&waiter.claim.owner).map(|(turn, _)| *turn);
            (turn, waiter.claim.order, **id)
        });
        first.map(|(id, _)| *id)
    }

    fn remove_waiter(&mut self, id: WaiterId) -> Option<Waiter<Key>> {
        let waiter = self.waiters.remove(&id)?;
        if let Some((_, waiters)) = self.turns.get_mut(&waiter.claim.owner) {
            *waiters -= 1;
            if *waiters == 0 {
                self.turns.remove(&waiter.claim.owner);
            }
        }
        Some(waiter)
    }
}

#[cfg(test)]
mod tests;
