//! The table of running programs, which finds the program of a handle.
//!
//! A program is in the table from the first render that builds views until it ends.
//! A render that writes text needs no entry.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::AnyMessage;

/// The queue of a program, without the type of its messages.
pub(crate) trait Receiver: Send + Sync {
    /// Queues a message after it was converted by a mapping.
    fn receive(&self, mapping: u32, message: AnyMessage);

    /// Adds a mapping and returns its number.
    fn add_mapping(&self, mapping: Mapping) -> u32;
}

static PROGRAMS: Mutex<BTreeMap<u64, Weak<dyn Receiver>>> = Mutex::new(BTreeMap::new());

/// Number 0 is no program.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The entry of a program. Dropping it removes the program from the table.
pub(crate) struct Entry(u64);

impl Entry {
    pub(crate) fn of(program: &Arc<impl Receiver + 'static>) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let program: Weak<dyn Receiver> = Arc::downgrade(program) as Weak<dyn Receiver>;
        programs().insert(number, program);
        Self(number)
    }

    pub(crate) fn number(&self) -> u64 {
        self.0
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // The lock ends before the program may be dropped.
        let _removed = programs().remove(&self.0);
    }
}

/// Finds a program that has not ended.
pub(super) fn find(program: u64) -> Option<Arc<dyn Receiver>> {
    if program == 0 {
        return None;
    }
    programs().get(&program)?.upgrade()
}

fn programs() -> MutexGuard<'static, BTreeMap<u64, Weak<dyn Receiver>>> {
    PROGRAMS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A conversion of messages.
#[derive(Clone)]
pub(crate) struct Mapping {
    /// The number of the mapping to apply after this one; 0 if there is none.
    then: u32,
    to: Arc<dyn Fn(AnyMessage) -> Option<AnyMessage> + Send + Sync>,
}

impl Mapping {
    pub(super) fn new(
        then: u32,
        to: impl Fn(AnyMessage) -> Option<AnyMessage> + Send + Sync + 'static,
    ) -> Self {
        Self { then, to: Arc::new(to) }
    }
}

/// The mappings of a program.
#[derive(Default)]
pub(crate) struct Mappings {
    last: u32,
    known: BTreeMap<u32, Mapping>,
}

impl Mappings {
    pub(crate) fn add(&mut self, mapping: Mapping) -> u32 {
        self.last += 1;
        self.known.insert(self.last, mapping);
        self.last
    }

    /// Forgets all mappings but those in the sorted ranges, and returns the forgotten
    /// ones. Dropping them may run code of the app, so drop them without a lock.
    pub(crate) fn keep(&mut self, used: &[RangeInclusive<u32>]) -> Vec<Mapping> {
        let is_used = |number: u32| {
            let after = used.partition_point(|range| *range.start() <= number);
            after > 0 && used[after - 1].contains(&number)
        };
        self.known
            .extract_if(.., |number, _| !is_used(*number))
            .map(|(_, mapping)| mapping)
            .collect()
    }

    /// Returns a mapping with those that follow it, in their order.
    pub(crate) fn chain(&self, mut number: u32) -> Option<Vec<Mapping>> {
        let mut chain = Vec::new();
        while number != 0 {
            let mapping = self.known.get(&number)?.clone();
            number = mapping.then;
            chain.push(mapping);
        }
        Some(chain)
    }
}

/// Converts a message by mappings.
pub(crate) fn convert(chain: &[Mapping], message: AnyMessage) -> Option<AnyMessage> {
    chain.iter().try_fold(message, |message, mapping| (mapping.to)(message))
}
