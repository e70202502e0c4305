//! A socket of a test: real frames, through the server's own connection.

use std::collections::VecDeque;
use std::future::IntoFuture;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use hyper::upgrade::Upgraded;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use rally_core::call::{Call, Outcome, Reply, read_reply};
use rally_core::codec;
use rally_core::frame::{ClientFrame, Refusal, RequestId};
use rally_core::page::Load;
use rally_core::route::{Route, href};
use tokio_tungstenite::WebSocketStream;
use tungstenite::Message;
use tungstenite::protocol::Role;

use super::request::{ask_for_socket, frame, send};
use super::{Response, TestApp, set};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A socket that is opened by awaiting it.
#[must_use = "a socket is opened when it is awaited"]
pub struct TestSocket {
    app: TestApp,
    request: Request<Bytes>,
}

impl TestSocket {
    pub(super) fn new(app: &TestApp) -> Self {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = hyper::Uri::from_static("/_rally/socket");
        ask_for_socket(request.headers_mut());
        Self { app: app.clone(), request }
    }

    /// Sets a header of the request that opens it.
    ///
    /// # Panics
    ///
    /// When it is no header.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        set(self.request.headers_mut(), name, value);
        self
    }

    /// Opens it.
    ///
    /// # Errors
    ///
    /// The server's answer, when it is no socket.
    pub async fn open(self) -> Result<Socket, Response> {
        let Self { app, request } = self;
        let response = send(&app, request).await;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            let (head, body) = response.into_parts();
            let body = body.collect().await.expect("the whole body of an answer");
            return Err(Response::new(head, body.to_bytes()));
        }
        let stream = hyper::upgrade::on(response).await.expect("the connection is the socket's");
        let stream = TokioIo::new(stream);
        let stream = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
        Ok(Socket { app, stream, next: 1, waiting: VecDeque::new() })
    }
}

/// Panics with the server's answer when it is no socket.
impl IntoFuture for TestSocket {
    type Output = Socket;
    type IntoFuture = Boxed<Socket>;

    fn into_future(self) -> Boxed<Socket> {
        Box::pin(async {
            let opened = self.open().await;
            opened.unwrap_or_else(|response| panic!("no socket: {response:?}"))
        })
    }
}

/// A socket that is open. Nothing is sent on it that the test does not ask for:
/// neither the page that is shown, nor pings.
pub struct Socket {
    app: TestApp,
    stream: WebSocketStream<TokioIo<Upgraded>>,
    next: RequestId,
    /// Frames that came before the one that was waited for.
    waiting: VecDeque<Bytes>,
}

impl Socket {
    /// Makes a call, and waits for its reply.
    pub async fn call<C: Call>(&mut self, message: C) -> Reply<C> {
        let id = self.begin(message).await;
        self.reply::<C>(id).await
    }

    /// Makes a call, whose reply is waited for later by its number, or never.
    pub async fn begin<C: Call>(&mut self, message: C) -> RequestId {
        let id = self.id();
        self.send(frame(id, &message)).await;
        id
    }

    /// Waits for the reply to a call that was begun.
    pub async fn reply<C: Call>(&mut self, id: RequestId) -> Reply<C> {
        read_reply::<C>(self.outcome(id).await)
    }

    /// Goes to a page, and brings its data, as a navigation does.
    ///
    /// # Errors
    ///
    /// When the server refuses it.
    ///
    /// # Panics
    ///
    /// When it is no page of the app.
    pub async fn enter<R: Load>(&mut self, route: R) -> Result<R::Data, Refusal> {
        let id = self.id();
        let page = self.app.page::<R>();
        let (page, fingerprint, url) = (page.name, page.fingerprint, href(route));
        self.send(ClientFrame::Enter { id, page, fingerprint, url: &url }.to_bytes()).await;
        match self.outcome(id).await {
            Outcome::Ok(data) => Ok(codec::decode(&data).expect("the data of the page's own type")),
            Outcome::Refused(refusal) => Err(refusal),
            other => panic!("an answer to no page: {other:?}"),
        }
    }

    /// Says that this page is shown, as the browser does when the socket opens
    /// and whenever another page is.
    ///
    /// # Errors
    ///
    /// When the server refuses it.
    ///
    /// # Panics
    ///
    /// When it is no page of the app.
    pub async fn show<R: Route>(&mut self, route: R) -> Result<(), Refusal> {
        let id = self.id();
        let page = self.app.page::<R>();
        let (page, fingerprint, url) = (page.name, page.fingerprint, href(route));
        self.send(ClientFrame::Show { id, page, fingerprint, url: &url }.to_bytes()).await;
        match self.outcome(id).await {
            Outcome::Ok(_) => Ok(()),
            Outcome::Refused(refusal) => Err(refusal),
            other => panic!("an answer to no page: {other:?}"),
        }
    }

    /// Sends a binary message with any bytes.
    ///
    /// A server that closes the socket before it has read the whole message, for
    /// example because the message is too large, is not a panic:
    /// [`closed`](Self::closed) returns its reason.
    ///
    /// # Panics
    ///
    /// When the socket is closed.
    pub async fn send(&mut self, bytes: impl Into<Bytes>) {
        self.send_message(Message::Binary(bytes.into())).await;
    }

    /// Sends a text, of which there is none in the protocol.
    ///
    /// # Panics
    ///
    /// When the socket is closed.
    pub async fn send_text(&mut self, text: &str) {
        self.send_message(Message::text(text)).await;
    }

    async fn send_message(&mut self, message: Message) {
        match self.stream.send(message).await {
            Ok(()) | Err(tungstenite::Error::Io(_)) => {}
            Err(error) => panic!("cannot send on the socket: {error}"),
        }
    }

    /// The next frame that nobody has waited for.
    ///
    /// # Panics
    ///
    /// When the socket closes instead.
    pub async fn receive(&mut self) -> Bytes {
        match self.waiting.pop_front() {
            Some(frame) => frame,
            None => self.arrived().await,
        }
    }

    /// Waits until the server closes the socket: with what code and why, or
    /// without a word.
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

    /// Closes it, as a tab does that is closed.
    pub async fn close(mut self) {
        let _ = self.stream.close(None).await;
    }

    fn id(&mut self) -> RequestId {
        self.next += 1;
        self.next - 1
    }

    /// Waits for the answer to a request; what else comes waits its turn.
    async fn outcome(&mut self, wanted: RequestId) -> Outcome {
        let of = |frame: &Bytes| Outcome::read(frame).filter(|(id, _)| *id == wanted);
        if let Some(place) = self.waiting.iter().position(|frame| of(frame).is_some()) {
            let frame = self.waiting.remove(place).and_then(|frame| of(&frame));
            return frame.map(|(_, outcome)| outcome).expect("it was there");
        }
        loop {
            let frame = self.arrived().await;
            match of(&frame) {
                Some((_, outcome)) => return outcome,
                None => self.waiting.push_back(frame),
            }
        }
    }

    async fn arrived(&mut self) -> Bytes {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Binary(frame))) => return frame,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("a frame was waited for, and there came {other:?}"),
            }
        }
    }
}
