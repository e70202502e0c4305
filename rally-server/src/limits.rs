//! Limits: what a client may ask of the server.

mod budget;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use rally_core::codec;
use rally_core::frame::MAX_FRAME;
use tokio::time::timeout;

pub(crate) use budget::{Budget, Permit};

/// What a client may ask of the server. All of them are on by default;
/// [`App::limits`](crate::app::App::limits) sets others.
///
/// ```
/// use rally_server::limits::Limits;
///
/// let limits = Limits { frame: 8 << 20, ..Limits::default() };
/// assert_eq!(limits.in_flight, 64);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The largest frame, in bytes, on a socket and as the body of `/rpc`: 1 MiB.
    /// A larger one closes the socket with 1009, and over HTTP is answered
    /// with 413. The browser is told, and does not send one.
    pub frame: u32,
    /// What the message of a call may ask of the memory that reads it. One that
    /// asks for more is refused as malformed.
    pub decode: codec::DecodeLimits,
    /// Calls under way on one socket: 64. More are refused as busy. A handler
    /// runs to its end though its socket be gone, and then counts no more.
    pub in_flight: usize,
    /// Calls under way in the whole app, over HTTP and on all sockets: 4096. More
    /// are refused as busy, over HTTP with 429. Those whose client has gone count
    /// until they have ended.
    pub calls: usize,
    /// Messages a second on one socket, of whatever kind, in the long run: 200.
    /// A call above that is refused as busy. A client that goes on regardless,
    /// with twice as many, is closed with 1008.
    pub per_second: u32,
    /// Messages at once on one socket, after it was quiet: 400.
    pub burst: u32,
    /// Malformed messages on one socket: 16, and one more each minute. Then it
    /// is closed with 1008.
    pub malformed: u32,
    /// Silence on one socket: 90 seconds. Then it is closed with 1001. Rally's
    /// clients ping every 30 seconds.
    pub idle: Duration,
    /// How long a client may take to read one frame: 30 seconds. Then its
    /// socket is dropped.
    pub write: Duration,
    /// From when a connection stands, or its last answer was sent, until the
    /// next request's header is complete: 30 seconds. A WebSocket's handshake
    /// is such a request.
    pub header: Duration,
    /// From a request's header until its body is complete: 30 seconds, else it
    /// is answered with 408. One with files may take a second longer for every
    /// 32 KiB.
    pub body: Duration,
    /// What a form may hold, and a call with files.
    pub form: FormLimits,
}

/// What a form may hold that is posted, and how many files a call. What holds
/// more is answered with 413.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormLimits {
    /// Bytes of all names and texts together: 1 MiB.
    pub text: usize,
    /// Fields, those for files too: 1000.
    pub fields: usize,
    /// Bytes of one file: 16 MiB.
    pub file: u64,
    /// Files: 16.
    pub files: usize,
    /// Bytes of all files in the whole app, those that arrive and those that
    /// handlers have: 4 GiB. More are refused as busy, with 429.
    pub spooled: u64,
}

impl Default for FormLimits {
    fn default() -> Self {
        Self { text: 1 << 20, fields: 1000, file: 16 << 20, files: 16, spooled: 4 << 30 }
    }
}

/// What is practically for ever. The clock has an end, and to add to it beyond
/// that would be a panic.
const FOREVER: Duration = Duration::from_secs(30 * 365 * 86_400);

impl Limits {
    /// The same, with times that the clock can be asked for.
    pub(crate) fn within_reach(self) -> Self {
        Self {
            idle: self.idle.min(FOREVER),
            header: self.header.min(FOREVER),
            body: self.body.min(FOREVER),
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame: MAX_FRAME as u32,
            decode: codec::DecodeLimits::default(),
            in_flight: 64,
            calls: 4096,
            per_second: 200,
            burst: 400,
            malformed: 16,
            idle: Duration::from_secs(90),
            write: Duration::from_secs(30),
            header: Duration::from_secs(30),
            body: Duration::from_secs(30),
            form: FormLimits::default(),
        }
    }
}

/// Waits no longer than a limit. What is done at once, as it is most of the
/// time, needs no timer.
pub(crate) async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    // `now_or_never` registers another waker than the task's, which a socket would
    // then swap twice for each message.
    let at_once = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
    match at_once {
        Poll::Ready(done) => Some(done),
        Poll::Pending => timeout(limit, future).await.ok(),
    }
}
