//! Message records: a request and its answer, each recorded as it happens.
//!
//! A transport begins a record and runs the answer within it. Whoever finds
//! something out on the way notes it in the record of the message that is
//! answered now, as with a span of `tracing`: no signature carries a record.
//! Where nobody records, all of it does nothing.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use rally_core::codec::redacted;
use rally_core::wire::Wire;
use tokio::time::Instant;

use super::recorder::{Direction, RecordedMessage, Recorder};
use crate::request::info::RequestInfo;

/// The longest name that is told, in bytes: a client may make one up.
const LONGEST_NAME: usize = 256;

/// The longest payload, in bytes.
const LONGEST_PAYLOAD: usize = 16 * 1024;

/// What a payload ends with that was longer: a text, in MessagePack.
const CUT: &[u8] = b"\xa5[cut]";

tokio::task_local! {
    static CURRENT: Arc<Record>;
}

/// Whether an app of this process has a recorder: looking for the current record
/// costs more than this.
static IS_RECORDED: AtomicBool = AtomicBool::new(false);

/// Begins records, if the app has a recorder.
#[derive(Clone, Default)]
pub(crate) struct Records(Option<Arc<dyn Recorder>>);

/// The record of one request; nothing where nobody records.
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
    /// Whether it was recorded that the request has come.
    has_come: AtomicBool,
    answer: OnceLock<Vec<u8>>,
}

impl Records {
    pub(crate) fn new(recorder: Option<Arc<dyn Recorder>>) -> Self {
        if recorder.is_some() {
            IS_RECORDED.store(true, Relaxed);
        }
        Self(recorder)
    }

    /// Begins the record of a request of this name and size, in bytes.
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
                has_come: AtomicBool::new(false),
                answer: OnceLock::new(),
            })
        }))
    }

    /// Waits until everything recorded so far is kept or lost.
    pub(crate) async fn flush(&self) {
        if let Some(recorder) = &self.0 {
            recorder.flush().await;
        }
    }
}

impl MessageRecord {
    /// Of a request that is not recorded.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Whether nobody records the request.
    pub(crate) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// Notes the page that the request is about.
    pub(crate) fn note_page(&self, page: impl FnOnce() -> Option<&'static str>) {
        if let Some(record) = &self.0 {
            record.note_page(page());
        }
    }

    /// Gives the request a session, where the answer will hand it one.
    pub(crate) fn note_session(&self) {
        if let Some(record) = &self.0 {
            record.info.session();
        }
    }

    /// Runs the answer within the record. The future stays where it is: most of
    /// them are large.
    pub(crate) async fn scope<F: Future + Unpin>(&self, answer: F) -> F::Output {
        match &self.0 {
            Some(record) => CURRENT.scope(record.clone(), answer).await,
            None => answer.await,
        }
    }

    /// Records the answer: its outcome in a word, and its size in bytes.
    pub(crate) fn answered(self, outcome: impl FnOnce() -> (&'static str, usize)) {
        if let Some(record) = self.0 {
            let (outcome, size) = outcome();
            record.answered(outcome, size);
        }
    }
}

/// Notes who sent the message that is answered now.
pub(crate) fn note_user(user: Option<&Arc<str>>) {
    with_current(|record| {
        if let Some(user) = user {
            record.user.get_or_init(|| user.clone());
        }
    });
}

/// Notes the page that the message is about.
pub(crate) fn note_page(page: Option<&'static str>) {
    with_current(|record| record.note_page(page));
}

/// Records that the message was read.
pub(crate) fn received<T: Wire>(message: &T) {
    with_current(|record| record.come(message.variant_name(), record.payload(message)));
}

/// Records that a request without a message of its own has come.
pub(crate) fn received_nothing() {
    with_current(|record| record.come(None, None));
}

/// Keeps the value that the message will be answered with.
pub(crate) fn answering<T: Wire>(value: &T) {
    with_current(|record| {
        if let Some(payload) = record.payload(value) {
            record.answer.get_or_init(|| payload);
        }
    });
}

fn with_current(note: impl FnOnce(&Record)) {
    if IS_RECORDED.load(Relaxed) {
        // Outside of a record nobody wants to know.
        let _ = CURRENT.try_with(|record| note(record));
    }
}

impl Record {
    fn note_page(&self, page: Option<&'static str>) {
        if let Some(page) = page {
            self.page.get_or_init(|| page);
        }
    }

    fn come(&self, variant: Option<&'static str>, payload: Option<Vec<u8>>) {
        if !self.has_come.swap(true, Relaxed) {
            self.recorder.record(RecordedMessage { variant, payload, ..self.message() });
        }
    }

    fn answered(&self, outcome: &'static str, size: usize) {
        // One that was refused has not been read: nobody knows its message.
        self.come(None, None);
        let elapsed = self.since.elapsed();
        self.recorder.record(RecordedMessage {
            // One clock tells both, so that an answer never goes before its request.
            at: self.at + elapsed.as_secs() as i64,
            direction: Direction::ToClient,
            variant: Some(outcome),
            size,
            payload: self.answer.get().cloned(),
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
        Cow::Owned(mut name) if name.len() > LONGEST_NAME => {
            name.truncate(name.floor_char_boundary(LONGEST_NAME));
            name.into()
        }
        name => name,
    }
}

fn cut(mut payload: Vec<u8>) -> Vec<u8> {
    if payload.len() > LONGEST_PAYLOAD {
        payload.truncate(LONGEST_PAYLOAD);
        payload.extend_from_slice(CUT);
    }
    payload.shrink_to_fit();
    payload
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_payload_is_cut_and_says_so() {
        let long = vec![7; LONGEST_PAYLOAD];
        assert_eq!(cut(long.clone()), long);
        let longer = cut([&long[..], &[1]].concat());
        assert_eq!(longer, [&long[..], b"\xa5[cut]"].concat());
    }

    #[test]
    fn a_name_that_was_made_up_is_bounded() {
        let name = format!("{}\u{e9}", "x".repeat(255));
        assert_eq!(bounded(Cow::Owned(name)), "x".repeat(255));
        assert_eq!(bounded(Cow::Borrowed("shop::Rename")), "shop::Rename");
    }
}
