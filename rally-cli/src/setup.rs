//! `cargo rally setup`: finds the tools for the browser build and the tests, and installs missing
//! tools.
//!
//! The files in `setup/` have functions that find a tool and functions that install it. A function
//! that finds a tool is fast and changes nothing.

mod apt;
mod browser;
mod cargo_tool;
mod debian;
mod npm_tool;
mod postgres;
mod wasm;

use std::fs;
use std::path::PathBuf;

use crate::args::SetupOptions;
use crate::cache::Cache;
use crate::failure::{Failure, FailureContext, Result};
use crate::workspace::{self, Workspace};
use crate::{lockfile, terminal};
use browser::Browser;
use cargo_tool::CargoTool;
use npm_tool::NpmTool;
pub(crate) use wasm::Compiler;

const WASM_BINDGEN_DEFAULT: &str = "0.2.130";

/// The entry of `test-with` in `[workspace.metadata.rally]` that says that browser tests run in
/// Firefox too.
const FIREFOX: &str = "firefox";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tool {
    pub(crate) version: String,
    pub(crate) program: PathBuf,
    /// `true` if the program is in the cache, `false` if the program is in `PATH`.
    pub(crate) cached: bool,
}

#[derive(Debug)]
pub(crate) struct Toolchain {
    pub(crate) compiler: Compiler,
    pub(crate) trunk: Tool,
    pub(crate) wasm_bindgen: Tool,
    pub(crate) wasm_opt: Option<Tool>,
    pub(crate) esbuild: Option<Tool>,
    pub(crate) chromium: Option<PathBuf>,
    pub(crate) firefox: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requirement {
    NotNeeded,
    Optional,
    Required,
}

/// Tools that a command requires in addition to the compiler, trunk and wasm-bindgen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Requirements {
    /// wasm-opt and esbuild, which only release builds run.
    pub(crate) release: Requirement,
    pub(crate) browser_tests: bool,
}

/// The output of setup: a line for each tool, or only lines about installations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Report {
    All,
    Changes,
}

pub(crate) fn command(options: &SetupOptions) -> Result<()> {
    let requirements =
        Requirements { release: Requirement::Optional, browser_tests: options.browser_tests };
    prepare(&Workspace::load()?, requirements, Report::All)?;
    if options.postgres {
        prepare_postgres(Report::All)?;
    }
    Ok(())
}

pub(crate) fn prepare(
    workspace: &Workspace,
    requirements: Requirements,
    report: Report,
) -> Result<Toolchain> {
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

    let release_tool = |tool: NpmTool| -> Result<Option<Tool>> {
        let found = npm_tool(&tool, &cache, requirements.release)?;
        if let Some(found) = &found {
            say(tool.program, &found.describe());
        }
        Ok(found)
    };
    let wasm_opt = release_tool(npm_tool::WASM_OPT)?;
    let esbuild = release_tool(npm_tool::ESBUILD)?;

    let (mut chromium, mut firefox) = (None, None);
    if requirements.browser_tests {
        let prepare = |name: &str, browser: &Browser| {
            let program = browser.find().map_or_else(|| browser.install(), Ok)?;
            say(name, &program.display().to_string());
            Ok(Some(program))
        };
        chromium = prepare("chromium", &browser::CHROMIUM)?;
        if workspace.tests_with(FIREFOX) {
            firefox = prepare("firefox", &browser::FIREFOX)?;
        }
        say("browser tests", &browser::prepare_packages(&workspace.root)?);
    }
    Ok(Toolchain { compiler, trunk, wasm_bindgen, wasm_opt, esbuild, chromium, firefox })
}

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

pub(crate) fn find(workspace: &Workspace) -> Result<Toolchain> {
    let cache = Cache::of_user()?;
    let missing =
        |name: &str| Failure::new(format!("{name} is not installed: run `cargo rally setup`"));
    let bindgen = CargoTool::wasm_bindgen(&bindgen_version(workspace)?);
    Ok(Toolchain {
        compiler: wasm::find(&cache).ok_or_else(|| missing("the wasm32 target"))?,
        trunk: CargoTool::trunk().find(&cache).ok_or_else(|| missing("trunk"))?,
        wasm_bindgen: bindgen.find(&cache).ok_or_else(|| missing("wasm-bindgen"))?,
        wasm_opt: npm_tool::WASM_OPT.find(&cache),
        esbuild: npm_tool::ESBUILD.find(&cache),
        chromium: None,
        firefox: None,
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
    let _lock = cache.lock()?;
    // Another process may have installed the tool while this one waited for the lock.
    match tool.find(cache) {
        Some(found) => Ok(found),
        None => tool.install(cache),
    }
}

fn npm_tool(tool: &NpmTool, cache: &Cache, requirement: Requirement) -> Result<Option<Tool>> {
    if let Some(found) = tool.find(cache) {
        return Ok(Some(found));
    }
    if requirement == Requirement::NotNeeded {
        return Ok(None);
    }
    let _lock = cache.lock()?;
    // Another process may have installed the tool while this one waited for the lock.
    if let Some(found) = tool.find(cache) {
        return Ok(Some(found));
    }
    match tool.install(cache) {
        Ok(tool) => Ok(Some(tool)),
        Err(failure) if requirement == Requirement::Required => Err(failure),
        Err(failure) => {
            terminal::line(&format!(
                "{:<16} not installed, required only for --release: {failure}",
                tool.program
            ));
            Ok(None)
        }
    }
}

/// Returns the version of wasm-bindgen in the lock file. The program `wasm-bindgen` must have the
/// same version.
fn bindgen_version(workspace: &Workspace) -> Result<String> {
    let path = workspace.root.join("Cargo.lock");
    if !path.exists() {
        let mut generate = workspace::cargo();
        generate.arg("generate-lockfile").current_dir(&workspace.root);
        crate::process::step("Cargo.lock", generate)?;
    }
    let lockfile = fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
    let version = lockfile::version_of(&lockfile, "wasm-bindgen");
    Ok(version.unwrap_or_else(|| WASM_BINDGEN_DEFAULT.to_owned()))
}
