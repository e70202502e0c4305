//! Tools for release builds: wasm-opt, which makes the wasm smaller, and esbuild, which bundles and
//! minifies the scripts. Each is found in `PATH`, or installed with npm in a directory for its
//! version.

use std::path::PathBuf;
use std::process::Command;

use super::Tool;
use crate::cache::Cache;
use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::numbers;

pub(super) struct NpmTool {
    package: &'static str,
    pub(super) program: &'static str,
    version: &'static str,
    /// The oldest version with the options that are used here.
    oldest: &'static str,
    /// The index of the version among the words that `--version` prints.
    version_word: usize,
}

pub(super) const WASM_OPT: NpmTool = NpmTool {
    package: "binaryen",
    program: "wasm-opt",
    version: "132.0.0",
    oldest: "0",
    // `wasm-opt version 132 (version_132)`
    version_word: 2,
};

pub(super) const ESBUILD: NpmTool = NpmTool {
    package: "esbuild",
    program: "esbuild",
    version: "0.28.2",
    oldest: "0.19",
    version_word: 0,
};

impl NpmTool {
    pub(super) fn find(&self, cache: &Cache) -> Option<Tool> {
        self.on_path().or_else(|| self.in_cache(cache))
    }

    fn on_path(&self) -> Option<Tool> {
        let line = process::first_line(self.program, &["--version"])?;
        let version = line.split_whitespace().nth(self.version_word)?;
        (numbers(version) >= numbers(self.oldest)).then(|| Tool {
            version: version.to_owned(),
            program: PathBuf::from(self.program),
            cached: false,
        })
    }

    fn in_cache(&self, cache: &Cache) -> Option<Tool> {
        let program = self.root(cache).join("node_modules/.bin").join(self.program);
        program.is_file().then(|| Tool { version: self.version.to_owned(), program, cached: true })
    }

    pub(super) fn install(&self, cache: &Cache) -> Result<Tool> {
        let Self { package, program, version, .. } = self;
        if process::first_line("npm", &["--version"]).is_none() {
            return Err(Failure::new(format!(
                "cannot install {program}, because there is no npm: install Node.js, or put \
                 {program} on the PATH"
            )));
        }
        let root = self.root(cache);
        let mut command = Command::new("npm");
        command
            .args(["install", "--no-fund", "--no-audit", "--no-save", "--prefix"])
            .arg(&root)
            .arg(format!("{package}@{version}"));
        process::step(&format!("{program} {version}"), command)?;
        self.in_cache(cache).ok_or_else(|| {
            Failure::new(format!(
                "npm installed {package}, but {program} is not in {}",
                root.display()
            ))
        })
    }

    fn root(&self, cache: &Cache) -> PathBuf {
        cache.path(&format!("{}-{}", self.package, self.version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_has_a_directory() {
        let cache = Cache::at("/c");
        assert_eq!(WASM_OPT.root(&cache), PathBuf::from("/c/binaryen-132.0.0"));
        assert_eq!(ESBUILD.root(&cache), PathBuf::from("/c/esbuild-0.28.2"));
    }
}
