//! The app under test, asked: over HTTP and on sockets.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use futures_util::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use rally::Limits;
use rally::prelude::*;
use rally_core::call::call_fingerprint;
use rally_core::codec;
use rally_core::frame::{ClientFrame, RequestId, ServerFrame};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use tower::ServiceExt;

use super::{PAGES, State, TheApp, app};

const SHELL: &str = "<!DOCTYPE html><body><div id=\"app\"></div></body>";

/// The app with a `dist` of its own.
pub struct TestApp {
    pub state: Arc<State>,
    pub router: Router,
    tell: Tell,
    /// Removed with this.
    dist: TempDir,
}

/// What else an app is told before it starts.
type Tell = Arc<dyn Fn(TheApp) -> TheApp + Send + Sync>;

/// What a request brought.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    pub bytes: Bytes,
}

impl Answer {
    /// Whether it sets no cookie but the session's.
    pub fn sets_only_the_session(&self) -> bool {
        let mut cookies = self.headers.get_all("set-cookie").iter();
        cookies.all(|cookie| cookie.as_bytes().starts_with(b"rally_session="))
    }

    /// The flags that are embedded in a document, decoded as the browser does.
    #[track_caller]
    pub fn flags(&self) -> Vec<u8> {
        use base64::prelude::*;
        let (_, rest) = self.body.split_once("id=\"rally-flags\">").expect("flags");
        let (text, _) = rest.split_once("</script>").expect("their end");
        BASE64_STANDARD.decode(text).unwrap()
    }
}

impl TestApp {
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// With these files in `dist`, besides `index.html`.
    pub fn with(files: &[(&str, &[u8])]) -> Self {
        Self::made(files, |app| app)
    }

    pub fn limited(limits: Limits) -> Self {
        Self::told(move |app| app.limits(limits.clone()))
    }

    /// With whatever an app can be told.
    pub fn told(tell: impl Fn(TheApp) -> TheApp + Send + Sync + 'static) -> Self {
        Self::made(&[], tell)
    }

    /// With these files in `dist`, and told this.
    pub fn made(
        files: &[(&str, &[u8])],
        tell: impl Fn(TheApp) -> TheApp + Send + Sync + 'static,
    ) -> Self {
        let dist = tempfile::tempdir().unwrap();
        std::fs::write(dist.path().join("index.html"), SHELL).unwrap();
        for (name, bytes) in files {
            std::fs::write(dist.path().join(name), bytes).unwrap();
        }
        let state = Arc::new(State::default());
        let app = tell(app(state.clone()).dist(dist.path()));
        Self { state, router: app.into_router(PAGES).unwrap(), tell: Arc::new(tell), dist }
    }

    /// What an app says that is told this in its place.
    pub fn start_with(
        &self,
        tell: impl FnOnce(TheApp) -> TheApp,
    ) -> Result<Router, rally::BootError> {
        tell(app(self.state.clone()).dist(self.dist.path())).into_router(PAGES)
    }

    /// The app of `tests/site`, whose file is `shell`.
    pub fn site(shell: &str) -> Self {
        let dist = tempfile::tempdir().unwrap();
        std::fs::write(dist.path().join("index.html"), shell).unwrap();
        let state = Arc::new(State::default());
        let router = app(state.clone()).dist(dist.path()).into_router(site::pages::ALL).unwrap();
        Self { state, router, tell: Arc::new(|app| app), dist }
    }

    pub async fn get(&self, url: &str) -> Answer {
        self.ask("GET", url, &[]).await
    }

    pub async fn ask(&self, method: &str, url: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(method, url, headers, Body::empty()).await
    }

    /// Posts a frame to `/rpc`.
    pub async fn post(&self, frame: Vec<u8>) -> Answer {
        self.send("POST", "/rpc", &[], frame.into()).await
    }

    pub async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).unwrap();
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: head.status, headers: head.headers, body, bytes }
    }

    /// Listens on a port of its own.
    pub async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(self.serve(listener));
        address
    }

    pub fn serve(&self, listener: TcpListener) -> impl Future<Output = ()> + use<> {
        let app = (self.tell)(app(self.state.clone()).dist(self.dist.path()));
        async move {
            let Err(error) = app.listen(PAGES, listener).await;
            panic!("{error}");
        }
    }

    /// Opens a socket.
    pub async fn socket(&self) -> Socket {
        self.socket_from(None).await.unwrap()
    }

    pub async fn socket_from(&self, origin: Option<&str>) -> tungstenite::Result<Socket> {
        let origin = origin.map(|origin| ("origin", origin));
        self.socket_with(origin.as_slice()).await
    }

    /// Opens a socket with these headers; `{address}` in them is the server's.
    pub async fn socket_with(
        &self,
        headers: &[(&'static str, &str)],
    ) -> tungstenite::Result<Socket> {
        let address = self.listen().await;
        let mut request = format!("ws://{address}/_rally/socket").into_client_request().unwrap();
        for (name, value) in headers {
            let value = value.replace("{address}", &address.to_string());
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (stream, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(Socket(stream))
    }
}

/// The frame of a call.
pub fn frame<C: Call>(id: RequestId, message: &C) -> Vec<u8> {
    raw::<C>(id, &codec::encode(message).unwrap())
}

/// The frame of a call whose message may be anything.
pub fn raw<C: Call>(id: RequestId, body: &[u8]) -> Vec<u8> {
    let fingerprint = call_fingerprint::<C>();
    ClientFrame::Call { id, name: C::NAME, fingerprint, body }.to_bytes()
}

/// A socket that speaks frames.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub async fn send(&mut self, bytes: Vec<u8>) {
        self.0.send(Message::Binary(bytes.into())).await.unwrap();
    }

    /// Sends all of them at once.
    pub async fn send_all(&mut self, frames: impl IntoIterator<Item = Vec<u8>>) {
        for frame in frames {
            self.0.feed(Message::Binary(frame.into())).await.unwrap();
        }
        self.0.flush().await.unwrap();
    }

    pub async fn send_text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    pub async fn call<C: Call>(&mut self, id: RequestId, message: &C) {
        self.send(frame(id, message)).await;
    }

    /// Receives a frame, and looks at it.
    pub async fn receive<T>(&mut self, look: impl FnOnce(ServerFrame<'_>) -> T) -> T {
        look(ServerFrame::read(&self.receive_bytes().await).unwrap())
    }

    pub async fn receive_bytes(&mut self) -> Bytes {
        loop {
            match self.0.next().await.expect("the socket is open").unwrap() {
                Message::Binary(bytes) => return bytes,
                Message::Ping(_) => {}
                other => panic!("a frame was expected: {other:?}"),
            }
        }
    }

    /// Receives until the server closes, and says how it did.
    pub async fn closed(&mut self) -> Option<CloseFrame> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Close(frame))) => return frame,
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }
}
