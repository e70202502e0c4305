//! Query data in an app's `.sqlx`: one file for each query, with its types.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

use crate::failure::{FailureContext, Result};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) kind: Kind,
    file: String,
    pub(crate) query: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    New,
    Changed,
    Unused,
}

impl Change {
    pub(crate) fn new(kind: Kind, file: &str, query: &str) -> Self {
        let query = query.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { kind, file: file.to_owned(), query }
    }
}

/// Returns the number of queries in the fresh data, and the changes that make the committed data
/// equal to it.
pub(crate) fn compare(committed: &Path, fresh: &Path) -> Result<(usize, Vec<Change>)> {
    let old = read(committed).context(|| format!("read {}", committed.display()))?;
    let new = read(fresh).context(|| format!("read {}", fresh.display()))?;
    let change = |kind, file: &String, data: &Value| {
        Change::new(kind, file, data["query"].as_str().unwrap_or(file))
    };
    let wanted = new.iter().filter_map(|(file, data)| match old.get(file) {
        None => Some(change(Kind::New, file, data)),
        Some(old) => (old != data).then(|| change(Kind::Changed, file, data)),
    });
    let unused = old.iter().filter(|(file, _)| !new.contains_key(*file));
    let unused = unused.map(|(file, data)| change(Kind::Unused, file, data));
    let mut changes: Vec<Change> = wanted.chain(unused).collect();
    changes.sort_by(|one, other| (one.kind, &one.query).cmp(&(other.kind, &other.query)));
    Ok((new.len(), changes))
}

pub(super) fn is_of_postgres(committed: &Path) -> Result<bool> {
    let data = read(committed).context(|| format!("read {}", committed.display()))?;
    Ok(data.values().any(|data| data["db_name"] == "PostgreSQL"))
}

pub(crate) fn apply(changes: &[Change], committed: &Path, fresh: &Path) -> Result<()> {
    let write = || {
        fs::create_dir_all(committed)?;
        for change in changes {
            let to = committed.join(&change.file);
            match change.kind {
                Kind::Unused => fs::remove_file(to)?,
                Kind::New | Kind::Changed => drop(fs::copy(fresh.join(&change.file), to)?),
            }
        }
        Ok::<_, io::Error>(())
    };
    write().context(|| format!("write {}", committed.display()))
}

/// Reads the files as JSON, so that a comparison ignores line endings, which git may change.
fn read(directory: &Path) -> io::Result<BTreeMap<String, Value>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        entries => entries?,
    };
    let mut found = BTreeMap::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("query-") && name.ends_with(".json") {
            // An invalid file becomes `null`, which differs from all data, so the file is replaced.
            let data = serde_json::from_slice(&fs::read(entry.path())?).unwrap_or_default();
            found.insert(name, data);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn write(directory: &Path, name: &str, query: &str, end: &str) {
        fs::create_dir_all(directory).expect("the directory should be created");
        let text = format!("{{\"query\": {query:?}}}{end}");
        fs::write(directory.join(format!("query-{name}.json")), text)
            .expect("the file should be written");
    }

    fn kinds(changes: &[Change]) -> Vec<(Kind, &str)> {
        changes.iter().map(|change| (change.kind, change.query.as_str())).collect()
    }

    #[test]
    fn applying_the_changes_makes_the_directories_equal() {
        let dir: PathBuf = std::env::temp_dir().join(format!("rally-data-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        let [old, new] = [dir.join("old"), dir.join("new")];
        write(&new, "a", "SELECT\n   a", "\n");
        let (count, changes) = compare(&old, &new).expect("the data should be compared");
        assert_eq!((count, kinds(&changes)), (1, vec![(Kind::New, "SELECT a")]));

        write(&old, "a", "SELECT\n   a", "\r\n");
        write(&old, "b", "SELECT old", "\n");
        write(&old, "c", "SELECT c", "\n");
        write(&new, "b", "SELECT b", "\n");
        write(&new, "d", "SELECT d", "\n");
        fs::write(old.join("README.md"), "").expect("the file should be written");
        let (count, changes) = compare(&old, &new).expect("the data should be compared");
        let expected =
            vec![(Kind::New, "SELECT d"), (Kind::Changed, "SELECT b"), (Kind::Unused, "SELECT c")];
        assert_eq!((count, kinds(&changes)), (3, expected));

        apply(&changes, &old, &new).expect("the changes should be applied");
        assert_eq!(compare(&old, &new).expect("the data should be compared"), (3, Vec::new()));
        assert!(old.join("README.md").exists());
        fs::remove_dir_all(dir).expect("the directory should be removed");
    }
}
