//! The cache: the directory into which tools are installed.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, FailureContext, Result};

#[derive(Debug, Clone)]
pub(crate) struct Cache {
    root: PathBuf,
}

impl Cache {
    pub(crate) fn of_user() -> Result<Self> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        // `home_dir` also works without `HOME`, which services and containers may lack.
        let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
        let root = locate(variable, home).ok_or_else(|| {
            Failure::new(
                "there is no home directory to install tools in: set RALLY_HOME to a directory",
            )
        })?;
        // The path must be absolute, because the tools are installed and run in other working
        // directories.
        let root = std::path::absolute(&root).context(|| format!("find {}", root.display()))?;
        Ok(Self { root })
    }

    #[cfg(test)]
    pub(crate) fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn scratch(&self, name: &str) -> Result<Scratch> {
        let path = self.root.join("build").join(name);
        fs::create_dir_all(&path).context(|| format!("create {}", path.display()))?;
        Ok(Scratch { path })
    }

    /// Locks the cache until the returned file is dropped, so that two processes do not install the
    /// same tool at the same time.
    pub(crate) fn lock(&self) -> Result<File> {
        let path = self.root.join("lock");
        fs::create_dir_all(&self.root).context(|| format!("create {}", self.root.display()))?;
        let file = File::create(&path).context(|| format!("create {}", path.display()))?;
        file.lock().context(|| format!("lock {}", path.display()))?;
        Ok(file)
    }
}

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
        // An error is ignored, because remaining files only cost disk space.
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
    fn rally_home_takes_precedence_over_xdg_cache_home() {
        let all = [("RALLY_HOME", "/r"), ("XDG_CACHE_HOME", "/x")];
        check(&all, Some("/h"), Some("/r"));
        check(&all[1..], Some("/h"), Some("/x/rally"));
        check(&[], None, None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_default_is_below_the_home_directory() {
        check(&[], Some("/h"), Some("/h/.cache/rally"));
    }
}
