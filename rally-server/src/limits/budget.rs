//! A budget of calls or bytes that the whole app shares.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A counter of the calls or bytes that are still available.
///
/// Acquiring a permit never waits, so a semaphore is not needed.
#[derive(Clone)]
pub(crate) struct Budget(Arc<AtomicUsize>);

/// An amount that was taken from a [`Budget`]. Dropping the permit returns the amount.
pub(crate) struct Permit {
    available: Arc<AtomicUsize>,
    amount: usize,
}

impl Budget {
    pub(crate) fn new(size: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(size)))
    }

    pub(crate) fn try_acquire(&self) -> Option<Permit> {
        self.try_acquire_many(1)
    }

    pub(crate) fn try_acquire_many(&self, amount: usize) -> Option<Permit> {
        self.0.fetch_update(Relaxed, Relaxed, |available| available.checked_sub(amount)).ok()?;
        Some(Permit { available: self.0.clone(), amount })
    }
}

impl Permit {
    pub(crate) fn add(&mut self, mut other: Self) {
        self.amount += std::mem::take(&mut other.amount);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.available.fetch_add(self.amount, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_up_budget_refuses_until_a_permit_is_dropped() {
        let budget = Budget::new(2);
        let (first, second) = (budget.try_acquire(), budget.try_acquire());
        assert!(first.is_some() && second.is_some() && budget.try_acquire().is_none());
        drop(first);
        assert!(budget.try_acquire().is_some());
        assert!(Budget::new(0).try_acquire().is_none());
        assert!(Budget::new(usize::MAX).try_acquire().is_some());
    }

    #[test]
    fn a_merged_permit_returns_its_whole_amount() {
        let budget = Budget::new(10);
        let mut permit = budget.try_acquire_many(4).unwrap();
        permit.add(budget.try_acquire_many(6).unwrap());
        assert!(budget.try_acquire().is_none());
        drop(permit);
        assert!(budget.try_acquire_many(11).is_none() && budget.try_acquire_many(10).is_some());
    }
}
