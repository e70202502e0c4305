//! One open socket: frames in, replies out, until one side ends it.

use std::pin::Pin;
use std::sync::Arc;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use bytes::Bytes;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, SinkExt, StreamExt};
use rally_core::codec::DecodeErrorKind;
use rally_core::frame::{Malformed, Refusal};
use tokio::time::{Instant, sleep_until};
use tungstenite::error::ProtocolError;

use super::in_flight::InFlight;
use super::outbox::{Outbox, Outgoing};
use super::rate_limit::{RateDecision, RateLimiter};
use super::requests::{FrameResult, Requests};
use crate::calls::dispatch::Calls;
use crate::calls::request_outcome::RequestOutcome;
use crate::limits::within;
use crate::request::info::RequestInfo;

pub(super) struct Connection {
    calls: Arc<Calls>,
    limiter: RateLimiter,
    requests: Requests,
    in_flight: InFlight,
    outbox: Outbox,
}

/// What happens to a socket without its client.
#[derive(Clone, Copy)]
enum SocketTimer {
    /// It may have been silent for too long.
    Silence,
    /// The server stops.
    Stop,
}

impl SocketTimer {
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
    pub(super) fn new(calls: Arc<Calls>, info: RequestInfo) -> Self {
        let now = Instant::now();
        let limiter = RateLimiter::new(&calls.limits, now);
        // Each request in flight has one answer, and one frame is answered at once.
        let outbox = Outbox::new(calls.limits.in_flight.saturating_add(1));
        let requests = Requests::new(calls.clone(), info, now);
        Self { calls, limiter, requests, in_flight: InFlight::default(), outbox }
    }

    /// Runs until the peer leaves, misbehaves, or the server stops. Handlers
    /// that are under way then run on: what they began is not cut in half.
    pub(super) async fn run(mut self, mut socket: WebSocket) {
        tracing::debug!("opened");
        let (write, idle) = (self.calls.limits.write, self.calls.limits.idle);
        let mut heard = Instant::now();
        // Among these they are looked at when they have gone off, and not with
        // each message. The one for silence is set anew only then, too.
        let silence = |until: Instant| SocketTimer::after(sleep_until(until), SocketTimer::Silence);
        let stopping = self.calls.lifecycle.stopping_owned();
        let mut alarms = FuturesUnordered::from_iter([
            silence(heard + idle),
            SocketTimer::after(stopping, SocketTimer::Stop),
        ]);
        let close = loop {
            let gone_on = tokio::select! {
                biased;
                // Outbound first: everything that waits is sent before more is read.
                outgoing = self.outbox.next() => match self.frame_of(outgoing) {
                    Ok(frame) => {
                        let sending = within(write, send(&mut socket, frame));
                        let Some(Ok(())) = self.beside(sending).await else { break None };
                        Ok(())
                    }
                    Err(close) => Err(close),
                },
                Some(answer) = self.in_flight.next() => self.push(Outgoing::Completed(answer)),
                message = socket.next() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(message)) => self.receive(message, heard),
                        Some(Err(error)) => match Close::of(error) {
                            Some(close) => Err(close),
                            None => break None,
                        },
                        None => break None,
                    }
                }
                Some(alarm) = alarms.next() => match alarm {
                    SocketTimer::Stop => Err(Close(close_code::RESTART, "the server restarts")),
                    SocketTimer::Silence if heard.elapsed() < idle => {
                        alarms.push(silence(heard + idle));
                        Ok(())
                    }
                    SocketTimer::Silence => Err(Close(close_code::AWAY, "idle")),
                },
            };
            if let Err(close) = gone_on {
                break Some(close);
            }
        };
        if let Some(Close(code, reason)) = close {
            let frame = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
            let _ = self.beside(within(write, socket.send(frame))).await;
            tracing::debug!(code, reason, "closed");
        }
        drop(socket);
        self.in_flight.finish().await;
    }

    /// Takes a message in.
    fn receive(&mut self, message: Message, now: Instant) -> Result<(), Close> {
        let decision = self.limiter.message(now);
        if decision == RateDecision::Flood {
            return Err(Close(close_code::POLICY, "too many messages"));
        }
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Text(_) => {
                return self.malformed(Malformed { id: 0, kind: DecodeErrorKind::Text });
            }
            // Its pong is written already, and would pile up if it were not sent.
            Message::Ping(_) => return self.push(Outgoing::Flush),
            // What ends the WebSocket is answered by the next reading.
            Message::Pong(_) | Message::Close(_) => return Ok(()),
        };
        let in_flight = self.in_flight.len() + self.outbox.len();
        let is_busy = decision == RateDecision::TooFast || in_flight >= self.calls.limits.in_flight;
        match self.requests.begin(&bytes, now, is_busy) {
            FrameResult::Request(request) => match self.in_flight.begin(request) {
                Some(answer) => self.push(Outgoing::Completed(answer)),
                None => Ok(()),
            },
            FrameResult::Frame(frame) => self.push(Outgoing::Frame(frame)),
            FrameResult::Malformed(malformed) => self.malformed(malformed),
        }
    }

    /// The frame to send; `None` where the WebSocket has it already.
    fn frame_of(&mut self, outgoing: Outgoing) -> Result<Option<Bytes>, Close> {
        match outgoing {
            Outgoing::Flush => Ok(None),
            Outgoing::Frame(frame) => Ok(Some(frame)),
            Outgoing::Completed((id, answered)) => {
                if let RequestOutcome::Refused(Refusal::Malformed { .. }) = answered {
                    self.bear_malformed()?;
                }
                Ok(Some(answered.into_frame(id)))
            }
        }
    }

    fn malformed(&mut self, Malformed { id, kind }: Malformed) -> Result<(), Close> {
        self.push(Outgoing::Completed((id, RequestOutcome::Refused(Refusal::Malformed { kind }))))
    }

    /// Counts a malformed message.
    fn bear_malformed(&mut self) -> Result<(), Close> {
        match self.limiter.malformed(Instant::now()) {
            true => Ok(()),
            false => Err(Close(close_code::POLICY, "too many malformed messages")),
        }
    }

    fn push(&mut self, outgoing: Outgoing) -> Result<(), Close> {
        let full = |_| Close(close_code::POLICY, "too much waits to be read");
        self.outbox.push(outgoing).map_err(full)
    }

    /// Sends, and goes on with the requests until that is done.
    async fn beside<T>(&mut self, sending: impl Future<Output = T>) -> T {
        let Self { in_flight, outbox, .. } = self;
        // There is a place for the answer of each request in flight.
        let answered = |answer| {
            let pushed = outbox.push(Outgoing::Completed(answer));
            debug_assert!(pushed.is_ok(), "each request in flight has a place");
        };
        in_flight.beside(answered, sending).await
    }
}

/// Sends a frame, or what waits to be sent.
async fn send(socket: &mut WebSocket, frame: Option<Bytes>) -> Result<(), axum::Error> {
    match frame {
        Some(frame) => socket.send(Message::Binary(frame)).await,
        None => socket.flush().await,
    }
}
