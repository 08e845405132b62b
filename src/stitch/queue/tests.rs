use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;

use super::*;

const BOUNDS: QueueLimits = QueueLimits { all: 12, later: 8 };

fn claim(owner: u64, urgency: Urgency, order: usize) -> Claim {
    Claim {
        owner: Owner(owner),
        urgency,
        order,
    }
}

fn all_taken(queue: &mut Queue<u32>) -> Vec<u32> {
    std::iter::from_fn(|| queue.take(Urgency::Background))
        .map(|(key, _)| key)
        .collect()
}

#[test]
fn requests_take_turns_and_each_gets_its_loops_in_its_order() {
    let mut queue = Queue::new(BOUNDS);
    for (key, owner, order) in [
        (11, 1, 1),
        (10, 1, 0),
        (12, 1, 2),
        (21, 2, 9),
        (20, 2, 4),
        (30, 3, 0),
    ] {
        queue.join(key, claim(owner, Urgency::Later, order)).unwrap();
    }
    assert_eq!(all_taken(&mut queue), [10, 20, 30, 11, 21, 12]);
}

#[test]
fn what_a_stream_needs_now_is_first_but_one_in_four_is_for_the_others() {
    let mut queue = Queue::new(QueueLimits { all: 99, later: 99 });
    queue.join(0, claim(9, Urgency::Background, 0)).unwrap();
    for key in 1..=2 {
        queue.join(key, claim(1, Urgency::Later, key as usize)).unwrap();
    }
    for key in 10..18_u32 {
        queue.join(key, claim(u64::from(key), Urgency::Now, 0)).unwrap();
    }
    assert_eq!(all_taken(&mut queue), [10, 11, 12, 1, 13, 14, 15, 2, 16, 17, 0]);
}

#[test]
fn one_who_comes_later_and_needs_it_now_raises_an_entry_and_one_who_leaves_lowers_it() {
    let mut queue = Queue::new(BOUNDS);
    queue.join(1, claim(1, Urgency::Later, 0)).unwrap();
    queue.join(2, claim(2, Urgency::Later, 0)).unwrap();
    let urgent = queue.join(2, claim(3, Urgency::Now, 0)).unwrap();
    let raised = queue.join(3, claim(4, Urgency::Background, 0)).unwrap();
    queue.raise(raised, Urgency::Now);
    assert_eq!(queue.leave(urgent), None, "another still waits for it");
    assert_eq!(queue.take(Urgency::Now), Some((3, Urgency::Now)));
    assert_eq!(queue.take(Urgency::Now), None, "nothing else is needed now");
    assert_eq!(queue.leave(raised), None, "what was taken is left in peace");
    assert_eq!(all_taken(&mut queue), [1, 2]);
}

#[test]
fn the_last_places_are_for_what_is_needed_now() {
    let mut queue = Queue::new(BOUNDS);
    let later = |owner| claim(owner, Urgency::Later, 0);
    let ids: Vec<WaiterId> = (0..8_u32)
        .map(|key| queue.join(key, later(u64::from(key))).unwrap())
        .collect();
    assert_eq!(queue.join(8, later(8)), Err(Full));
    assert!(queue.join(7, later(8)).is_ok(), "it is there already");
    for key in 10..14_u32 {
        queue.join(key, claim(u64::from(key), Urgency::Now, 0)).unwrap();
    }
    assert_eq!(queue.join(14, claim(14, Urgency::Now, 0)), Err(Full));
    assert!(
        queue.join(15, claim(15, Urgency::Background, 0)).is_ok(),
        "it is not counted"
    );
    assert_eq!(queue.leave(ids[7]), None);
    assert_eq!(queue.leave(ids[6]), Some(6));
    assert!(queue.join(14, claim(14, Urgency::Now, 0)).is_ok());
}

/// An operation on a queue.
#[derive(Debug, Clone)]
enum Step {
    Join {
        key: u32,
        owner: u64,
        urgency: Urgency,
        order: usize,
    },
    /// The waiter with this index, modulo the number of waiters.
    Leave(usize),
    Raise(usize),
    Take,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let urgency = prop_oneof![
        1 => Just(Urgency::Background),
        4 => Just(Urgency::Later),
        3 => Just(Urgency::Now),
    ];
    let join = (0..40u32, 0..8u64, urgency, 0..5usize);
    let step = prop_oneof![
        6 => join.prop_map(|(key, owner, urgency, order)| Step::Join { key, owner, urgency, order }),
        2 => (0..64usize).prop_map(Step::Leave),
        1 => (0..64usize).prop_map(Step::Raise),
        4 => Just(Step::Take),
    ];
    prop::collection::vec(step, 1..200)
}

proptest! {
    /// Compares the queue, step by step, with a plain list of waiters that is searched by the rules.
    #[test]
    fn any_history_keeps_bound_order_and_waiters(steps in steps()) {
        let mut queue = Queue::new(BOUNDS);
        let mut waiting: BTreeMap<WaiterId, (u32, Claim)> = BTreeMap::new();
        for step in steps {
            let keys = |waiting: &BTreeMap<WaiterId, (u32, Claim)>, least| -> HashSet<u32> {
                let all = waiting.values().filter(|(_, claim)| claim.urgency >= least);
                all.map(|(key, _)| *key).collect()
            };
            let asked_for = keys(&waiting, Urgency::Later);
            match step {
                Step::Join { key, owner, urgency, order } => {
                    let claim = claim(owner, urgency, order);
                    let known = keys(&waiting, Urgency::Background).contains(&key);
                    let bound = match urgency {
                        Urgency::Background => usize::MAX,
                        Urgency::Later => BOUNDS.later,
                        Urgency::Now => BOUNDS.all,
                    };
                    match queue.join(key, claim) {
                        Ok(id) => {
                            prop_assert!(known || asked_for.len() < bound);
                            prop_assert!(waiting.insert(id, (key, claim)).is_none());
                        }
                        Err(Full) => prop_assert!(!known && asked_for.len() >= bound),
                    }
                }
                Step::Leave(number) if !waiting.is_empty() => {
                    let id = *waiting.keys().nth(number % waiting.len()).unwrap();
                    let (key, _) = waiting.remove(&id).unwrap();
                    let last = !keys(&waiting, Urgency::Background).contains(&key);
                    prop_assert_eq!(queue.leave(id), last.then_some(key));
                }
                Step::Raise(number) if !waiting.is_empty() => {
                    let id = *waiting.keys().nth(number % waiting.len()).unwrap();
                    queue.raise(id, Urgency::Now);
                    waiting.get_mut(&id).unwrap().1.urgency = Urgency::Now;
                }
                Step::Leave(_) | Step::Raise(_) => {}
                Step::Take => {
                    let Some((key, urgency)) = queue.take(Urgency::Background) else {
                        prop_assert!(waiting.is_empty());
                        continue;
                    };
                    let of_it: Vec<(WaiterId, Claim)> = waiting
                        .iter()
                        .filter(|(_, (of, _))| *of == key)
                        .map(|(id, (_, claim))| (*id, *claim))
                        .collect();
                    prop_assert!(!of_it.is_empty(), "nobody waits for {}", key);
                    prop_assert_eq!(Some(urgency), of_it.iter().map(|(_, claim)| claim.urgency).max());
                    // `Background` comes only when nothing else waits.
                    prop_assert!(urgency > Urgency::Background || asked_for.is_empty());
                    // For one of its waiters, the entry is the first of its owner at this urgency.
                    let is_first = of_it.iter().any(|(_, claim)| {
                        let mut own = waiting.values().map(|(_, other)| other).filter(|other| {
                            other.owner == claim.owner && other.urgency == claim.urgency
                        });
                        own.all(|other| other.order >= claim.order)
                    });
                    prop_assert!(is_first, "{} is not the first of anybody who waits for it", key);
                    waiting.retain(|_, (of, _)| *of != key);
                }
            }
            prop_assert_eq!(queue.asked_for(), keys(&waiting, Urgency::Later).len());
            // The queue keeps no state of owners that have left.
            let owners: HashSet<Owner> = waiting.values().map(|(_, claim)| claim.owner).collect();
            prop_assert_eq!(queue.turns.len(), owners.len());
            prop_assert_eq!(queue.waiters.len(), waiting.len());
        }
    }

    /// No entry is passed over for long, no matter how many requests come later and how many loops each has.
    #[test]
    fn nobody_starves(
        before in prop::collection::vec((any::<bool>(), 1..4usize), 0..6),
        now: bool,
        arrivals in prop::collection::vec((any::<bool>(), 1..4usize), 1..60),
    ) {
        let mut queue = Queue::new(QueueLimits { all: usize::MAX, later: usize::MAX });
        let urgency = |now| if now { Urgency::Now } else { Urgency::Later };
        let mut next = 1..;
        let mut arrive = |queue: &mut Queue<u32>, owner: u64, now: bool, loops: usize| {
            for order in 0..loops {
                let key = next.next().unwrap();
                queue.join(key, claim(owner, urgency(now), order)).unwrap();
            }
        };
        for (owner, (now, loops)) in before.iter().enumerate() {
            arrive(&mut queue, owner as u64, *now, *loops);
        }
        queue.join(0, claim(1000, urgency(now), 0)).unwrap();
        // Each earlier owner takes one turn, and at least one of four turns is of this urgency.
        let most = 4 * (before.len() + 1);
        let mut arrivals = arrivals.iter().cycle();
        let mut taken = 0;
        loop {
            let (now, loops) = arrivals.next().unwrap();
            arrive(&mut queue, 2000 + taken as u64, *now, *loops);
            taken += 1;
            if queue.take(Urgency::Background).unwrap().0 == 0 {
                break;
            }
            prop_assert!(taken < most, "passed over {} times", taken);
        }
    }
}
