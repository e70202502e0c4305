//! Publication of the browser files, while a server serves them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Replaces the published files with the staged files. The names of most files contain a hash of
/// the content, so the files of both builds can exist at the same time. First the new files are
/// moved, then `index.html`, which refers to them, and last the old files are removed. So
/// `index.html` refers only to files that exist.
pub(crate) fn publish(staged: &Path, published: &Path) -> io::Result<Published> {
    fs::create_dir_all(published)?;
    let mut outcome = Published::Same;
    let mut files = files(staged)?;
    files.sort_by_key(|name| (name == Path::new("index.html"), name.clone()));
    for name in &files {
        let to = published.join(name);
        if let Some(dir) = to.parent() {
            fs::create_dir_all(dir)?;
        }
        if !same(&staged.join(name), &to) {
            outcome = Published::Changed;
        }
        fs::rename(staged.join(name), to)?;
    }
    let new: BTreeSet<PathBuf> = files.into_iter().collect();
    for old in self::files(published)? {
        if !new.contains(&old) {
            fs::remove_file(published.join(old))?;
            outcome = Published::Changed;
        }
    }
    Ok(outcome)
}

/// The effect of a publication. After `Changed`, a browser with the old files must reload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Published {
    Same,
    Changed,
}

fn same(one: &Path, other: &Path) -> bool {
    let size = |path| fs::metadata(path).map(|data| data.len()).ok();
    size(one).is_some()
        && size(one) == size(other)
        && matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

/// Returns the relative paths of all files. Hidden files are skipped, because they are internal to
/// trunk.
pub(super) fn files(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(root.join(&dir))? {
            let entry = entry?;
            let name = entry.file_name();
            if name.to_string_lossy().starts_with('.') {
                continue;
            }
            match entry.file_type()?.is_dir() {
                true => pending.push(dir.join(name)),
                false => found.push(dir.join(name)),
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("rally-dist-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        dir
    }

    fn write(root: &Path, name: &str) {
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("the path should have a parent"))
            .expect("the directory should be created");
        fs::write(path, name).expect("the file should be written");
    }

    #[test]
    fn the_new_build_replaces_the_old_one() {
        let dir = directory("publish");
        let [staged, published] = [dir.join("staged"), dir.join("published")];
        for name in ["index.html", "app-2.js", "img/a.svg", ".trunk-lock"] {
            write(&staged, name);
        }
        for name in ["index.html", "app-1.js", "img/b.svg"] {
            write(&published, name);
        }
        assert_eq!(
            publish(&staged, &published).expect("the files should be published"),
            Published::Changed
        );
        let expected = ["app-2.js", "img/a.svg", "index.html"].map(PathBuf::from);
        assert_eq!(files(&published).expect("the files should be listed"), expected);
        for name in expected {
            write(&staged, name.to_str().expect("the name should be UTF-8"));
        }
        assert_eq!(
            publish(&staged, &published).expect("the files should be published"),
            Published::Same
        );
        fs::remove_dir_all(dir).expect("the directory should be removed");
    }
}
