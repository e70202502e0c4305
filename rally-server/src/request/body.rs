//! The body of a request that has more than a frame: how fast and how large it
//! may be, and its parts.

use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use multer::{Constraints, Field, Multipart};
use tokio::time::{Instant, Sleep, sleep_until};

/// A body may take a second longer for each of these.
const PER_SECOND: u64 = 32 * 1024;

/// How much of a part's head, or of what is no part, is looked through.
const HEAD: usize = 64 * 1024;

/// How much of a body is read of which nothing is wanted any more. A client
/// that is cut off while it sends does not see the answer.
const LINGER: u64 = 16 << 20;

/// Why a body was not taken.
#[derive(Debug)]
pub(crate) enum BodyError {
    Malformed,
    TooLarge,
    TooSlow,
    /// The app has no room for more files now.
    Busy,
    /// Neither of the types that forms have.
    Unsupported,
    /// The server's own: the disk is full.
    Failed(std::io::Error),
}

impl BodyError {
    /// `None` when it is the server's own.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        Some(match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Failed(_) => return None,
        })
    }
}

impl From<std::io::Error> for BodyError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<multer::Error> for BodyError {
    fn from(error: multer::Error) -> Self {
        let multer::Error::StreamReadFailed(cause) = error else { return Self::Malformed };
        cause.downcast::<Broken>().map_or(Self::Malformed, |broken| broken.0)
    }
}

/// What it is called while it passes through multer.
#[derive(Debug)]
pub(crate) struct Broken(BodyError);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the body ends too soon")
    }
}

impl Error for Broken {}

/// What a request's body is, by its type.
pub(crate) enum BodyKind {
    Urlencoded,
    /// With the text between its parts.
    Multipart(String),
    Other,
}

impl BodyKind {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        if let Some(boundary) = boundary(headers) {
            return Self::Multipart(boundary);
        }
        let kind = content_type(headers).split(';').next().unwrap_or("").trim();
        match kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            true => Self::Urlencoded,
            false => Self::Other,
        }
    }
}

/// The text between the parts of a body, if it has parts.
pub(crate) fn boundary(headers: &HeaderMap) -> Option<String> {
    const KIND: &str = "multipart/";
    let text = content_type(headers);
    // Most bodies are frames: their type need not be taken apart.
    let kind = text.get(..KIND.len())?;
    if !kind.eq_ignore_ascii_case(KIND) {
        return None;
    }
    // RFC 2046 allows 70; what is longer is searched for in vain, slowly.
    let boundary = multer::parse_boundary(text).ok()?;
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or("")
}

/// A body that has to come at a certain pace. Clones are the same body.
#[derive(Clone)]
pub(crate) struct TimedBody(Arc<Mutex<TimedBodyState>>);

struct TimedBodyState {
    body: BodyDataStream,
    due: Instant,
    alarm: Pin<Box<Sleep>>,
    /// How much came of which nothing was made yet.
    unread: usize,
    is_resting: bool,
}

impl TimedBody {
    /// All of it within this time, and a second for every 32 KiB.
    pub(crate) fn new(body: Body, limit: Duration) -> Self {
        let due = Instant::now() + limit;
        let (body, alarm) = (body.into_data_stream(), Box::pin(sleep_until(due)));
        Self(Arc::new(Mutex::new(TimedBodyState {
            body,
            due,
            alarm,
            unread: 0,
            is_resting: false,
        })))
    }

    /// The whole body, if it is not larger than this.
    pub(crate) async fn whole(&mut self, limit: usize) -> Result<Vec<u8>, BodyError> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.next().await {
            let chunk = chunk.map_err(|broken| broken.0)?;
            self.is_read();
            if whole.len() + chunk.len() > limit {
                return Err(BodyError::TooLarge);
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole)
    }

    /// Reads on for a while, for nothing.
    pub(crate) async fn linger(mut self) {
        let mut read = 0;
        self.is_read();
        while read < LINGER
            && let Some(Ok(chunk)) = self.next().await
        {
            self.is_read();
            read += chunk.len() as u64;
        }
    }

    /// Something was made of all that came.
    fn is_read(&self) {
        self.lock().unread = 0;
    }

    fn lock(&self) -> MutexGuard<'_, TimedBodyState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stream for TimedBody {
    type Item = Result<Bytes, Broken>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.lock().poll(cx)
    }
}

impl TimedBodyState {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Broken>>> {
        // multer takes all there is before it looks at any of it. It is given
        // one piece at a time.
        if std::mem::take(&mut self.is_resting) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        match self.body.poll_next_unpin(cx) {
            Poll::Ready(Some(Ok(chunk))) => {
                if self.unread > HEAD {
                    return Poll::Ready(Some(Err(Broken(BodyError::TooLarge))));
                }
                self.unread += chunk.len();
                self.due += Duration::from_secs(1).mul_f64(chunk.len() as f64 / PER_SECOND as f64);
                self.is_resting = true;
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready(Some(Err(_))) => Poll::Ready(Some(Err(Broken(BodyError::Malformed)))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                while self.alarm.as_mut().poll(cx).is_ready() {
                    if self.alarm.deadline() >= self.due {
                        return Poll::Ready(Some(Err(Broken(BodyError::TooSlow))));
                    }
                    let due = self.due;
                    self.alarm.as_mut().reset(due);
                }
                Poll::Pending
            }
        }
    }
}

/// The parts of a multipart body, one after the other.
pub(crate) struct Parts {
    multipart: Multipart<'static>,
    body: TimedBody,
}

/// One part.
pub(crate) struct Part {
    pub(crate) name: String,
    /// `None` for a text.
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: String,
    field: Field<'static>,
    body: TimedBody,
}

impl Parts {
    pub(crate) fn new(body: TimedBody, boundary: String) -> Self {
        let multipart = Multipart::with_constraints(body.clone(), boundary, Constraints::new());
        Self { multipart, body }
    }

    /// The next part, once the one before is dropped.
    pub(crate) async fn next(&mut self) -> Result<Option<Part>, BodyError> {
        let Some(field) = self.multipart.next_field().await? else { return Ok(None) };
        self.body.is_read();
        let Some(name) = field.name() else { return Err(BodyError::Malformed) };
        let name = unquoted(name);
        let file_name = field.file_name().map(unquoted);
        let content_type = field.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|it| it.to_str().ok()).unwrap_or("").to_owned();
        Ok(Some(Part { name, file_name, content_type, field, body: self.body.clone() }))
    }
}

impl Part {
    /// What comes next of it.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, BodyError> {
        let chunk = self.field.chunk().await?;
        self.body.is_read();
        Ok(chunk)
    }

    /// All of it, if it is not larger than this.
    pub(crate) async fn whole(&mut self, limit: usize) -> Result<Vec<u8>, BodyError> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if whole.len() + chunk.len() > limit {
                return Err(BodyError::TooLarge);
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole)
    }
}

/// What browsers escape in a name, and nothing else.
fn unquoted(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}
