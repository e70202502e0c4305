//! The server build: native, with the app's default features.

use std::process::Command;

use crate::app::App;
use crate::workspace::{self, Mode, Workspace};

pub(crate) fn command(workspace: &Workspace, apps: &[&App], mode: Mode) -> Command {
    let mut command = workspace::cargo();
    command.arg("build").current_dir(&workspace.root);
    for app in apps {
        // Only the binary with the app's name: the package may have other binaries.
        command.args(["--package", &app.name, "--bin", &app.name]);
    }
    if mode == Mode::Release {
        command.arg("--release");
    }
    command
}
