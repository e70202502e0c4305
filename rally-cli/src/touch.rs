//! Touched files: they look new, so that cargo compiles again what has not changed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::failure::{Doing, Result};

/// Files with the times that they had.
pub(crate) struct Touched {
    now: SystemTime,
    files: Vec<(PathBuf, SystemTime)>,
}

impl Touched {
    pub(crate) fn now<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> Result<Self> {
        let mut touched = Self { now: SystemTime::now(), files: Vec::new() };
        for file in files {
            let touching = || format!("touch {}", file.display());
            let before = fs::metadata(file).and_then(|data| data.modified()).doing(touching)?;
            set(file, touched.now).doing(touching)?;
            touched.files.push((file.clone(), before));
        }
        Ok(touched)
    }

    /// Gives back their times, so that other builds of the same files stay fresh. One that was
    /// written in the meantime keeps its own: it is new indeed.
    pub(crate) fn restore(self) {
        for (file, before) in &self.files {
            let current = fs::metadata(file).and_then(|data| data.modified());
            // Some file systems round.
            let is_ours = current.is_ok_and(|current| {
                self.now.duration_since(current).is_ok_and(|lost| lost.as_secs() == 0)
            });
            if is_ours {
                // Left as it is, it costs a build and nothing else.
                let _ = set(file, *before);
            }
        }
    }
}

fn set(file: &Path, time: SystemTime) -> io::Result<()> {
    File::options().write(true).open(file)?.set_modified(time)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_what_was_not_written_gets_its_time_back() {
        let dir = std::env::temp_dir().join(format!("rally-touch-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("a directory");
        let files = [dir.join("a"), dir.join("b")];
        let before = SystemTime::now() - Duration::from_secs(1000);
        for file in &files {
            fs::write(file, "").expect("a file");
            set(file, before).expect("a time");
        }
        let modified = |file: &PathBuf| fs::metadata(file).and_then(|data| data.modified());

        let touched = Touched::now(&files).expect("touches");
        let now = touched.now;
        assert!(modified(&files[0]).expect("a time") > before + Duration::from_secs(900));
        let written = now + Duration::from_secs(5);
        set(&files[1], written).expect("a time");
        touched.restore();
        assert_eq!(modified(&files[0]).expect("a time"), before);
        assert_eq!(modified(&files[1]).expect("a time"), written);
        fs::remove_dir_all(dir).expect("removed");
    }
}
