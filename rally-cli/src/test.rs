//! `cargo rally test`: runs `cargo test`, then the browser tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::args::TestOptions;
use crate::build;
use crate::cargo;
use crate::failure::{Failure, FailureContext, Result};
use crate::process::{self, seconds};
use crate::setup::{self, Report, Requirement, Requirements, Toolchain};
use crate::terminal;
use crate::workspace::{self, Mode, Workspace};

const RELEASED: [&str; 2] = ["counter", "fixture"];

/// The entry of `test-with` in `[workspace.metadata.rally]` that says that tests start PostgreSQL
/// servers.
const POSTGRES: &str = "postgres";

pub(crate) fn command(options: &TestOptions) -> Result<()> {
    let workspace = Workspace::load()?;
    let mut stages = Stages::default();
    if !options.browser_only {
        stages.run("cargo test", || native(&workspace, options));
    }
    let tests = find_tests(&workspace.root.join("tests/browser"))?;
    if options.browser_only && tests.is_empty() {
        return Err(Failure::new("there are no browser tests: create tests/browser/NAME.test.mjs"));
    }
    if !options.no_browser && !tests.is_empty() {
        in_browser(&workspace, options, &tests, &mut stages);
    }
    stages.end()
}

fn native(workspace: &Workspace, options: &TestOptions) -> Result<()> {
    if workspace.tests_with(POSTGRES) {
        setup::prepare_postgres(Report::Changes)?;
    }
    let mut command = workspace::cargo();
    command.args(["test", "--workspace"]).args(cargo::terminal_args()).args(&options.cargo);
    command.current_dir(&workspace.root);
    // Removed, because the apps in the tests would read these variables too.
    command.env_remove("RALLY_DEV");
    if std::env::var("APP_ENV").is_ok_and(|name| is_production(&name)) {
        command.env_remove("APP_ENV");
    }
    cargo::run(command, "cargo test failed")
}

/// Returns `true` for a name of the production environment. Production images may set `APP_ENV` for
/// all programs, including tests. The rule is repeated from `config/environment.rs` of
/// rally-server, because this crate does not depend on rally-server.
fn is_production(name: &str) -> bool {
    ["prod", "production"].iter().any(|it| it.eq_ignore_ascii_case(name.trim()))
}

fn in_browser(
    workspace: &Workspace,
    options: &TestOptions,
    tests: &[PathBuf],
    stages: &mut Stages,
) {
    let apps = App::all(workspace);
    let requirements = Requirements { release: Requirement::Required, browser_tests: true };
    let toolchain =
        stages.run("setup", || setup::prepare(workspace, requirements, Report::Changes));
    let Some(toolchain) = toolchain else { return };
    let built = stages.run("debug builds", || {
        let apps: Vec<&App> = apps.iter().collect();
        build_all(workspace, &toolchain, &apps, Mode::Debug)
    });
    let released = stages.run("release builds", || {
        let released = apps.iter().filter(|app| RELEASED.contains(&app.name.as_str()));
        let released: Vec<&App> = released.collect();
        build_all(workspace, &toolchain, &released, Mode::Release)
    });
    if built.and(released).is_some() {
        stages.run("browser tests", || {
            let command = node(workspace, &toolchain, options, tests);
            pass(command, "browser tests failed")
        });
    }
}

fn build_all(
    workspace: &Workspace,
    toolchain: &Toolchain,
    apps: &[&App],
    mode: Mode,
) -> Result<()> {
    if apps.is_empty() {
        return Ok(());
    }
    build::servers(workspace, apps, mode)?;
    for app in apps {
        build::browser_side(workspace, toolchain, app, mode)?;
    }
    Ok(())
}

fn node(
    workspace: &Workspace,
    toolchain: &Toolchain,
    options: &TestOptions,
    tests: &[PathBuf],
) -> Command {
    let mut command = Command::new("node");
    command.args(["--test", "--test-reporter=spec"]);
    if let Some(filter) = &options.filter {
        command.arg(format!("--test-name-pattern={filter}"));
    }
    command
        .args(tests)
        .current_dir(&workspace.root)
        .env("RALLY_TEST_DEBUG_BIN", workspace.binaries(Mode::Debug))
        .env("RALLY_TEST_DEBUG_DIST", workspace.dist(Mode::Debug))
        .env("RALLY_TEST_RELEASE_BIN", workspace.binaries(Mode::Release))
        .env("RALLY_TEST_RELEASE_DIST", workspace.dist(Mode::Release));
    let browsers = [("CHROMIUM", &toolchain.chromium), ("FIREFOX", &toolchain.firefox)];
    for (variable, program) in browsers {
        if let Some(program) = program {
            command.env(variable, program);
        }
    }
    for name in ["NO_PROXY", "no_proxy"] {
        let others = std::env::var(name).unwrap_or_default();
        command.env(name, no_proxy(&others));
    }
    command
}

/// Adds the addresses of this machine to a value of `NO_PROXY`, because the tests connect to local
/// servers.
fn no_proxy(others: &str) -> String {
    let others = others.split(',').map(str::trim).filter(|host| !host.is_empty());
    others.chain(["127.0.0.1", "localhost"]).collect::<Vec<_>>().join(",")
}

fn pass(command: Command, failure: &str) -> Result<()> {
    match process::inherit(command)?.success() {
        true => Ok(()),
        false => Err(Failure::new(failure)),
    }
}

/// Returns every `*.test.mjs` and `*.test.js` below `root`. Node's own search differs between its
/// versions.
fn find_tests(root: &Path) -> Result<Vec<PathBuf>> {
    let mut tests = Vec::new();
    let mut pending = vec![root.to_owned()];
    while let Some(dir) = pending.pop().filter(|dir| dir.is_dir()) {
        for entry in fs::read_dir(&dir).context(|| format!("read {}", dir.display()))? {
            let path = entry.context(|| format!("read {}", dir.display()))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && name != "node_modules" {
                pending.push(path);
            } else if name.ends_with(".test.mjs") || name.ends_with(".test.js") {
                tests.push(path);
            }
        }
    }
    tests.sort();
    Ok(tests)
}

#[derive(Default)]
struct Stages {
    done: Vec<Stage>,
}

struct Stage {
    name: &'static str,
    took: Duration,
    failure: Option<String>,
}

impl Stages {
    fn run<T>(&mut self, name: &'static str, stage: impl FnOnce() -> Result<T>) -> Option<T> {
        terminal::line(&format!("== {name}"));
        let started = Instant::now();
        let result = stage();
        let failure = result.as_ref().err().map(ToString::to_string);
        if let Some(failure) = &failure {
            terminal::error(failure);
        }
        self.done.push(Stage { name, took: started.elapsed(), failure });
        result.ok()
    }

    fn end(self) -> Result<()> {
        terminal::line(&format!("\n{}", self.summary().trim_end()));
        let failed: Vec<&str> = self.failed().collect();
        match failed.is_empty() {
            true => Ok(()),
            false => Err(Failure::new(format!("these stages failed: {}", failed.join(", ")))),
        }
    }

    fn failed(&self) -> impl Iterator<Item = &str> {
        let failed = self.done.iter().filter(|stage| stage.failure.is_some());
        failed.map(|stage| stage.name)
    }

    fn summary(&self) -> String {
        let line = |stage: &Stage| {
            let verdict = if stage.failure.is_some() { "FAILED" } else { "ok" };
            format!("{:<16} {verdict:<6} {:>8} s\n", stage.name, seconds(stage.took))
        };
        self.done.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_has_two_names() {
        for name in ["prod", "Production"] {
            assert!(is_production(name), "{name}");
        }
        for name in ["", "dev", "test", "staging"] {
            assert!(!is_production(name), "{name}");
        }
    }

    #[test]
    fn no_proxy_includes_this_machine() {
        assert_eq!(no_proxy(""), "127.0.0.1,localhost");
        assert_eq!(no_proxy("example.org, "), "example.org,127.0.0.1,localhost");
    }

    #[test]
    fn the_summary_has_a_line_for_each_stage() {
        let stage =
            |name, millis, failure| Stage { name, took: Duration::from_millis(millis), failure };
        let stages = Stages {
            done: vec![
                stage("cargo test", 12_340, None),
                stage("browser tests", 900, Some("no".to_owned())),
            ],
        };
        let expected = "\
cargo test       ok         12.3 s
browser tests    FAILED      0.9 s
";
        assert_eq!(stages.summary(), expected);
        assert_eq!(
            stages.end().expect_err("the stages should fail").to_string(),
            "these stages failed: browser tests"
        );
    }
}
