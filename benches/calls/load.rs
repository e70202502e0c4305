//! Load: connections that each repeat the same request as soon as it is
//! answered.
//!
//! They write prepared bytes and read as many bytes as the first response had.
//! A client library would cost more than the servers differ by.

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Number of concurrent connections.
const CONNECTIONS: usize = 32;

/// Duration of a turn.
const TURN: Duration = Duration::from_millis(100);

/// The transport of a call.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    Http,
    Socket,
}

/// The connections to one server.
pub struct Callers {
    connections: Vec<Connection>,
}

struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    /// The length of the head of a response.
    head: usize,
    /// The first response, which all others must equal.
    expected: Vec<u8>,
    response: Vec<u8>,
    /// The latencies of all calls.
    latencies: Vec<Duration>,
}

impl Callers {
    /// Connects, and makes the first calls.
    pub async fn open(way: Way, address: SocketAddr, path: &str, body: &[u8]) -> Self {
        let open = (0..CONNECTIONS).map(|_| Connection::open(way, address, path, body));
        Self { connections: join_all(open).await }
    }

    /// The body of an answer.
    pub fn response(&self) -> &[u8] {
        let Connection { head, expected, .. } = &self.connections[0];
        &expected[*head..]
    }

    /// Calls for one turn. Returns the seconds of a call: those of the turn
    /// divided by the number of all calls.
    pub async fn turn(&mut self) -> f64 {
        let started = Instant::now();
        let calls = self.connections.iter_mut().map(|connection| connection.call_for(TURN));
        let calls: usize = join_all(calls).await.into_iter().sum();
        started.elapsed().as_secs_f64() / calls as f64
    }

    /// The latencies of all calls in all turns, as a text.
    pub fn latencies(&self) -> impl fmt::Display {
        let each = self.connections.iter().flat_map(|connection| &connection.latencies);
        let mut all: Vec<_> = each.collect();
        all.sort_unstable();
        let [half, most] = [50, 99].map(|percent| all[all.len() * percent / 100]);
        format!("half of the calls within {half:.1?}, 99 of 100 within {most:.1?}")
    }
}

impl Connection {
    async fn open(way: Way, address: SocketAddr, path: &str, body: &[u8]) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let request = match way {
            Way::Http => [&post(path, body.len()), body].concat(),
            Way::Socket => {
                stream.write_all(&handshake(path)).await.unwrap();
                read_head(&mut stream, "HTTP/1.1 101").await;
                [&masked(body.len()), body].concat()
            }
        };
        stream.write_all(&request).await.unwrap();
        let (head, len) = match way {
            Way::Http => {
                let head = read_head(&mut stream, "HTTP/1.1 200").await;
                let (_, len) = head.split_once("content-length: ").unwrap();
                (head.len(), len.lines().next().unwrap().parse().unwrap())
            }
            Way::Socket => read_frame_head(&mut stream).await,
        };
        let mut expected = vec![0; head + len];
        stream.read_exact(&mut expected[head..]).await.unwrap();
        let response = expected.clone();
        Self { stream, request, head, expected, response, latencies: Vec::new() }
    }

    async fn call_for(&mut self, turn: Duration) -> usize {
        let (started, mut calls) = (Instant::now(), 0);
        let mut now = started;
        while now - started < turn {
            self.stream.write_all(&self.request).await.unwrap();
            self.stream.read_exact(&mut self.response).await.unwrap();
            assert_eq!(self.response[self.head..], self.expected[self.head..]);
            let answered = Instant::now();
            self.latencies.push(answered - now);
            now = answered;
            calls += 1;
        }
        calls
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "POST",
            Self::Socket => "WebSocket",
        })
    }
}

fn post(path: &str, len: usize) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/msgpack\r\n\
         content-length: {len}\r\n\r\n"
    )
    .into()
}

fn handshake(path: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    .into()
}

/// The head of a binary message with a mask of zeros, which a server applies
/// like any other.
fn masked(len: usize) -> Vec<u8> {
    let mut head = vec![0x82];
    match u8::try_from(len) {
        Ok(len @ 0..126) => head.push(0x80 | len),
        _ => {
            head.push(0x80 | 126);
            head.extend(u16::try_from(len).unwrap().to_be_bytes());
        }
    }
    head.extend([0; 4]);
    head
}

/// The length of a binary message's head, and that of its payload.
async fn read_frame_head(stream: &mut TcpStream) -> (usize, usize) {
    assert_eq!(stream.read_u8().await.unwrap(), 0x82);
    match stream.read_u8().await.unwrap() {
        126 => (4, usize::from(stream.read_u16().await.unwrap())),
        len => (2, usize::from(len)),
    }
}

async fn read_head(stream: &mut TcpStream, expected: &str) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        head.push(char::from(stream.read_u8().await.unwrap()));
    }
    assert!(head.starts_with(expected), "{head}");
    head
}
