//! Child processes: what they say, how long they take, and how they end.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Doing, Failure, Result};
use crate::{ansi, terminal};

/// Output beyond this is read and dropped: a child must neither stall nor fill our memory.
const OUTPUT_LIMIT: usize = 4 * 1024 * 1024;

/// How many lines of a failed child are repeated.
const TAIL: usize = 30;

/// A child whose output, both streams in one, comes line by line.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    started: Instant,
}

/// A child that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) output: String,
    pub(crate) took: Duration,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let child =
            command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).spawn()?;
        // The command holds the write end: while it lives, the reader sees no end.
        drop(command);
        Ok(Self { child, lines: read_lines(reader), started: Instant::now() })
    }

    /// The number by which the child, and all it started, can be stopped.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Reads to the end. `watch` hears every line, and nothing at least five times a second;
    /// what it answers decides whether the child may go on.
    pub(crate) fn finish(mut self, mut watch: impl FnMut(Option<&str>) -> Go) -> io::Result<Ended> {
        let mut output = String::new();
        loop {
            let line = match self.lines.recv_timeout(Duration::from_millis(200)) {
                Ok(line) => Some(line),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if watch(line.as_deref()) == Go::Stop {
                self.child.kill()?;
                break;
            }
            if let Some(line) = line
                && output.len() + line.len() < OUTPUT_LIMIT
            {
                output.push_str(&line);
                output.push('\n');
            }
        }
        Ok(Ended { status: self.child.wait()?, output, took: self.started.elapsed() })
    }
}

/// Whether a watched child may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Go {
    On,
    Stop,
}

/// Runs a child to its end without a word.
pub(crate) fn capture(command: Command) -> io::Result<Ended> {
    Running::start(command)?.finish(|_| Go::On)
}

/// The first line a program prints, or nothing when it cannot be run.
pub(crate) fn answer(program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(args);
    let ended = capture(command).ok().filter(|ended| ended.status.success())?;
    ended.output.lines().next().map(|line| line.trim().to_owned())
}

/// Runs a step that takes long: says that it started, what it is at, and how it ended.
pub(crate) fn step(label: &str, command: Command) -> Result<Ended> {
    step_while(label, command, |_, _| Go::On)
}

/// A step that is given up when `patience` has run out.
pub(crate) fn step_while(
    label: &str,
    command: Command,
    mut patience: impl FnMut(Option<&str>, Duration) -> Go,
) -> Result<Ended> {
    let name = command.get_program().to_string_lossy().into_owned();
    if !terminal::is_live() {
        terminal::line(&format!("{label} ..."));
    }
    let running = Running::start(command).doing(|| format!("run `{name}`"))?;
    let started = running.started;
    let mut latest = String::new();
    let ended = running
        .finish(|line| {
            if let Some(line) = line {
                latest = ansi::strip(line).trim().to_owned();
            }
            let seconds = started.elapsed().as_secs();
            terminal::live(&format!("{label} ... {seconds} s  {latest}"));
            patience(line, started.elapsed())
        })
        .doing(|| format!("run `{name}`"))?;
    terminal::clear();
    let seconds = seconds(ended.took);
    if ended.status.success() {
        terminal::line(&format!("{label}: done in {seconds} s"));
        return Ok(ended);
    }
    Err(Failure::new(format!(
        "{label}: `{name}` failed after {seconds} s ({})\n{}",
        ended.status,
        tail(&ended.output)
    )))
}

/// Runs a child that talks to the terminal itself.
pub(crate) fn inherit(mut command: Command) -> Result<ExitStatus> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.status().doing(|| format!("run `{name}`"))
}

pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64())
}

fn tail(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    let shown = &lines[lines.len().saturating_sub(TAIL)..];
    shown.iter().map(|line| format!("  | {line}\n")).collect()
}

/// Lines of a stream, also of one that is not text.
pub(crate) fn read_lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        // A line without an end is handed on in pieces.
        while let Ok(1..) = (&mut stream).take(64 * 1024).read_until(b'\n', &mut line) {
            let text = String::from_utf8_lossy(&line);
            if sender.send(text.trim_end_matches(['\r', '\n']).to_owned()).is_err() {
                // Nobody listens any more, but the child must be able to go on writing.
                let _ = io::copy(&mut stream, &mut io::sink());
                return;
            }
            line.clear();
        }
    });
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_end() {
        let output: String = (1..=40).map(|n| format!("{n}\n")).collect();
        let tail = tail(&output);
        assert!(tail.starts_with("  | 11\n"), "{tail}");
        assert!(tail.ends_with("  | 40\n"), "{tail}");
    }

    #[test]
    fn lines_need_neither_an_end_nor_to_be_text() {
        let lines: Vec<String> = read_lines(&b"one\r\n\xfftwo\n\nlast"[..]).iter().collect();
        assert_eq!(lines, ["one", "\u{fffd}two", "", "last"]);
    }

    #[test]
    fn a_line_without_end_comes_in_pieces() {
        let lines = read_lines(io::repeat(b'x').take(100_000));
        assert_eq!(lines.iter().map(|line| line.len()).sum::<usize>(), 100_000);
    }

    #[cfg(unix)]
    #[test]
    fn both_streams_come_in_the_order_written() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; echo three; exit 3"]);
        let ended = capture(command).expect("runs");
        assert_eq!(ended.output, "one\ntwo\nthree\n");
        assert_eq!(ended.status.code(), Some(3));
    }

    #[test]
    fn a_missing_program_answers_nothing() {
        assert_eq!(answer("no-such-program-of-rally", &["--version"]), None);
    }
}
