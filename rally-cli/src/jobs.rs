//! `cargo rally jobs`: the app's own view of its jobs, from its binary.

use std::process::Command;

use crate::app::App;
use crate::args::JobsOptions;
use crate::build;
use crate::failure::{Failure, Result};
use crate::overhear;
use crate::process;
use crate::workspace::{Mode, Workspace};

pub(crate) fn command(options: &JobsOptions) -> Result<()> {
    let workspace = Workspace::load()?;
    let app = App::choose(&workspace, options.app.as_deref())?;
    let mut server = build::server::command(&workspace, &[&app], Mode::Debug);
    // What is asked for is the jobs: scripts read them.
    server.arg("--quiet").args(overhear::looks());
    overhear::run(server, "the server does not build")?;
    let mut command = Command::new(app.binary(&workspace, Mode::Debug));
    // Where `cargo rally dev` runs it: paths of its data are relative to that.
    command.arg("jobs").args(&options.args).current_dir(&app.dir);
    if std::env::var_os("RALLY_DIST").is_none() {
        // Nothing is served, but an app does not start without its shell: before the browser's
        // files have been built, the source of it will do.
        let dist = app.dist(&workspace, Mode::Debug);
        let has_shell = dist.join("index.html").is_file();
        command.env("RALLY_DIST", if has_shell { &dist } else { &app.dir });
    }
    match process::inherit(command)?.success() {
        true => Ok(()),
        false => Err(Failure::new(format!("`{} jobs` failed", app.name))),
    }
}
