//! The queue of loops that wait to be prepared: it decides which preparation comes next.
//!
//! For [`LoopPreparer`](super::LoopPreparer), which starts the entry that [`Queue::take`] returns whenever
//! the limits allow. Pure: the queue knows no clock, task or process.
//!
//! An *entry* is a loop to prepare, named by its key. It has *waiters*. Each waiter belongs to an *owner* (a
//! request) and says how urgent the loop is for the owner and in which order the owner needs its loops. When
//! the last waiter of an entry leaves, the entry is removed. The next entry is chosen by these rules:
//!
//! 1. By urgency: first `Now`, then `Later`, then `Background`. Every [`SHARE`]th entry is a `Later` one if
//!    any waits, so that a stream of new viewers cannot starve a download. `Background` has no such share: it
//!    comes only when no other entry waits.
//! 2. Among equally urgent entries, owners take turns. A new owner comes last. An
//!    owner whose entry was taken comes last again.
//! 3. Among the entries of one owner: in the order of the owner.
//!
//! The length is bounded. The last places are reserved for `Now`, so that requests with many loops cannot
//! shut out a viewer. `Background` entries are not counted, because their only source adds a few at a time.

use std::collections::HashMap;
use std::hash::Hash;

/// Of so many entries taken in a row, one is `Later` if any waits.
const SHARE: u32 = 4;

/// How urgent a loop is for one of its waiters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// No request asked for the loop yet.
    Background,
    /// A request will need the loop, or needs all of its loops before it can continue.
    Later,
    /// A stream cannot continue without the loop.
    Now,
}

/// Identifies a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Owner(pub u64);

/// Identifies one waiter of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WaiterId(u64);

/// Who waits, and how urgently.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The request that waits.
    pub owner: Owner,
    /// How urgent the loop is for this request.
    pub urgency: Urgency,
    /// Position among the loops of the same request; the smallest comes first.
    pub order: usize,
}

/// The queue has no room for another entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// How many entries may wait.
#[derive(Debug, Clone, Copy)]
pub struct QueueLimits {
    /// The most entries, without `Background` ones.
    pub all: usize,
    /// A new `Later` entry is refused when so many entries wait.
    pub later: usize,
}

#[derive(Debug, Clone, Copy)]
struct Waiter<Key> {
    key: Key,
    claim: Claim,
}

/// The queue. `Key` names a loop.
#[derive(Debug)]
pub struct Queue<Key> {
    bounds: QueueLimits,
    waiters: HashMap<WaiterId, Waiter<Key>>,
    /// The waiters of each entry. No list is empty.
    entries: HashMap<Key, Vec<WaiterId>>,
    /// The turn of each owner (the smallest is next) and the number of its waiters.
    turns: HashMap<Owner, (u64, usize)>,
    next_waiter: u64,
    next_turn: u64,
    /// Number of `Now` entries taken in a row while a `Later` entry waited.
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

    /// Adds a waiter to an entry, and adds the entry if it is new. Only a new entry can be refused.
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

    /// Removes a waiter. Returns the key of its entry if the entry is removed with it. Does nothing if the
    /// entry was taken, because then its waiters are gone.
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

    /// Raises the urgency of an entry for one of its waiters.
    pub fn raise(&mut self, id: WaiterId, urgency: Urgency) {
        if let Some(waiter) = self.waiters.get_mut(&id) {
            waiter.claim.urgency = waiter.claim.urgency.max(urgency);
        }
    }

    /// Takes the next entry out of the queue if it has at least the urgency `least`. Returns its key and its
    /// urgency, the highest of its waiters.
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
        // This comes before the waiters are removed. If the owner has no other waiters, its turn is removed
        // with them. The owner is new when it comes again, and thus last, too.
        if let Some((turn, _)) = self.turns.get_mut(&claim.owner) {
            *turn = self.next_turn;
            self.next_turn += 1;
        }
        let waiters = self.entries.remove(&key)?;
        let urgencies = waiters.into_iter().filter_map(|id| self.remove_waiter(id));
        let urgency = urgencies.map(|waiter| waiter.claim.urgency).max();
        Some((key, urgency.unwrap_or(claim.urgency)))
    }

    /// Number of entries that a request asked for: those with a waiter above `Background`.
    pub fn asked_for(&self) -> usize {
        let asked_for = |id: &WaiterId| {
            let waiter = self.waiters.get(id);
            waiter.is_some_and(|waiter| waiter.claim.urgency > Urgency::Background)
        };
        let entries = self.entries.values();
        entries.filter(|waiters| waiters.iter().any(asked_for)).count()
    }

    /// The waiter of this urgency that is next.
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
