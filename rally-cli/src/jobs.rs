//! `cargo rally jobs`: builds the app's server and runs its `jobs` command.

use std::process::Command;

use crate::app::App;
use crate::args::JobsOptions;
use crate::build;
use crate::cargo;
use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::{Mode, Workspace};

pub(crate) fn command(options: &JobsOptions) -> Result<()> {
    let workspace = Workspace::load()?;
    let app = App::choose(&workspace, options.app.as_deref())?;
    let mut server = build::server::command(&workspace, &[&app], Mode::Debug);
    // Quiet, because scripts may read the output.
    server.arg("--quiet").args(cargo::terminal_args());
    cargo::run(server, "the server build failed")?;
    let mut command = Command::new(app.binary(&workspace, Mode::Debug));
    // The app runs in the same directory as under `cargo rally dev`, so that relative paths lead to
    // the same data.
    command.arg("jobs").args(&options.args).current_dir(&app.dir);
    if std::env::var_os("RALLY_DIST").is_none() {
        // The app does not start without an `index.html`, although it serves nothing here. If the
        // browser files have not been built, the source file is used.
        let dist = app.dist(&workspace, Mode::Debug);
        let has_shell = dist.join("index.html").is_file();
        command.env("RALLY_DIST", if has_shell { &dist } else { &app.dir });
    }
    match process::inherit(command)?.success() {
        true => Ok(()),
        false => Err(Failure::new(format!("the command `jobs` of the app `{}` failed", app.name))),
    }
}
