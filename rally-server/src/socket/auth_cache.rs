//! The auth cache of one socket: who is on it, asked when it opens, and again
//! when the answer is old. No clock, and nothing is asked here.

use std::pin::Pin;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::Shared;
use tokio::time::Instant;

use crate::auth::guard::AuthOutcome;

/// For how long an answer counts; one that is exactly this old does.
const LIFETIME: Duration = Duration::from_secs(1800);

/// An answer on its way. Messages that come in meanwhile wait for the same one.
pub(super) type PendingAuth<T> = Shared<Pin<Box<dyn Future<Output = T> + Send>>>;

/// Who is on a socket.
pub(super) struct AuthCache<T: Clone> {
    latest: Option<CachedAuth<T>>,
}

struct CachedAuth<T: Clone> {
    answer: PendingAuth<T>,
    since: Instant,
    /// How often the session had changed before this was asked.
    generation: u64,
}

/// An answer that may be none.
pub(super) trait Cacheable: Clone + Send + Sync + 'static {
    /// Whether it is to be asked again for the next message.
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

    /// Who it is, for a message that comes in now; asks when that is not known
    /// or may not be so any more.
    pub(super) fn at(
        &mut self,
        now: Instant,
        generation: u64,
        ask: impl FnOnce() -> Pin<Box<dyn Future<Output = T> + Send>>,
    ) -> PendingAuth<T> {
        let known = self.latest.take().filter(|latest| latest.counts(now, generation));
        let latest =
            known.unwrap_or_else(|| CachedAuth { answer: ask().shared(), since: now, generation });
        self.latest.insert(latest).answer.clone()
    }
}

impl<T: Cacheable> CachedAuth<T> {
    fn counts(&self, now: Instant, generation: u64) -> bool {
        self.generation == generation
            && now.saturating_duration_since(self.since) <= LIFETIME
            && self.answer.peek().is_none_or(|answer| !answer.is_failure())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future;
    use tokio::sync::oneshot;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// An answer is a number, and odd ones are failures.
    impl Cacheable for u32 {
        fn is_failure(&self) -> bool {
            self % 2 == 1
        }
    }

    /// Asks for a message, and has the answer at once.
    fn at(cache: &mut AuthCache<u32>, now: Instant, generation: u64, answer: u32) -> u32 {
        let asking = cache.at(now, generation, || Box::pin(future::ready(answer)));
        asking.now_or_never().unwrap()
    }

    #[test]
    fn an_answer_counts_for_1800_seconds() {
        let (mut cache, start) = (AuthCache::new(), Instant::now());
        assert_eq!(at(&mut cache, start, 0, 2), 2);
        assert_eq!(at(&mut cache, start + 1800 * SECOND, 0, 4), 2);
        let late = start + 1800 * SECOND + Duration::from_nanos(1);
        assert_eq!(at(&mut cache, late, 0, 4), 4);
        assert_eq!(at(&mut cache, late + 1800 * SECOND, 0, 6), 4);
        assert_eq!(at(&mut cache, late + 1801 * SECOND, 0, 6), 6);
    }

    #[test]
    fn a_changed_session_is_asked_about_at_once() {
        let (mut cache, now) = (AuthCache::new(), Instant::now());
        assert_eq!(at(&mut cache, now, 0, 2), 2);
        assert_eq!(at(&mut cache, now, 1, 4), 4);
        assert_eq!(at(&mut cache, now, 1, 6), 4);
    }

    #[test]
    fn a_failure_counts_for_one_message() {
        let (mut cache, now) = (AuthCache::new(), Instant::now());
        for answer in [1, 3, 5, 2] {
            assert_eq!(at(&mut cache, now, 0, answer), answer);
        }
        assert_eq!(at(&mut cache, now, 0, 4), 2);
    }

    #[tokio::test]
    async fn messages_wait_for_the_same_answer_and_its_failure_is_theirs() {
        let (mut cache, now) = (AuthCache::new(), Instant::now());
        let (answer, asked) = oneshot::channel();
        let first = cache.at(now, 0, || Box::pin(async { asked.await.unwrap() }));
        let second = cache.at(now, 0, || panic!("it is asked already"));
        // The session changes meanwhile: what was asked before does not count.
        assert_eq!(at(&mut cache, now, 1, 2), 2);
        answer.send(1).unwrap();
        assert_eq!((first.await, second.await), (1, 1));
    }
}
