//! The budget of the whole app: how much of something it has at once, calls or
//! bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Room for so much at once, wherever it comes from. Nobody waits for some:
/// it is there or not, so that counting is enough.
#[derive(Clone)]
pub(crate) struct Budget(Arc<AtomicUsize>);

/// What one has of it, until it is dropped.
pub(crate) struct Permit {
    left: Arc<AtomicUsize>,
    many: usize,
}

impl Budget {
    pub(crate) fn new(size: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(size)))
    }

    /// A place for one more, if there is one.
    pub(crate) fn try_acquire(&self) -> Option<Permit> {
        self.try_acquire_many(1)
    }

    /// A place for so many more, if there is one.
    pub(crate) fn try_acquire_many(&self, many: usize) -> Option<Permit> {
        self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(many)).ok()?;
        Some(Permit { left: self.0.clone(), many })
    }
}

impl Permit {
    /// Has so much more of the same budget.
    pub(crate) fn add(&mut self, mut more: Self) {
        self.many += std::mem::take(&mut more.many);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.left.fetch_add(self.many, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_and_no_more_until_one_leaves() {
        let budget = Budget::new(2);
        let (first, second) = (budget.try_acquire(), budget.try_acquire());
        assert!(first.is_some() && second.is_some() && budget.try_acquire().is_none());
        drop(first);
        assert!(budget.try_acquire().is_some());
        assert!(Budget::new(0).try_acquire().is_none());
        assert!(Budget::new(usize::MAX).try_acquire().is_some());
    }

    #[test]
    fn what_was_added_is_given_back_with_the_rest() {
        let budget = Budget::new(10);
        let mut permit = budget.try_acquire_many(4).unwrap();
        permit.add(budget.try_acquire_many(6).unwrap());
        assert!(budget.try_acquire().is_none());
        drop(permit);
        assert!(budget.try_acquire_many(11).is_none() && budget.try_acquire_many(10).is_some());
    }
}
