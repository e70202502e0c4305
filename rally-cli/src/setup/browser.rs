//! Requirements of the browser tests: browsers, and the npm packages of `tests/browser`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use super::apt;
use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::numbers;

pub(super) const CHROMIUM: Browser = Browser {
    name: "Chromium",
    variable: "CHROMIUM",
    programs: &["chromium", "chromium-browser", "google-chrome"],
    mac: "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    package: "chromium",
    oldest: "0",
};

/// Older versions lack commands of WebDriver BiDi that playwright-core needs. Debian has this version
/// in its security updates.
pub(super) const FIREFOX: Browser = Browser {
    name: "Firefox",
    variable: "FIREFOX",
    programs: &["firefox", "firefox-esr"],
    mac: "/Applications/Firefox.app/Contents/MacOS/firefox",
    package: "firefox-esr",
    oldest: "153",
};

pub(super) struct Browser {
    name: &'static str,
    /// The environment variable with the program. Its version is not checked.
    variable: &'static str,
    programs: &'static [&'static str],
    mac: &'static str,
    package: &'static str,
    /// The oldest version that works, or 0.
    oldest: &'static str,
}

impl Browser {
    pub(super) fn find(&self) -> Option<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let named = std::env::var_os(self.variable).filter(|named| !named.is_empty());
        let found = match named {
            Some(named) => program(&named, &path).unwrap_or_else(|| PathBuf::from(named)),
            None => {
                let installed =
                    self.programs.iter().filter_map(|name| program(name.as_ref(), &path));
                let mac = Some(PathBuf::from(self.mac)).filter(|program| program.is_file());
                installed.chain(mac).find(|program| self.is_recent(program))?
            }
        };
        // The tests run in another directory, so the path must be absolute.
        std::path::absolute(&found).ok().or(Some(found))
    }

    pub(super) fn install(&self) -> Result<PathBuf> {
        // Without fonts, text has no size and cannot be clicked.
        apt::install(&[self.package, "fonts-liberation"], self.oldest).map_err(|failure| {
            let (name, by_hand) = (self.name, self.by_hand());
            Failure::new(format!("no {name} for the browser tests: {failure}\n{by_hand}"))
        })?;
        self.find().ok_or_else(|| Failure::new(self.by_hand()))
    }

    fn by_hand(&self) -> String {
        let Self { name, variable, oldest, .. } = self;
        let version = if *oldest == "0" { String::new() } else { format!(" {oldest} or newer") };
        format!("install {name}{version}, or set {variable} to the path of its program")
    }

    fn is_recent(&self, program: &Path) -> bool {
        self.oldest == "0"
            || process::first_line(program, &["--version"])
                .is_some_and(|version| is_at_least(&version, self.oldest))
    }
}

/// Compares the output of a browser, such as `Mozilla Firefox 153.8.0esr`, with a version.
fn is_at_least(output: &str, oldest: &str) -> bool {
    let version =
        output.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    version.is_some_and(|version| numbers(version) >= numbers(oldest))
}

/// Finds a program as a shell does: a path is used as it is, a name is searched in `PATH`.
fn program(named: &OsStr, path: &OsStr) -> Option<PathBuf> {
    if Path::new(named).components().count() > 1 {
        return Some(PathBuf::from(named));
    }
    let mut candidates = std::env::split_paths(path).map(|dir| dir.join(named));
    candidates.find(|candidate| candidate.is_file())
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

    #[test]
    fn an_old_firefox_is_not_used() {
        for output in ["Mozilla Firefox 153.8.0esr", "Mozilla Firefox 160.0"] {
            assert!(is_at_least(output, FIREFOX.oldest), "{output}");
        }
        for output in ["Mozilla Firefox 140.12.0esr", "Mozilla Firefox", ""] {
            assert!(!is_at_least(output, FIREFOX.oldest), "{output}");
        }
    }

    #[test]
    fn the_hint_names_the_version_and_the_variable() {
        let firefox = "install Firefox 153 or newer, or set FIREFOX to the path of its program";
        assert_eq!(FIREFOX.by_hand(), firefox);
        assert!(CHROMIUM.by_hand().starts_with("install Chromium, or set CHROMIUM"));
    }
}
