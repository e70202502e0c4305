//! The app's server as a child process, which listens on a free port.

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::group::{self, Termination};
use crate::{process, terminal};

const TAIL: usize = 100;

/// Time for a server to stop. After this time, its connections are closed.
const UNTIL_CUT: Duration = Duration::from_millis(500);
/// Time for a server to stop after its connections are closed. After this time, the server is
/// killed.
const UNTIL_KILLED: Duration = Duration::from_millis(4500);

pub(crate) struct ServerSpec {
    pub(crate) binary: PathBuf,
    pub(crate) dir: PathBuf,
    pub(crate) dist: PathBuf,
    pub(crate) events: String,
}

pub(crate) enum ServerEvent {
    Accepting,
    /// The server has ended. Contains a report with the exit status and the last output.
    Ended(String),
}

pub(crate) struct AppServer {
    pub(crate) address: SocketAddr,
    child: u32,
    ended: Receiver<()>,
}

impl AppServer {
    pub(crate) fn start(
        spec: &ServerSpec,
        notify: impl Fn(ServerEvent) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let address = free_address()?;
        let (reader, writer) = io::pipe()?;
        let mut command = Command::new(&spec.binary);
        command
            .current_dir(&spec.dir)
            .env("RALLY_ADDRESS", address.to_string())
            .env("RALLY_DIST", &spec.dist)
            .env("RALLY_DEV", &spec.events)
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer);
        if !terminal::is_terminal() {
            command.env("NO_COLOR", "1");
        }
        group::own(&mut command);
        let child = command.spawn()?;
        // This drops the write ends of the pipe that `command` owns, so that the pipe can close
        // when the server ends.
        drop(command);

        let number = child.id();
        let exited = Arc::new(AtomicBool::new(false));
        let notify = Arc::new(notify);
        let (ended, wait_ended) = mpsc::channel();
        let output = follow_output(reader);
        thread::spawn({
            let (exited, notify) = (Arc::clone(&exited), Arc::clone(&notify));
            move || wait(child, &output, &exited, &ended, &*notify)
        });
        thread::spawn(move || probe(address, &exited, &*notify));
        Ok(Self { address, child: number, ended: wait_ended })
    }

    /// Stops the server. `cut` must close the connections to the server, because the server may be
    /// waiting for their end.
    pub(crate) fn stop(self, cut: impl FnOnce()) {
        group::end(self.child, Termination::Graceful);
        if self.has_ended_within(UNTIL_CUT) {
            return;
        }
        cut();
        if !self.has_ended_within(UNTIL_KILLED) {
            terminal::line("the server did not stop within 5 seconds and is killed");
            group::end(self.child, Termination::Forced);
        }
    }

    fn has_ended_within(&self, limit: Duration) -> bool {
        // A disconnected channel means that the waiting thread has ended.
        !matches!(self.ended.recv_timeout(limit), Err(mpsc::RecvTimeoutError::Timeout))
    }
}

/// Returns an address with a free port. If another program takes the port before the server does,
/// the server fails to start. The next start chooses a port again.
fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

struct Output {
    lines: Arc<Mutex<VecDeque<String>>>,
    complete: Receiver<()>,
}

fn follow_output(reader: io::PipeReader) -> Output {
    let lines = Arc::new(Mutex::new(VecDeque::new()));
    let (sender, complete) = mpsc::channel();
    let kept = Arc::clone(&lines);
    thread::spawn(move || {
        for line in process::read_lines(reader) {
            terminal::line(&line);
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push_back(line);
            if kept.len() > TAIL {
                kept.pop_front();
            }
        }
        let _ = sender.send(());
    });
    Output { lines, complete }
}

fn wait(
    mut child: Child,
    output: &Output,
    exited: &AtomicBool,
    ended: &Sender<()>,
    notify: &impl Fn(ServerEvent),
) {
    let status = child.wait();
    exited.store(true, Ordering::Release);
    let _ = ended.send(());
    // Wait for the rest of the output, but not for long: a descendant of the server may keep the
    // pipe open.
    let _ = output.complete.recv_timeout(Duration::from_millis(500));
    let lines = output.lines.lock().unwrap_or_else(PoisonError::into_inner);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    notify(ServerEvent::Ended(report(status.ok(), &lines)));
}

fn report(status: Option<ExitStatus>, lines: &[&str]) -> String {
    let status = status.map(|status| format!(" ({status})")).unwrap_or_default();
    format!("\x1b[1;31merror\x1b[0m: the server has ended{status}\n\n{}\n", lines.join("\n"))
}

fn probe(address: SocketAddr, exited: &AtomicBool, notify: &impl Fn(ServerEvent)) {
    while !exited.load(Ordering::Acquire) {
        if TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok() {
            notify(ServerEvent::Accepting);
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_server_that_ends_is_reported() {
        let spec = ServerSpec {
            binary: PathBuf::from("/bin/sh"),
            dir: PathBuf::from("/"),
            dist: PathBuf::from("/"),
            events: String::new(),
        };
        // A shell without input and script ends immediately.
        let (sender, events) = mpsc::channel();
        let server = AppServer::start(&spec, move |event| drop(sender.send(event)));
        server.expect("the shell should start").ended.recv().expect("the shell should end");
        assert!(matches!(events.recv(), Ok(ServerEvent::Ended(report))
                if report.contains("exit status: 0")));
    }

    #[test]
    fn a_missing_binary_is_an_error() {
        let spec = ServerSpec {
            binary: PathBuf::from("/no/such/server"),
            dir: Path::new("/").to_owned(),
            dist: PathBuf::new(),
            events: String::new(),
        };
        assert!(AppServer::start(&spec, drop).is_err());
    }
}
