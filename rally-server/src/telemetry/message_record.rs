//! Message records: the data of a request and its response that a recorder stores.
//!
//! A record begins when a call arrives, or a request for a page. The code that answers the
//! request runs with this record as the current record of its task. That code adds data to
//! the current record, such as the page and the user, so it needs no record as a parameter.
//! A span of `tracing` works in the same way. Without a recorder, nothing is recorded.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use rally_core::codec::redacted;
use rally_core::wire::Wire;
use tokio::time::Instant;

use super::recorder::{Direction, RecordedMessage, Recorder};
use crate::request::info::RequestInfo;

/// Maximum length of a recorded name that a client has sent, in bytes.
const MAX_NAME: usize = 256;

/// Maximum length of a recorded payload without the suffix, in bytes.
const MAX_PAYLOAD: usize = 16 * 1024;

/// Suffix of a truncated payload: the string `[cut]` in MessagePack.
const CUT: &[u8] = b"\xa5[cut]";

tokio::task_local! {
    static CURRENT: Arc<Record>;
}

/// `true` if the process has a recorder. Reading this flag is cheaper than looking for
/// the current record.
static IS_RECORDED: AtomicBool = AtomicBool::new(false);

#[derive(Clone, Default)]
pub(crate) struct Records(Option<Arc<dyn Recorder>>);

/// The record of one request; `None` if the request is not recorded.
#[derive(Clone)]
pub(crate) struct MessageRecord(Option<Arc<Record>>);

struct Record {
    recorder: Arc<dyn Recorder>,
    info: Arc<RequestInfo>,
    name: Cow<'static, str>,
    size: usize,
    at: i64,
    since: Instant,
    page: OnceLock<&'static str>,
    user: OnceLock<Arc<str>>,
    is_request_recorded: AtomicBool,
    response: OnceLock<Vec<u8>>,
}

impl Records {
    pub(crate) fn new(recorder: Option<Arc<dyn Recorder>>) -> Self {
        if recorder.is_some() {
            IS_RECORDED.store(true, Relaxed);
        }
        Self(recorder)
    }

    pub(crate) fn begin(
        &self,
        info: &Arc<RequestInfo>,
        name: impl FnOnce() -> Cow<'static, str>,
        size: usize,
    ) -> MessageRecord {
        MessageRecord(self.0.as_ref().map(|recorder| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Arc::new(Record {
                recorder: recorder.clone(),
                info: info.clone(),
                name: bounded(name()),
                size,
                at: now.as_secs() as i64,
                since: Instant::now(),
                page: OnceLock::new(),
                user: OnceLock::new(),
                is_request_recorded: AtomicBool::new(false),
                response: OnceLock::new(),
            })
        }))
    }

    pub(crate) async fn flush(&self) {
        if let Some(recorder) = &self.0 {
            recorder.flush().await;
        }
    }
}

impl MessageRecord {
    pub(crate) fn none() -> Self {
        Self(None)
    }

    pub(crate) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn note_page(&self, page: impl FnOnce() -> Option<&'static str>) {
        if let Some(record) = &self.0 {
            record.note_page(page());
        }
    }

    /// Creates a session if the recorded request has none.
    pub(crate) fn note_session(&self) {
        if let Some(record) = &self.0 {
            record.info.session();
        }
    }

    /// Runs a future with this record as the current record.
    ///
    /// The caller must pin the future: most of these futures are large, and should not
    /// be moved.
    pub(crate) async fn scope<F: Future + Unpin>(&self, future: F) -> F::Output {
        match &self.0 {
            Some(record) => CURRENT.scope(record.clone(), future).await,
            None => future.await,
        }
    }

    /// Records the response. `outcome` returns the name of the outcome, and the size of the
    /// response in bytes.
    pub(crate) fn answered(self, outcome: impl FnOnce() -> (&'static str, usize)) {
        if let Some(record) = self.0 {
            let (outcome, size) = outcome();
            record.record_response(outcome, size);
        }
    }
}

pub(crate) fn note_user(user: Option<&Arc<str>>) {
    with_current(|record| {
        if let Some(user) = user {
            record.user.get_or_init(|| user.clone());
        }
    });
}

pub(crate) fn note_page(page: Option<&'static str>) {
    with_current(|record| record.note_page(page));
}

pub(crate) fn received<T: Wire>(message: &T) {
    with_current(|record| record.record_request(message.variant_name(), record.payload(message)));
}

/// Records a request that has no message.
pub(crate) fn received_nothing() {
    with_current(|record| record.record_request(None, None));
}

/// Keeps the value of the response until the response is recorded.
pub(crate) fn answering<T: Wire>(value: &T) {
    with_current(|record| {
        if let Some(payload) = record.payload(value) {
            record.response.get_or_init(|| payload);
        }
    });
}

fn with_current(note: impl FnOnce(&Record)) {
    if IS_RECORDED.load(Relaxed) {
        // The error means that there is no current record: there is nothing to do.
        let _ = CURRENT.try_with(|record| note(record));
    }
}

impl Record {
    fn note_page(&self, page: Option<&'static str>) {
        if let Some(page) = page {
            self.page.get_or_init(|| page);
        }
    }

    fn record_request(&self, variant: Option<&'static str>, payload: Option<Vec<u8>>) {
        if !self.is_request_recorded.swap(true, Relaxed) {
            self.recorder.record(RecordedMessage { variant, payload, ..self.message() });
        }
    }

    fn record_response(&self, outcome: &'static str, size: usize) {
        // If the request was refused before it was decoded, it is not recorded yet.
        self.record_request(None, None);
        let elapsed = self.since.elapsed();
        self.recorder.record(RecordedMessage {
            // Do not read the system clock again: it may have been set back, and a
            // response must not be older than its request.
            at: self.at + elapsed.as_secs() as i64,
            direction: Direction::ToClient,
            variant: Some(outcome),
            size,
            payload: self.response.get().cloned(),
            elapsed: Some(elapsed),
            ..self.message()
        });
    }

    fn message(&self) -> RecordedMessage {
        RecordedMessage {
            at: self.at,
            session: self.info.known_session(),
            user: self.user.get().cloned(),
            page: self.page.get().copied(),
            direction: Direction::ToServer,
            name: self.name.clone(),
            variant: None,
            size: self.size,
            payload: None,
            elapsed: None,
        }
    }

    fn payload<T: Wire>(&self, value: &T) -> Option<Vec<u8>> {
        let encoded = self.recorder.wants_payloads().then(|| redacted::encode(value));
        encoded.and_then(Result::ok).map(cut)
    }
}

fn bounded(name: Cow<'static, str>) -> Cow<'static, str> {
    match name {
        Cow::Owned(mut name) if name.len() > MAX_NAME => {
            name.truncate(name.floor_char_boundary(MAX_NAME));
            name.into()
        }
        name => name,
    }
}

fn cut(mut payload: Vec<u8>) -> Vec<u8> {
    if payload.len() > MAX_PAYLOAD {
        payload.truncate(MAX_PAYLOAD);
        payload.extend_from_slice(CUT);
    }
    payload.shrink_to_fit();
    payload
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_payload_is_truncated_and_marked() {
        let long = vec![7; MAX_PAYLOAD];
        assert_eq!(cut(long.clone()), long);
        let longer = cut([&long[..], &[1]].concat());
        assert_eq!(longer, [&long[..], b"\xa5[cut]"].concat());
    }

    #[test]
    fn a_name_from_a_client_is_truncated() {
        let name = format!("{}\u{e9}", "x".repeat(255));
        assert_eq!(bounded(Cow::Owned(name)), "x".repeat(255));
        assert_eq!(bounded(Cow::Borrowed("shop::Rename")), "shop::Rename");
    }
}
