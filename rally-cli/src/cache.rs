//! The cache: the directory outside the checkout where installed tools live.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::failure::{Doing, Failure, Result};

#[derive(Debug, Clone)]
pub(crate) struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The cache of the person who runs the command.
    pub(crate) fn of_user() -> Result<Self> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        // Services and containers may run without `HOME`; the system still knows the directory.
        let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
        let root = locate(variable, home).ok_or_else(|| {
            Failure::new("no home directory to keep tools in: set RALLY_HOME to a directory")
        })?;
        // The tools are installed and run in other directories than this one.
        let root = std::path::absolute(&root).doing(|| format!("find {}", root.display()))?;
        Ok(Self { root })
    }

    #[cfg(test)]
    pub(crate) fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A scratch directory for one build, removed with everything in it afterwards.
    pub(crate) fn scratch(&self, name: &str) -> Result<Scratch> {
        let path = self.root.join("build").join(name);
        fs::create_dir_all(&path).doing(|| format!("create {}", path.display()))?;
        Ok(Scratch { path })
    }

    /// One setup at a time: two would build the same tool into the same place.
    pub(crate) fn lock(&self) -> Result<File> {
        let path = self.root.join("lock");
        fs::create_dir_all(&self.root).doing(|| format!("create {}", self.root.display()))?;
        let file = File::create(&path).doing(|| format!("create {}", path.display()))?;
        file.lock().doing(|| format!("lock {}", path.display()))?;
        Ok(file)
    }
}

/// A directory that is gone when the value is.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
}

impl Scratch {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Left-overs cost disk space only; the next setup removes them.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn locate(variable: impl Fn(&str) -> Option<OsString>, home: Option<PathBuf>) -> Option<PathBuf> {
    if let Some(root) = variable("RALLY_HOME") {
        return Some(PathBuf::from(root));
    }
    if let Some(caches) = variable("XDG_CACHE_HOME") {
        return Some(Path::new(&caches).join("rally"));
    }
    if let Some(caches) = variable("LOCALAPPDATA").filter(|_| cfg!(windows)) {
        return Some(Path::new(&caches).join("rally"));
    }
    let caches = match cfg!(target_os = "macos") {
        true => "Library/Caches",
        false => ".cache",
    };
    home.map(|home| home.join(caches).join("rally"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], home: Option<&str>, expected: Option<&str>) {
        let variable = |name: &str| {
            let (_, value) = variables.iter().find(|(key, _)| *key == name)?;
            Some(OsString::from(value))
        };
        assert_eq!(locate(variable, home.map(PathBuf::from)), expected.map(PathBuf::from));
    }

    #[test]
    fn the_nearest_setting_wins() {
        let all = [("RALLY_HOME", "/r"), ("XDG_CACHE_HOME", "/x")];
        check(&all, Some("/h"), Some("/r"));
        check(&all[1..], Some("/h"), Some("/x/rally"));
        check(&[], None, None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn home_is_the_last_resort() {
        check(&[], Some("/h"), Some("/h/.cache/rally"));
    }
}
