//! Optimization of the wasm files of a release build with wasm-opt.
//!
//! Trunk could run wasm-opt too, but it would remove the names of functions, which the table of
//! bytes by crate needs. So `index.html` has `data-wasm-opt="0"`.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::dist;
use super::wasm::Module;
use crate::failure::{Failure, FailureContext, Result};
use crate::process;
use crate::setup::Toolchain;

/// The features of wasm-opt come from the section `target_features`, which rustc writes.
///
/// The options were chosen by the size after compression. `-Oz`, the inlining of large functions and
/// the two passes that are skipped make the file smaller, but the compressed file larger. They make
/// code that is alike different. Functions with similar names have similar code, so compression
/// gains if they are neighbours.
///
/// `--low-memory-unused` replaces an addition below 1024 to an address by the offset of a load. An
/// offset does not wrap around, so a load from the first KiB may trap. rustc puts the end of the
/// stack there: only a program that is about to overflow its stack gets there.
///
/// `--traps-never-happen` is left out. It is wrong for Rust, where the trap after a panic and at an
/// address out of bounds keeps the program from running on.
const ARGS: [&str; 7] = [
    "-Os",
    "--one-caller-inline-max-function-size=20",
    "--skip-pass=simplify-locals",
    "--skip-pass=local-cse",
    "--low-memory-unused",
    "--debuginfo",
    "--reorder-functions-by-name",
];

/// Optimizes all wasm files in `staged`. Returns the file that `index.html` names, with the names
/// of functions, which the file in `staged` no longer has.
pub(super) fn all(toolchain: &Toolchain, staged: &Path, html: &str) -> Result<Option<Vec<u8>>> {
    let names = dist::files(staged).context(|| format!("read {}", staged.display()))?;
    let mut named = None;
    for name in names.iter().filter(|name| name.extension().is_some_and(|it| it == "wasm")) {
        let file = staged.join(name);
        let Some(optimized) = optimize(toolchain, &file)? else { continue };
        let stripped = Module::parse(&optimized).map(|module| module.stripped());
        let stripped = stripped.ok_or_else(|| Failure::new("wasm-opt wrote no wasm"))?;
        fs::write(&file, stripped).context(|| format!("write {}", file.display()))?;
        if html.contains(&*name.to_string_lossy()) {
            named = Some(optimized);
        }
    }
    Ok(named)
}

/// Returns `None` if the file has no names. Then it is optimized already, or it is not Rust's.
fn optimize(toolchain: &Toolchain, file: &Path) -> Result<Option<Vec<u8>>> {
    let read = |file: &Path| fs::read(file).context(|| format!("read {}", file.display()));
    let before = read(file)?;
    let named = Module::parse(&before).is_some_and(|module| module.has_names());
    let Some(tool) = toolchain.wasm_opt.as_ref().filter(|_| named) else { return Ok(None) };
    // The name of a hidden file, because it is not part of the build.
    let output = file.with_file_name(".optimized.wasm");
    let mut command = Command::new(&tool.program);
    command.args(ARGS).arg(file).arg("--output").arg(&output);
    process::step("optimizing", command)?;
    read(&output).map(Some)
}
