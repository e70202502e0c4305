//! The interface of a recorder, which stores messages.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::config::BootError;
use crate::config::Environment;
use crate::request::SessionId;

pub(crate) trait Recorder: Send + Sync {
    /// Starts recording. Called after the app has passed its other checks.
    fn start(&self, environment: Environment) -> Result<(), BootError>;

    /// Queues a record for writing, or drops it. Must not block.
    fn record(&self, message: RecordedMessage);

    fn wants_payloads(&self) -> bool;

    /// Waits until every record queued so far is written or dropped.
    fn flush(&self) -> BoxFuture<'_, ()>;
}

#[derive(Debug, Clone)]
pub(crate) struct RecordedMessage {
    /// Time when the message was received or sent, in Unix seconds.
    pub(crate) at: i64,
    /// `None` for a broadcast, and for a request without a session.
    pub(crate) session: Option<SessionId>,
    /// Result of `Auth::user_id`.
    pub(crate) user: Option<Arc<str>>,
    pub(crate) page: Option<&'static str>,
    pub(crate) direction: Direction,
    /// Name of the message's type or of the requested page. A response has the name of its
    /// request.
    pub(crate) name: Cow<'static, str>,
    pub(crate) variant: Option<&'static str>,
    /// Size in bytes. For a request: of the frame, of the posted form, or of the requested
    /// page's path and query. For a response: of the frame or the document. 0 if unknown.
    pub(crate) size: usize,
    /// The encoded message, in which secrets are redacted. `None` if the recorder wants no
    /// payloads, or if there is no message.
    pub(crate) payload: Option<Vec<u8>>,
    /// Time from the request to this response. `None` if the message is not a response.
    pub(crate) elapsed: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    ToServer,
    ToClient,
    Broadcast,
}

impl RecordedMessage {
    #[allow(dead_code, reason = "the server has no broadcasts yet")]
    pub(crate) fn broadcast(
        at: i64,
        name: &'static str,
        variant: Option<&'static str>,
        size: usize,
        payload: Option<Vec<u8>>,
    ) -> Self {
        Self {
            at,
            session: None,
            user: None,
            page: None,
            direction: Direction::Broadcast,
            name: name.into(),
            variant,
            size,
            payload,
            elapsed: None,
        }
    }
}
