//! Calls over HTTP: a frame as a request, and a response as what the call came
//! to.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use rally_core::call::Outcome;
use rally_core::form::File;
use rally_core::frame::{Refusal, RequestId};
use rally_core::http::{HttpRequest, HttpResponse, HttpResult};

use super::in_flight::TIMEOUT;
use crate::platform::{Clock, Local, Network};

/// Where calls are posted to.
const URL: &str = "/rpc";

/// A call over HTTP that is under way.
pub struct Posted {
    /// Carries the call through. Dropped, its request is aborted.
    pub exchange: Local<()>,
    /// The outcome of the call; an error when the exchange was dropped before.
    pub outcome: oneshot::Receiver<Outcome>,
}

/// Posts the frame of a call. `session_changed` is called before anybody hears what the call
/// came to: what the page does next is the new session's.
pub fn post(
    clock: &dyn Clock,
    network: &dyn Network,
    (id, frame): (RequestId, Vec<u8>),
    files: Vec<File>,
    session_changed: impl FnOnce() + 'static,
) -> Posted {
    let late = clock.sleep(patience(&files));
    let response = network.fetch(request(frame, files));
    let (tell, told) = oneshot::channel();
    let exchange = Box::pin(async move {
        let result = match select(response, late).await {
            Either::Left((result, _)) => Some(result),
            Either::Right(_) => None,
        };
        if let Some(Ok(response)) = &result
            && changes_session(response)
        {
            session_changed();
        }
        let _ = tell.send(result.map_or(Outcome::TimedOut, |result| outcome(id, result)));
    });
    Posted { exchange, outcome: told }
}

/// Posts a frame. With files it is one part of a form, and the browser says so.
fn request(frame: Vec<u8>, files: Vec<File>) -> HttpRequest {
    let request = HttpRequest::post(URL, frame);
    if files.is_empty() {
        request.header("content-type", "application/msgpack")
    } else {
        HttpRequest { files, ..request }
    }
}

/// The slowest way that files are waited for, in bytes per second.
const SLOWEST: u64 = 32 * 1024;

/// How long an answer may take: as long as any call's, once the files are there.
fn patience(files: &[File]) -> Duration {
    let bytes = files.iter().map(File::size).fold(0, u64::saturating_add);
    TIMEOUT.saturating_add(Duration::from_secs(bytes / SLOWEST))
}

/// Whether a response says that from here on the browser has another session.
fn changes_session(response: &HttpResponse) -> bool {
    response.header("rally-session") == Some("changed")
}

/// The outcome of a call, by the result of its request.
fn outcome(id: RequestId, result: HttpResult) -> Outcome {
    let Ok(response) = result else { return Outcome::Offline };
    match Outcome::read(&response.body) {
        // 0 where the server did not read as far as the id: there is one request.
        Some((about, outcome)) if about == id => outcome,
        Some((0, refused @ Outcome::Refused(_))) => refused,
        _ => without_frame(response.status),
    }
}

/// Proxies answer in the place of a server that is not there, or before it.
fn without_frame(status: u16) -> Outcome {
    match status {
        408 => Outcome::TimedOut,
        413 => Outcome::Refused(Refusal::TooLarge),
        429 => Outcome::Refused(Refusal::Busy),
        502..=504 => Outcome::Offline,
        _ => Outcome::NoAnswer { status },
    }
}

/// How many requests over HTTP are under way.
#[derive(Default, Clone)]
pub struct UnderWay(Rc<Cell<usize>>);

/// One of them. It ends when this is dropped.
pub struct OnItsWay(UnderWay);

impl UnderWay {
    /// One begins.
    pub fn begin(&self) -> OnItsWay {
        self.0.set(self.0.get() + 1);
        OnItsWay(self.clone())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.get() == 0
    }
}

impl Drop for OnItsWay {
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
    fn the_frame_is_posted_as_it_is() {
        let request = request(b"\x91\x02".to_vec(), Vec::new());
        assert_eq!((request.method, &*request.url), ("POST", "/rpc"));
        assert_eq!(request.body.as_deref(), Some(&b"\x91\x02"[..]));
        let header = ("content-type".to_owned(), "application/msgpack".to_owned());
        assert_eq!(request.headers, [header]);
    }

    #[test]
    fn files_make_it_a_form_whose_type_the_browser_says() {
        let file = || File::new("a.txt", "text/plain", vec![0; 1 << 20]);
        let request = request(b"\x91\x02".to_vec(), vec![file(), file()]);
        assert_eq!((request.files.len(), request.headers.len()), (2, 0));
        assert_eq!(request.body.as_deref(), Some(&b"\x91\x02"[..]));
        assert_eq!(patience(&[]), TIMEOUT);
        assert_eq!(patience(&request.files), TIMEOUT + Duration::from_secs(64));
    }

    #[test]
    fn an_answer_is_one_whatever_its_status() {
        check(200, b"\x93\x00\x07\xa2hi", Outcome::Ok(b"\xa2hi".to_vec()));
        check(200, b"\x93\x01\x07\xa2no", Outcome::Err(b"\xa2no".to_vec()));
        check(409, b"\x94\x02\x07\xa5stale\xa0", Outcome::Refused(Refusal::Stale));
        check(403, b"\x94\x02\x00\xa6denied\xa0", Outcome::Refused(Refusal::Denied));
        let unknown = Refusal::Malformed { kind: DecodeErrorKind::UnknownVariant };
        check(400, b"\x94\x02\x07\xa5weird\xa0", Outcome::Refused(unknown));
    }

    #[test]
    fn an_answer_to_another_request_is_none() {
        check(200, b"\x93\x00\x08\xa2hi", Outcome::NoAnswer { status: 200 });
        check(200, b"\x94\x02\x08\xa5stale\xa0", Outcome::NoAnswer { status: 200 });
        check(200, b"\x93\x00\x00\xa2hi", Outcome::NoAnswer { status: 200 });
        check(200, b"\x91\x03", Outcome::NoAnswer { status: 200 });
    }

    #[test]
    fn what_is_no_frame_is_told_by_its_status() {
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
    fn no_response_is_no_connection() {
        assert_eq!(outcome(7, Err(HttpError("gone".to_owned()))), Outcome::Offline);
    }

    #[test]
    fn a_session_changes_where_the_header_says_so_and_nowhere_else() {
        let mut response = HttpResponse::new(200, "");
        assert!(!changes_session(&response));
        response.headers.push(("rally-session".to_owned(), "kept".to_owned()));
        assert!(!changes_session(&response));
        response.headers[0].1 = "changed".to_owned();
        assert!(changes_session(&response));
    }

    #[test]
    fn requests_are_under_way_until_they_are_dropped() {
        let under_way = UnderWay::default();
        let (first, second) = (under_way.begin(), under_way.begin());
        drop(first);
        assert!(!under_way.is_empty());
        drop(second);
        assert!(under_way.is_empty());
    }
}
