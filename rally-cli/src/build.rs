//! `cargo rally build`: the server binary and the browser's files, and what they weigh.

pub(crate) mod browser;
pub(crate) mod diagnostics;
mod dist;
mod precompress;
pub(crate) mod server;
mod sizes;

use std::path::Path;
use std::time::Instant;

use crate::app::App;
use crate::args::BuildOptions;
use crate::environment::quote;
use crate::failure::{Doing, Failure, Result};
use crate::overhear;
use crate::process::{self, seconds};
use crate::setup::{self, Need, Needs, Report, Toolchain};
use crate::terminal::{self, near};
use crate::workspace::{Mode, Workspace};
pub(crate) use dist::{Published, publish};

pub(crate) fn command(options: &BuildOptions) -> Result<()> {
    let workspace = Workspace::load()?;
    let app = App::choose(&workspace, options.app.as_deref())?;
    let mode = match options.release {
        true => Mode::Release,
        false => Mode::Debug,
    };
    let toolchain = setup::prepare(&workspace, needs(mode), Report::Changes)?;
    servers(&workspace, &[&app], mode)?;
    browser_side(&workspace, &toolchain, &app, mode)?;

    let binary = app.binary(&workspace, mode);
    let dist = app.dist(&workspace, mode);
    if mode == Mode::Release {
        let table = sizes::table(&dist).doing(|| format!("read {}", dist.display()))?;
        terminal::line(&format!("\n{table}"));
    }
    terminal::line(&how_to_run(&binary, &dist));
    Ok(())
}

/// What a build of that kind needs.
pub(crate) fn needs(mode: Mode) -> Needs {
    Needs {
        wasm_opt: match mode {
            Mode::Debug => Need::No,
            Mode::Release => Need::Required,
        },
        browser_tests: false,
    }
}

/// Builds the server binaries of some apps, in one go: then they share their dependencies.
pub(crate) fn servers(workspace: &Workspace, apps: &[&App], mode: Mode) -> Result<()> {
    let started = Instant::now();
    let mut command = server::command(workspace, apps, mode);
    command.args(overhear::looks());
    overhear::run(command, "the server does not build")?;
    let seconds = seconds(started.elapsed());
    terminal::line(&format!("server built in {seconds} s"));
    Ok(())
}

/// Builds the browser's files of one app, and puts them in their place.
pub(crate) fn browser_side(
    workspace: &Workspace,
    toolchain: &Toolchain,
    app: &App,
    mode: Mode,
) -> Result<()> {
    let started = Instant::now();
    let staged = browser::staging(workspace, app, mode);
    let status = process::inherit(browser::command(workspace, toolchain, app, mode)?)?;
    if !status.success() {
        return Err(Failure::new(format!("the browser side of `{}` does not build", app.name)));
    }
    if mode == Mode::Release {
        precompress::all(&staged)?;
    }
    let dist = app.dist(workspace, mode);
    publish(&staged, &dist).doing(|| format!("move the built files to {}", dist.display()))?;
    let seconds = seconds(started.elapsed());
    terminal::line(&format!("browser side of {} built in {seconds} s", app.name));
    Ok(())
}

fn how_to_run(binary: &Path, dist: &Path) -> String {
    let [binary, dist] = [binary, dist].map(near);
    format!(
        "server   {binary}\nbrowser  {dist}\n\nrun it:  RALLY_ADDRESS=127.0.0.1:8080 \
         RALLY_DIST={} {}",
        word(&dist),
        word(&binary)
    )
}

/// A path as a word of a shell, with quotes only where they are needed.
fn word(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "./_-+".contains(c);
    match path.chars().all(plain) {
        true => path.to_owned(),
        false => quote(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_can_be_pasted() {
        let text = how_to_run(Path::new("/my apps/counter"), Path::new("/d"));
        assert!(text.ends_with("RALLY_DIST=/d '/my apps/counter'"), "{text}");
    }
}
