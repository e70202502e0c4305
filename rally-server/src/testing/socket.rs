//! The socket of a test, which exchanges real frames with the server.

use std::collections::VecDeque;
use std::future::IntoFuture;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use hyper::upgrade::Upgraded;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use rally_core::call::{Call, Outcome, Reply, read_reply};
use rally_core::codec;
use rally_core::frame::{CallPage, ClientFrame, Refusal, RequestId};
use rally_core::page::Load;
use rally_core::route::{Route, href};
use tokio_tungstenite::WebSocketStream;
use tungstenite::Message;
use tungstenite::protocol::Role;

use super::request::{frame, send, set_handshake_headers};
use super::{Response, TestApp, set};

/// A socket that is opened when it is awaited.
#[must_use = "a socket is opened when it is awaited"]
pub struct TestSocket {
    app: TestApp,
    request: Request<Bytes>,
}

impl TestSocket {
    pub(super) fn new(app: &TestApp) -> Self {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = hyper::Uri::from_static("/_rally/socket");
        set_handshake_headers(request.headers_mut());
        Self { app: app.clone(), request }
    }

    /// Sets a header of the handshake.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        set(self.request.headers_mut(), name, value);
        self
    }

    /// Opens the socket, or returns the response if the server refuses the handshake.
    pub async fn open(self) -> Result<Socket, Response> {
        let Self { app, request } = self;
        let response = send(&app, request).await;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            let (head, body) = response.into_parts();
            let body = body.collect().await.expect("cannot read the body of the response");
            return Err(Response::new(head, body.to_bytes()));
        }
        let stream = hyper::upgrade::on(response).await.expect("cannot upgrade the connection");
        let stream = TokioIo::new(stream);
        let stream = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
        Ok(Socket { app, stream, next: 1, page: CallPage::None, queue: VecDeque::new() })
    }
}

/// Awaiting opens the socket. Panics with the response if the server refuses the handshake.
impl IntoFuture for TestSocket {
    type Output = Socket;
    type IntoFuture = BoxFuture<'static, Socket>;

    fn into_future(self) -> BoxFuture<'static, Socket> {
        Box::pin(async {
            let opened = self.open().await;
            opened.unwrap_or_else(|response| panic!("the server refused the socket: {response:?}"))
        })
    }
}

/// An open socket, which sends only the messages of the test.
///
/// Unlike a browser tab, it sends no pings, and reports its page only in
/// [`show_page`](Self::show_page). Methods that wait for a reply panic if the socket is closed.
/// Methods with a route panic if the route does not belong to a page of the app.
pub struct Socket {
    app: TestApp,
    stream: WebSocketStream<TokioIo<Upgraded>>,
    next: RequestId,
    /// The page that the tab shows, whether or not the server has admitted it.
    page: CallPage<'static>,
    /// Frames that arrived while the test waited for another frame, oldest first.
    queue: VecDeque<Bytes>,
}

impl Socket {
    /// Makes a call, and waits for its reply. The call is made on the page that was last reported by
    /// [`show_page`](Self::show_page).
    pub async fn call<C: Call>(&mut self, message: C) -> Reply<C> {
        let id = self.begin(message).await;
        self.reply::<C>(id).await
    }

    /// Makes a call without waiting. [`reply`](Self::reply) waits for the reply.
    pub async fn begin<C: Call>(&mut self, message: C) -> RequestId {
        let id = self.id();
        self.send(frame(id, self.page, &message)).await;
        id
    }

    /// Waits for the reply to a call of [`begin`](Self::begin).
    pub async fn reply<C: Call>(&mut self, id: RequestId) -> Reply<C> {
        read_reply::<C>(self.outcome(id).await)
    }

    /// Requests the data of a page, as a navigation does. Returns the data or the refusal.
    pub async fn load_page<R: Load>(&mut self, route: R) -> Result<R::Data, Refusal> {
        let id = self.id();
        let page = self.app.page::<R>();
        let (page, fingerprint, url) = (page.name, page.fingerprint, href(route));
        self.send(ClientFrame::LoadPage { id, page, fingerprint, url: &url }.to_bytes()).await;
        match self.outcome(id).await {
            Outcome::Ok(data) => Ok(codec::decode(&data)
                .expect("the page's data should decode as the loader's return type")),
            Outcome::Refused(refusal) => Err(refusal),
            other => panic!("unexpected outcome for a page: {other:?}"),
        }
    }

    /// Reports that the tab shows this page. A browser sends this report when the socket opens
    /// and after each navigation. It shows the page even if the server refuses the report.
    pub async fn show_page<R: Route>(&mut self, route: R) -> Result<(), Refusal> {
        let id = self.id();
        self.page = CallPage::Shown(id);
        let page = self.app.page::<R>();
        let (page, fingerprint, url) = (page.name, page.fingerprint, href(route));
        self.send(ClientFrame::PageShown { id, page, fingerprint, url: &url }.to_bytes()).await;
        match self.outcome(id).await {
            Outcome::Ok(_) => Ok(()),
            Outcome::Refused(refusal) => Err(refusal),
            other => panic!("unexpected outcome for a page: {other:?}"),
        }
    }

    /// Sends a binary message with any bytes.
    ///
    /// The server may close the socket while it reads the message, for example because the
    /// message is too large. This method then does not panic, and
    /// [`closed`](Self::closed) returns the reason.
    pub async fn send(&mut self, bytes: impl Into<Bytes>) {
        self.send_message(Message::Binary(bytes.into())).await;
    }

    /// Sends a text message, which the server refuses: the protocol has only binary messages.
    pub async fn send_text(&mut self, text: &str) {
        self.send_message(Message::text(text)).await;
    }

    async fn send_message(&mut self, message: Message) {
        match self.stream.send(message).await {
            Ok(()) | Err(tungstenite::Error::Io(_)) => {}
            Err(error) => panic!("cannot send on the socket: {error}"),
        }
    }

    /// Returns the bytes of the oldest reply that no other method has returned.
    ///
    /// Waits for a reply if none is queued.
    pub async fn receive(&mut self) -> Bytes {
        match self.queue.pop_front() {
            Some(frame) => frame,
            None => self.next_frame().await,
        }
    }

    /// Waits until the socket is closed. Returns the code and reason of the server's close frame,
    /// or `None` if there is none.
    pub async fn closed(&mut self) -> Option<(u16, String)> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Close(frame))) => {
                    return frame.map(|frame| (frame.code.into(), frame.reason.to_string()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// Closes the socket, as a tab does when it is closed.
    pub async fn close(mut self) {
        let _ = self.stream.close(None).await;
    }

    fn id(&mut self) -> RequestId {
        self.next += 1;
        self.next - 1
    }

    /// Waits for the outcome of a request. Queues the other frames that arrive meanwhile.
    async fn outcome(&mut self, id: RequestId) -> Outcome {
        let of = |frame: &Bytes| Outcome::read(frame).filter(|(found, _)| *found == id);
        if let Some(index) = self.queue.iter().position(|frame| of(frame).is_some()) {
            let frame = self.queue.remove(index).and_then(|frame| of(&frame));
            return frame
                .map(|(_, outcome)| outcome)
                .expect("the queue should contain the frame at the found index");
        }
        loop {
            let frame = self.next_frame().await;
            match of(&frame) {
                Some((_, outcome)) => return outcome,
                None => self.queue.push_back(frame),
            }
        }
    }

    async fn next_frame(&mut self) -> Bytes {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Binary(frame))) => return frame,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("expected a frame, got {other:?}"),
            }
        }
    }
}
