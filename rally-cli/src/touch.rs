//! Touching of source files: a new modification time makes cargo compile unchanged crates again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::failure::{FailureContext, Result};

pub(crate) struct TouchedFiles {
    now: SystemTime,
    files: Vec<(PathBuf, SystemTime)>,
}

impl TouchedFiles {
    pub(crate) fn now<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> Result<Self> {
        let mut touched = Self { now: SystemTime::now(), files: Vec::new() };
        for file in files {
            let action = || format!("set the modification time of {}", file.display());
            let before = fs::metadata(file).and_then(|data| data.modified()).context(action)?;
            set(file, touched.now).context(action)?;
            touched.files.push((file.clone(), before));
        }
        Ok(touched)
    }

    /// Restores the previous modification times, so that cargo does not rebuild other targets. A
    /// file that was modified meanwhile keeps its new time.
    pub(crate) fn restore(self) {
        for (file, before) in &self.files {
            let current = fs::metadata(file).and_then(|data| data.modified());
            // A difference of less than one second is ignored: some file systems round times down.
            let is_unmodified = current.is_ok_and(|current| {
                self.now.duration_since(current).is_ok_and(|difference| difference.as_secs() == 0)
            });
            if is_unmodified {
                // An error is ignored, because it only causes an unnecessary build.
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
    fn only_unmodified_files_are_restored() {
        let dir = std::env::temp_dir().join(format!("rally-touch-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("the directory should be created");
        let files = [dir.join("a"), dir.join("b")];
        let before = SystemTime::now() - Duration::from_secs(1000);
        for file in &files {
            fs::write(file, "").expect("the file should be written");
            set(file, before).expect("the modification time should be read or set");
        }
        let modified = |file: &PathBuf| fs::metadata(file).and_then(|data| data.modified());

        let touched = TouchedFiles::now(&files).expect("the files should be touched");
        let now = touched.now;
        assert!(
            modified(&files[0]).expect("the modification time should be read or set")
                > before + Duration::from_secs(900)
        );
        let written = now + Duration::from_secs(5);
        set(&files[1], written).expect("the modification time should be read or set");
        touched.restore();
        assert_eq!(
            modified(&files[0]).expect("the modification time should be read or set"),
            before
        );
        assert_eq!(
            modified(&files[1]).expect("the modification time should be read or set"),
            written
        );
        fs::remove_dir_all(dir).expect("the directory should be removed");
    }
}
