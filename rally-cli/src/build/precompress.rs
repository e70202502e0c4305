//! Precompressed files: `.gz` and `.br` beside what compresses, so that a server only reads.
//!
//! Node does it. A release build needs Node for wasm-opt anyway, its brotli is fast, and one
//! compiled with this command in a debug build would take a minute for a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::dist;
use crate::failure::{Doing, Result};
use crate::process;

const SCRIPT: &str = include_str!("precompress.js");

/// Not HTML: the server writes into it.
const EXTENSIONS: [&str; 8] = ["js", "mjs", "wasm", "css", "svg", "json", "txt", "webmanifest"];

/// Below one packet there is nothing to win.
const SMALLEST: u64 = 1024;

pub(super) fn all(dist: &Path) -> Result<()> {
    let names = dist::files(dist).doing(|| format!("read {}", dist.display()))?;
    let files: Vec<PathBuf> = names.iter().map(|name| dist.join(name)).collect();
    let chosen = files.iter().filter(|file| {
        let size = fs::metadata(file).map(|data| data.len());
        compresses(file, size.unwrap_or(0))
    });
    let mut command = Command::new("node");
    command.args(["--eval", SCRIPT, "--"]).args(chosen);
    process::step("precompressing", command)?;
    Ok(())
}

fn compresses(file: &Path, size: u64) -> bool {
    let extension = file.extension().unwrap_or_default();
    size >= SMALLEST && EXTENSIONS.iter().any(|known| extension == *known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_wasm_compress_and_pages_are_left_alone() {
        assert!(compresses(Path::new("app-1_bg.wasm"), 5000));
        assert!(compresses(Path::new("a/b.css"), SMALLEST));
        assert!(!compresses(Path::new("b.css"), SMALLEST - 1));
        assert!(!compresses(Path::new("index.html"), 5000));
        assert!(!compresses(Path::new("photo.jpg"), 5000));
        assert!(!compresses(Path::new("app.js.br"), 5000));
    }
}
