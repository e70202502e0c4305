//! The browser's half: trunk, in the app's directory, into a staging directory.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::app::App;
use crate::environment;
use crate::failure::{Doing, Result};
use crate::setup::Toolchain;
use crate::workspace::{Mode, Workspace};

/// Trunk empties its directory before it fills it. It gets one that nobody serves.
pub(crate) fn staging(workspace: &Workspace, app: &App, mode: Mode) -> PathBuf {
    let stage = workspace.target.join("rally/stage");
    stage.join(mode.directory()).join(&app.name)
}

pub(crate) fn command(
    workspace: &Workspace,
    toolchain: &Toolchain,
    app: &App,
    mode: Mode,
) -> Result<Command> {
    let staging = staging(workspace, app, mode);
    fs::create_dir_all(&staging).doing(|| format!("create {}", staging.display()))?;
    let mut command = Command::new(&toolchain.trunk.program);
    command
        .args(["build", "--skip-version-check", "--offline=false", "--color", "never"])
        .arg("--dist")
        .arg(&staging)
        // Its own log says nothing that the compiler does not say better.
        .args(["--log", "error"])
        .current_dir(&app.dir)
        .envs(environment::browser(toolchain, workspace)?)
        // Trunk takes this to be a flag of its own, and refuses the common value `1`.
        .env_remove("NO_COLOR");
    if mode == Mode::Release {
        command.arg("--release");
    }
    Ok(command)
}
