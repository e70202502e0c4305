//! Child processes: output, duration and exit status.

use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, FailureContext, Result};
use crate::{ansi, terminal};

/// Maximum output that is kept, in bytes. The rest is read and dropped, so that the child does not
/// block.
const OUTPUT_LIMIT: usize = 4 * 1024 * 1024;

const TAIL: usize = 30;

/// A running child. Its stdout and stderr are read as one stream of lines.
pub(crate) struct RunningProcess {
    child: Child,
    lines: Receiver<String>,
    started: Instant,
}

#[derive(Debug)]
pub(crate) struct FinishedProcess {
    pub(crate) status: ExitStatus,
    pub(crate) output: String,
    pub(crate) took: Duration,
}

impl RunningProcess {
    pub(crate) fn start(mut command: Command) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let child =
            command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer).spawn()?;
        // This drops the write ends of the pipe that `command` owns, so that the pipe can close
        // when the child ends.
        drop(command);
        Ok(Self { child, lines: read_lines(reader), started: Instant::now() })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Reads the output and waits for the child. `watch` is called with every line, and with `None`
    /// if there is no line for 200 ms. If `watch` returns `Break`, the child is killed.
    pub(crate) fn finish(
        mut self,
        mut watch: impl FnMut(Option<&str>) -> ControlFlow<()>,
    ) -> io::Result<FinishedProcess> {
        let mut output = String::new();
        loop {
            let line = match self.lines.recv_timeout(Duration::from_millis(200)) {
                Ok(line) => Some(line),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if watch(line.as_deref()).is_break() {
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
        Ok(FinishedProcess { status: self.child.wait()?, output, took: self.started.elapsed() })
    }
}

pub(crate) fn capture(command: Command) -> io::Result<FinishedProcess> {
    RunningProcess::start(command)?.finish(|_| ControlFlow::Continue(()))
}

pub(crate) fn first_line(program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(args);
    let ended = capture(command).ok().filter(|ended| ended.status.success())?;
    ended.output.lines().next().map(|line| line.trim().to_owned())
}

pub(crate) fn step(label: &str, command: Command) -> Result<FinishedProcess> {
    step_while(label, command, |_, _| ControlFlow::Continue(()))
}

/// Runs a command that `watch` can stop. The arguments of `watch` are a line of output, or `None`
/// if there is no line for 200 ms, and the elapsed time.
pub(crate) fn step_while(
    label: &str,
    command: Command,
    mut watch: impl FnMut(Option<&str>, Duration) -> ControlFlow<()>,
) -> Result<FinishedProcess> {
    let name = command.get_program().to_string_lossy().into_owned();
    if !terminal::is_terminal() {
        terminal::line(&format!("{label} ..."));
    }
    let running = RunningProcess::start(command).context(|| format!("run `{name}`"))?;
    let started = running.started;
    let mut latest = String::new();
    let ended = running
        .finish(|line| {
            if let Some(line) = line {
                latest = ansi::strip(line).trim().to_owned();
            }
            let seconds = started.elapsed().as_secs();
            terminal::status(&format!("{label} ... {seconds} s  {latest}"));
            watch(line, started.elapsed())
        })
        .context(|| format!("run `{name}`"))?;
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

pub(crate) fn inherit(mut command: Command) -> Result<ExitStatus> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.status().context(|| format!("run `{name}`"))
}

pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64())
}

fn tail(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    let shown = &lines[lines.len().saturating_sub(TAIL)..];
    shown.iter().map(|line| format!("  | {line}\n")).collect()
}

/// Reads the lines of a stream in a new thread. Invalid UTF-8 is replaced.
pub(crate) fn read_lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        // A very long line is sent in several parts.
        while let Ok(1..) = (&mut stream).take(64 * 1024).read_until(b'\n', &mut line) {
            let text = String::from_utf8_lossy(&line);
            if sender.send(text.trim_end_matches(['\r', '\n']).to_owned()).is_err() {
                // The receiver is dropped. Keep reading, so that the child does not block.
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
    fn the_tail_has_the_last_lines() {
        let output: String = (1..=40).map(|n| format!("{n}\n")).collect();
        let tail = tail(&output);
        assert!(tail.starts_with("  | 11\n"), "{tail}");
        assert!(tail.ends_with("  | 40\n"), "{tail}");
    }

    #[test]
    fn lines_may_be_unterminated_or_not_utf8() {
        let lines: Vec<String> = read_lines(&b"one\r\n\xfftwo\n\nlast"[..]).iter().collect();
        assert_eq!(lines, ["one", "\u{fffd}two", "", "last"]);
    }

    #[test]
    fn a_very_long_line_is_split() {
        let lines = read_lines(io::repeat(b'x').take(100_000));
        assert_eq!(lines.iter().map(|line| line.len()).sum::<usize>(), 100_000);
    }

    #[cfg(unix)]
    #[test]
    fn both_streams_are_read_in_order() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; echo three; exit 3"]);
        let ended = capture(command).expect("the shell should run");
        assert_eq!(ended.output, "one\ntwo\nthree\n");
        assert_eq!(ended.status.code(), Some(3));
    }

    #[test]
    fn a_missing_program_has_no_first_line() {
        assert_eq!(first_line("no-such-program-of-rally", &["--version"]), None);
    }
}
