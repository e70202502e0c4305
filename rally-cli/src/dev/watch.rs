//! The file watcher: reports changes of source files.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use notify::event::{Event, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::failure::{FailureContext, Result};

const IGNORED_DIRS: [&str; 3] = ["target", "dist", "node_modules"];

/// Endings of files that programs write while they run, or that editors write while they save.
const IGNORED_ENDINGS: [&str; 9] =
    [".db", ".db-shm", ".db-wal", ".db-journal", ".sqlite", ".sqlite3", ".log", ".swp", "~"];

pub(crate) fn start(root: PathBuf, changed: impl Fn() + Send + 'static) -> Result<()> {
    let (sender, events) = mpsc::channel();
    let mut watch = Watch::new(root, sender).context(|| "watch the source files".to_owned())?;
    thread::spawn(move || watch.run(&events, changed));
    Ok(())
}

struct Watch {
    root: PathBuf,
    watcher: RecommendedWatcher,
}

type Events = notify::Result<Event>;

impl Watch {
    fn new(root: PathBuf, sender: Sender<Events>) -> notify::Result<Self> {
        let watcher = notify::recommended_watcher(sender)?;
        let mut watch = Self { root, watcher };
        if one_watch_each() {
            watch.add(&watch.root.clone())?;
        } else {
            watch.watcher.watch(&watch.root, RecursiveMode::Recursive)?;
        }
        Ok(watch)
    }

    fn run(&mut self, events: &Receiver<Events>, changed: impl Fn()) {
        for event in events {
            // An error may mean that changes were missed, so a change is reported.
            let Ok(event) = event else {
                changed();
                continue;
            };
            if event.need_rescan() || self.concerns(&event) {
                changed();
            }
        }
    }

    fn concerns(&mut self, event: &Event) -> bool {
        if let EventKind::Access(_) = event.kind {
            return false;
        }
        let mut concerns = false;
        for path in &event.paths {
            if !is_source(&self.root, path) {
                continue;
            }
            concerns = true;
            if one_watch_each() && path.is_dir() {
                // Events of files that were created before this watch may be lost, but the current
                // event starts a build anyway.
                let _ = self.add(path);
            }
        }
        concerns
    }

    fn add(&mut self, dir: &Path) -> notify::Result<()> {
        self.watcher.watch(dir, RecursiveMode::NonRecursive)?;
        for entry in fs::read_dir(dir)?.flatten() {
            let path = entry.path();
            let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_dir && is_source(&self.root, &path) {
                self.add(&path)?;
            }
        }
        Ok(())
    }
}

/// Returns `true` on Linux, where each directory needs its own watch. There, build directories are
/// not watched, because there may be thousands of them. On other systems, one watch covers a whole
/// tree.
fn one_watch_each() -> bool {
    cfg!(target_os = "linux")
}

fn is_source(root: &Path, path: &Path) -> bool {
    let Ok(inside) = path.strip_prefix(root) else {
        return false;
    };
    let mut names = inside.iter().map(OsStr::to_string_lossy);
    let hidden_or_built =
        names.any(|name| name.starts_with(['.', '#']) || IGNORED_DIRS.contains(&name.as_ref()));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Vim creates a file with this name to test whether a directory is writable.
    let temporary = name == "4913" || IGNORED_ENDINGS.iter().any(|ending| name.ends_with(ending));
    !hidden_or_built && !temporary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: bool) {
        assert_eq!(
            is_source(Path::new("/w/.x"), &Path::new("/w/.x").join(path)),
            expected,
            "{path}"
        );
    }

    #[test]
    fn source_files_are_watched() {
        for path in [
            "Cargo.toml",
            "src/lib.rs",
            "examples/a/index.html",
            "a/style.css",
            "build.rs",
            "a/migrations/0001_a.sql",
        ] {
            check(path, true);
        }
    }

    #[test]
    fn generated_and_temporary_files_are_ignored() {
        for path in [
            "target/debug/app",
            "examples/a/dist/index.html",
            "tests/browser/node_modules/x.js",
            ".git/index",
            "examples/a/.sqlx/query-1.json",
            "a/app.db",
            "a/app.db-wal",
            "src/.lib.rs.swp",
            "src/lib.rs~",
            "src/4913",
            "/elsewhere/lib.rs",
        ] {
            check(path, false);
        }
    }
}
