//! Output on the terminal: lines, and one status line that is rewritten while a process runs.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// `true` if a status line is shown, which must be erased before other output.
static STATUS_SHOWN: Mutex<bool> = Mutex::new(false);

pub(crate) fn line(text: &str) {
    print(text, io::stdout());
}

pub(crate) fn error(text: &str) {
    let label = match io::stderr().is_terminal() && wants_colors() {
        true => "\x1b[1;31merror\x1b[0m",
        false => "error",
    };
    print(&format!("{label}: {text}"), io::stderr());
}

/// Replaces the status line. Does nothing if stdout is not a terminal.
pub(crate) fn status(text: &str) {
    if !is_terminal() {
        return;
    }
    let mut shown = STATUS_SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    *shown = true;
    let mut out = io::stdout();
    let _ = write!(out, "\r\x1b[K{}", cut(text, columns()));
    let _ = out.flush();
}

pub(crate) fn clear() {
    let mut shown = STATUS_SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    erase(&mut shown);
}

pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Returns `true` if `NO_COLOR` is unset or empty (no-color.org).
pub(crate) fn wants_colors() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn print(text: &str, mut out: impl Write) {
    let mut shown = STATUS_SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    erase(&mut shown);
    // An error is ignored, because the pipe may be closed (`cargo rally env | head`).
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

fn erase(shown: &mut bool) {
    if std::mem::take(shown) {
        let mut out = io::stdout();
        let _ = write!(out, "\r\x1b[K");
        let _ = out.flush();
    }
}

pub(crate) fn relative(path: &Path) -> String {
    let current_dir = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(current_dir) {
        Ok(inside) => Path::new(".").join(inside).display().to_string(),
        Err(_) => path.display().to_string(),
    }
}

pub(crate) fn columns() -> usize {
    let columns = std::env::var("COLUMNS").ok();
    columns.and_then(|text| text.parse().ok()).unwrap_or(80)
}

/// Shortens a status line to the width of the terminal, because a line that wraps could not be
/// erased.
fn cut(text: &str, columns: usize) -> String {
    let width = columns.saturating_sub(1);
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(3)).collect();
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
