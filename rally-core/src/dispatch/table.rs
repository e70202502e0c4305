//! The table of running programs, which finds the program of a handle.
//!
//! A program is in the table from the first render that builds views until it ends.
//! A render that writes text needs no entry.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::AnyMessage;
use crate::view::scope::UsedMappings;

/// The queue of a program, without the type of its messages.
pub(crate) trait Receiver: Send + Sync {
    /// Queues a message after it was converted by a mapping.
    fn receive(&self, mapping: u32, message: AnyMessage);

    /// Adds a mapping and returns its number.
    fn add_mapping(&self, mapping: Mapping) -> u32;

    /// Forgets the mappings that are not used any more.
    fn keep_mappings(&self, used: &UsedMappings);
}

/// The programs, sorted by number. Few run at a time, so a list takes less code than a map.
static PROGRAMS: Mutex<Vec<(u64, Weak<dyn Receiver>)>> = Mutex::new(Vec::new());

/// Number 0 is no program.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The entry of a program. Dropping it removes the program from the table.
pub(crate) struct Entry(u64);

impl Entry {
    pub(crate) fn of(program: &Arc<dyn Receiver>) -> Self {
        let program = Arc::downgrade(program);
        // The number is taken under the lock, so the list stays sorted.
        let mut programs = programs();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        programs.push((number, program));
        Self(number)
    }

    pub(crate) fn number(&self) -> u64 {
        self.0
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // The lock ends before the program may be dropped.
        let _removed = {
            let mut programs = programs();
            let place = programs.binary_search_by_key(&self.0, |(number, _)| *number);
            place.ok().map(|place| programs.remove(place))
        };
    }
}

/// Finds a program that has not ended.
pub(crate) fn find(program: u64) -> Option<Arc<dyn Receiver>> {
    if program == 0 {
        return None;
    }
    let programs = programs();
    let place = programs.binary_search_by_key(&program, |(number, _)| *number).ok()?;
    programs[place].1.upgrade()
}

fn programs() -> MutexGuard<'static, Vec<(u64, Weak<dyn Receiver>)>> {
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
    /// Sorted by number, because numbers count up.
    known: Vec<(u32, Mapping)>,
}

impl Mappings {
    pub(crate) fn add(&mut self, mapping: Mapping) -> u32 {
        self.last += 1;
        self.known.push((self.last, mapping));
        self.last
    }

    /// Forgets all mappings but those in the sorted ranges, and returns the forgotten
    /// ones. Dropping them may run code of the app, so drop them without a lock.
    pub(crate) fn keep(&mut self, used: &[RangeInclusive<u32>]) -> Vec<Mapping> {
        let is_used = |number: u32| {
            let after = used.partition_point(|range| *range.start() <= number);
            after > 0 && used[after - 1].contains(&number)
        };
        let forgotten = self.known.extract_if(.., |(number, _)| !is_used(*number));
        forgotten.map(|(_, mapping)| mapping).collect()
    }

    /// Returns a mapping with those that follow it, in their order.
    pub(crate) fn chain(&self, mut number: u32) -> Option<Vec<Mapping>> {
        let mut chain = Vec::new();
        while number != 0 {
            let place = self.known.binary_search_by_key(&number, |(known, _)| *known).ok()?;
            let mapping = self.known[place].1.clone();
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
