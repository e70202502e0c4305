//! What browser tests need: a Chromium, and the packages that `tests/browser` pins.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use super::apt;
use crate::failure::{Failure, Result};
use crate::process;

const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

pub(super) fn find_chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = |name: &str| {
        let mut candidates = std::env::split_paths(&path).map(|dir| dir.join(name));
        candidates.find(|candidate| candidate.is_file())
    };
    let found = PROGRAMS.into_iter().find_map(on_path);
    found.or_else(|| Some(PathBuf::from(MAC)).filter(|program| program.is_file()))
}

pub(super) fn install_chromium() -> Result<PathBuf> {
    let by_hand = "install Chromium, or set CHROMIUM to the path of one";
    // Without any font, text has no size, and what has no size cannot be clicked.
    apt::install(&["chromium", "fonts-liberation"], "0").map_err(|failure| {
        Failure::new(format!("no Chromium for the browser tests: {failure}\n{by_hand}"))
    })?;
    find_chromium().ok_or_else(|| Failure::new(by_hand))
}

/// Installs the packages of `tests/browser` if they changed, and says what it found.
pub(super) fn prepare_packages(root: &Path) -> Result<String> {
    let dir = root.join("tests/browser");
    if !dir.join("package.json").is_file() {
        return Ok("none: there is no tests/browser/package.json".to_owned());
    }
    let said = format!("packages in {}", dir.join("node_modules").display());
    if is_fresh(&dir) {
        return Ok(said);
    }
    let how = match dir.join("package-lock.json").is_file() {
        true => "ci",
        false => "install",
    };
    let mut command = Command::new("npm");
    command
        .args([how, "--no-fund", "--no-audit"])
        .current_dir(&dir)
        // The tests drive the Chromium of the system.
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    process::step(&format!("npm {how} in tests/browser"), command)?;
    Ok(said)
}

/// npm writes a hidden lock file at the end of every installation.
fn is_fresh(dir: &Path) -> bool {
    let changed = |name: &str| -> Option<SystemTime> {
        fs::metadata(dir.join(name)).and_then(|data| data.modified()).ok()
    };
    let Some(installed) = changed("node_modules/.package-lock.json") else {
        return false;
    };
    let wanted = ["package.json", "package-lock.json"];
    wanted.iter().filter_map(|name| changed(name)).all(|wanted| wanted <= installed)
}
