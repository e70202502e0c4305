//! Calls over HTTP: the request that carries a frame, and the outcome in the response.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use rally_core::call::Outcome;
use rally_core::form::File;
use rally_core::frame::{Refusal, RequestId};
use rally_core::http::{HttpRequest, HttpResponse, HttpResult};

use super::in_flight::TIMEOUT;
use crate::platform::{Clock, LocalFuture, Network, Receiver, oneshot};

const URL: &str = "/rpc";

/// A call over HTTP in flight.
pub struct HttpCall {
    /// The future that sends the request and reads the response. Dropping it aborts the request.
    pub exchange: LocalFuture<()>,
    /// Receives the outcome of the call, or `None` if `exchange` was dropped.
    pub outcome: Receiver<Outcome>,
}

/// Posts the frame of a call. If the response changes the session, `session_changed` is called
/// before the outcome is sent, so that the page's next requests belong to the new session.
pub fn post(
    clock: &dyn Clock,
    network: &dyn Network,
    (id, frame): (RequestId, Vec<u8>),
    files: Vec<File>,
    session_changed: impl FnOnce() + 'static,
) -> HttpCall {
    let timeout = clock.sleep(timeout_of(&files));
    let response = network.fetch(request(frame, files));
    let (sender, receiver) = oneshot();
    let exchange = Box::pin(async move {
        let result = within(timeout, response).await;
        if let Some(Ok(response)) = &result
            && changes_session(response)
        {
            session_changed();
        }
        sender.send(result.map_or(Outcome::TimedOut, |result| outcome(id, result)));
    });
    HttpCall { exchange, outcome: receiver }
}

/// Waits for a future, but not longer than for `timeout`.
async fn within<T>(mut timeout: LocalFuture<()>, mut future: LocalFuture<T>) -> Option<T> {
    poll_fn(move |cx| match future.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => timeout.as_mut().poll(cx).map(|()| None),
    })
    .await
}

/// A call with files is a multipart form with the frame as one part. The browser sets the content
/// type of the form.
fn request(frame: Vec<u8>, files: Vec<File>) -> HttpRequest {
    let request = HttpRequest::post(URL, frame);
    if files.is_empty() {
        request.header("content-type", "application/msgpack")
    } else {
        HttpRequest { files, ..request }
    }
}

/// The upload rate that the timeout assumes, in bytes per second.
const MIN_UPLOAD_RATE: u64 = 32 * 1024;

fn timeout_of(files: &[File]) -> Duration {
    let bytes = files.iter().map(File::size).fold(0, u64::saturating_add);
    TIMEOUT.saturating_add(Duration::from_secs(bytes / MIN_UPLOAD_RATE))
}

fn changes_session(response: &HttpResponse) -> bool {
    response.header("rally-session") == Some("changed")
}

fn outcome(id: RequestId, result: HttpResult) -> Outcome {
    let Ok(response) = result else { return Outcome::Offline };
    match Outcome::read(&response.body) {
        Some((about, outcome)) if about == id => outcome,
        // The id is 0 if the server could not read the id. The response to one request has only one
        // frame, so the refusal is about this call.
        Some((0, refused @ Outcome::Refused(_))) => refused,
        _ => without_frame(response.status),
    }
}

/// Returns the outcome for a response without a frame, which may come from a proxy.
fn without_frame(status: u16) -> Outcome {
    match status {
        408 => Outcome::TimedOut,
        413 => Outcome::Refused(Refusal::TooLarge),
        429 => Outcome::Refused(Refusal::Busy),
        502..=504 => Outcome::Offline,
        _ => Outcome::NoAnswer { status },
    }
}

/// The number of requests over HTTP in flight.
#[derive(Default, Clone)]
pub struct HttpInFlight(Rc<Cell<usize>>);

/// A request over HTTP that counts as in flight until this value is dropped.
pub struct HttpInFlightGuard(HttpInFlight);

impl HttpInFlight {
    /// Counts a request.
    pub fn begin(&self) -> HttpInFlightGuard {
        self.0.set(self.0.get() + 1);
        HttpInFlightGuard(self.clone())
    }

    /// Returns `true` if no request is in flight.
    pub fn is_empty(&self) -> bool {
        self.0.get() == 0
    }
}

impl Drop for HttpInFlightGuard {
    fn drop(&mut self) {
        let count = &self.0.0;
        count.set(count.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use rally_core::codec::DecodeErrorKind;
    use rally_core::http::HttpError;

    use super::*;

    #[track_caller]
    fn check(status: u16, body: &[u8], expected: Outcome) {
        assert_eq!(outcome(7, Ok(HttpResponse::new(status, body))), expected, "{body:?}");
    }

    #[test]
    fn a_frame_is_posted_unchanged() {
        let request = request(b"\x91\x02".to_vec(), Vec::new());
        assert_eq!((request.method, &*request.url), ("POST", "/rpc"));
        assert_eq!(request.body.as_deref(), Some(&b"\x91\x02"[..]));
        let header = ("content-type".to_owned(), "application/msgpack".to_owned());
        assert_eq!(request.headers, [header]);
    }

    #[test]
    fn a_call_with_files_has_a_longer_timeout_and_no_content_type() {
        let file = || File::new("a.txt", "text/plain", vec![0; 1 << 20]);
        let request = request(b"\x91\x02".to_vec(), vec![file(), file()]);
        assert_eq!((request.files.len(), request.headers.len()), (2, 0));
        assert_eq!(request.body.as_deref(), Some(&b"\x91\x02"[..]));
        assert_eq!(timeout_of(&[]), TIMEOUT);
        assert_eq!(timeout_of(&request.files), TIMEOUT + Duration::from_secs(64));
    }

    #[test]
    fn a_frame_decides_the_outcome_at_any_status() {
        check(200, b"\x93\x00\x07\xa2hi", Outcome::Ok(b"\xa2hi".to_vec()));
        check(200, b"\x93\x01\x07\xa2no", Outcome::Err(b"\xa2no".to_vec()));
        check(409, b"\x94\x02\x07\xa5stale\xa0", Outcome::Refused(Refusal::Stale));
        check(403, b"\x94\x02\x00\xa6denied\xa0", Outcome::Refused(Refusal::Denied));
        let unknown = Refusal::Malformed { kind: DecodeErrorKind::UnknownVariant };
        check(400, b"\x94\x02\x07\xa5weird\xa0", Outcome::Refused(unknown));
    }

    #[test]
    fn a_reply_to_another_request_is_ignored() {
        check(200, b"\x93\x00\x08\xa2hi", Outcome::NoAnswer { status: 200 });
        check(200, b"\x94\x02\x08\xa5stale\xa0", Outcome::NoAnswer { status: 200 });
        check(200, b"\x93\x00\x00\xa2hi", Outcome::NoAnswer { status: 200 });
        check(200, b"\x91\x03", Outcome::NoAnswer { status: 200 });
    }

    #[test]
    fn the_status_decides_the_outcome_without_a_frame() {
        let html = b"<html>Bad gateway</html>";
        for status in [502, 503, 504] {
            check(status, html, Outcome::Offline);
        }
        check(408, b"", Outcome::TimedOut);
        check(413, html, Outcome::Refused(Refusal::TooLarge));
        check(429, html, Outcome::Refused(Refusal::Busy));
        for status in [200, 204, 400, 401, 403, 404, 405, 500] {
            check(status, html, Outcome::NoAnswer { status });
        }
    }

    #[test]
    fn a_failed_request_means_offline() {
        assert_eq!(outcome(7, Err(HttpError("network error".to_owned()))), Outcome::Offline);
    }

    #[test]
    fn only_a_header_with_the_value_changed_changes_the_session() {
        let mut response = HttpResponse::new(200, "");
        assert!(!changes_session(&response));
        response.headers.push(("rally-session".to_owned(), "kept".to_owned()));
        assert!(!changes_session(&response));
        response.headers[0].1 = "changed".to_owned();
        assert!(changes_session(&response));
    }

    #[test]
    fn requests_are_in_flight_until_they_are_dropped() {
        let requests = HttpInFlight::default();
        let (first, second) = (requests.begin(), requests.begin());
        drop(first);
        assert!(!requests.is_empty());
        drop(second);
        assert!(requests.is_empty());
    }
}
