//! One open socket: frames in, replies out, until one side ends it.

use std::pin::Pin;
use std::sync::Arc;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use bytes::Bytes;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, SinkExt, StreamExt};
use rally_core::codec::Flaw;
use rally_core::frame::{ClientFrame, Malformed, Refusal, RequestId, ServerFrame};
use tokio::time::{Instant, sleep_until};
use tungstenite::error::ProtocolError;

use crate::app::Booted;
use crate::calls::dispatch::{self, Answered};
use crate::limits::within;
use crate::request::info::Visitor;
use crate::socket::in_flight::{Answer, Request, Requests};
use crate::socket::page_state::Whereabouts;
use crate::socket::rate_limit::{Pace, Patience};

pub(super) struct Connection {
    app: Arc<Booted>,
    patience: Patience,
    whereabouts: Whereabouts,
}

/// What an event leads to.
enum Step {
    Nothing,
    Send(Bytes),
    /// A pong waits to be sent.
    Flush,
    Run(Request),
    Close(Close),
}

/// What happens to a socket without its client.
#[derive(Clone, Copy)]
enum Alarm {
    /// It may have been silent for too long.
    Silence,
    /// The server stops.
    Stop,
}

impl Alarm {
    fn after(
        event: impl Future<Output = ()> + Send + 'static,
        alarm: Self,
    ) -> Pin<Box<dyn Future<Output = Self> + Send>> {
        Box::pin(event.map(move |()| alarm))
    }
}

/// Why a socket ends, as a WebSocket close code and its reason.
struct Close(u16, &'static str);

impl Close {
    /// What the peer is told of an error; `None` when there is nobody to tell.
    fn of(error: axum::Error) -> Option<Self> {
        match *error.into_inner().downcast().ok()? {
            tungstenite::Error::Capacity(_) => Some(Self(close_code::SIZE, "a frame is too large")),
            tungstenite::Error::Utf8(_) => Some(Self(close_code::INVALID, "a text is not UTF-8")),
            tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
            tungstenite::Error::Protocol(_) => {
                Some(Self(close_code::PROTOCOL, "no WebSocket frame"))
            }
            _ => None,
        }
    }
}

impl Connection {
    pub(super) fn new(app: Arc<Booted>, visitor: Visitor) -> Self {
        let now = Instant::now();
        let patience = Patience::new(&app.limits, now);
        let whereabouts = Whereabouts::new(app.clone(), visitor, now);
        Self { app, patience, whereabouts }
    }

    /// Runs until the peer leaves, misbehaves, or the server stops. Handlers
    /// that are under way then run on: what they began is not cut in half.
    pub(super) async fn run(mut self, mut socket: WebSocket) {
        tracing::debug!("opened");
        let app = self.app.clone();
        let limits = &app.limits;
        let mut requests = Requests::default();
        let mut heard = Instant::now();
        // Among these they are looked at when they have gone off, and not with
        // each message. The one for silence is set anew only then, too.
        let silence = |until: Instant| Alarm::after(sleep_until(until), Alarm::Silence);
        let stopping = app.stopping.clone().cancelled_owned();
        let mut alarms = FuturesUnordered::from_iter([
            silence(heard + limits.idle),
            Alarm::after(stopping, Alarm::Stop),
        ]);
        let close = loop {
            let step = tokio::select! {
                biased;
                Some((id, answered)) = requests.next() => self.answer(id, answered),
                message = socket.next() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(message)) => self.receive(message, heard, requests.len()),
                        Some(Err(error)) => match Close::of(error) {
                            Some(close) => Step::Close(close),
                            None => break None,
                        },
                        None => break None,
                    }
                }
                Some(alarm) = alarms.next() => match alarm {
                    Alarm::Stop => Step::Close(Close(close_code::RESTART, "the server restarts")),
                    Alarm::Silence if heard.elapsed() < limits.idle => {
                        alarms.push(silence(heard + limits.idle));
                        Step::Nothing
                    }
                    Alarm::Silence => Step::Close(Close(close_code::AWAY, "idle")),
                },
            };
            let step = match step {
                Step::Run(request) => match requests.begin(request) {
                    Some((id, answered)) => self.answer(id, answered),
                    None => Step::Nothing,
                },
                step => step,
            };
            let frame = match step {
                Step::Nothing | Step::Run(_) => continue,
                Step::Close(close) => break Some(close),
                Step::Flush => None,
                Step::Send(frame) => Some(frame),
            };
            let sending = within(limits.write, send(&mut socket, frame));
            let Some(Ok(())) = requests.beside(sending).await else { break None };
        };
        if let Some(Close(code, reason)) = close {
            let frame = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
            let _ = requests.beside(within(limits.write, socket.send(frame))).await;
            tracing::debug!(code, reason, "closed");
        }
        drop(socket);
        requests.finish().await;
    }

    /// Takes a message in.
    fn receive(&mut self, message: Message, now: Instant, under_way: usize) -> Step {
        let pace = self.patience.message(now);
        if pace == Pace::Flood {
            return Step::Close(Close(close_code::POLICY, "too many messages"));
        }
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Text(_) => return self.malformed(Malformed { id: 0, flaw: Flaw::Text }),
            // Its pong is written already, and would pile up if it were not sent.
            Message::Ping(_) => return Step::Flush,
            // What ends the WebSocket is answered by the next reading.
            Message::Pong(_) | Message::Close(_) => return Step::Nothing,
        };
        let is_busy = pace == Pace::TooFast || under_way >= self.app.limits.in_flight;
        match ClientFrame::read(&bytes) {
            Err(malformed) => self.malformed(malformed),
            Ok(ClientFrame::Ping) => Step::Send(ServerFrame::Pong.to_bytes().into()),
            Ok(ClientFrame::Call { id, name, fingerprint, body }) => {
                let refuse = |refusal| self.refuse(id, name, bytes.len(), refusal);
                let call = match dispatch::find(&self.app, name, fingerprint) {
                    Ok(call) if call.handler.over_http => return refuse(Refusal::OverHttp),
                    Ok(_) if is_busy => return refuse(Refusal::Busy),
                    Ok(call) => call,
                    Err(refusal) => return refuse(refusal),
                };
                let Some(place) = self.app.room.enter() else { return refuse(Refusal::Busy) };
                let exchange = self.whereabouts.exchange(call.handler.name, bytes.len());
                let body = bytes.slice_ref(body);
                run(self.whereabouts.call(call, id, body, place, exchange, now))
            }
            Ok(
                ref frame @ (ClientFrame::Enter { id, page, fingerprint, url }
                | ClientFrame::Show { id, page, fingerprint, url }),
            ) => {
                let size = bytes.len();
                let is_load = matches!(frame, ClientFrame::Enter { .. });
                let refusal = match dispatch::compare(&self.app, page, fingerprint) {
                    Ok(()) if is_busy => Some(Refusal::Busy),
                    compared => compared.err(),
                };
                let request = match (refusal, is_load) {
                    (Some(refusal), _) => Err(refusal),
                    (None, true) => {
                        self.whereabouts.enter(id, page, url, size, now).map(FutureExt::boxed)
                    }
                    (None, false) => {
                        self.whereabouts.show(id, page, url, now).map(FutureExt::boxed)
                    }
                };
                match request {
                    Ok(request) => Step::Run(request),
                    Err(refusal) if is_load => self.refuse(id, page, size, refusal),
                    // Where a tab is, is no message.
                    Err(refusal) => refuse(id, refusal),
                }
            }
        }
    }

    /// Refuses a request before anything of it is read but its name.
    fn refuse(&self, id: RequestId, name: &str, size: usize, refusal: Refusal) -> Step {
        let is_recorded = self.app.recorder.is_some();
        let exchange = is_recorded.then(|| self.whereabouts.exchange(name.to_owned(), size));
        let refused = Answered::Refused(refusal).told(id, &exchange.unwrap_or_default());
        Step::Send(refused.into_frame(id))
    }

    /// A request has been answered.
    fn answer(&mut self, id: RequestId, answered: Answered) -> Step {
        match answered {
            Answered::Refused(Refusal::Malformed { flaw }) => {
                self.malformed(Malformed { id, flaw })
            }
            answered => Step::Send(answered.into_frame(id)),
        }
    }

    fn malformed(&mut self, Malformed { id, flaw }: Malformed) -> Step {
        match self.patience.malformed(Instant::now()) {
            true => refuse(id, Refusal::Malformed { flaw }),
            false => Step::Close(Close(close_code::POLICY, "too many malformed messages")),
        }
    }
}

fn refuse(id: RequestId, refusal: Refusal) -> Step {
    Step::Send(Answered::Refused(refusal).into_frame(id))
}

fn run(request: impl Future<Output = Answer> + Send + 'static) -> Step {
    Step::Run(Box::pin(request))
}

/// Sends a frame, or what waits to be sent.
async fn send(socket: &mut WebSocket, frame: Option<Bytes>) -> Result<(), axum::Error> {
    match frame {
        Some(frame) => socket.send(Message::Binary(frame)).await,
        None => socket.flush().await,
    }
}
