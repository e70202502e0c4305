//! `cargo rally dev`: builds and serves an app. When source files change, it rebuilds the app and
//! reloads the browser.
//!
//! One loop receives messages from the other threads, and executes the actions of a state machine
//! (`dev/machine.rs`). The tunnel and the event streams read the current state from the board
//! (`dev/board.rs`).

mod board;
mod builds;
mod debounce;
mod events;
mod group;
mod http;
mod machine;
mod page;
mod printer;
mod server;
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
use crate::failure::{Failure, FailureContext, Result};
use crate::setup::{self, Report};
use crate::terminal;
use crate::workspace::{Mode, Workspace};
use board::{Board, Upstream};
use builds::{Builds, Built};
use debounce::Debounce;
use machine::{Action, Event, Machine, Status};
use printer::Printer;
use server::{AppServer, ServerEvent, ServerSpec};
use tunnel::Tunnel;

/// Time without changes before a build starts. Editors and tools write a change in several steps.
const QUIET: Duration = Duration::from_millis(50);

enum Message {
    FileChanged,
    Built(Built),
    Server(u64, ServerEvent),
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

    let toolchain = setup::prepare(&workspace, build::requirements(Mode::Debug), Report::Changes)?;
    let (sender, messages) = mpsc::channel();
    let changed = sender.clone();
    watch::start(workspace.root.clone(), move || drop(changed.send(Message::FileChanged)))?;
    let stop = sender.clone();
    group::on_stop(move || drop(stop.send(Message::Stop)))
        .context(|| "listen for signals".to_owned())?;

    let spec = ServerSpec {
        binary: app.binary(&workspace, Mode::Debug),
        dir: app.dir.clone(),
        dist: app.dist(&workspace, Mode::Debug),
        events: origin,
    };
    let staging = browser::staging(&workspace, &app, Mode::Debug);
    let mut dev = Dev {
        builds: Builds::new(workspace, toolchain, app, sender.clone()),
        machine: Machine::new(),
        printer: Printer::new(format!("http://{}", reachable(address))),
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
    printer: Printer,
    staging: std::path::PathBuf,
    spec: ServerSpec,
    board: Arc<Board>,
    tunnel: Arc<Tunnel>,
    sender: Sender<Message>,
    server: Option<CurrentServer>,
    /// The number of servers started so far, which is the number of the newest server. Events of
    /// earlier servers are ignored.
    starts: u64,
}

struct CurrentServer {
    number: u64,
    round: u64,
    server: AppServer,
    version: Option<FileVersion>,
}

type FileVersion = (SystemTime, u64);

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
                Ok(Message::FileChanged) => debounce.touch(Instant::now()),
                Ok(Message::Built(built)) => self.built(built),
                Ok(Message::Server(number, event)) => self.server_event(number, event),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            }
            if debounce.take(Instant::now()) {
                self.step(Event::Changed);
            }
        }
        self.builds.cancel();
        self.stop_server();
        terminal::line("the builds and the server are stopped");
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
        self.printer.status(&status);
        self.board.show(status);
    }

    fn built(&mut self, built: Built) {
        if self.machine.is_current(built.round) {
            self.builds.ended(built.side);
            self.printer.built(&built);
            self.step(Event::Built(built.round, built.side, built.outcome));
        }
    }

    /// Publishes a finished build. The server is restarted if its binary has changed, and started
    /// if it does not run.
    fn activate(&mut self, round: u64) {
        let published = match build::publish(&self.staging, &self.spec.dist) {
            Ok(published) => published,
            Err(error) => {
                let dist = self.spec.dist.display();
                self.step(Event::Stopped(format!("cannot write {dist}: {error}")));
                return;
            }
        };
        let version = file_version(&self.spec.binary);
        let current =
            self.server.as_mut().filter(|current| current.version == version && version.is_some());
        match current {
            Some(current)
                if self.board.snapshot().upstream == Upstream::At(current.server.address) =>
            {
                if published == build::Published::Changed {
                    self.board.next_generation();
                }
                self.step(Event::Running(round));
            }
            // The server is still starting. Its event `Accepting` follows later.
            Some(current) => current.round = round,
            None => self.restart(round, version),
        }
    }

    fn restart(&mut self, round: u64, version: Option<FileVersion>) {
        self.board.set_upstream(Upstream::Starting);
        self.stop_server();
        self.starts += 1;
        let number = self.starts;
        let sender = self.sender.clone();
        let notify = move |event| drop(sender.send(Message::Server(number, event)));
        match AppServer::start(&self.spec, notify) {
            Ok(server) => {
                self.server = Some(CurrentServer { number, round, server, version });
            }
            Err(error) => {
                self.board.set_upstream(Upstream::Absent);
                let binary = self.spec.binary.display();
                self.step(Event::Stopped(format!("cannot run {binary}: {error}")));
            }
        }
    }

    fn server_event(&mut self, number: u64, event: ServerEvent) {
        let Some(current) = self.server.as_ref().filter(|current| current.number == number) else {
            return;
        };
        match event {
            ServerEvent::Accepting => {
                let round = current.round;
                self.board.set_upstream(Upstream::At(current.server.address));
                self.board.next_generation();
                self.step(Event::Running(round));
            }
            ServerEvent::Ended(report) => {
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

fn file_version(binary: &Path) -> Option<FileVersion> {
    let data = fs::metadata(binary).ok()?;
    Some((data.modified().ok()?, data.len()))
}

fn serve(listener: TcpListener, answer: impl Fn(TcpStream) + Send + Sync + 'static) {
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            // If no thread can be created, the connection is dropped.
            let _ = thread::Builder::new().spawn(move || answer(stream));
        }
    });
}

/// Opens a port for the reload events. For the same public port, every run uses the same port if
/// possible, so that open tabs reconnect to the next run.
fn listen_for_events(public: SocketAddr) -> Result<(TcpListener, String)> {
    let usual = public.port().checked_add(10_000).unwrap_or(0);
    let listener = TcpListener::bind(SocketAddr::new(public.ip(), usual))
        .or_else(|_| TcpListener::bind(SocketAddr::new(public.ip(), 0)))
        .context(|| "open a port for the reload events".to_owned())?;
    let address =
        listener.local_addr().context(|| "read the port of the reload events".to_owned())?;
    Ok((listener, format!("http://{}", reachable(address))))
}

/// Returns an address that a browser on this machine can open: `0.0.0.0` becomes `127.0.0.1`.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip().is_unspecified() {
        true => SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port()),
        false => address,
    }
}

fn millis_of_epoch() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |elapsed| u64::try_from(elapsed.as_millis()).unwrap_or(0))
}
