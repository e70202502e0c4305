//! What browser tests need: a Chromium, and the packages that `tests/browser` pins.

use std::ffi::OsStr;
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
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named = std::env::var_os("CHROMIUM").filter(|named| !named.is_empty());
    let found = match named {
        Some(named) => program(&named, &path).unwrap_or_else(|| PathBuf::from(named)),
        None => PROGRAMS
            .into_iter()
            .find_map(|name| program(name.as_ref(), &path))
            .or_else(|| Some(PathBuf::from(MAC)).filter(|program| program.is_file()))?,
    };
    // The tests run in another directory than this command.
    std::path::absolute(&found).ok().or(Some(found))
}

/// The program that a shell would run: a path is one, a name is looked for.
fn program(named: &OsStr, path: &OsStr) -> Option<PathBuf> {
    if Path::new(named).components().count() > 1 {
        return Some(PathBuf::from(named));
    }
    let mut candidates = std::env::split_paths(path).map(|dir| dir.join(named));
    candidates.find(|candidate| candidate.is_file())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_for_and_a_path_is_not() {
        let dir = std::env::temp_dir().join(format!("rally-chromium-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("a directory");
        fs::write(dir.join("my-chromium"), "").expect("a file");
        let path = std::env::join_paths([Path::new("/no/such"), &dir]).expect("a path");
        let find = |named: &str| program(named.as_ref(), &path);
        assert_eq!(find("my-chromium"), Some(dir.join("my-chromium")));
        assert_eq!(find("another"), None);
        assert_eq!(find("my apps/chrome"), Some(PathBuf::from("my apps/chrome")));
        fs::remove_dir_all(dir).expect("removed");
    }
}
