//! Requests of a test, sent when they are awaited.

use std::future::IntoFuture;
use std::marker::PhantomData;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use rally_core::call::{Call, Failure, Outcome, Reply, read_reply};
use rally_core::effect::CallRequest;
use rally_core::frame::CallPage;
use rally_core::route::{Route, href};

use crate::testing::{HOST, Multipart, Response, TestApp, set};

/// A request that is sent when it is awaited.
#[must_use = "a request is sent when it is awaited"]
pub struct TestRequest {
    app: TestApp,
    request: Request<Bytes>,
    follows: bool,
}

/// Maximum number of redirects that one request follows, as in browsers.
const REDIRECTS: usize = 20;

impl TestRequest {
    pub(super) fn new(app: TestApp, request: Request<Bytes>) -> Self {
        Self { app, request, follows: false }
    }

    /// Sets a header.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        set(self.request.headers_mut(), name, value);
        self
    }

    /// Follows redirects that stay within the app.
    pub fn follow(mut self) -> Self {
        self.follows = true;
        self
    }

    async fn send(self) -> Response {
        let Self { app, mut request, follows } = self;
        for _ in 0..=REDIRECTS {
            let sent = request.clone();
            let response = send_and_read(&app, request).await;
            let Some(to) = target(&response, sent.uri()).filter(|_| follows) else {
                return response;
            };
            request = redirected(sent, response.status(), to);
        }
        panic!("more than {REDIRECTS} redirects in a row")
    }
}

impl IntoFuture for TestRequest {
    type Output = Response;
    type IntoFuture = BoxFuture<'static, Response>;

    fn into_future(self) -> BoxFuture<'static, Response> {
        Box::pin(self.send())
    }
}

/// Returns the target of a redirect, if it is within the app.
fn target(response: &Response, from: &Uri) -> Option<Uri> {
    let location = response.status().is_redirection().then(|| response.location()).flatten()?;
    let own = [format!("http://{HOST}"), format!("https://{HOST}"), format!("//{HOST}")];
    let within = own.iter().find_map(|origin| location.strip_prefix(&**origin));
    match within.unwrap_or(location) {
        "" => Some(Uri::from_static("/")),
        query if query.starts_with('?') => format!("{}{query}", from.path()).parse().ok(),
        path if path.starts_with('/') && !path.starts_with("//") => path.parse().ok(),
        _ => None,
    }
}

fn redirected(mut request: Request<Bytes>, status: StatusCode, to: Uri) -> Request<Bytes> {
    let keeps = [StatusCode::TEMPORARY_REDIRECT, StatusCode::PERMANENT_REDIRECT];
    if !keeps.contains(&status) && request.method() != Method::HEAD {
        *request.method_mut() = Method::GET;
        *request.body_mut() = Bytes::new();
        request.headers_mut().remove(header::CONTENT_TYPE);
    }
    // Clients do not send a URL's fragment. `to` has none, because parsing a `Uri` removes it.
    *request.uri_mut() = to;
    request
}

async fn send_and_read(app: &TestApp, request: Request<Bytes>) -> Response {
    let response = send(app, request).await;
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("cannot read the body of the response");
    Response::new(head, body.to_bytes())
}

pub(super) async fn send(app: &TestApp, mut request: Request<Bytes>) -> hyper::Response<Incoming> {
    app.complete(&mut request);
    let path = request.uri().path().to_owned();
    let stream = TokioIo::new(app.connect());
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(stream).await.expect("cannot open a connection");
    tokio::spawn(connection.with_upgrades());
    let result = sender.send_request(request.map(Full::new)).await;
    let response = result.expect("the connection ended before the response");
    app.remember(&path, response.headers());
    response
}

/// A call over HTTP, made when it is awaited. Awaiting it returns the reply.
#[must_use = "a call is made when it is awaited"]
pub struct TestCall<C> {
    app: TestApp,
    call: CallRequest,
    /// Path and query of the page that the call is made on.
    page: Option<String>,
    headers: Vec<(String, String)>,
    kind: PhantomData<fn() -> C>,
}

impl<C: Call> TestCall<C> {
    pub(super) fn new(app: &TestApp, message: &C) -> Self {
        let call = CallRequest::of(message).expect("cannot encode the message");
        Self { app: app.clone(), call, page: None, headers: Vec::new(), kind: PhantomData }
    }

    /// Makes the call on a page, as a browser does: handlers with `page` need it.
    pub fn on_page<R: Route>(mut self, route: R) -> Self {
        self.page = Some(href(route));
        self
    }

    /// Sets a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Makes the call. Returns the HTTP response instead of the reply.
    pub async fn response(self) -> Response {
        let Self { app, call, page, headers, .. } = self;
        let page = page.as_deref().map_or(CallPage::None, CallPage::At);
        let frame = call.to_frame(1, page);
        let request = match call.files.is_empty() {
            true => app.post("/rpc", frame).header("content-type", "application/msgpack"),
            false => app.post_multipart("/rpc", Multipart::new().call(&frame, &call.files)),
        };
        headers.iter().fold(request, |it, (name, value)| it.header(name, value)).await
    }
}

impl<C: Call> IntoFuture for TestCall<C> {
    type Output = Reply<C>;
    type IntoFuture = BoxFuture<'static, Reply<C>>;

    fn into_future(self) -> Self::IntoFuture {
        let response = self.response();
        Box::pin(async {
            let response = response.await;
            match Outcome::read(response.bytes()) {
                Some((_, outcome)) => read_reply::<C>(outcome),
                None => Err(Failure::Rejected(format!(
                    "the response is not a reply to a call: its status is {}",
                    response.status()
                ))),
            }
        })
    }
}

pub(super) fn frame<C: Call>(id: u32, page: CallPage<'_>, message: &C) -> Vec<u8> {
    CallRequest::of(message).expect("cannot encode the message").to_frame(id, page)
}

pub(super) fn set_handshake_headers(headers: &mut HeaderMap) {
    set(headers, "connection", "Upgrade");
    set(headers, "upgrade", "websocket");
    set(headers, "sec-websocket-version", "13");
    set(headers, "sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(location: &'static str, expected: Option<&str>) {
        let response = hyper::Response::builder().status(303).header("location", location);
        let (head, ()) = response.body(()).unwrap().into_parts();
        let response = Response::new(head, Bytes::new());
        let to = target(&response, &Uri::from_static("/a/b?c"));
        assert_eq!(to.map(|to| to.to_string()).as_deref(), expected);
    }

    #[test]
    fn redirects_are_followed_within_the_app() {
        check("/x?y", Some("/x?y"));
        check("?y", Some("/a/b?y"));
        check("http://localhost", Some("/"));
        check("https://localhost/x", Some("/x"));
        check("//evil.example/x", None);
        check("https://evil.example/x", None);
        check("x", None);
    }
}
