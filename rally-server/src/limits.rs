//! Limits on the requests of clients.

mod budget;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use rally_core::codec;
use rally_core::frame::MAX_FRAME;
use tokio::time::timeout;

pub(crate) use budget::{Budget, Permit};

/// Limits on the requests of clients, set with [`App::limits`](crate::app::App::limits).
///
/// ```
/// use rally_server::limits::Limits;
///
/// let limits = Limits { frame: 8 << 20, ..Limits::default() };
/// assert_eq!(limits.in_flight, 64);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Maximum size of a frame from a client, in bytes. Default: 1 MiB.
    ///
    /// If a client sends a larger frame on a socket, the socket is closed with code
    /// 1009. Over HTTP (`/rpc`), a larger frame is answered with status code 413.
    /// Rally's client knows this limit, and does not send a call that exceeds it.
    pub frame: u32,
    /// Limits on decoding the message of a call.
    ///
    /// A message that exceeds these limits is refused as malformed.
    pub decode: codec::DecodeLimits,
    /// Maximum number of requests in flight on one socket. Default: 64.
    ///
    /// Requests are calls, loads of a page, and reports of the page that the tab shows.
    /// Further requests are refused as busy. If a socket closes, its requests still run
    /// to their end, and its calls still count towards [`calls`](Self::calls).
    pub in_flight: usize,
    /// Maximum number of calls in flight in the whole app. Default: 4096.
    ///
    /// Further calls are refused as busy. Over HTTP the status code is 429. If the
    /// client disconnects, its call counts until the handler has ended.
    pub calls: usize,
    /// Maximum sustained rate of messages on one socket, per second. Default: 200.
    ///
    /// Messages of all kinds count. A request above this rate is refused as busy. If
    /// the rate stays above twice this limit, the socket is closed with code 1008.
    pub per_second: u32,
    /// Maximum number of messages that a client may send at once on one socket. Default: 400.
    ///
    /// After such a burst, [`per_second`](Self::per_second) limits the rate.
    pub burst: u32,
    /// Maximum number of malformed messages on one socket. Default: 16.
    ///
    /// Each minute, one malformed message is forgotten. If there are more than the
    /// maximum, the socket is closed with code 1008.
    pub malformed: u32,
    /// Maximum time without a message from the client on one socket. Default: 90 seconds.
    ///
    /// After this time the socket is closed with code 1001. Rally's client sends a ping
    /// every 30 seconds.
    pub idle: Duration,
    /// Maximum time to send one frame. Default: 30 seconds.
    ///
    /// If the frame cannot be sent in this time, for example because the client does not
    /// read, the socket is dropped.
    pub write: Duration,
    /// Maximum time to receive the header of a request. Default: 30 seconds.
    ///
    /// The time starts with the connection, or with the end of the previous response.
    /// The handshake of a WebSocket counts as a request.
    pub header: Duration,
    /// Maximum time to receive the body of a form or a call. Default: 30 seconds.
    ///
    /// The time starts when the header is complete. For a form, and for a call with
    /// files, the time is extended by one second for every 32 KiB received. A slower
    /// request is answered with status code 408.
    pub body: Duration,
    /// Limits on the content of a form, and on the files of a call.
    pub form: FormLimits,
}

/// Limits on the content of a posted form, and on the files of a call.
///
/// A request that exceeds a limit is answered with status code 413. For
/// [`spooled`](Self::spooled), the status code is 429 instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormLimits {
    /// Maximum size of the texts of a form together, in bytes. Default: 1 MiB.
    ///
    /// The texts are the field names, the text values, and the names and content types of
    /// the files.
    pub text: usize,
    /// Maximum number of fields of a form, including fields for files. Default: 1000.
    pub fields: usize,
    /// Maximum size of one file, in bytes. Default: 16 MiB.
    pub file: u64,
    /// Maximum number of files of a form or a call. Default: 16.
    pub files: usize,
    /// Maximum size of all files in the whole app together, in bytes. Default: 4 GiB.
    ///
    /// The bytes of a file count from their receipt until the request has ended and each
    /// [`Upload`](crate::request::Upload) of the file is dropped. Further files are refused
    /// as busy, with status code 429.
    pub spooled: u64,
}

impl Default for FormLimits {
    fn default() -> Self {
        Self { text: 1 << 20, fields: 1000, file: 16 << 20, files: 16, spooled: 4 << 30 }
    }
}

/// 30 years. Adding a much longer time to an `Instant` could panic.
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

/// Waits for a future. Returns `None` if the future is not ready after `limit`.
///
/// Most futures are ready at once. No timer is created for them.
pub(crate) async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    // Polls with the waker of the task. `now_or_never` polls with another waker, so a
    // socket would replace its stored waker twice for each message.
    let first_poll = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
    match first_poll {
        Poll::Ready(done) => Some(done),
        Poll::Pending => timeout(limit, future).await.ok(),
    }
}
