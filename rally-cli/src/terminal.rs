//! The terminal: whole lines, and one live line that is rewritten while something runs.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Whether a live line stands on the terminal, to be wiped before anything else is printed.
static LIVE: Mutex<bool> = Mutex::new(false);

/// Prints a line, or several.
pub(crate) fn line(text: &str) {
    print(text, io::stdout());
}

/// Prints what went wrong.
pub(crate) fn error(text: &str) {
    let label = match io::stderr().is_terminal() && wants_colors() {
        true => "\x1b[1;31merror\x1b[0m",
        false => "error",
    };
    print(&format!("{label}: {text}"), io::stderr());
}

/// Replaces the live line. Does nothing when nobody watches.
pub(crate) fn live(text: &str) {
    if !is_live() {
        return;
    }
    let mut standing = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    *standing = true;
    let mut out = io::stdout();
    let _ = write!(out, "\r\x1b[K{}", cut(text, columns()));
    let _ = out.flush();
}

/// Removes the live line.
pub(crate) fn clear() {
    let mut standing = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    wipe(&mut standing);
}

/// Whether somebody watches: a log file gets whole lines only.
pub(crate) fn is_live() -> bool {
    io::stdout().is_terminal()
}

/// Returns whether `NO_COLOR` allows colours: it does when it is unset or empty
/// (no-color.org).
pub(crate) fn wants_colors() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn print(text: &str, mut out: impl Write) {
    let mut standing = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    wipe(&mut standing);
    // A closed pipe (`cargo rally env | head`) is no reason to panic.
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

fn wipe(standing: &mut bool) {
    if std::mem::take(standing) {
        let mut out = io::stdout();
        let _ = write!(out, "\r\x1b[K");
        let _ = out.flush();
    }
}

/// A path as one would write it from here.
pub(crate) fn near(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(here) {
        Ok(inside) => Path::new(".").join(inside).display().to_string(),
        Err(_) => path.display().to_string(),
    }
}

pub(crate) fn columns() -> usize {
    let columns = std::env::var("COLUMNS").ok();
    columns.and_then(|text| text.parse().ok()).unwrap_or(80)
}

/// A live line that wraps cannot be rewritten: it must fit.
fn cut(text: &str, columns: usize) -> String {
    let room = columns.saturating_sub(1);
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let kept: String = text.chars().take(room.saturating_sub(3)).collect();
    format!("{kept}...")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_to_the_width() {
        assert_eq!(cut("Compiling", 80), "Compiling");
        assert_eq!(cut("Compiling syn", 10), "Compil...");
        assert_eq!(cut("abc", 0), "...");
    }
}
