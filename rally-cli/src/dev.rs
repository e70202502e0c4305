//! `cargo rally dev`: build, serve, rebuild on every edit, reload the browser.
//!
//! One loop hears what happens and asks the machine what to do; every other thread only reports
//! to it. The board tells the tunnel and the event streams how things stand.

mod board;
mod builds;
mod debounce;
mod events;
mod group;
mod http;
mod machine;
mod page;
mod server;
mod told;
mod tunnel;
mod watch;

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::app::App;
use crate::args::DevOptions;
use crate::build::{self, browser};
use crate::failure::{Doing, Failure, Result};
use crate::setup::{self, Report};
use crate::terminal;
use crate::workspace::{Mode, Workspace};
use board::{Board, Upstream};
use builds::{Builds, Built};
use debounce::Debounce;
use machine::{Action, Event, Machine, Status};
use server::{AppServer, Notice, Spec};
use told::Told;
use tunnel::Tunnel;

/// Editors write a file in several steps, and tools write several files.
const QUIET: Duration = Duration::from_millis(50);

/// What the loop hears.
enum Message {
    Touched,
    Built(Built),
    /// From the server with that number.
    Server(u64, Notice),
    Stop,
}

pub(crate) fn command(options: &DevOptions) -> Result<()> {
    let workspace = Workspace::load()?;
    let app = App::choose(&workspace, options.app.as_deref())?;
    let address = SocketAddr::new(options.host, options.port);
    let public = tunnel::listen(address).map_err(Failure::new)?;
    let (events, origin) = listen_for_events(address)?;
    let board = Arc::new(Board::new(millis_of_epoch()));
    events::start(events, Arc::clone(&board), origin.clone());
    let tunnel = Tunnel::start(public, app.name.clone(), Arc::clone(&board), origin.clone());

    let toolchain = setup::prepare(&workspace, build::needs(Mode::Debug), Report::Changes)?;
    let (sender, messages) = mpsc::channel();
    let touched = sender.clone();
    watch::start(workspace.root.clone(), move || drop(touched.send(Message::Touched)))?;
    let stop = sender.clone();
    group::on_stop(move || drop(stop.send(Message::Stop))).doing(|| "hear signals".to_owned())?;

    let spec = Spec {
        binary: app.binary(&workspace, Mode::Debug),
        dir: app.dir.clone(),
        dist: app.dist(&workspace, Mode::Debug),
        events: origin,
    };
    let staging = browser::staging(&workspace, &app, Mode::Debug);
    let mut dev = Dev {
        builds: Builds::new(workspace, toolchain, app, sender.clone()),
        machine: Machine::new(),
        told: Told::new(format!("http://{}", reachable(address))),
        staging,
        spec,
        board,
        tunnel,
        sender,
        server: None,
        starts: 0,
    };
    dev.run(&messages);
    Ok(())
}

struct Dev {
    machine: Machine,
    builds: Builds,
    told: Told,
    staging: std::path::PathBuf,
    spec: Spec,
    board: Arc<Board>,
    tunnel: Arc<Tunnel>,
    sender: Sender<Message>,
    server: Option<Current>,
    /// Counts servers: a notice of one that was replaced is not about the present one.
    starts: u64,
}

/// The server that runs, and what it was started for.
struct Current {
    number: u64,
    round: u64,
    server: AppServer,
    stamp: Option<Stamp>,
}

/// What changes when a binary does.
type Stamp = (SystemTime, u64);

impl Dev {
    fn run(&mut self, messages: &Receiver<Message>) {
        let mut debounce = Debounce::new(QUIET);
        self.step(Event::Changed);
        loop {
            let received = match debounce.wait(Instant::now()) {
                Some(wait) => messages.recv_timeout(wait),
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match received {
                Ok(Message::Touched) => debounce.touch(Instant::now()),
                Ok(Message::Built(built)) => self.built(built),
                Ok(Message::Server(number, notice)) => self.notice(number, notice),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            }
            if debounce.take(Instant::now()) {
                self.step(Event::Changed);
            }
        }
        self.builds.cancel();
        self.stop_server();
        terminal::line("stopped");
    }

    fn step(&mut self, event: Event) {
        for action in self.machine.step(event) {
            match action {
                Action::Cancel => self.builds.cancel(),
                Action::Build(round) => self.builds.start(round),
                Action::Activate(round) => self.activate(round),
                Action::Show(status) => self.show(status),
            }
        }
    }

    fn show(&mut self, status: Status) {
        self.told.status(&status);
        self.board.show(status);
    }

    fn built(&mut self, built: Built) {
        if self.machine.is_now(built.round) {
            self.builds.ended(built.side);
            self.told.built(&built);
            self.step(Event::Built(built.round, built.side, built.outcome));
        }
    }

    /// Puts a finished build into service, with a new server only where the old one is outdated.
    fn activate(&mut self, round: u64) {
        let published = match build::publish(&self.staging, &self.spec.dist) {
            Ok(published) => published,
            Err(error) => {
                let dist = self.spec.dist.display();
                self.step(Event::Stopped(format!("cannot write {dist}: {error}")));
                return;
            }
        };
        let stamp = stamp(&self.spec.binary);
        let current =
            self.server.as_mut().filter(|current| current.stamp == stamp && stamp.is_some());
        match current {
            Some(current)
                if self.board.snapshot().upstream == Upstream::At(current.server.address) =>
            {
                if published == build::Published::Changed {
                    self.board.next_generation();
                }
                self.step(Event::Running(round));
            }
            // Still starting: it will say when it accepts connections.
            Some(current) => current.round = round,
            None => self.restart(round, stamp),
        }
    }

    fn restart(&mut self, round: u64, stamp: Option<Stamp>) {
        self.board.set_upstream(Upstream::Starting);
        self.stop_server();
        self.starts += 1;
        let number = self.starts;
        let sender = self.sender.clone();
        let notify = move |notice| drop(sender.send(Message::Server(number, notice)));
        match AppServer::start(&self.spec, notify) {
            Ok(server) => {
                self.server = Some(Current { number, round, server, stamp });
            }
            Err(error) => {
                self.board.set_upstream(Upstream::Absent);
                let binary = self.spec.binary.display();
                self.step(Event::Stopped(format!("cannot run {binary}: {error}")));
            }
        }
    }

    fn notice(&mut self, number: u64, notice: Notice) {
        let Some(current) = self.server.as_ref().filter(|current| current.number == number) else {
            return;
        };
        match notice {
            Notice::Accepting => {
                let round = current.round;
                self.board.set_upstream(Upstream::At(current.server.address));
                self.board.next_generation();
                self.step(Event::Running(round));
            }
            Notice::Ended(report) => {
                self.server = None;
                self.board.set_upstream(Upstream::Absent);
                self.step(Event::Stopped(report));
            }
        }
    }

    fn stop_server(&mut self) {
        if let Some(current) = self.server.take() {
            current.server.stop(|| self.tunnel.cut());
        }
    }
}

fn stamp(binary: &Path) -> Option<Stamp> {
    let data = fs::metadata(binary).ok()?;
    Some((data.modified().ok()?, data.len()))
}

/// Serves every connection in a thread of its own, for as long as the command runs.
fn serve(listener: TcpListener, answer: impl Fn(TcpStream) + Send + Sync + 'static) {
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            // With no thread left the connection is dropped, and the next one may fare better.
            let _ = thread::Builder::new().spawn(move || answer(stream));
        }
    });
}

/// Opens the event server's port: the same one at every run if possible, so that tabs left open
/// find the next run again.
fn listen_for_events(public: SocketAddr) -> Result<(TcpListener, String)> {
    let usual = public.port().checked_add(10_000).unwrap_or(0);
    let listener = TcpListener::bind(SocketAddr::new(public.ip(), usual))
        .or_else(|_| TcpListener::bind(SocketAddr::new(public.ip(), 0)))
        .doing(|| "open a port for the reload events".to_owned())?;
    let address =
        listener.local_addr().doing(|| "read the port of the reload events".to_owned())?;
    Ok((listener, format!("http://{}", reachable(address))))
}

/// An address a browser on this machine can be given: `0.0.0.0` is none.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip().is_unspecified() {
        true => SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port()),
        false => address,
    }
}

/// A number that no earlier run has used.
fn millis_of_epoch() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |elapsed| u64::try_from(elapsed.as_millis()).unwrap_or(0))
}
