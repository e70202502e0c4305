//! The conversions of messages that [`Dispatch::map`](super::Dispatch::map) makes.

use std::any::Any;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::AnyMessage;
use crate::view::scope::UsedMappings;

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

/// A mapping with those that follow it.
pub(crate) type Chain = Box<dyn Fn(AnyMessage) -> Option<AnyMessage> + Send + Sync>;

/// The mappings of a program. A trait, because an app that does not use `Dispatch::map` then has
/// none of this code.
pub(crate) trait AnyMappings: Send {
    /// Adds a mapping and returns its number.
    fn add(&mut self, mapping: Mapping) -> u32;

    /// Forgets all mappings but the used ones, and returns the forgotten ones. Dropping them may run
    /// code of the app, so drop them without a lock.
    fn keep(&mut self, used: &UsedMappings) -> Box<dyn Any>;

    /// Returns a mapping with those that follow it.
    fn chain(&self, number: u32) -> Option<Chain>;
}

/// The mappings of a program.
#[derive(Default)]
pub(crate) struct Mappings {
    last: u32,
    /// Sorted by number, because numbers count up.
    known: Vec<(u32, Mapping)>,
}

impl AnyMappings for Mappings {
    fn add(&mut self, mapping: Mapping) -> u32 {
        self.last += 1;
        self.known.push((self.last, mapping));
        self.last
    }

    fn keep(&mut self, used: &UsedMappings) -> Box<dyn Any> {
        let used: Vec<RangeInclusive<u32>> = used.sorted();
        let is_used = |number: u32| {
            let after = used.partition_point(|range| *range.start() <= number);
            after > 0 && used[after - 1].contains(&number)
        };
        let forgotten = self.known.extract_if(.., |(number, _)| !is_used(*number));
        Box::new(forgotten.collect::<Vec<_>>())
    }

    fn chain(&self, mut number: u32) -> Option<Chain> {
        let mut chain = Vec::new();
        while number != 0 {
            let place = self.known.binary_search_by_key(&number, |(known, _)| *known).ok()?;
            let mapping = self.known[place].1.clone();
            number = mapping.then;
            chain.push(mapping);
        }
        Some(Box::new(move |message| {
            chain.iter().try_fold(message, |message, mapping| (mapping.to)(message))
        }))
    }
}
