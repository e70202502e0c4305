//! The watcher: which files are source, and a word whenever one of them changes.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use notify::event::{Event, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::failure::{Doing, Result};

const IGNORED_DIRS: [&str; 3] = ["target", "dist", "node_modules"];

/// What programs write while they run, and editors while they save.
const IGNORED_ENDINGS: [&str; 9] =
    [".db", ".db-shm", ".db-wal", ".db-journal", ".sqlite", ".sqlite3", ".log", ".swp", "~"];

/// Watches a workspace from now on: `changed` is called for every change of source.
pub(crate) fn start(root: PathBuf, changed: impl Fn() + Send + 'static) -> Result<()> {
    let (sender, events) = mpsc::channel();
    let mut watch = Watch::new(root, sender).doing(|| "watch the source files".to_owned())?;
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
            // An overflow or an error may hide a change: building once too often is harmless.
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
                // Files that came with it had no watch yet; the change itself covers them.
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

/// Linux has a watch for each directory, and builds make thousands of them: ours are chosen.
/// Elsewhere one watch holds a whole tree, and many of them are slow.
fn one_watch_each() -> bool {
    cfg!(target_os = "linux")
}

/// Whether a path in the workspace can change what is built.
fn is_source(root: &Path, path: &Path) -> bool {
    let Ok(inside) = path.strip_prefix(root) else {
        return false;
    };
    let mut names = inside.iter().map(OsStr::to_string_lossy);
    let hidden_or_built =
        names.any(|name| name.starts_with(['.', '#']) || IGNORED_DIRS.contains(&name.as_ref()));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Vim tries out a directory with a file of this name.
    let passing = name == "4913" || IGNORED_ENDINGS.iter().any(|ending| name.ends_with(ending));
    !hidden_or_built && !passing
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
    fn source_is_what_a_person_writes() {
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
    fn what_programs_write_is_not() {
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
