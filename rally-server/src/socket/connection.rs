//! The loop of one open socket: receives frames and sends replies.

use std::sync::Arc;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, SinkExt, StreamExt};
use rally_core::codec::DecodeErrorKind;
use rally_core::frame::{MalformedFrame, Refusal};
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

/// An event, other than a message of the client, that may close a socket.
#[derive(Clone, Copy)]
enum SocketEvent {
    /// The timer of the idle limit has fired. The client may have sent a message since the
    /// timer was set.
    Silence,
    Stop,
}

impl SocketEvent {
    fn after(
        event: impl Future<Output = ()> + Send + 'static,
        kind: Self,
    ) -> BoxFuture<'static, Self> {
        Box::pin(event.map(move |()| kind))
    }
}

/// The code and the reason of a close frame.
struct Close(u16, &'static str);

impl Close {
    /// Returns the close frame for an error, or `None` if the connection cannot send it.
    fn of(error: axum::Error) -> Option<Self> {
        match *error.into_inner().downcast().ok()? {
            tungstenite::Error::Capacity(_) => Some(Self(close_code::SIZE, "a frame is too large")),
            tungstenite::Error::Utf8(_) => {
                Some(Self(close_code::INVALID, "a text message is not UTF-8"))
            }
            tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
            tungstenite::Error::Protocol(_) => {
                Some(Self(close_code::PROTOCOL, "invalid WebSocket frame"))
            }
            _ => None,
        }
    }
}

impl Connection {
    pub(super) fn new(calls: Arc<Calls>, info: RequestInfo) -> Self {
        let now = Instant::now();
        let limiter = RateLimiter::new(&calls.limits, now);
        // The capacity is one reply for each request in flight, and one reply for a frame that
        // is answered at once.
        let outbox = Outbox::new(calls.limits.in_flight.saturating_add(1));
        let requests = Requests::new(calls.clone(), info, now);
        Self { calls, limiter, requests, in_flight: InFlight::default(), outbox }
    }

    /// Runs the socket until it closes. Then waits for the handlers in flight, so that none is
    /// cancelled halfway.
    pub(super) async fn run(mut self, mut socket: WebSocket) {
        tracing::debug!("socket opened");
        let (write, idle) = (self.calls.limits.write, self.calls.limits.idle);
        let mut last_message = Instant::now();
        // `FuturesUnordered` polls an event again only after the event has woken it, not for
        // each message. A message does not reset the silence timer: the timer is set again
        // when it fires.
        let silence = |until: Instant| SocketEvent::after(sleep_until(until), SocketEvent::Silence);
        let stopping = self.calls.lifecycle.stopping_owned();
        let mut events = FuturesUnordered::from_iter([
            silence(last_message + idle),
            SocketEvent::after(stopping, SocketEvent::Stop),
        ]);
        let close = loop {
            let result = tokio::select! {
                biased;
                // This branch is first: all queued frames are sent before more messages are read.
                outgoing = self.outbox.next() => match self.frame_of(outgoing) {
                    Ok(frame) => {
                        let sending = within(write, send(&mut socket, frame));
                        let Some(Ok(())) = self.drive_until(sending).await else { break None };
                        Ok(())
                    }
                    Err(close) => Err(close),
                },
                Some(answer) = self.in_flight.next() => self.push(Outgoing::Completed(answer)),
                message = socket.next() => {
                    last_message = Instant::now();
                    match message {
                        Some(Ok(message)) => self.receive(message, last_message),
                        Some(Err(error)) => match Close::of(error) {
                            Some(close) => Err(close),
                            None => break None,
                        },
                        None => break None,
                    }
                }
                Some(event) = events.next() => match event {
                    SocketEvent::Stop => Err(Close(close_code::RESTART, "the server restarts")),
                    SocketEvent::Silence if last_message.elapsed() < idle => {
                        events.push(silence(last_message + idle));
                        Ok(())
                    }
                    SocketEvent::Silence => Err(Close(close_code::AWAY, "idle")),
                },
            };
            if let Err(close) = result {
                break Some(close);
            }
        };
        if let Some(Close(code, reason)) = close {
            let frame = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
            let _ = self.drive_until(within(write, socket.send(frame))).await;
            tracing::debug!(code, reason, "socket closed");
        }
        drop(socket);
        self.in_flight.finish().await;
    }

    fn receive(&mut self, message: Message, now: Instant) -> Result<(), Close> {
        let decision = self.limiter.message(now);
        if decision == RateDecision::Flood {
            return Err(Close(close_code::POLICY, "too many messages"));
        }
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Text(_) => {
                return self.malformed(MalformedFrame { id: 0, kind: DecodeErrorKind::Text });
            }
            // The WebSocket has buffered a pong. Without a flush, pongs would accumulate.
            Message::Ping(_) => return self.push(Outgoing::Flush),
            // After a close frame, the next read completes the close handshake.
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

    /// Returns the frame to send; `None` if the WebSocket has already buffered the frame.
    fn frame_of(&mut self, outgoing: Outgoing) -> Result<Option<Bytes>, Close> {
        match outgoing {
            Outgoing::Flush => Ok(None),
            Outgoing::Frame(frame) => Ok(Some(frame)),
            Outgoing::Completed((id, answered)) => {
                if let RequestOutcome::Refused(Refusal::Malformed { .. }) = answered {
                    self.count_malformed()?;
                }
                Ok(Some(answered.into_frame(id)))
            }
        }
    }

    fn malformed(&mut self, MalformedFrame { id, kind }: MalformedFrame) -> Result<(), Close> {
        self.push(Outgoing::Completed((id, RequestOutcome::Refused(Refusal::Malformed { kind }))))
    }

    fn count_malformed(&mut self) -> Result<(), Close> {
        match self.limiter.malformed(Instant::now()) {
            true => Ok(()),
            false => Err(Close(close_code::POLICY, "too many malformed messages")),
        }
    }

    fn push(&mut self, outgoing: Outgoing) -> Result<(), Close> {
        let full = |_| Close(close_code::POLICY, "too many unread replies");
        self.outbox.push(outgoing).map_err(full)
    }

    async fn drive_until<T>(&mut self, sending: impl Future<Output = T>) -> T {
        let Self { in_flight, outbox, .. } = self;
        let completed = |answer| {
            let pushed = outbox.push(Outgoing::Completed(answer));
            debug_assert!(pushed.is_ok(), "the outbox should have capacity for every reply");
        };
        in_flight.drive_until(completed, sending).await
    }
}

async fn send(socket: &mut WebSocket, frame: Option<Bytes>) -> Result<(), axum::Error> {
    match frame {
        Some(frame) => socket.send(Message::Binary(frame)).await,
        None => socket.flush().await,
    }
}
