//! The auth cache of one socket: the result of authenticating the caller.
//!
//! The cache reads no clock and does no I/O: callers pass the time and the future.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::time::Instant;

use crate::auth::guard::AuthOutcome;

const LIFETIME: Duration = Duration::from_secs(1800);

/// A result that may be pending. Messages that arrive while it is pending share the result.
pub(super) type PendingAuth<T> = Shared<BoxFuture<'static, T>>;

pub(super) struct AuthCache<T: Clone> {
    latest: Option<CachedAuth<T>>,
}

struct CachedAuth<T: Clone> {
    result: PendingAuth<T>,
    since: Instant,
    /// The session's generation when authentication started.
    generation: u64,
}

pub(super) trait Cacheable: Clone + Send + Sync + 'static {
    /// Returns `true` if the next message must authenticate again.
    fn is_failure(&self) -> bool;
}

impl Cacheable for AuthOutcome {
    fn is_failure(&self) -> bool {
        self.is_failure()
    }
}

impl<T: Cacheable> AuthCache<T> {
    pub(super) fn new() -> Self {
        Self { latest: None }
    }

    /// Returns the cached result. Authenticates again if no result is cached, or if the cached
    /// result has expired, is a failure or belongs to another generation.
    pub(super) fn at(
        &mut self,
        now: Instant,
        generation: u64,
        authenticate: impl FnOnce() -> BoxFuture<'static, T>,
    ) -> PendingAuth<T> {
        let cached = self.latest.take().filter(|latest| latest.is_valid(now, generation));
        let latest = cached.unwrap_or_else(|| CachedAuth {
            result: authenticate().shared(),
            since: now,
            generation,
        });
        self.latest.insert(latest).result.clone()
    }
}

impl<T: Cacheable> CachedAuth<T> {
    fn is_valid(&self, now: Instant, generation: u64) -> bool {
        self.generation == generation
            && now.saturating_duration_since(self.since) <= LIFETIME
            && self.result.peek().is_none_or(|result| !result.is_failure())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future;
    use tokio::sync::oneshot;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A result is a number; odd numbers are failures.
    impl Cacheable for u32 {
        fn is_failure(&self) -> bool {
            self % 2 == 1
        }
    }

    fn at(cache: &mut AuthCache<u32>, now: Instant, generation: u64, result: u32) -> u32 {
        let pending = cache.at(now, generation, || Box::pin(future::ready(result)));
        pending.now_or_never().unwrap()
    }

    #[test]
    fn a_result_is_valid_for_1800_seconds() {
        let (mut cache, start) = (AuthCache::new(), Instant::now());
        assert_eq!(at(&mut cache, start, 0, 2), 2);
        assert_eq!(at(&mut cache, start + 1800 * SECOND, 0, 4), 2);
        let late = start + 1800 * SECOND + Duration::from_nanos(1);
        assert_eq!(at(&mut cache, late, 0, 4), 4);
        assert_eq!(at(&mut cache, late + 1800 * SECOND, 0, 6), 4);
        assert_eq!(at(&mut cache, late + 1801 * SECOND, 0, 6), 6);
    }

    #[test]
    fn a_changed_session_is_authenticated_again_at_once() {
        let (mut cache, now) = (AuthCache::new(), Instant::now());
        assert_eq!(at(&mut cache, now, 0, 2), 2);
        assert_eq!(at(&mut cache, now, 1, 4), 4);
        assert_eq!(at(&mut cache, now, 1, 6), 4);
    }

    #[test]
    fn a_failure_is_valid_for_one_message() {
        let (mut cache, now) = (AuthCache::new(), Instant::now());
        for result in [1, 3, 5, 2] {
            assert_eq!(at(&mut cache, now, 0, result), result);
        }
        assert_eq!(at(&mut cache, now, 0, 4), 2);
    }

    #[tokio::test]
    async fn messages_share_a_pending_result_and_its_failure() {
        let (mut cache, now) = (AuthCache::new(), Instant::now());
        let (sender, receiver) = oneshot::channel();
        let first = cache.at(now, 0, || Box::pin(async { receiver.await.unwrap() }));
        let second = cache.at(now, 0, || panic!("authentication is already pending"));
        // The session has a new generation, so this message does not use the pending result.
        assert_eq!(at(&mut cache, now, 1, 2), 2);
        sender.send(1).unwrap();
        assert_eq!((first.await, second.await), (1, 1));
    }
}
