//! `cargo rally build`: builds the server binary and the browser files.

pub(crate) mod browser;
mod bundle;
mod crates;
pub(crate) mod diagnostics;
mod dist;
mod optimize;
mod precompress;
pub(crate) mod server;
mod shell;
mod sizes;
mod wasm;

use std::fs;
use std::path::Path;
use std::time::Instant;

use crate::app::App;
use crate::args::BuildOptions;
use crate::cargo;
use crate::environment::quote;
use crate::failure::{Failure, FailureContext, Result};
use crate::process::{self, seconds};
use crate::setup::{self, Report, Requirement, Requirements, Toolchain};
use crate::terminal::{self, relative};
use crate::workspace::{Mode, Workspace};
pub(crate) use dist::{Published, publish};

pub(crate) fn command(options: &BuildOptions) -> Result<()> {
    let workspace = Workspace::load()?;
    let app = App::choose(&workspace, options.app.as_deref())?;
    let mode = match options.release {
        true => Mode::Release,
        false => Mode::Debug,
    };
    let toolchain = setup::prepare(&workspace, requirements(mode), Report::Changes)?;
    servers(&workspace, &[&app], mode)?;
    let crates = browser_side(&workspace, &toolchain, &app, mode)?;

    let binary = app.binary(&workspace, mode);
    let dist = app.dist(&workspace, mode);
    if mode == Mode::Release {
        let table = sizes::table(&dist).context(|| format!("read {}", dist.display()))?;
        terminal::line(&format!("\n{table}\n{crates}"));
    }
    terminal::line(&how_to_run(&binary, &dist));
    Ok(())
}

pub(crate) fn requirements(mode: Mode) -> Requirements {
    Requirements {
        release: match mode {
            Mode::Debug => Requirement::NotNeeded,
            Mode::Release => Requirement::Required,
        },
        browser_tests: false,
    }
}

/// Builds the server binaries of several apps in one run of cargo, so that dependencies are built
/// once.
pub(crate) fn servers(workspace: &Workspace, apps: &[&App], mode: Mode) -> Result<()> {
    let started = Instant::now();
    let mut command = server::command(workspace, apps, mode);
    command.args(cargo::terminal_args());
    cargo::run(command, "the server build failed")?;
    let seconds = seconds(started.elapsed());
    terminal::line(&format!("server built in {seconds} s"));
    Ok(())
}

/// Builds the browser files of an app. Returns the table of bytes by crate of a release build.
pub(crate) fn browser_side(
    workspace: &Workspace,
    toolchain: &Toolchain,
    app: &App,
    mode: Mode,
) -> Result<String> {
    let started = Instant::now();
    let staged = browser::staging(workspace, app, mode);
    let status = process::inherit(browser::command(workspace, toolchain, app, mode)?)?;
    if !status.success() {
        return Err(Failure::new(format!("the browser build of `{}` failed", app.name)));
    }
    let crates = match mode {
        Mode::Release => finish_release(toolchain, app, &staged)?,
        Mode::Debug => String::new(),
    };
    let dist = app.dist(workspace, mode);
    publish(&staged, &dist).context(|| format!("move the built files to {}", dist.display()))?;
    let seconds = seconds(started.elapsed());
    terminal::line(&format!("browser files of {} built in {seconds} s", app.name));
    Ok(crates)
}

/// Makes trunk's files small. Returns the table of bytes by crate.
fn finish_release(toolchain: &Toolchain, app: &App, staged: &Path) -> Result<String> {
    let index = staged.join("index.html");
    let html = fs::read_to_string(&index).context(|| format!("read {}", index.display()))?;
    let named = optimize::all(toolchain, staged, &html)?;
    let size = bundle::scripts(toolchain, staged, &html)?;
    precompress::all(staged)?;
    let crates = named.zip(size).and_then(|(wasm, size)| crates::table(&wasm, &app.name, size));
    Ok(crates.unwrap_or_else(|| {
        "The bytes by crate are unknown: index.html needs trunk's loader, and data-wasm-opt=\"0\", \
         so that trunk keeps the names of functions. cargo rally runs wasm-opt.\n"
            .to_owned()
    }))
}

fn how_to_run(binary: &Path, dist: &Path) -> String {
    let [binary, dist] = [binary, dist].map(relative);
    format!(
        "server   {binary}\nbrowser  {dist}\n\nrun it:  RALLY_ADDRESS=127.0.0.1:8080 \
         RALLY_DIST={} {}",
        word(&dist),
        word(&binary)
    )
}

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
    fn a_path_with_a_space_is_quoted() {
        let text = how_to_run(Path::new("/my apps/counter"), Path::new("/d"));
        assert!(text.ends_with("RALLY_DIST=/d '/my apps/counter'"), "{text}");
    }
}
