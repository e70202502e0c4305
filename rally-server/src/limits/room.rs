//! Room: how much of something the whole app has at once, calls or bytes.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room for so much at once, wherever it comes from.
#[derive(Clone)]
pub(crate) struct Room(Arc<Semaphore>);

/// What one has of it, until it is dropped.
pub(crate) struct Place(OwnedSemaphorePermit);

impl Room {
    pub(crate) fn new(size: usize) -> Self {
        Self(Arc::new(Semaphore::new(size.min(Semaphore::MAX_PERMITS))))
    }

    /// A place for one more, if there is one.
    pub(crate) fn enter(&self) -> Option<Place> {
        self.take(1)
    }

    /// A place for so many more, if there is one.
    pub(crate) fn take(&self, many: usize) -> Option<Place> {
        let many = many.try_into().ok()?;
        self.0.clone().try_acquire_many_owned(many).ok().map(Place)
    }
}

impl Place {
    /// Keeps it for as long as this runs.
    pub(crate) async fn hold<T>(self, call: impl Future<Output = T>) -> T {
        call.await
    }

    /// Has this, too.
    pub(crate) fn add(&mut self, more: Self) {
        self.0.merge(more.0);
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
