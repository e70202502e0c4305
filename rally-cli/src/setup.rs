//! `cargo rally setup`: finds every tool the browser build needs, and installs what is missing.
//!
//! Each tool has its file under `setup/`, with the same two halves: `find`, which is fast and
//! changes nothing, and `install`.

mod apt;
mod browser;
mod cargo_tool;
mod debian;
mod postgres;
mod wasm;
mod wasm_opt;

use std::fs;
use std::path::PathBuf;

use crate::args::SetupOptions;
use crate::cache::Cache;
use crate::failure::{Doing, Failure, Result};
use crate::workspace::{self, Workspace};
use crate::{lockfile, terminal};
use cargo_tool::CargoTool;
pub(crate) use wasm::Compiler;

/// Used when the workspace's lock file names none: then no build has asked for another.
const WASM_BINDGEN_DEFAULT: &str = "0.2.130";

/// A program, where it is, and whether it is one of ours rather than the person's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tool {
    pub(crate) version: String,
    pub(crate) program: PathBuf,
    pub(crate) cached: bool,
}

/// Everything the browser build runs.
#[derive(Debug)]
pub(crate) struct Toolchain {
    pub(crate) compiler: Compiler,
    pub(crate) trunk: Tool,
    pub(crate) wasm_bindgen: Tool,
    pub(crate) wasm_opt: Option<Tool>,
    pub(crate) chromium: Option<PathBuf>,
}

/// How much a command depends on a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    No,
    Wanted,
    Required,
}

/// What a command needs beyond the compiler, trunk and wasm-bindgen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needs {
    pub(crate) wasm_opt: Need,
    pub(crate) browser_tests: bool,
}

/// Whether a line is printed for every tool, or only for those that something is done about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Report {
    All,
    Changes,
}

pub(crate) fn command(options: &SetupOptions) -> Result<()> {
    let needs = Needs { wasm_opt: Need::Wanted, browser_tests: options.browser_tests };
    prepare(&Workspace::load()?, needs, Report::All)?;
    if options.postgres {
        prepare_postgres(Report::All)?;
    }
    Ok(())
}

/// Finds the tools, and installs the missing ones.
pub(crate) fn prepare(workspace: &Workspace, needs: Needs, report: Report) -> Result<Toolchain> {
    let cache = Cache::of_user()?;
    let say = |name: &str, what: &str| {
        if report == Report::All {
            terminal::line(&format!("{name:<16} {what}"));
        }
    };

    let compiler = match wasm::find(&cache) {
        Some(compiler) => compiler,
        None => wasm::install(&cache, workspace.rust_version(), &cache.lock()?)?,
    };
    say("wasm32 target", &compiler.describe());

    let trunk = cargo_tool(&CargoTool::trunk(), &cache)?;
    say("trunk", &trunk.describe());

    let wasm_bindgen = cargo_tool(&CargoTool::wasm_bindgen(&bindgen_version(workspace)?), &cache)?;
    say("wasm-bindgen", &wasm_bindgen.describe());

    let wasm_opt = wasm_opt(&cache, needs.wasm_opt)?;
    if let Some(tool) = &wasm_opt {
        say("wasm-opt", &tool.describe());
    }

    let mut chromium = None;
    if needs.browser_tests {
        let program = match browser::find_chromium() {
            Some(program) => program,
            None => browser::install_chromium()?,
        };
        say("chromium", &program.display().to_string());
        chromium = Some(program);
        say("browser tests", &browser::prepare_packages(&workspace.root)?);
    }
    Ok(Toolchain { compiler, trunk, wasm_bindgen, wasm_opt, chromium })
}

/// Finds PostgreSQL's server programs, or installs them.
pub(crate) fn prepare_postgres(report: Report) -> Result<()> {
    let directory = match postgres::find() {
        Some(directory) => directory,
        None => postgres::install()?,
    };
    if report == Report::All {
        terminal::line(&format!("{:<16} {}", "postgres", directory.display()));
    }
    Ok(())
}

/// Finds the tools and installs nothing.
pub(crate) fn find(workspace: &Workspace) -> Result<Toolchain> {
    let cache = Cache::of_user()?;
    let missing =
        |name: &str| Failure::new(format!("{name} is missing: write `cargo rally setup`"));
    let bindgen = CargoTool::wasm_bindgen(&bindgen_version(workspace)?);
    Ok(Toolchain {
        compiler: wasm::find(&cache).ok_or_else(|| missing("the wasm32 target"))?,
        trunk: CargoTool::trunk().find(&cache).ok_or_else(|| missing("trunk"))?,
        wasm_bindgen: bindgen.find(&cache).ok_or_else(|| missing("wasm-bindgen"))?,
        wasm_opt: wasm_opt::find(&cache),
        chromium: None,
    })
}

impl Tool {
    fn describe(&self) -> String {
        format!("{}, {}", self.version, self.program.display())
    }
}

fn cargo_tool(tool: &CargoTool, cache: &Cache) -> Result<Tool> {
    if let Some(found) = tool.find(cache) {
        return Ok(found);
    }
    let _one_at_a_time = cache.lock()?;
    // Whoever held the lock may have installed it.
    match tool.find(cache) {
        Some(found) => Ok(found),
        None => tool.install(cache),
    }
}

fn wasm_opt(cache: &Cache, need: Need) -> Result<Option<Tool>> {
    if let Some(found) = wasm_opt::find(cache) {
        return Ok(Some(found));
    }
    if need == Need::No {
        return Ok(None);
    }
    let _one_at_a_time = cache.lock()?;
    match wasm_opt::install(cache) {
        Ok(tool) => Ok(Some(tool)),
        Err(failure) if need == Need::Required => Err(failure),
        Err(failure) => {
            // Debug builds do without it.
            terminal::line(&format!(
                "{:<16} missing, needed for --release only: {failure}",
                "wasm-opt"
            ));
            Ok(None)
        }
    }
}

/// The program and the library speak a private format: the versions must be equal.
fn bindgen_version(workspace: &Workspace) -> Result<String> {
    let path = workspace.root.join("Cargo.lock");
    if !path.exists() {
        let mut generate = workspace::cargo();
        generate.arg("generate-lockfile").current_dir(&workspace.root);
        crate::process::step("Cargo.lock", generate)?;
    }
    let lockfile = fs::read_to_string(&path).doing(|| format!("read {}", path.display()))?;
    let version = lockfile::version_of(&lockfile, "wasm-bindgen");
    Ok(version.unwrap_or_else(|| WASM_BINDGEN_DEFAULT.to_owned()))
}
