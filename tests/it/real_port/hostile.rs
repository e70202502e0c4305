//! Malformed frames of every kind over TCP: each is answered in order, under
//! its id, and none takes more memory than the limits allow.
//!
//! `RALLY_FRAMES` is the number of frames (20,000), `RALLY_SEED` the seed (1):
//! `RALLY_FRAMES=10000000 cargo test --release --test it hostile -- --nocapture`

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use fastrand::Rng;
use futures_util::{SinkExt, StreamExt};
use rally::{Call, DecodeLimits, Limits};
use rally_core::codec::{decode, encode};
use rally_core::frame::{ClientFrame, Refusal, RequestId, ServerFrame};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::connect_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use self::frames::{Frame, frames};
use crate::app::{Rich, app};

mod frames;

/// Maximum number of frames that are sent before the first is answered.
const MAX_IN_FLIGHT: usize = 256;

fn number(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")),
        Err(_) => default,
    }
}

#[test]
fn every_frame_is_answered_under_its_id_within_the_memory_limits() {
    let (count, seed) = (number("RALLY_FRAMES", 20_000), number("RALLY_SEED", 1));
    let started = Instant::now();
    let (tell_address, address) = oneshot::channel();
    let (stop, stop_signal) = oneshot::channel();
    // The server has its own thread, so that its allocations are counted apart
    // from the client's.
    let server = thread::spawn(move || {
        let allocated = allocation_counter::measure(|| serve(tell_address, stop_signal));
        allocated.bytes_max
    });
    let client = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tally = client.block_on(talk(address.blocking_recv().unwrap(), count, seed));
    stop.send(()).unwrap();
    let peak = server.join().unwrap();
    println!(
        "{count} frames of seed {seed} in {:.0?}: {tally:?}; the server held {peak} bytes at most",
        started.elapsed()
    );
    // All frames are shorter than `LONGEST`. The remainder is for the app, the
    // runtime and the socket.
    let limits = DecodeLimits::default();
    let max = limits.memory_floor + limits.memory_factor * frames::LONGEST + (128 << 10);
    assert!(peak < max as u64, "the server held {peak} bytes, {max} are allowed");
    assert!(tally.answered > 0 && tally.malformed > 0 && tally.unknown > 0 && tally.stale > 0);
}

fn serve(address: oneshot::Sender<SocketAddr>, stop_signal: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        address.send(listener.local_addr().unwrap()).unwrap();
        // The rate limits are tested elsewhere.
        let max = u32::MAX;
        let limits = Limits { per_second: max, burst: max, malformed: max, ..Limits::default() };
        tokio::select! {
            () = super::serve(app(Arc::default()).limits(limits), listener) => unreachable!("the server ended"),
            _ = stop_signal => {}
        }
    });
}

/// Number of frames for each kind of reply.
#[derive(Debug, Default)]
struct Tally {
    answered: u64,
    malformed: u64,
    unknown: u64,
    stale: u64,
    other: u64,
}

async fn talk(address: SocketAddr, count: u64, seed: u64) -> Tally {
    let url = format!("ws://{address}/_rally/socket");
    // Frames are buffered, so that a system call sends many of them.
    let config = WebSocketConfig::default().write_buffer_size(64 << 10);
    let (socket, _) = connect_async_with_config(url, Some(config), true).await.unwrap();
    let (mut sink, mut stream) = socket.split();
    let (sent_frames, mut sent) = mpsc::channel::<Frame>(MAX_IN_FLIGHT);
    let sending = async move {
        for frame in frames(Rng::with_seed(seed)).take(count as usize) {
            let message = match frame.is_text {
                true => Message::text(String::from_utf8_lossy(&frame.bytes).into_owned()),
                false => Message::Binary(frame.bytes.clone().into()),
            };
            // The channel is full, so the server has to read first.
            if sent_frames.capacity() == 0 {
                sink.flush().await.unwrap();
            }
            sent_frames.send(frame).await.unwrap();
            sink.feed(message).await.unwrap();
        }
        sink.flush().await.unwrap();
    };
    let receiving = async move {
        let mut tally = Tally::default();
        // All handlers here finish at once, so the replies arrive in order.
        while let Some(frame) = sent.recv().await {
            let response = loop {
                match stream.next().await.expect("the socket is open").expect("the socket is open")
                {
                    Message::Binary(bytes) => break bytes,
                    Message::Ping(_) | Message::Pong(_) => {}
                    other => panic!("{other:?} in response to {frame:?}"),
                }
            };
            tally.count(
                &frame,
                &ServerFrame::read(&response).expect("the server sent a malformed frame"),
            );
        }
        tally
    };
    tokio::join!(sending, receiving).1
}

impl Tally {
    fn count(&mut self, frame: &Frame, response: &ServerFrame<'_>) {
        let id = match *response {
            ServerFrame::Pong => 0,
            ServerFrame::Ok { id, .. }
            | ServerFrame::Err { id, .. }
            | ServerFrame::Refused { id, .. } => id,
        };
        assert_eq!(id, id_of(frame), "{response:?} in response to {frame:?}");
        let counter = match response {
            ServerFrame::Ok { body, .. } => {
                check(frame, body);
                &mut self.answered
            }
            ServerFrame::Refused { refusal: Refusal::Malformed { .. }, .. } => &mut self.malformed,
            ServerFrame::Refused { refusal: Refusal::Unknown, .. } => &mut self.unknown,
            ServerFrame::Refused { refusal: Refusal::Stale, .. } => &mut self.stale,
            // A handler of this test fails only by a panic.
            ServerFrame::Refused { refusal: Refusal::Internal { .. }, .. } => {
                panic!("the server failed at {frame:?}")
            }
            _ => &mut self.other,
        };
        *counter += 1;
        assert!(!frame.is_whole || matches!(response, ServerFrame::Ok { .. }), "{frame:?}");
    }
}

/// The id that a reply to these bytes may have, found without Rally's own
/// reader.
fn id_of(frame: &Frame) -> RequestId {
    let id = |bytes: &[u8]| -> Option<RequestId> {
        let (len, rest) = match bytes {
            [tag @ 0x95..=0x96, rest @ ..] => (tag & 0xf, rest),
            [0xdc, 0, len, rest @ ..] | [0xdd, 0, 0, 0, len, rest @ ..] => (*len, rest),
            _ => return None,
        };
        let mut reader = rmp_serde::Deserializer::from_read_ref(rest);
        let kind: u64 = serde::Deserialize::deserialize(&mut reader).ok()?;
        let id: RequestId = serde::Deserialize::deserialize(&mut reader).ok()?;
        matches!((kind, len), (0, 6) | (1 | 3, 5)).then_some(id)
    };
    if frame.is_text { 0 } else { id(&frame.bytes).unwrap_or(0) }
}

fn check(frame: &Frame, response: &[u8]) {
    if let Ok(ClientFrame::Call { name, body, .. }) = ClientFrame::read(&frame.bytes)
        && name == Rich::NAME
    {
        // The frame may use longer encodings than necessary, so the values are
        // compared.
        let sent: Rich = decode(body).expect("the server could decode it");
        assert_eq!(encode(&sent).unwrap(), response, "{frame:?}");
    }
}
