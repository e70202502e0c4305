//! Installation of Debian packages.

use std::process::Command;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::numbers;

/// Installs packages. The first package must have at least the version `oldest`.
pub(super) fn install(packages: &[&str], oldest: &str) -> Result<()> {
    let list = packages.join(" ");
    if process::first_line("apt-get", &["--version"]).is_none() {
        return Err(Failure::new(format!(
            "cannot install {list}: the program `apt-get` was not found"
        )));
    }
    let package = packages[0];
    let suitable = || candidate(package).filter(|version| numbers(version) >= numbers(oldest));
    if suitable().is_none() {
        // A new container or virtual machine has no package lists.
        process::step("apt-get update", apt(&["update"])?)?;
    }
    if suitable().is_none() {
        return Err(Failure::new(match candidate(package) {
            Some(available) => {
                format!("{package} {oldest} or newer is required, but apt-get has {available}")
            }
            None => format!("apt-get has no package `{package}`"),
        }));
    }
    let mut args = vec!["install", "--yes", "--no-install-recommends"];
    args.extend(packages);
    let name = format!("apt-get install {list}");
    if process::step(&name, apt(&args)?).is_err() {
        // An outdated list may have versions that are no longer on the mirror.
        process::step("apt-get update", apt(&["update"])?)?;
        process::step(&name, apt(&args)?)?;
    }
    Ok(())
}

fn apt(args: &[&str]) -> Result<Command> {
    let mut command = if process::first_line("id", &["-u"]).as_deref() == Some("0") {
        Command::new("apt-get")
    } else if process::first_line("sudo", &["-n", "id", "-u"]).as_deref() == Some("0") {
        // With `-n`, sudo fails instead of asking for a password.
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "apt-get"]);
        sudo
    } else {
        return Err(Failure::new(format!(
            "apt-get needs root: run `sudo apt-get {}`, then `cargo rally setup` again",
            args.join(" ")
        )));
    };
    command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}

fn candidate(package: &str) -> Option<String> {
    let mut command = Command::new("apt-cache");
    command.args(["policy", package]).env("LC_ALL", "C");
    read_candidate(&process::capture(command).ok()?.output)
}

fn read_candidate(policy: &str) -> Option<String> {
    let mut lines = policy.lines().map(str::trim);
    let version = lines.find_map(|line| line.strip_prefix("Candidate: "))?;
    (version != "(none)").then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_candidate_is_parsed() {
        let policy = "rustc-web:\n  Installed: (none)\n  Candidate: 1.96.0+dfsg1-1~deb12u2\n";
        assert_eq!(read_candidate(policy).as_deref(), Some("1.96.0+dfsg1-1~deb12u2"));
        assert_eq!(read_candidate("a:\n  Candidate: (none)\n"), None);
        assert_eq!(read_candidate(""), None);
    }
}
