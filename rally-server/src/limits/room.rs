//! Room: how many calls may be under way in the whole app.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room for so many calls at once, wherever they come from.
pub(crate) struct Room(Arc<Semaphore>);

/// A call's place, until it is dropped.
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Room {
    pub(crate) fn new(calls: usize) -> Self {
        Self(Arc::new(Semaphore::new(calls.min(Semaphore::MAX_PERMITS))))
    }

    /// A place for one more, if there is one.
    pub(crate) fn enter(&self) -> Option<Place> {
        let _permit = self.0.clone().try_acquire_owned().ok()?;
        Some(Place { _permit })
    }
}

impl Place {
    /// Keeps it for as long as this runs.
    pub(crate) async fn hold<T>(self, call: impl Future<Output = T>) -> T {
        call.await
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
}
