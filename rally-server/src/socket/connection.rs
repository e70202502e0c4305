//! One open socket: frames in, replies out, until one side ends it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use rally_core::frame::{ClientFrame, Refusal, RequestId, ServerFrame};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, sleep_until, timeout};
use tracing::Instrument;

use crate::app::Booted;
use crate::rpc::{self, Answered};

/// Requests under way on one socket; more are refused as busy.
const MAX_IN_FLIGHT: usize = 64;
/// Malformed frames on one socket; then it is closed with 1008.
const MAX_MALFORMED: u32 = 16;
/// Clients ping every 30 seconds; one that is silent for longer than this is gone.
const IDLE: Duration = Duration::from_secs(90);
/// How long a client may take to read one frame.
const WRITE: Duration = Duration::from_secs(30);

pub(super) struct Connection {
    app: Arc<Booted>,
    permits: Arc<Semaphore>,
    malformed: u32,
}

/// Why a socket ends, as a WebSocket close code and its reason.
struct Close(u16, &'static str);

impl Connection {
    pub(super) fn new(app: Arc<Booted>) -> Self {
        Self { app, permits: Arc::new(Semaphore::new(MAX_IN_FLIGHT)), malformed: 0 }
    }

    /// Runs until the peer leaves, misbehaves, or the server stops. Handlers
    /// that are under way then run on: what they began is not cut in half.
    pub(super) async fn run(mut self, socket: WebSocket) {
        tracing::debug!("opened");
        let (mut sink, mut stream) = socket.split();
        let (outbox, mut inbox) = mpsc::channel::<Bytes>(MAX_IN_FLIGHT);
        let mut idle_at = Instant::now() + IDLE;
        let stopping = self.app.stopping.clone();
        let close = loop {
            let frame = tokio::select! {
                message = stream.next() => {
                    idle_at = Instant::now() + IDLE;
                    match message {
                        Some(Ok(Message::Binary(bytes))) => self.receive(&bytes, &outbox),
                        Some(Ok(Message::Text(_))) => self.malformed(0),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
                        // Too large a message is an error here, and the sender is told.
                        Some(Err(_)) => Err(Close(close_code::SIZE, "a frame is too large or broken")),
                        Some(Ok(Message::Close(_))) | None => break None,
                    }
                }
                Some(reply) = inbox.recv() => Ok(Some(reply)),
                () = sleep_until(idle_at) => Err(Close(close_code::AWAY, "idle")),
                () = stopping.cancelled() => Err(Close(close_code::RESTART, "the server restarts")),
            };
            match frame {
                Ok(None) => {}
                Ok(Some(frame)) => match timeout(WRITE, sink.send(Message::Binary(frame))).await {
                    Ok(Ok(())) => {}
                    _ => break None,
                },
                Err(close) => break Some(close),
            }
        };
        if let Some(Close(code, reason)) = close {
            let frame = CloseFrame { code, reason: reason.into() };
            let _ = timeout(WRITE, sink.send(Message::Close(Some(frame)))).await;
            tracing::debug!(code, reason, "closed");
        }
    }

    /// Takes a frame in; returns what to answer at once.
    fn receive(
        &mut self,
        bytes: &Bytes,
        outbox: &mpsc::Sender<Bytes>,
    ) -> Result<Option<Bytes>, Close> {
        match ClientFrame::read(bytes) {
            Err(malformed) => self.malformed(malformed.id),
            Ok(ClientFrame::Ping) => Ok(Some(ServerFrame::Pong.to_bytes().into())),
            Ok(ClientFrame::Call { id, name, fingerprint, body }) => {
                let app = self.app.clone();
                let (name, body) = (name.to_owned(), bytes.slice_ref(body));
                let reply = async move { rpc::call(&app, &name, fingerprint, body).await };
                Ok(self.start(id, outbox, reply))
            }
            Ok(ClientFrame::Enter { id, page, fingerprint, url }) => {
                let app = self.app.clone();
                let (page, url) = (page.to_owned(), url.to_owned());
                let reply = async move { rpc::enter(&app, &page, fingerprint, &url).await };
                Ok(self.start(id, outbox, reply))
            }
        }
    }

    /// Runs a request beside the others; its reply goes to the outbox.
    fn start(
        &self,
        id: RequestId,
        outbox: &mpsc::Sender<Bytes>,
        reply: impl Future<Output = Answered> + Send + 'static,
    ) -> Option<Bytes> {
        let Ok(permit) = self.permits.clone().try_acquire_owned() else {
            return Some(Answered::Refused(Refusal::Busy).to_frame(id));
        };
        let outbox = outbox.clone();
        let run = async move {
            let reply = reply.await.to_frame(id);
            // The permit is held until the reply is queued, so replies are bounded too.
            let _ = outbox.send(reply).await;
            drop(permit);
        };
        self.app.tasks.spawn(run.in_current_span());
        None
    }

    fn malformed(&mut self, id: RequestId) -> Result<Option<Bytes>, Close> {
        self.malformed += 1;
        if self.malformed > MAX_MALFORMED {
            return Err(Close(close_code::POLICY, "too many malformed frames"));
        }
        Ok(Some(Answered::Refused(Refusal::Malformed).to_frame(id)))
    }
}
