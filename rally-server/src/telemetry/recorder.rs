//! The recorder: whoever is told of each message that goes in or out. Nobody
//! waits for it.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::config::BootError;
use crate::config::Environment;
use crate::request::SessionId;

/// Is told of messages.
pub(crate) trait Recorder: Send + Sync {
    /// Begins, with an app that has passed its other checks and runs here.
    fn start(&self, environment: Environment) -> Result<(), BootError>;

    /// Takes a message, or leaves it: it must not keep anybody waiting.
    fn record(&self, message: RecordedMessage);

    /// Whether it wants messages themselves, too: without their secrets.
    fn wants_payloads(&self) -> bool;

    /// Waits until everything that it has taken is kept or lost.
    fn flush(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// What is told of one message.
#[derive(Debug, Clone)]
pub(crate) struct RecordedMessage {
    /// When it came or went, in unix seconds.
    pub(crate) at: i64,
    /// `None` where there is none yet, and for everybody.
    pub(crate) session: Option<SessionId>,
    /// Who it is, as the app says.
    pub(crate) user: Option<Arc<str>>,
    /// The name of the page that it is about, as far as that is known.
    pub(crate) page: Option<&'static str>,
    pub(crate) direction: Direction,
    /// The name of the message's type; of an answer, what it answers.
    pub(crate) name: Cow<'static, str>,
    /// The variant of an enum; of an answer, its outcome.
    pub(crate) variant: Option<&'static str>,
    /// Its frame, in bytes.
    pub(crate) size: usize,
    /// Encoded, without its secrets.
    pub(crate) payload: Option<Vec<u8>>,
    /// How long an answer has taken.
    pub(crate) elapsed: Option<Duration>,
}

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    ToServer,
    ToClient,
    /// To all who listen.
    Broadcast,
}

impl RecordedMessage {
    /// One that goes to all who listen, and so is of no session and nobody.
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
