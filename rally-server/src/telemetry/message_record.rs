//! An exchange: a request and its answer, each told of as it happens.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use rally_core::codec::redacted;
use rally_core::wire::Wire;
use tokio::time::Instant;

use crate::app::Booted;
use crate::auth::caller::Identity;
use crate::request::info::Visitor;
use crate::telemetry::recorder::{Direction, Message, Recorder};

/// The longest name that is told, in bytes: a client may make one up.
const LONGEST_NAME: usize = 256;

/// The longest payload, in bytes.
const LONGEST_PAYLOAD: usize = 16 * 1024;

/// What a payload ends with that was longer: a text, in MessagePack.
const CUT: &[u8] = b"\xa5[cut]";

/// One request on its way. Where nobody records it is nothing, and costs
/// nothing.
#[derive(Clone, Default)]
pub(crate) struct Exchange(Option<Arc<Told>>);

struct Told {
    recorder: Arc<dyn Recorder>,
    visitor: Arc<Visitor>,
    name: Cow<'static, str>,
    size: usize,
    at: i64,
    since: Instant,
    page: OnceLock<&'static str>,
    user: OnceLock<Arc<str>>,
    /// Whether it was told that the request has come.
    has_come: AtomicBool,
    answer: OnceLock<Vec<u8>>,
}

impl Exchange {
    /// A request of this name and size, in bytes, has come.
    pub(crate) fn begin(
        app: &Booted,
        visitor: &Arc<Visitor>,
        name: impl Into<Cow<'static, str>>,
        size: usize,
    ) -> Self {
        Self(app.recorder.as_ref().map(|recorder| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Arc::new(Told {
                recorder: recorder.clone(),
                visitor: visitor.clone(),
                name: bounded(name.into()),
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

    /// Whether somebody records.
    pub(crate) fn is_recorded(&self) -> bool {
        self.0.is_some()
    }

    /// Which page it is about.
    pub(crate) fn on(&self, page: Option<&'static str>) {
        if let (Some(told), Some(page)) = (&self.0, page) {
            told.page.get_or_init(|| page);
        }
    }

    /// Who it is from.
    pub(crate) fn by(&self, identity: Option<&Identity>) {
        if let Some(told) = &self.0
            && let Some(user) = identity.and_then(|identity| identity.user.as_ref())
        {
            told.user.get_or_init(|| user.clone());
        }
    }

    /// Its message was read.
    pub(crate) fn received<T: Wire>(&self, message: &T) {
        if let Some(told) = &self.0 {
            told.come(message.variant_name(), told.payload(message));
        }
    }

    /// It has no message of its own.
    pub(crate) fn came(&self) {
        if let Some(told) = &self.0 {
            told.come(None, None);
        }
    }

    /// This is what it will be answered with.
    pub(crate) fn answering<T: Wire>(&self, value: &T) {
        if let Some(told) = &self.0
            && let Some(payload) = told.payload(value)
        {
            told.answer.get_or_init(|| payload);
        }
    }

    /// It was answered: in a word, and in so many bytes.
    pub(crate) fn answered(&self, outcome: &'static str, size: usize) {
        let Some(told) = &self.0 else { return };
        // One that was refused has not been read: nobody knows its message.
        told.come(None, None);
        let elapsed = told.since.elapsed();
        told.recorder.record(Message {
            // One clock tells both, so that an answer never goes before its request.
            at: told.at + elapsed.as_secs() as i64,
            direction: Direction::ToClient,
            variant: Some(outcome),
            size,
            payload: told.answer.get().cloned(),
            elapsed: Some(elapsed),
            ..told.message()
        });
    }
}

impl Told {
    fn come(&self, variant: Option<&'static str>, payload: Option<Vec<u8>>) {
        if !self.has_come.swap(true, Relaxed) {
            self.recorder.record(Message { variant, payload, ..self.message() });
        }
    }

    fn message(&self) -> Message {
        Message {
            at: self.at,
            session: self.visitor.known_session(),
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
