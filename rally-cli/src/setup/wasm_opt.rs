//! wasm-opt, which makes release builds smaller: found in `PATH`, or installed from binaryen's npm
//! package.

use std::path::PathBuf;
use std::process::Command;

use super::Tool;
use crate::cache::Cache;
use crate::failure::{Failure, Result};
use crate::process;

const BINARYEN: &str = "132.0.0";

pub(super) fn find(cache: &Cache) -> Option<Tool> {
    on_path().or_else(|| in_cache(cache))
}

fn on_path() -> Option<Tool> {
    let line = process::first_line("wasm-opt", &["--version"])?;
    // `wasm-opt version 132 (version_132)`
    Some(Tool {
        version: line.split_whitespace().nth(2)?.to_owned(),
        program: PathBuf::from("wasm-opt"),
        cached: false,
    })
}

fn in_cache(cache: &Cache) -> Option<Tool> {
    let program = root(cache).join("node_modules/.bin/wasm-opt");
    program.is_file().then(|| Tool { version: BINARYEN.to_owned(), program, cached: true })
}

pub(super) fn install(cache: &Cache) -> Result<Tool> {
    if process::first_line("npm", &["--version"]).is_none() {
        return Err(Failure::new(
            "cannot install wasm-opt, because there is no npm: install Node.js, or put binaryen's \
             wasm-opt on the PATH",
        ));
    }
    let root = root(cache);
    let mut command = Command::new("npm");
    command
        .args(["install", "--no-fund", "--no-audit", "--no-save", "--prefix"])
        .arg(&root)
        .arg(format!("binaryen@{BINARYEN}"));
    process::step(&format!("wasm-opt {BINARYEN}"), command)?;
    in_cache(cache).ok_or_else(|| {
        Failure::new(format!("npm installed binaryen, but wasm-opt is not in {}", root.display()))
    })
}

fn root(cache: &Cache) -> PathBuf {
    cache.path(&format!("binaryen-{BINARYEN}"))
}
