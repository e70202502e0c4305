//! The browser build. Trunk runs in the app's directory and writes to a staging directory.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::app::App;
use crate::environment;
use crate::failure::{FailureContext, Result};
use crate::setup::Toolchain;
use crate::workspace::{Mode, Workspace};

/// Returns the staging directory. It is not served, because trunk empties it before each build.
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
    fs::create_dir_all(&staging).context(|| format!("create {}", staging.display()))?;
    let mut command = Command::new(&toolchain.trunk.program);
    command
        .args(["build", "--skip-version-check", "--offline=false", "--color", "never"])
        .arg("--dist")
        .arg(&staging)
        // Only errors: the rest of trunk's log repeats the messages of the compiler.
        .args(["--log", "error"])
        .current_dir(&app.dir)
        .envs(environment::browser(toolchain, workspace)?)
        // Trunk parses NO_COLOR as a boolean, and fails on the common value `1`.
        .env_remove("NO_COLOR");
    if mode == Mode::Release {
        command.arg("--release");
    }
    Ok(command)
}
