//! Bodies of forms and of calls with files: their deadlines, sizes and parts.

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

/// Number of received bytes that extend the deadline of a body by one second.
const BYTES_PER_SECOND: u64 = 32 * 1024;

/// Maximum number of unparsed bytes, such as the header of a part or text between parts.
/// If more bytes are unparsed when the next chunk arrives, the body is rejected.
const MAX_UNPARSED: usize = 64 * 1024;

/// Maximum number of bytes that are read from the rest of a body and discarded.
///
/// If the server disconnected a client that is still sending, the client might not
/// see the response.
const MAX_DRAINED: u64 = 16 << 20;

#[derive(Debug)]
pub(crate) enum BodyError {
    Malformed,
    TooLarge,
    TooSlow,
    /// The app's budget for files does not have enough bytes left.
    Busy,
    Unsupported,
    Failed(std::io::Error),
}

impl BodyError {
    /// Returns the status code of the response. Returns `None` for [`Self::Failed`], an
    /// error of the server.
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
        cause.downcast::<MulterBodyError>().map_or(Self::Malformed, |error| error.0)
    }
}

/// A [`BodyError`] as an error type that `multer` can return.
#[derive(Debug)]
pub(crate) struct MulterBodyError(BodyError);

impl std::fmt::Display for MulterBodyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cannot read the body")
    }
}

impl Error for MulterBodyError {}

pub(crate) enum BodyKind {
    Urlencoded,
    /// Contains the boundary between the parts.
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

pub(crate) fn boundary(headers: &HeaderMap) -> Option<String> {
    const KIND: &str = "multipart/";
    let text = content_type(headers);
    // Most bodies are frames: this check avoids parsing their content type.
    let kind = text.get(..KIND.len())?;
    if !kind.eq_ignore_ascii_case(KIND) {
        return None;
    }
    // RFC 2046 allows at most 70 characters. Searching for a longer boundary would be slow.
    let boundary = multer::parse_boundary(text).ok()?;
    (1..=70).contains(&boundary.len()).then_some(boundary)
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or("")
}

/// A body with a deadline. Clones share the same body.
#[derive(Clone)]
pub(crate) struct TimedBody(Arc<Mutex<TimedBodyState>>);

struct TimedBodyState {
    body: BodyDataStream,
    deadline: Instant,
    timer: Pin<Box<Sleep>>,
    /// Number of bytes received since the last call of `mark_parsed`.
    unparsed: usize,
    must_pause: bool,
}

impl TimedBody {
    /// The deadline is `limit` from now. Every 32 KiB received extend the deadline by one second.
    pub(crate) fn new(body: Body, limit: Duration) -> Self {
        let deadline = Instant::now() + limit;
        let (body, timer) = (body.into_data_stream(), Box::pin(sleep_until(deadline)));
        Self(Arc::new(Mutex::new(TimedBodyState {
            body,
            deadline,
            timer,
            unparsed: 0,
            must_pause: false,
        })))
    }

    pub(crate) async fn whole(&mut self, limit: usize) -> Result<Vec<u8>, BodyError> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.next().await {
            let chunk = chunk.map_err(|error| error.0)?;
            self.mark_parsed();
            if whole.len() + chunk.len() > limit {
                return Err(BodyError::TooLarge);
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole)
    }

    pub(crate) async fn drain(mut self) {
        let mut drained = 0;
        self.mark_parsed();
        while drained < MAX_DRAINED
            && let Some(Ok(chunk)) = self.next().await
        {
            self.mark_parsed();
            drained += chunk.len() as u64;
        }
    }

    fn mark_parsed(&self) {
        self.lock().unparsed = 0;
    }

    fn lock(&self) -> MutexGuard<'_, TimedBodyState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stream for TimedBody {
    type Item = Result<Bytes, MulterBodyError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.lock().poll(cx)
    }
}

impl TimedBodyState {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, MulterBodyError>>> {
        // Without this pause, `multer` would read all available chunks before it parses
        // the first chunk. With the pause, it parses each chunk before it reads the next.
        if std::mem::take(&mut self.must_pause) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        match self.body.poll_next_unpin(cx) {
            Poll::Ready(Some(Ok(chunk))) => {
                if self.unparsed > MAX_UNPARSED {
                    return Poll::Ready(Some(Err(MulterBodyError(BodyError::TooLarge))));
                }
                self.unparsed += chunk.len();
                let seconds = chunk.len() as f64 / BYTES_PER_SECOND as f64;
                self.deadline += Duration::from_secs(1).mul_f64(seconds);
                self.must_pause = true;
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready(Some(Err(_))) => {
                Poll::Ready(Some(Err(MulterBodyError(BodyError::Malformed))))
            }
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                while self.timer.as_mut().poll(cx).is_ready() {
                    if self.timer.deadline() >= self.deadline {
                        return Poll::Ready(Some(Err(MulterBodyError(BodyError::TooSlow))));
                    }
                    let deadline = self.deadline;
                    self.timer.as_mut().reset(deadline);
                }
                Poll::Pending
            }
        }
    }
}

pub(crate) struct Parts {
    multipart: Multipart<'static>,
    body: TimedBody,
}

pub(crate) struct Part {
    pub(crate) name: String,
    /// `None` for a text field.
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

    /// Returns the next part. The previous part must have been dropped.
    pub(crate) async fn next(&mut self) -> Result<Option<Part>, BodyError> {
        let Some(field) = self.multipart.next_field().await? else { return Ok(None) };
        self.body.mark_parsed();
        let Some(name) = field.name() else { return Err(BodyError::Malformed) };
        let name = unquoted(name);
        let file_name = field.file_name().map(unquoted);
        let content_type = field.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|it| it.to_str().ok()).unwrap_or("").to_owned();
        Ok(Some(Part { name, file_name, content_type, field, body: self.body.clone() }))
    }
}

impl Part {
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, BodyError> {
        let chunk = self.field.chunk().await?;
        self.body.mark_parsed();
        Ok(chunk)
    }

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

/// Decodes the three characters that browsers percent-encode in field and file names.
fn unquoted(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}
