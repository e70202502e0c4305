//! The budget of the whole app: how much of something it has at once, calls or
//! bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Room for so much at once, wherever it comes from. Nobody waits for some:
/// it is there or not, so that counting is enough.
#[derive(Clone)]
pub(crate) struct Room(Arc<AtomicUsize>);

/// What one has of it, until it is dropped.
pub(crate) struct Place {
    left: Arc<AtomicUsize>,
    many: usize,
}

impl Room {
    pub(crate) fn new(size: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(size)))
    }

    /// A place for one more, if there is one.
    pub(crate) fn enter(&self) -> Option<Place> {
        self.take(1)
    }

    /// A place for so many more, if there is one.
    pub(crate) fn take(&self, many: usize) -> Option<Place> {
        self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(many)).ok()?;
        Some(Place { left: self.0.clone(), many })
    }
}

impl Place {
    /// Has so much more of the same room.
    pub(crate) fn add(&mut self, mut more: Self) {
        self.many += std::mem::take(&mut more.many);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.left.fetch_add(self.many, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_and_no_more_until_one_leaves() {
        let room = Room::new(2);
        let (first, second) = (room.enter(), room.enter());
        assert!(first.is_some() && second.is_some() && room.enter().is_none());
        drop(first);
        assert!(room.enter().is_some());
        assert!(Room::new(0).enter().is_none());
        assert!(Room::new(usize::MAX).enter().is_some());
    }

    #[test]
    fn what_was_added_is_given_back_with_the_rest() {
        let room = Room::new(10);
        let mut place = room.take(4).unwrap();
        place.add(room.take(6).unwrap());
        assert!(room.enter().is_none());
        drop(place);
        assert!(room.take(11).is_none() && room.take(10).is_some());
    }
}
