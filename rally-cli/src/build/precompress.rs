//! Precompression: a `.gz` and a `.br` file next to each compressible file.
//!
//! Node.js compresses the files. It is often installed already, because setup installs wasm-opt
//! with npm. A brotli crate would be slow if `cargo rally` is a debug build: about a minute for
//! each file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::dist;
use crate::failure::{FailureContext, Result};
use crate::process;

const SCRIPT: &str = include_str!("precompress.js");

/// Compressible files. HTML is not included, because the server modifies it.
const EXTENSIONS: [&str; 8] = ["js", "mjs", "wasm", "css", "svg", "json", "txt", "webmanifest"];

/// Minimum size in bytes. A smaller file fits into one packet without compression.
const MIN_SIZE: u64 = 1024;

pub(super) fn all(dist: &Path) -> Result<()> {
    let names = dist::files(dist).context(|| format!("read {}", dist.display()))?;
    let files: Vec<PathBuf> = names.iter().map(|name| dist.join(name)).collect();
    let compressible = files.iter().filter(|file| {
        let size = fs::metadata(file).map(|data| data.len());
        is_compressible(file, size.unwrap_or(0))
    });
    let mut command = Command::new("node");
    command.args(["--eval", SCRIPT, "--"]).args(compressible);
    process::step("precompressing", command)?;
    Ok(())
}

fn is_compressible(file: &Path, size: u64) -> bool {
    let extension = file.extension().unwrap_or_default();
    size >= MIN_SIZE && EXTENSIONS.iter().any(|known| extension == *known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_wasm_are_compressible_but_html_is_not() {
        assert!(is_compressible(Path::new("app-1_bg.wasm"), 5000));
        assert!(is_compressible(Path::new("a/b.css"), MIN_SIZE));
        assert!(!is_compressible(Path::new("b.css"), MIN_SIZE - 1));
        assert!(!is_compressible(Path::new("index.html"), 5000));
        assert!(!is_compressible(Path::new("photo.jpg"), 5000));
        assert!(!is_compressible(Path::new("app.js.br"), 5000));
    }
}
