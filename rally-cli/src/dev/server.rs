//! The app's server as a child: started on a free port, listened to, stopped.

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

use super::group::{self, End};
use crate::{process, terminal};

/// How many lines of a server that ended are shown as the reason.
const TAIL: usize = 100;

/// How long a server may take to stop before its connections are cut, and before it is killed.
const UNTIL_CUT: Duration = Duration::from_millis(500);
const UNTIL_KILLED: Duration = Duration::from_millis(4500);

/// What to start, and how.
pub(crate) struct Spec {
    pub(crate) binary: PathBuf,
    pub(crate) dir: PathBuf,
    pub(crate) dist: PathBuf,
    /// Origin of the event server.
    pub(crate) events: String,
}

pub(crate) enum Notice {
    /// It accepts connections.
    Accepting,
    /// It ended: how, and what it said last.
    Ended(String),
}

pub(crate) struct AppServer {
    pub(crate) address: SocketAddr,
    child: u32,
    ended: Receiver<()>,
}

impl AppServer {
    pub(crate) fn start(
        spec: &Spec,
        notify: impl Fn(Notice) + Send + Sync + 'static,
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
        if !terminal::is_live() {
            command.env("NO_COLOR", "1");
        }
        group::own(&mut command);
        let child = command.spawn()?;
        // The command holds the write end: while it lives, the output has no end.
        drop(command);

        let number = child.id();
        let over = Arc::new(AtomicBool::new(false));
        let notify = Arc::new(notify);
        let (ended, wait_ended) = mpsc::channel();
        let output = follow_output(reader);
        thread::spawn({
            let (over, notify) = (Arc::clone(&over), Arc::clone(&notify));
            move || wait(child, &output, &over, &ended, &*notify)
        });
        thread::spawn(move || probe(address, &over, &*notify));
        Ok(Self { address, child: number, ended: wait_ended })
    }

    /// Asks it to stop, and sees to it. `cut` ends the connections it may be waiting for.
    pub(crate) fn stop(self, cut: impl FnOnce()) {
        group::end(self.child, End::Gracefully);
        if self.has_ended_within(UNTIL_CUT) {
            return;
        }
        cut();
        if !self.has_ended_within(UNTIL_KILLED) {
            terminal::line("the server does not stop when asked to: killing it");
            group::end(self.child, End::AtOnce);
        }
    }

    fn has_ended_within(&self, limit: Duration) -> bool {
        // An error is the other end's end: the thread that waited is gone.
        !matches!(self.ended.recv_timeout(limit), Err(mpsc::RecvTimeoutError::Timeout))
    }
}

/// Asks the system for a port. Between this and the server's own use of it another program could
/// take it; the server then says so, and the next build tries another.
fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// The server's output as it goes on: the last lines, and a sign that there are no more.
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
    over: &AtomicBool,
    ended: &Sender<()>,
    notify: &impl Fn(Notice),
) {
    let status = child.wait();
    over.store(true, Ordering::Release);
    let _ = ended.send(());
    // A process it left behind may hold the output open for ever.
    let _ = output.complete.recv_timeout(Duration::from_millis(500));
    let lines = output.lines.lock().unwrap_or_else(PoisonError::into_inner);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    notify(Notice::Ended(report(status.ok(), &lines)));
}

fn report(status: Option<ExitStatus>, lines: &[&str]) -> String {
    let status = status.map(|status| format!(" ({status})")).unwrap_or_default();
    format!("\x1b[1;31merror\x1b[0m: the server ended by itself{status}\n\n{}\n", lines.join("\n"))
}

fn probe(address: SocketAddr, over: &AtomicBool, notify: &impl Fn(Notice)) {
    while !over.load(Ordering::Acquire) {
        if TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok() {
            notify(Notice::Accepting);
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
    fn a_server_that_ends_says_why() {
        let spec = Spec {
            binary: PathBuf::from("/bin/sh"),
            dir: PathBuf::from("/"),
            dist: PathBuf::from("/"),
            events: String::new(),
        };
        // A shell without input and without a script ends at once.
        let (sender, notices) = mpsc::channel();
        let server = AppServer::start(&spec, move |notice| drop(sender.send(notice)));
        server.expect("starts").ended.recv().expect("ended");
        assert!(
            matches!(notices.recv(), Ok(Notice::Ended(report)) if report.contains("exit status: 0"))
        );
    }

    #[test]
    fn a_missing_binary_is_an_error() {
        let spec = Spec {
            binary: PathBuf::from("/no/such/server"),
            dir: Path::new("/").to_owned(),
            dist: PathBuf::new(),
            events: String::new(),
        };
        assert!(AppServer::start(&spec, drop).is_err());
    }
}
