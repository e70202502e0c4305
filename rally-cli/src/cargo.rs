//! Runs of cargo with the output on the terminal. The output is searched for errors that need a
//! hint.

use std::io::{self, IsTerminal, Read, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use crate::failure::{Failure, FailureContext, Result};
use crate::{queries, terminal};

/// Maximum time to wait until cargo's stderr is closed. A descendant of cargo may keep stderr
/// open after cargo has ended.
const STDERR_TIMEOUT: Duration = Duration::from_secs(1);

/// Runs cargo. The error has the message `failure`, and a hint if cargo's output contains
/// `cargo sqlx prepare`.
pub(crate) fn run(mut cargo: Command, failure: &str) -> Result<()> {
    let action = || "run cargo".to_owned();
    let mut child = cargo.stderr(Stdio::piped()).spawn().context(action)?;
    let found = Arc::new(AtomicBool::new(false));
    let (sender, ended) = mpsc::channel::<()>();
    if let Some(errors) = child.stderr.take() {
        let found = Arc::clone(&found);
        thread::spawn(move || {
            relay(errors, io::stderr(), queries::SQLX_COMMAND, &found);
            drop(sender);
        });
    }
    let status = child.wait().context(action)?;
    // Wait for cargo's last output, so that the output is printed before the error below.
    let _ = ended.recv_timeout(STDERR_TIMEOUT);
    match (status.success(), found.load(Ordering::Acquire)) {
        (true, _) => Ok(()),
        (false, true) => Err(Failure::new(format!("{failure}\nhelp: {}", queries::HINT))),
        (false, false) => Err(Failure::new(failure)),
    }
}

/// Returns options that make cargo write colours and progress to a pipe, as cargo does to a
/// terminal. Environment variables would have the same effect, but the tests that cargo runs would
/// inherit them.
pub(crate) fn terminal_args() -> Vec<String> {
    if !io::stderr().is_terminal() || !terminal::wants_colors() {
        return Vec::new();
    }
    let width = terminal::columns();
    let options = [
        "--color=always",
        "--config=term.progress.when='always'",
        &format!("--config=term.progress.width={width}"),
    ];
    options.map(str::to_owned).to_vec()
}

fn relay(mut from: impl Read, mut to: impl Write, text: &str, found: &AtomicBool) {
    let mut chunk = [0; 4096];
    let mut seen = Vec::new();
    while let Ok(length @ 1..) = from.read(&mut chunk) {
        // After a write error, keep reading, so that cargo is not blocked.
        let _ = to.write_all(&chunk[..length]).and_then(|()| to.flush());
        seen.extend_from_slice(&chunk[..length]);
        if seen.windows(text.len()).any(|part| part == text.as_bytes()) {
            found.store(true, Ordering::Release);
        }
        // Keep the end of the output, because the text may continue in the next chunk.
        seen.drain(..seen.len().saturating_sub(text.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Chunks<'a>(Vec<&'a str>);

    impl Read for Chunks<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let piece = self.0.remove(0);
            buffer[..piece.len()].copy_from_slice(piece.as_bytes());
            Ok(piece.len())
        }
    }

    #[track_caller]
    fn check(pieces: &[&str], expected: bool) {
        let mut passed = Vec::new();
        let found = AtomicBool::new(false);
        relay(Chunks(pieces.to_vec()), &mut passed, "cargo sqlx prepare", &found);
        assert_eq!(String::from_utf8_lossy(&passed), pieces.concat());
        assert_eq!(found.into_inner(), expected);
    }

    #[test]
    fn a_text_is_found_across_chunks() {
        check(&["error: run `cargo sqlx prepare` to"], true);
        check(&["error: run `cargo sq", "lx prep", "are` to"], true);
        check(&["cargo sqlx prepare", "cargo sqlx prepare"], true);
        check(&["cargo sqlx ", "migrate; prepare"], false);
        check(&[], false);
    }

    #[cfg(unix)]
    #[test]
    fn a_failure_has_a_hint_if_sqlx_needs_data() {
        let run = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            run(command, "it failed").map_err(|failure| failure.to_string())
        };
        assert_eq!(run("exit 0"), Ok(()));
        assert_eq!(run("exit 1"), Err("it failed".to_owned()));
        let failure = run("echo 'run `cargo sqlx prepare`' >&2; exit 1")
            .expect_err("the command should fail");
        assert!(failure.contains("`cargo rally prepare`"), "{failure}");
    }
}
