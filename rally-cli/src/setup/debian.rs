//! A wasm32 compiler from Debian's packages, for machines where rustup cannot download.
//!
//! Debian has a recent Rust for its browsers (`rustc-web`), without the wasm32 target but with the
//! sources of the standard library. The standard library is built once for wasm32, and a wrapper
//! runs rustc with this library.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::apt;
use super::wasm::{self, TARGET};
use crate::cache::{Cache, Scratch};
use crate::failure::{Failure, FailureContext, Result};
use crate::process;
use crate::workspace::numbers;

const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const RUSTLIB: &str = "/usr/lib/rustlib";
const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// Debian's linkers, which are used if the active toolchain has no rust-lld.
const LINKERS: [&str; 7] = [
    "/usr/bin/wasm-ld",
    "/usr/bin/lld-22",
    "/usr/bin/lld-21",
    "/usr/bin/lld-20",
    "/usr/bin/lld-19",
    "/usr/bin/lld-16",
    "/usr/bin/lld-14",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DebianCompiler {
    pub(crate) version: String,
    /// A script that runs rustc with the sysroot of this compiler. Cargo runs it as `rustc`.
    pub(crate) wrapper: PathBuf,
    pub(crate) linker: PathBuf,
}

impl DebianCompiler {
    pub(super) fn describe(&self) -> String {
        format!("Debian's rustc {}, {}", self.version, self.wrapper.display())
    }
}

/// Returns the compiler if its standard library was built for the installed version of rustc.
pub(super) fn find(cache: &Cache) -> Option<DebianCompiler> {
    let version = installed()?;
    let root = root(cache, &version);
    let compiler = DebianCompiler {
        version: short(&version),
        wrapper: root.join("rustc"),
        linker: linker(wasm::active_sysroot().as_deref())?,
    };
    (compiler.wrapper.is_file() && wasm::has_std(&root)).then_some(compiler)
}

pub(super) fn install(cache: &Cache, oldest: &str) -> Result<DebianCompiler> {
    let suitable = |version: &String| numbers(&short(version)) >= numbers(oldest);
    let has_sources = Path::new(RUSTLIB).join("src/rust/library/std").is_dir();
    let version = match installed().filter(suitable).filter(|_| has_sources) {
        Some(version) => version,
        None => {
            apt::install(&PACKAGES, oldest)?;
            installed().filter(suitable).ok_or_else(|| {
                Failure::new(format!(
                    "{RUSTC} is still older than {oldest} after the installation of rustc-web"
                ))
            })?
        }
    };
    if linker(wasm::active_sysroot().as_deref()).is_none() {
        apt::install(&["lld"], "0")?;
    }
    let scratch = cache.scratch("std")?;
    build_std(&scratch)?;
    assemble(&root(cache, &version), &scratch)?;
    find(cache).ok_or_else(|| {
        Failure::new(
            "the standard library for wasm32 was built, but cannot be found: run `cargo rally \
             setup` again",
        )
    })
}

/// Returns the first line of `rustc --version`, such as
/// `rustc 1.96.0 (ac68faa20 2026-05-25) (built from ..)`.
fn installed() -> Option<String> {
    process::first_line(RUSTC, &["--version"])
}

fn short(version: &str) -> String {
    version.split_whitespace().nth(1).unwrap_or_default().to_owned()
}

/// Returns the directory for a version. Its name contains the commit of the compiler, so that two
/// builds of one version differ.
fn root(cache: &Cache, version: &str) -> PathBuf {
    let words = version.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).take(3).collect();
    cache.path(&format!("wasm32-debian-{}", words.join("-")))
}

fn build_std(scratch: &Scratch) -> Result<()> {
    let dir = scratch.path();
    let write = |name: &str, text: &str| {
        let path = dir.join(name);
        fs::write(&path, text).context(|| format!("write {}", path.display()))
    };
    // Cargo builds the standard library as a dependency of an empty crate.
    write(
        "Cargo.toml",
        "[package]\nname = \"rally-std\"\nedition = \"2021\"\n\n[lib]\npath = \"lib.rs\"\n\n[workspace]\n",
    )?;
    write("lib.rs", "")?;
    let mut command = Command::new(CARGO);
    command
        .args(["build", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort,panic_unwind,proc_macro")
        .current_dir(dir)
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        // The fat LTO of the browser profile needs bitcode.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", dir.join("target"));
    process::step("wasm32 standard library for Debian's rustc", command)?;
    Ok(())
}

fn assemble(root: &Path, scratch: &Scratch) -> Result<()> {
    // Files that exist already may be from an interrupted setup.
    let _ = fs::remove_dir_all(root);
    let libraries = wasm::library_dir(root);
    fs::create_dir_all(&libraries).context(|| format!("create {}", libraries.display()))?;
    let built = scratch.path().join("target").join(TARGET).join("release/deps");
    for entry in fs::read_dir(&built).context(|| format!("read {}", built.display()))? {
        let path = entry.context(|| format!("read {}", built.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("librally_std") {
            fs::copy(&path, libraries.join(name)).context(|| format!("copy {}", path.display()))?;
        }
    }
    link_hosts(&root.join("lib/rustlib"))?;
    // The wrapper is written last, because `find` treats an installation with a wrapper as
    // complete.
    write_wrapper(&root.join("rustc"), root)
}

/// Links the host libraries of Debian's package, for build scripts and macros.
fn link_hosts(rustlib: &Path) -> Result<()> {
    for entry in fs::read_dir(RUSTLIB).context(|| format!("read {RUSTLIB}"))? {
        let path = entry.context(|| format!("read {RUSTLIB}"))?.path();
        let name = path.file_name().unwrap_or_default();
        if path.join("lib").is_dir() && name != TARGET {
            link(&path, &rustlib.join(name))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> Result<()> {
    std::os::unix::fs::symlink(from, to).context(|| format!("create the link {}", to.display()))
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> Result<()> {
    Err(Failure::new("Debian's compiler runs on Debian only"))
}

fn write_wrapper(path: &Path, sysroot: &Path) -> Result<()> {
    let text = wrapper(RUSTC, sysroot);
    fs::write(path, text).context(|| format!("write {}", path.display()))?;
    make_executable(path)
}

fn wrapper(rustc: &str, sysroot: &Path) -> String {
    let sysroot = crate::environment::quote(&sysroot.to_string_lossy());
    format!("#!/bin/sh\nexec {rustc} --sysroot {sysroot} \"$@\"\n")
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = fs::Permissions::from_mode(0o755);
    fs::set_permissions(path, permissions).context(|| format!("make {} executable", path.display()))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<()> {
    Ok(())
}

fn linker(active_sysroot: Option<&Path>) -> Option<PathBuf> {
    let hosts = active_sysroot.and_then(|sysroot| fs::read_dir(sysroot.join("lib/rustlib")).ok());
    let bundled = hosts.into_iter().flatten().flatten();
    let bundled = bundled.map(|host| host.path().join("bin/rust-lld"));
    bundled.chain(LINKERS.map(PathBuf::from)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_compiler_has_a_directory() {
        let cache = Cache::at("/c");
        let one = root(&cache, "rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)");
        assert_eq!(one, Path::new("/c/wasm32-debian-rustc-1.96.0-ac68faa20"));
        assert_ne!(one, root(&cache, "rustc 1.96.0 (bc68faa20 2026-05-25)"));
    }

    #[cfg(unix)]
    #[test]
    fn the_wrapper_quotes_the_path() {
        let sysroot = Path::new("/home/Jörg's tools/$HOME/rally");
        let mut command = Command::new("sh");
        command.args(["-c", &wrapper("printf '%s\\n'", sysroot), "rustc", "a b", "ü"]);
        let output = process::capture(command).expect("the shell should run").output;
        assert_eq!(output, "--sysroot\n/home/Jörg's tools/$HOME/rally\na b\nü\n");
    }
}
