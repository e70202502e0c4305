//! Calls with a journal, compared with calls without one.
//!
//! `cargo bench --bench journal`
//!
//! The servers share a runtime with one thread, and the callers run on another
//! thread. On a machine with two cores, the journal's thread has no core for itself
//! and takes time from both.

use std::cell::RefCell;
use std::net::SocketAddr;

use rally::Limits;
use rally::journal::Journal;
use rally::prelude::*;
use rally_core::call::call_fingerprint;
use rally_core::codec;
use rally_core::frame::{CallPage, ClientFrame};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use self::load::{Callers, Way};
use self::paired::Comparison;

#[path = "calls/load.rs"]
#[expect(dead_code, reason = "the other bench reads the responses")]
mod load;
#[expect(dead_code, reason = "these subjects measure themselves")]
mod paired;

/// A small call: the message and the response are structs of a few bytes.
#[derive(Debug, Wire)]
pub struct Rename {
    id: u64,
    name: String,
}

/// The response to [`Rename`].
#[derive(Debug, PartialEq, Wire)]
pub struct Renamed {
    id: u64,
    name: String,
    is_new: bool,
}

#[server(public)]
async fn rename(Rename { id, name }: Rename, _: &Cx) -> Result<Renamed, Never> {
    Ok(Renamed { id, is_new: !name.is_empty(), name })
}

fn main() {
    let mut builder = Builder::new_multi_thread();
    let servers = builder.worker_threads(1).enable_all().build().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let page = "<body><div id=\"app\"></div></body>";
    std::fs::write(directory.path().join("index.html"), page).unwrap();
    let open = |name| servers.block_on(Journal::open(directory.path().join(name))).unwrap();
    let (journal, with_payloads) = (open("system.db"), open("payloads.db").payloads());
    let app = || {
        // The callers never pause, so they need higher limits than browsers.
        let limits = Limits { per_second: u32::MAX, burst: u32::MAX, ..Limits::default() };
        App::new(()).dist(directory.path()).limits(limits)
    };
    let without = listen(&servers, app());
    let with = listen(&servers, app().journal(journal.clone()));
    let with_payloads = listen(&servers, app().journal(with_payloads));

    let callers = Builder::new_current_thread().enable_all().build().unwrap();
    for (way, path) in [(Way::Http, "/rpc"), (Way::Socket, "/_rally/socket")] {
        let open =
            |address| RefCell::new(callers.block_on(Callers::open(way, address, path, &frame())));
        let subjects = [without, with, with_payloads].map(open);
        let turn = |subject: usize| callers.block_on(subjects[subject].borrow_mut().turn());
        let lost = journal.lost();
        Comparison::new(format!("{way}, a small call"))
            .measured("without", || turn(0))
            .measured("with a journal", || turn(1))
            .measured("with payloads", || turn(2))
            .run();
        let [without, with, _] = &subjects;
        println!("without: {}\n", without.borrow().latencies());
        println!("with a journal: {}\n", with.borrow().latencies());
        println!("The journal has dropped {} messages.\n", journal.lost() - lost);
    }
}

/// Starts a server on a free port.
fn listen(servers: &Runtime, app: App) -> SocketAddr {
    let listener = servers.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    servers.spawn(async { app.listen(&[], listener).await.map(drop).unwrap() });
    address
}

fn frame() -> Vec<u8> {
    let call = Rename { id: 7, name: "Cinnamon".to_owned() };
    let (fingerprint, body) = (call_fingerprint::<Rename>(), &codec::encode(&call).unwrap());
    // All requests have the same id: each connection has only one in flight.
    ClientFrame::Call { id: 70_000, name: Rename::NAME, fingerprint, page: CallPage::None, body }
        .to_bytes()
}
