//! The environment variables of the browser build, for all commands that run trunk.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::failure::{FailureContext, Result};
use crate::setup::{self, Compiler, Toolchain};
use crate::workspace::Workspace;

pub(crate) fn command() -> Result<()> {
    let workspace = Workspace::load()?;
    let toolchain = setup::find(&workspace)?;
    for (name, value) in browser(&toolchain, &workspace)? {
        crate::terminal::line(&export(name, &value));
    }
    Ok(())
}

fn export(name: &str, value: &OsStr) -> String {
    format!("export {name}={}", quote(&value.to_string_lossy()))
}

pub(crate) fn browser(
    toolchain: &Toolchain,
    workspace: &Workspace,
) -> Result<Vec<(&'static str, OsString)>> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    variables(toolchain, &workspace.browser_target(), &path)
}

fn variables(
    toolchain: &Toolchain,
    target: &Path,
    path: &OsStr,
) -> Result<Vec<(&'static str, OsString)>> {
    let tools = [Some(&toolchain.trunk), Some(&toolchain.wasm_bindgen)];
    let tools = tools.into_iter().flatten().chain(&toolchain.wasm_opt);
    let cached = tools.filter(|tool| tool.cached);
    let added = cached.filter_map(|tool| Some(tool.program.parent()?.to_owned()));
    let existing: Vec<PathBuf> = std::env::split_paths(path).collect();
    let mut dirs: Vec<PathBuf> = added.filter(|dir| !existing.contains(dir)).collect();
    dirs.extend(existing.iter().cloned());
    let path = std::env::join_paths(dirs).context(|| "add the tools to PATH".to_owned())?;

    let mut variables = vec![("PATH", path), ("CARGO_TARGET_DIR", target.as_os_str().to_owned())];
    if let Compiler::Debian(compiler) = &toolchain.compiler {
        // Only the browser build has these variables. The active toolchain compiles the server.
        variables.push(("RUSTC", compiler.wrapper.clone().into()));
        variables
            .push(("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", compiler.linker.clone().into()));
    }
    Ok(variables)
}

pub(crate) fn quote(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::setup::Tool;

    fn tool(program: &str, cached: bool) -> Tool {
        Tool { version: "1".to_owned(), program: PathBuf::from(program), cached }
    }

    fn toolchain(compiler: Compiler) -> Toolchain {
        Toolchain {
            compiler,
            trunk: tool("/c/trunk/bin/trunk", true),
            wasm_bindgen: tool("wasm-bindgen", false),
            wasm_opt: None,
            esbuild: None,
            chromium: None,
            firefox: None,
        }
    }

    #[track_caller]
    fn check(compiler: Compiler, path: &str, expected: &[(&str, &str)]) {
        let found =
            variables(&toolchain(compiler), Path::new("/w/target/browser"), OsStr::new(path));
        let found = found.expect("the directories should be joined into a PATH");
        let found: Vec<_> = found
            .iter()
            .map(|(name, value)| (*name, value.to_str().expect("the value should be UTF-8")))
            .collect();
        assert_eq!(found, expected);
    }

    fn active() -> Compiler {
        Compiler::Active { sysroot: PathBuf::from("/s") }
    }

    #[test]
    fn cached_tools_come_first_on_the_path() {
        check(
            active(),
            "/usr/bin:/bin",
            &[("PATH", "/c/trunk/bin:/usr/bin:/bin"), ("CARGO_TARGET_DIR", "/w/target/browser")],
        );
    }

    #[test]
    fn directories_are_not_added_to_the_path_twice() {
        let path = "/c/trunk/bin:/usr/bin";
        check(active(), path, &[("PATH", path), ("CARGO_TARGET_DIR", "/w/target/browser")]);
    }

    #[test]
    fn an_export_quotes_special_characters() {
        let value = "/home/Jörg's apps/$HOME/`x`/target:/bin";
        let export = export("CARGO_TARGET_DIR", OsStr::new(value));
        let script = format!("{export}\nprintf %s \"$CARGO_TARGET_DIR\"");
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script]);
        let output = crate::process::capture(command).expect("the shell should run").output;
        assert_eq!(output.trim_end(), value);
    }

    #[test]
    fn single_quotes_are_escaped() {
        assert_eq!(quote("it's $HOME"), r"'it'\''s $HOME'");
    }
}
