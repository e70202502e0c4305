//! The wasm32 target: rustup's, or a standard library that we build for Debian's compiler.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::debian;
use crate::cache::Cache;
use crate::failure::{Failure, Result};
use crate::process::{self, Go};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// How long rustup may be silent: an unreachable server must not cost minutes.
const SILENCE: Duration = Duration::from_secs(20);

/// What compiles the browser's half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Compiler {
    /// The active toolchain has the target.
    Active { sysroot: PathBuf },
    /// A wrapper around Debian's compiler, with a sysroot of its own.
    Debian(debian::Compiler),
}

impl Compiler {
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Active { sysroot } => format!("in {}", sysroot.display()),
            Self::Debian(compiler) => compiler.describe(),
        }
    }
}

/// In the active toolchain, else in the cache.
pub(super) fn find(cache: &Cache) -> Option<Compiler> {
    active().or_else(|| debian::find(cache).map(Compiler::Debian))
}

/// Asks rustup, then Debian. The lock is the caller's proof that nobody else does the same.
pub(super) fn install(cache: &Cache, oldest: Option<&str>, _: &File) -> Result<Compiler> {
    if let Some(compiler) = find(cache) {
        return Ok(compiler);
    }
    let Err(refusal) = ask_rustup() else {
        return active().ok_or_else(|| {
            Failure::new(format!(
                "rustup added the target {TARGET} to another toolchain than the active one: \
                 write `rustup target add {TARGET} --toolchain` and the name that \
                 `rustup show active-toolchain` prints"
            ))
        });
    };
    crate::terminal::line(&format!("{refusal}\ntrying Debian's compiler instead"));
    match debian::install(cache, oldest.unwrap_or("1.95")) {
        Ok(compiler) => Ok(Compiler::Debian(compiler)),
        Err(failure) => Err(Failure::new(format!(
            "no compiler for {TARGET}: {failure}\n\
             install the target by hand: `rustup target add {TARGET}`, or your \
             distribution's package of Rust's standard library for wasm32"
        ))),
    }
}

fn active() -> Option<Compiler> {
    let sysroot = active_sysroot()?;
    has_std(&sysroot).then_some(Compiler::Active { sysroot })
}

/// The directory of the toolchain that a plain `rustc` runs.
pub(super) fn active_sysroot() -> Option<PathBuf> {
    process::answer("rustc", &["--print", "sysroot"]).map(PathBuf::from)
}

/// Where a sysroot keeps the libraries of the wasm32 target.
pub(super) fn library_dir(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET).join("lib")
}

/// Whether a sysroot has the target's standard library, not only its directory.
pub(super) fn has_std(sysroot: &Path) -> bool {
    let Ok(mut entries) = fs::read_dir(library_dir(sysroot)) else {
        return false;
    };
    entries.any(|entry| {
        entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

fn ask_rustup() -> Result<()> {
    if process::answer("rustup", &["--version"]).is_none() {
        return Err(Failure::new("there is no rustup to ask for the wasm32 target"));
    }
    let mut command = Command::new("rustup");
    command.args(["target", "add", TARGET]);
    // With a backtrace its one useful line is hard to find.
    command.env_remove("RUST_BACKTRACE");
    let mut heard = Duration::ZERO;
    process::step_while("wasm32 target from rustup", command, |line, elapsed| {
        // Retries and warnings are no progress; a download that began is, and may take long.
        if line.is_some_and(|line| line.contains("downloading") || line.contains("installing")) {
            heard = elapsed + Duration::from_secs(280);
        }
        match elapsed > heard + SILENCE {
            true => Go::Stop,
            false => Go::On,
        }
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_without_std_is_not_the_target() {
        let sysroot = std::env::temp_dir().join(format!("rally-sysroot-{}", std::process::id()));
        fs::create_dir_all(library_dir(&sysroot)).expect("a directory");
        assert!(!has_std(&sysroot));
        fs::write(library_dir(&sysroot).join("libstd-1a.rlib"), "").expect("a file");
        assert!(has_std(&sysroot));
        fs::remove_dir_all(sysroot).expect("removed");
    }
}
