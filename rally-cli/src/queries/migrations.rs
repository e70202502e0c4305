//! Reading of an app's migrations, sorted by number.
//!
//! The rule for file names is the same as in `db/migrate/file.rs` of rally-server. It is repeated
//! here, because this crate does not depend on rally-server.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, FailureContext, Result};

#[derive(Debug)]
pub(super) struct Migrations {
    pub(super) files: Vec<Migration>,
}

#[derive(Debug, Hash)]
pub(super) struct Migration {
    number: i64,
    pub(super) path: PathBuf,
    pub(super) sql: String,
}

impl Migrations {
    pub(super) fn read(directory: &Path) -> Result<Self> {
        let reading = || format!("read {}", directory.display());
        let mut files = Vec::new();
        for entry in fs::read_dir(directory).context(reading)? {
            let path = entry.context(reading)?.path();
            if !is_migration(&path) {
                continue;
            }
            let Some(number) = number(&path) else {
                return Err(Failure::new(format!(
                    "{} has no valid number: rename it to NUMBER_name.sql with a number above 0, \
                     such as 0001_items.sql",
                    path.display()
                )));
            };
            let sql = fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
            files.push(Migration { number, path, sql });
        }
        files.sort_by(|one, other| (one.number, &one.path).cmp(&(other.number, &other.path)));
        if let Some(pair) = files.windows(2).find(|pair| pair[0].number == pair[1].number) {
            return Err(Failure::new(format!(
                "{} and {} have the same number: rename the newer file to a number above all \
                 others",
                pair[0].path.display(),
                pair[1].path.display()
            )));
        }
        match files.is_empty() {
            false => Ok(Self { files }),
            true => Err(Failure::new(format!(
                "there are no migrations in {}: create a first one, such as 0001_items.sql",
                directory.display()
            ))),
        }
    }

    pub(super) fn hash_value(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.files.hash(&mut hasher);
        hasher.finish()
    }
}

/// Returns `true` for an SQL file that is not hidden. Editors and operating systems create hidden
/// files.
fn is_migration(path: &Path) -> bool {
    let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let is_sql = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
    is_sql && !is_hidden && !path.is_dir()
}

fn number(path: &Path) -> Option<i64> {
    let (digits, _) = path.file_name()?.to_str()?.split_once('_')?;
    // `parse` also accepts a sign, so each character is checked to be a digit.
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| is_plain && *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(name: &str, files: &[&str]) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("rally-sql-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).expect("the directory should be created");
        for file in files {
            fs::write(dir.join(file), "SELECT 1;").expect("the file should be written");
        }
        dir
    }

    #[track_caller]
    fn check_refused(name: &str, files: &[&str], part: &str) {
        let directory = directory(name, files);
        let failure = Migrations::read(&directory).expect_err("the files should be refused");
        fs::remove_dir_all(directory).expect("the directory should be removed");
        assert!(failure.to_string().contains(part), "{failure}");
    }

    #[test]
    fn files_are_sorted_by_number() {
        let directory =
            directory("order", &["10_c.sql", "9_b.SQL", "0001_a.sql", ".1_a.sql", "notes.md"]);
        let migrations = Migrations::read(&directory).expect("the migrations should be read");
        let names = migrations
            .files
            .iter()
            .map(|file| file.path.file_name().expect("the file should have a name"));
        assert_eq!(names.collect::<Vec<_>>(), ["0001_a.sql", "9_b.SQL", "10_c.sql"]);

        let hash = migrations.hash_value();
        fs::write(directory.join("9_b.SQL"), "SELECT 2;").expect("the file should be written");
        assert_ne!(
            Migrations::read(&directory).expect("the migrations should be read").hash_value(),
            hash
        );
        fs::remove_dir_all(directory).expect("the directory should be removed");
    }

    #[test]
    fn invalid_names_are_refused() {
        check_refused("none", &[], "there are no migrations");
        check_refused("unnumbered", &["1_a.sql", "users.sql"], "users.sql has no valid number");
        check_refused("signed", &["+1_a.sql"], "a number above 0");
        check_refused("twice", &["1_a.sql", "01_b.sql"], "have the same number");
    }
}
