//! Limits on what a client may request from the server.

mod budget;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use rally_core::codec;
use rally_core::frame::MAX_FRAME;
use tokio::time::timeout;

pub(crate) use budget::{Budget, Permit};

/// Limits on what a client may request, set with [`App::limits`](crate::app::App::limits).
///
/// ```
/// use rally_server::limits::Limits;
///
/// let limits = Limits { frame: 8 << 20, ..Limits::default() };
/// assert_eq!(limits.in_flight, 64);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Maximum size of a frame, in bytes. Default: 1 MiB.
    ///
    /// A larger frame closes its socket with code 1009; over HTTP (`/rpc`) it is
    /// answered with status code 413. Rally's client does not send one.
    pub frame: u32,
    /// Limits on the memory to decode a call's message. A larger message is malformed.
    pub decode: codec::DecodeLimits,
    /// Maximum number of calls in flight on one socket. Default: 64.
    ///
    /// Further calls are refused as busy. A handler whose socket has closed runs
    /// to its end, and no longer counts here.
    pub in_flight: usize,
    /// Maximum number of calls in flight in the whole app. Default: 4096.
    ///
    /// Further calls are refused as busy, over HTTP with status code 429. A call
    /// whose client has disconnected counts until its handler has ended.
    pub calls: usize,
    /// Maximum sustained rate of messages on one socket, per second. Default: 200.
    ///
    /// Messages of all kinds count. A call above this rate is refused as busy.
    /// Above twice this rate the socket is closed with code 1008.
    pub per_second: u32,
    /// Maximum number of messages at once on one socket, after a quiet period. Default: 400.
    pub burst: u32,
    /// Maximum number of malformed messages on one socket. Default: 16.
    ///
    /// Each minute allows one more. Beyond that the socket is closed with code 1008.
    pub malformed: u32,
    /// Maximum time without a message on one socket. Default: 90 seconds.
    ///
    /// Then the socket is closed with code 1001. Rally's clients ping every 30 seconds.
    pub idle: Duration,
    /// Maximum time for a client to read one frame, or its socket is dropped. Default: 30 seconds.
    pub write: Duration,
    /// Maximum time until the header of a request is complete. Default: 30 seconds.
    ///
    /// Counted from the start of the connection, or from the end of the previous
    /// response. The handshake of a WebSocket counts as a request.
    pub header: Duration,
    /// Maximum time from the header of a request to the end of its body. Default: 30 seconds.
    ///
    /// A form or a call with files has one more second for every 32 KiB. A slower
    /// request is answered with status code 408.
    pub body: Duration,
    /// Limits on the content of a form, and on the files of a call.
    pub form: FormLimits,
}

/// Limits on the content of a posted form, and on the files of a call.
///
/// A request that exceeds them is answered with status code 413.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormLimits {
    /// Maximum size of all names and texts together, in bytes. Default: 1 MiB.
    pub text: usize,
    /// Maximum number of fields, including fields for files. Default: 1000.
    pub fields: usize,
    /// Maximum size of one file, in bytes. Default: 16 MiB.
    pub file: u64,
    /// Maximum number of files. Default: 16.
    pub files: usize,
    /// Maximum size of all files in the whole app together, in bytes. Default: 4 GiB.
    ///
    /// Counts files being received and files that handlers hold. Further files
    /// are refused as busy, with status code 429.
    pub spooled: u64,
}

impl Default for FormLimits {
    fn default() -> Self {
        Self { text: 1 << 20, fields: 1000, file: 16 << 20, files: 16, spooled: 4 << 30 }
    }
}

/// 30 years. Adding a much longer time to the clock would panic.
const MAX_TIMEOUT: Duration = Duration::from_secs(30 * 365 * 86_400);

impl Limits {
    pub(crate) fn with_capped_timeouts(self) -> Self {
        Self {
            idle: self.idle.min(MAX_TIMEOUT),
            header: self.header.min(MAX_TIMEOUT),
            body: self.body.min(MAX_TIMEOUT),
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

/// Returns `None` after the timeout. Most futures are ready at once, and need no timer.
pub(crate) async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    // Not `now_or_never`: it registers a different waker than the task's, and a
    // socket would then swap wakers twice for each message.
    let first_poll = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
    match first_poll {
        Poll::Ready(done) => Some(done),
        Poll::Pending => timeout(limit, future).await.ok(),
    }
}
