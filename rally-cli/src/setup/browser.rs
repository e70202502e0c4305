//! Requirements of the browser tests: Chromium, and the npm packages of `tests/browser`.

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
    // The tests run in another directory, so the path must be absolute.
    std::path::absolute(&found).ok().or(Some(found))
}

/// Finds a program as a shell does: a path is used as it is, a name is searched in `PATH`.
fn program(named: &OsStr, path: &OsStr) -> Option<PathBuf> {
    if Path::new(named).components().count() > 1 {
        return Some(PathBuf::from(named));
    }
    let mut candidates = std::env::split_paths(path).map(|dir| dir.join(named));
    candidates.find(|candidate| candidate.is_file())
}

pub(super) fn install_chromium() -> Result<PathBuf> {
    let by_hand = "install Chromium, or set CHROMIUM to the path of its program";
    // Without fonts, text has no size and cannot be clicked.
    apt::install(&["chromium", "fonts-liberation"], "0").map_err(|failure| {
        Failure::new(format!("no Chromium for the browser tests: {failure}\n{by_hand}"))
    })?;
    find_chromium().ok_or_else(|| Failure::new(by_hand))
}

/// Installs the packages if they are missing or outdated. Returns a description of the result.
pub(super) fn prepare_packages(root: &Path) -> Result<String> {
    let dir = root.join("tests/browser");
    if !dir.join("package.json").is_file() {
        return Ok("none: there is no tests/browser/package.json".to_owned());
    }
    let description = format!("packages in {}", dir.join("node_modules").display());
    if is_up_to_date(&dir) {
        return Ok(description);
    }
    let subcommand = match dir.join("package-lock.json").is_file() {
        true => "ci",
        false => "install",
    };
    let mut command = Command::new("npm");
    command
        .args([subcommand, "--no-fund", "--no-audit"])
        .current_dir(&dir)
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    process::step(&format!("npm {subcommand} in tests/browser"), command)?;
    Ok(description)
}

/// Returns `true` if no list of packages is newer than the installation. npm writes a hidden lock
/// file at the end of each installation.
fn is_up_to_date(dir: &Path) -> bool {
    let changed = |name: &str| -> Option<SystemTime> {
        fs::metadata(dir.join(name)).and_then(|data| data.modified()).ok()
    };
    let Some(installed) = changed("node_modules/.package-lock.json") else {
        return false;
    };
    let lists = ["package.json", "package-lock.json"];
    lists.iter().filter_map(|name| changed(name)).all(|changed| changed <= installed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_searched_on_the_path() {
        let dir = std::env::temp_dir().join(format!("rally-chromium-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("the directory should be created");
        fs::write(dir.join("my-chromium"), "").expect("the file should be written");
        let path =
            std::env::join_paths([Path::new("/no/such"), &dir]).expect("PATH should be joined");
        let find = |named: &str| program(named.as_ref(), &path);
        assert_eq!(find("my-chromium"), Some(dir.join("my-chromium")));
        assert_eq!(find("another"), None);
        assert_eq!(find("my apps/chrome"), Some(PathBuf::from("my apps/chrome")));
        fs::remove_dir_all(dir).expect("the directory should be removed");
    }
}
