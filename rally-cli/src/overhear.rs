//! Overheard: cargo talks to the terminal itself, and we listen for what needs a word of ours.

use std::io::{self, IsTerminal, Read, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use crate::failure::{Doing, Failure, Result};
use crate::{queries, terminal};

/// How long something that cargo started may keep its error stream open after cargo has ended.
const PATIENCE: Duration = Duration::from_secs(1);

/// Runs a cargo; if it fails, says so, and what sqlx's errors leave to say.
pub(crate) fn run(mut cargo: Command, failure: &str) -> Result<()> {
    let running = || "run cargo".to_owned();
    let mut child = cargo.stderr(Stdio::piped()).spawn().doing(running)?;
    let found = Arc::new(AtomicBool::new(false));
    let (sender, ended) = mpsc::channel::<()>();
    if let Some(errors) = child.stderr.take() {
        let found = Arc::clone(&found);
        thread::spawn(move || {
            relay(errors, io::stderr(), queries::SQLX_COMMAND, &found);
            drop(sender);
        });
    }
    let status = child.wait().doing(running)?;
    // What it said last stands before what we say next.
    let _ = ended.recv_timeout(PATIENCE);
    match (status.success(), found.load(Ordering::Acquire)) {
        (true, _) => Ok(()),
        (false, true) => Err(Failure::new(format!("{failure}\nhelp: {}", queries::HINT))),
        (false, false) => Err(Failure::new(failure)),
    }
}

/// What makes a cargo that is overheard look like one that is not. Given as options: variables
/// would reach the tests it runs, and the cargos that those run.
pub(crate) fn looks() -> Vec<String> {
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

/// Hands a stream on as it comes, and notes when a text has been in it.
fn relay(mut from: impl Read, mut to: impl Write, text: &str, found: &AtomicBool) {
    let mut chunk = [0; 4096];
    let mut seen = Vec::new();
    while let Ok(length @ 1..) = from.read(&mut chunk) {
        // With nobody to hand it to, it is read all the same: cargo must go on.
        let _ = to.write_all(&chunk[..length]).and_then(|()| to.flush());
        seen.extend_from_slice(&chunk[..length]);
        if seen.windows(text.len()).any(|part| part == text.as_bytes()) {
            found.store(true, Ordering::Release);
        }
        // Its beginning may be at the end.
        seen.drain(..seen.len().saturating_sub(text.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that comes in pieces.
    struct Pieces<'a>(Vec<&'a str>);

    impl Read for Pieces<'_> {
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
        relay(Pieces(pieces.to_vec()), &mut passed, "cargo sqlx prepare", &found);
        assert_eq!(String::from_utf8_lossy(&passed), pieces.concat());
        assert_eq!(found.into_inner(), expected);
    }

    #[test]
    fn a_text_is_found_wherever_it_is_cut() {
        check(&["error: run `cargo sqlx prepare` to"], true);
        check(&["error: run `cargo sq", "lx prep", "are` to"], true);
        check(&["cargo sqlx prepare", "cargo sqlx prepare"], true);
        check(&["cargo sqlx ", "migrate; prepare"], false);
        check(&[], false);
    }

    #[cfg(unix)]
    #[test]
    fn a_failure_has_the_hint_it_needs() {
        let run = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            run(command, "it failed").map_err(|failure| failure.to_string())
        };
        assert_eq!(run("exit 0"), Ok(()));
        assert_eq!(run("exit 1"), Err("it failed".to_owned()));
        let said = run("echo 'run `cargo sqlx prepare`' >&2; exit 1").expect_err("failed");
        assert!(said.contains("`cargo rally prepare`"), "{said}");
    }
}
