//! Tools that are installed with cargo: trunk and wasm-bindgen, in one directory for each version.

use std::path::{Path, PathBuf};

use super::Tool;
use crate::cache::Cache;
use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::{self, numbers};

const TRUNK: &str = "0.22.1";
/// The oldest version of trunk with the flags and attributes that are used here.
const TRUNK_OLDEST: &str = "0.21.0";

pub(crate) struct CargoTool {
    package: &'static str,
    program: &'static str,
    version: String,
    accepts: fn(found: &str, wanted: &str) -> bool,
    install: &'static [&'static str],
    /// The optimization level. Low levels shorten the installation.
    opt_level: &'static str,
}

impl CargoTool {
    pub(crate) fn trunk() -> Self {
        Self {
            package: "trunk",
            program: "trunk",
            version: TRUNK.to_owned(),
            accepts: |found, _| numbers(found) >= numbers(TRUNK_OLDEST),
            // Trunk declares a newer Rust version than it needs.
            install: &[
                "--locked",
                "--ignore-rust-version",
                "--no-default-features",
                "--features",
                "rustls",
            ],
            opt_level: "1",
        }
    }

    pub(crate) fn wasm_bindgen(version: &str) -> Self {
        Self {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version: version.to_owned(),
            accepts: |found, wanted| found == wanted,
            // Not `--locked`, because the lock file of wasm-bindgen has crates that need a newer
            // rustc.
            install: &[],
            // wasm-bindgen processes the whole app after every change, so the program should be
            // fast.
            opt_level: "2",
        }
    }

    pub(crate) fn find(&self, cache: &Cache) -> Option<Tool> {
        self.on_path().or_else(|| self.in_cache(cache))
    }

    fn on_path(&self) -> Option<Tool> {
        let line = process::first_line(self.program, &["--version"])?;
        // `trunk 0.22.1`, `wasm-bindgen 0.2.130 (abc1234)`
        let version = line.split_whitespace().nth(1)?;
        (self.accepts)(version, &self.version).then(|| Tool {
            version: version.to_owned(),
            program: PathBuf::from(self.program),
            cached: false,
        })
    }

    fn in_cache(&self, cache: &Cache) -> Option<Tool> {
        let name = format!("{}{}", self.program, std::env::consts::EXE_SUFFIX);
        let program = self.root(cache).join("bin").join(name);
        program.is_file().then(|| Tool { version: self.version.clone(), program, cached: true })
    }

    pub(crate) fn install(&self, cache: &Cache) -> Result<Tool> {
        let label = format!("{} {}", self.program, self.version);
        let root = self.root(cache);
        let scratch = cache.scratch(&label.replace(' ', "-"))?;
        process::step(&label, self.command(&root, scratch.path()))?;
        self.in_cache(cache).ok_or_else(|| {
            Failure::new(format!("cargo installed {label}, but it is not in {}", root.display()))
        })
    }

    fn command(&self, root: &Path, target: &Path) -> std::process::Command {
        let mut command = workspace::cargo();
        command
            .args(["install", self.package, "--version", &self.version, "--root"])
            .arg(root)
            .args(self.install)
            // Not in the checkout, because the cargo configuration of the checkout would apply.
            .current_dir(target)
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.opt_level)
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_PROFILE_RELEASE_STRIP", "true");
        command
    }

    fn root(&self, cache: &Cache) -> PathBuf {
        cache.path(&format!("{}-{}", self.program, self.version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trunk_may_be_newer_and_wasm_bindgen_must_be_equal() {
        let trunk = CargoTool::trunk();
        assert!((trunk.accepts)("0.21.14", TRUNK));
        assert!(!(trunk.accepts)("0.20.3", TRUNK));
        let bindgen = CargoTool::wasm_bindgen("0.2.130");
        assert!((bindgen.accepts)("0.2.130", "0.2.130"));
        assert!(!(bindgen.accepts)("0.2.131", "0.2.130"));
    }

    #[test]
    fn each_version_has_a_directory() {
        let bindgen = CargoTool::wasm_bindgen("0.2.130");
        let root = bindgen.root(&Cache::at("/c"));
        assert_eq!(root, Path::new("/c/wasm-bindgen-0.2.130"));
    }
}
