//! Calls over HTTP and over a socket, compared with handlers written by hand with
//! axum and `rmp_serde`.
//!
//! `cargo bench --bench calls`
//!
//! Both servers share a runtime with one thread, and the callers run on another
//! thread: on a machine with two cores, each has its own core.

use std::cell::RefCell;
use std::net::SocketAddr;

use rally::Limits;
use rally::prelude::*;
use rally_core::call::call_fingerprint;
use rally_core::codec;
use rally_core::frame::{CallPage, ClientFrame, ServerFrame};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use self::load::{Callers, Way};
use self::paired::Comparison;

mod load;
#[path = "../paired.rs"]
#[expect(dead_code, reason = "these subjects measure themselves")]
mod paired;
mod raw;

/// A small call: the message and the response are structs of a few bytes.
#[derive(Debug, Clone, Wire, Serialize, Deserialize)]
pub struct Rename {
    id: u64,
    name: String,
}

/// The response to [`Rename`].
#[derive(Debug, PartialEq, Wire, Serialize, Deserialize)]
pub struct Renamed {
    id: u64,
    name: String,
    is_new: bool,
}

#[server(public)]
async fn rename(msg: Rename, _: &Cx) -> Result<Renamed, Never> {
    Ok(renamed(msg))
}

fn renamed(Rename { id, name }: Rename) -> Renamed {
    Renamed { id, is_new: !name.is_empty(), name }
}

/// A call of 1 KB whose response has 50 rows.
#[derive(Debug, Clone, Wire, Serialize, Deserialize)]
pub struct Search {
    text: String,
    limit: u32,
}

/// A row of the response to [`Search`].
#[derive(Debug, PartialEq, Wire, Serialize, Deserialize)]
pub struct Product {
    id: u64,
    name: String,
    price: f64,
    tags: Vec<String>,
}

#[server(public)]
async fn search(msg: Search, _: &Cx) -> Result<Vec<Product>, Never> {
    Ok(found(msg))
}

fn found(Search { text, limit }: Search) -> Vec<Product> {
    let product = |id: u32| Product {
        id: u64::from(id) * 37,
        name: format!("No. {id}: {}", &text[..16]),
        price: 3.99 + f64::from(id),
        tags: vec!["spice".to_owned(), "ground".to_owned()],
    };
    (0..limit).map(product).collect()
}

fn main() {
    // One thread: the callers have the other core.
    let mut builder = Builder::new_multi_thread();
    let servers = builder.worker_threads(1).enable_all().build().unwrap();
    let dist = tempfile::tempdir().unwrap();
    std::fs::write(dist.path().join("index.html"), "<body><div id=\"app\"></div></body>").unwrap();
    let bench = Bench {
        callers: Builder::new_current_thread().enable_all().build().unwrap(),
        raw: listen(&servers, |listener| async { raw::serve(listener).await }),
        rally: listen(&servers, |listener| {
            // The callers never pause, so they need higher limits than browsers.
            let limits = Limits { per_second: u32::MAX, burst: u32::MAX, ..Limits::default() };
            let app = App::new(()).dist(dist.path()).limits(limits);
            async { app.listen(&[], listener).await.map(drop).unwrap() }
        }),
    };
    let rename = Rename { id: 7, name: "Cinnamon".to_owned() };
    let search = Search { text: "cinnamon, whole and ground; ".repeat(36), limit: 50 };
    for way in [Way::Http, Way::Socket] {
        bench.compare(way, "a small call", "/rename", &rename, renamed);
        bench.compare(way, "1 KB for 50 rows", "/search", &search, found);
    }
    // Logging as in `serve`, with the output discarded.
    tracing_subscriber::fmt().with_writer(std::io::sink).init();
    println!("With logging at level `info`:\n");
    for way in [Way::Http, Way::Socket] {
        bench.compare(way, "a small call", "/rename", &rename, renamed);
    }
}

/// Starts a server on a free port.
fn listen<F>(servers: &Runtime, serve: impl FnOnce(TcpListener) -> F) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = servers.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    servers.spawn(serve(listener));
    address
}

/// The addresses of the two servers, and the runtime of the callers.
struct Bench {
    callers: Runtime,
    raw: SocketAddr,
    rally: SocketAddr,
}

impl Bench {
    fn compare<C, T>(&self, way: Way, what: &str, path: &str, call: &C, run: fn(C) -> T)
    where
        C: Call<Output = Result<T, Never>> + Serialize + Clone,
        T: Wire + for<'a> Deserialize<'a> + PartialEq + std::fmt::Debug,
    {
        let open = |address, path: &str, request: Vec<u8>| {
            self.callers.block_on(Callers::open(way, address, path, &request))
        };
        let (raw, reply, rally) = match way {
            Way::Http => {
                let raw = open(self.raw, path, rmp_serde::to_vec(call).unwrap());
                let reply = rmp_serde::from_slice(raw.response()).unwrap();
                (raw, reply, open(self.rally, "/rpc", frame(call)))
            }
            Way::Socket => {
                let path = format!("{path}/socket");
                let raw = open(self.raw, &path, rmp_serde::to_vec(&(ID, call)).unwrap());
                let (_, reply): (u32, T) = rmp_serde::from_slice(raw.response()).unwrap();
                (raw, reply, open(self.rally, "/_rally/socket", frame(call)))
            }
        };
        let expected = run(call.clone());
        assert_eq!(reply, expected);
        match ServerFrame::read(rally.response()) {
            Ok(ServerFrame::Ok { id: ID, body }) => {
                assert_eq!(codec::decode::<T>(body).unwrap(), expected);
            }
            other => panic!("unexpected frame: {other:?}"),
        }

        let (raw, rally) = (RefCell::new(raw), RefCell::new(rally));
        let turn = |callers: &RefCell<Callers>| self.callers.block_on(callers.borrow_mut().turn());
        Comparison::new(format!("{way}, {what}"))
            .measured("axum, rmp_serde", || turn(&raw))
            .measured("Rally", || turn(&rally))
            .run();
        println!("axum, rmp_serde: {}\n", raw.borrow().latencies());
        println!("Rally: {}\n", rally.borrow().latencies());
    }
}

/// Id of all requests: each connection has only one in flight.
const ID: u32 = 70_000;

fn frame<C: Call>(call: &C) -> Vec<u8> {
    let (fingerprint, body) = (call_fingerprint::<C>(), &codec::encode(call).unwrap());
    ClientFrame::Call { id: ID, name: C::NAME, fingerprint, page: CallPage::None, body }.to_bytes()
}
