//! Debian's packages: which version could be installed, and installing it.

use std::process::Command;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::numbers;

/// Installs packages, the first of which must be at least that version.
pub(super) fn install(packages: &[&str], oldest: &str) -> Result<()> {
    let list = packages.join(" ");
    if process::answer("apt-get", &["--version"]).is_none() {
        return Err(Failure::new(format!("there is no apt-get to install {list} with")));
    }
    let package = packages[0];
    let fit = || candidate(package).filter(|version| numbers(version) >= numbers(oldest));
    if fit().is_none() {
        // A fresh image knows no packages at all.
        process::step("apt-get update", apt(&["update"])?)?;
    }
    if fit().is_none() {
        let offered = candidate(package).unwrap_or_else(|| "nothing".to_owned());
        return Err(Failure::new(format!(
            "{package} {oldest} or newer is needed, and apt-get offers {offered}"
        )));
    }
    let mut args = vec!["install", "--yes", "--no-install-recommends"];
    args.extend(packages);
    let name = format!("apt-get install {list}");
    if process::step(&name, apt(&args)?).is_err() {
        // An old list names versions that the mirror has no more.
        process::step("apt-get update", apt(&["update"])?)?;
        process::step(&name, apt(&args)?)?;
    }
    Ok(())
}

fn apt(args: &[&str]) -> Result<Command> {
    let mut command = if process::answer("id", &["-u"]).as_deref() == Some("0") {
        Command::new("apt-get")
    } else if process::answer("sudo", &["-n", "id", "-u"]).as_deref() == Some("0") {
        // Without `-n` it would ask for a password that nobody sees asked.
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "apt-get"]);
        sudo
    } else {
        return Err(Failure::new(format!(
            "installing needs root: write `sudo apt-get {}`, then `cargo rally setup` again",
            args.join(" ")
        )));
    };
    command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}

/// The version that would be installed.
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
    fn the_candidate_is_a_line_of_the_policy() {
        let policy = "rustc-web:\n  Installed: (none)\n  Candidate: 1.96.0+dfsg1-1~deb12u2\n";
        assert_eq!(read_candidate(policy).as_deref(), Some("1.96.0+dfsg1-1~deb12u2"));
        assert_eq!(read_candidate("a:\n  Candidate: (none)\n"), None);
        assert_eq!(read_candidate(""), None);
    }
}
