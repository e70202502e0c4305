//! Migrations: an app's numbered SQL files, in their order.
//!
//! rally-server's `db/migrate/file.rs` has the same rule for their names; this crate knows no server.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::failure::{Doing, Failure, Result};

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
    /// Every `NUMBER_name.sql` of a directory. All names are looked at before anything is run.
    pub(super) fn read(directory: &Path) -> Result<Self> {
        let reading = || format!("read {}", directory.display());
        let mut files = Vec::new();
        for entry in fs::read_dir(directory).doing(reading)? {
            let path = entry.doing(reading)?.path();
            if !is_migration(&path) {
                continue;
            }
            let Some(number) = number(&path) else {
                return Err(Failure::new(format!(
                    "{}: a migration is named NUMBER_name.sql, its number above 0: rename it, \
                     like 0001_items.sql",
                    path.display()
                )));
            };
            let sql = fs::read_to_string(&path).doing(|| format!("read {}", path.display()))?;
            files.push(Migration { number, path, sql });
        }
        files.sort_by(|one, other| (one.number, &one.path).cmp(&(other.number, &other.path)));
        if let Some(twice) = files.windows(2).find(|pair| pair[0].number == pair[1].number) {
            return Err(Failure::new(format!(
                "{} and {} have the same number: give the later one the next number",
                twice[0].path.display(),
                twice[1].path.display()
            )));
        }
        match files.is_empty() {
            false => Ok(Self { files }),
            true => Err(Failure::new(format!(
                "there are no migrations in {}: write 0001_items.sql",
                directory.display()
            ))),
        }
    }

    /// What changes when a migration does.
    pub(super) fn stamp(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.files.hash(&mut hasher);
        hasher.finish()
    }
}

/// Editors and systems leave hidden files, which end like the one they are of.
fn is_migration(path: &Path) -> bool {
    let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let is_sql = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
    is_sql && !is_hidden && !path.is_dir()
}

fn number(path: &Path) -> Option<i64> {
    let (digits, _) = path.file_name()?.to_str()?.split_once('_')?;
    // `parse` would take a sign.
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| is_plain && *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory of the test's own, with these files in it.
    fn directory(name: &str, files: &[&str]) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("rally-sql-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).expect("a directory");
        for file in files {
            fs::write(dir.join(file), "SELECT 1;").expect("a file");
        }
        dir
    }

    #[track_caller]
    fn refused(name: &str, files: &[&str], part: &str) {
        let directory = directory(name, files);
        let failure = Migrations::read(&directory).expect_err("refused");
        fs::remove_dir_all(directory).expect("removed");
        assert!(failure.to_string().contains(part), "{failure}");
    }

    #[test]
    fn the_order_is_that_of_the_numbers() {
        let directory =
            directory("order", &["10_c.sql", "9_b.SQL", "0001_a.sql", ".1_a.sql", "notes.md"]);
        let migrations = Migrations::read(&directory).expect("reads");
        let names = migrations.files.iter().map(|file| file.path.file_name().expect("a name"));
        assert_eq!(names.collect::<Vec<_>>(), ["0001_a.sql", "9_b.SQL", "10_c.sql"]);

        let stamp = migrations.stamp();
        fs::write(directory.join("9_b.SQL"), "SELECT 2;").expect("a file");
        assert_ne!(Migrations::read(&directory).expect("reads").stamp(), stamp);
        fs::remove_dir_all(directory).expect("removed");
    }

    #[test]
    fn a_refusal_says_what_to_write() {
        refused("none", &[], "there are no migrations");
        refused("unnumbered", &["1_a.sql", "users.sql"], "users.sql: a migration is named");
        refused("signed", &["+1_a.sql"], "its number above 0");
        refused("twice", &["1_a.sql", "01_b.sql"], "have the same number");
    }
}
