//! The wasm32 target: installed by rustup, or built for Debian's compiler.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::debian::{self, DebianCompiler};
use crate::cache::Cache;
use crate::failure::{Failure, Result};
use crate::process;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Maximum time until rustup begins a download. Without this limit, rustup takes minutes to fail if
/// the download server is unreachable.
const RUSTUP_TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Compiler {
    Active {
        sysroot: PathBuf,
    },
    /// A wrapper around Debian's compiler, with a separate sysroot.
    Debian(DebianCompiler),
}

impl Compiler {
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Active { sysroot } => format!("in {}", sysroot.display()),
            Self::Debian(compiler) => compiler.describe(),
        }
    }
}

pub(super) fn find(cache: &Cache) -> Option<Compiler> {
    active().or_else(|| debian::find(cache).map(Compiler::Debian))
}

/// Installs the target. `File` is the lock of the cache, which the caller must hold.
pub(super) fn install(cache: &Cache, oldest: Option<&str>, _: &File) -> Result<Compiler> {
    if let Some(compiler) = find(cache) {
        return Ok(compiler);
    }
    let Err(failure) = add_with_rustup() else {
        return active().ok_or_else(|| {
            Failure::new(format!(
                "rustup added the target {TARGET} to a toolchain that is not the active one: run \
                 `rustup target add {TARGET} --toolchain NAME` with the name from \
                 `rustup show active-toolchain`"
            ))
        });
    };
    crate::terminal::line(&format!("{failure}\ninstalling Debian's compiler instead"));
    match debian::install(cache, oldest.unwrap_or("1.95")) {
        Ok(compiler) => Ok(Compiler::Debian(compiler)),
        Err(failure) => Err(Failure::new(format!(
            "cannot install a compiler for {TARGET}: {failure}\n\
             run `rustup target add {TARGET}`, or install your distribution's package of Rust's \
             standard library for wasm32"
        ))),
    }
}

fn active() -> Option<Compiler> {
    let sysroot = active_sysroot()?;
    has_std(&sysroot).then_some(Compiler::Active { sysroot })
}

pub(super) fn active_sysroot() -> Option<PathBuf> {
    process::first_line("rustc", &["--print", "sysroot"]).map(PathBuf::from)
}

pub(super) fn library_dir(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET).join("lib")
}

pub(super) fn has_std(sysroot: &Path) -> bool {
    let Ok(mut entries) = fs::read_dir(library_dir(sysroot)) else {
        return false;
    };
    entries.any(|entry| {
        entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

fn add_with_rustup() -> Result<()> {
    if process::first_line("rustup", &["--version"]).is_none() {
        return Err(Failure::new(
            "cannot add the wasm32 target: the program `rustup` was not found",
        ));
    }
    let mut command = Command::new("rustup");
    command.args(["target", "add", TARGET]);
    // A backtrace would hide the line with the error.
    command.env_remove("RUST_BACKTRACE");
    let mut extension = Duration::ZERO;
    process::step_while("wasm32 target from rustup", command, |line, elapsed| {
        // Each line about a download or an installation extends the time to 5 minutes from then on.
        // Retries and warnings do not extend the time.
        if line.is_some_and(|line| line.contains("downloading") || line.contains("installing")) {
            extension = elapsed + Duration::from_secs(280);
        }
        match elapsed > extension + RUSTUP_TIMEOUT {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_without_std_does_not_count() {
        let sysroot = std::env::temp_dir().join(format!("rally-sysroot-{}", std::process::id()));
        fs::create_dir_all(library_dir(&sysroot)).expect("the directory should be created");
        assert!(!has_std(&sysroot));
        fs::write(library_dir(&sysroot).join("libstd-1a.rlib"), "")
            .expect("the file should be written");
        assert!(has_std(&sysroot));
        fs::remove_dir_all(sysroot).expect("the directory should be removed");
    }
}
