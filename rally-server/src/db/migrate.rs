//! Migrations: SQL files that bring a database to the schema an app expects.

mod apply;
mod error;
mod file;
mod plan;
mod record;

use std::io;
use std::panic::Location;
use std::path::Path;

pub use error::MigrationError;

use crate::db::Db;
use crate::telemetry::query_tracker::CallSite;
use file::File;

/// SQL files that bring a database to the schema an app expects.
///
/// A file is named `NUMBER_name.sql`. [`run`](Self::run) applies the files whose
/// number is above the number of the last applied file, in the order of their numbers.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let file = directory.path().join("shop.db");
/// use rally_server::db::{Db, Migrations};
///
/// // In an app: `rally::migrations!("migrations")`, which embeds the files.
/// const MIGRATIONS: Migrations = Migrations::embedded(&[
///     ("0001_product.sql", "CREATE TABLE product (name TEXT NOT NULL);"),
///     ("0002_price.sql", "ALTER TABLE product ADD COLUMN cents INTEGER NOT NULL DEFAULT 0;"),
/// ]);
///
/// let db = Db::open(file).await?;
/// let applied = MIGRATIONS.run(&db).await?;
/// assert_eq!(applied.files, ["0001_product.sql", "0002_price.sql"]);
/// // A second run has nothing to apply.
/// assert!(MIGRATIONS.run(&db).await?.files.is_empty());
/// # Ok(())
/// # }
/// ```
///
/// # Transactions
///
/// Each file runs in a transaction, which also records that the file was applied.
/// So a file is applied completely or not at all. If a file begins or ends a
/// transaction, the file is rolled back and `run` returns an error.
///
/// Foreign keys are not enforced while a file runs, but are checked before the
/// commit. So a table can be rebuilt [as SQLite's documentation
/// says](https://www.sqlite.org/lang_altertable.html#otheralter): create the new
/// table, copy the rows, drop the old table, rename the new one. Dropping a table
/// deletes no rows of other tables.
///
/// # Applied files
///
/// The table `schema_migrations` has the number of the last applied file. The
/// table `applied_migrations` has the name and a checksum of each applied file.
///
/// An applied file must not be changed or removed, and a new file must have a
/// higher number than all applied files. Otherwise `run` fails before it applies
/// anything. Write a new file for each change.
///
/// Processes that start at the same time take turns, and each file is applied
/// once. A process waits up to one hour for a file that another process applies.
#[derive(Debug, Clone)]
pub struct Migrations(MigrationSource);

#[derive(Debug, Clone)]
enum MigrationSource {
    Embedded(&'static [(&'static str, &'static str)]),
    Read(Vec<(String, String)>),
}

/// The result of [`Migrations::run`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// Names of the files that this run has applied, in order.
    pub files: Vec<String>,
    /// Number of the last file applied by this or an earlier run; 0 if there is none.
    pub last: i64,
}

impl Migrations {
    /// Creates migrations from pairs of a file name and SQL, as `rally::migrations!` does.
    pub const fn embedded(files: &'static [(&'static str, &'static str)]) -> Self {
        Self(MigrationSource::Embedded(files))
    }

    /// Reads the `.sql` files of a directory. Hidden files and subdirectories are ignored.
    ///
    /// ```
    /// # let directory = tempfile::tempdir()?;
    /// # let directory = directory.path();
    /// use rally_server::db::Migrations;
    ///
    /// std::fs::write(directory.join("0001_product.sql"), "CREATE TABLE product (name TEXT);")?;
    /// let migrations = Migrations::read(directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the directory or a file cannot be read, if a file is not UTF-8, if the name of a file
    /// is invalid, or if two files have the same number.
    pub fn read(directory: impl AsRef<Path>) -> Result<Self, MigrationError> {
        let directory = directory.as_ref();
        let failed =
            |error| MigrationError::DirReadFailed { directory: directory.to_owned(), error };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(directory).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if file::is_migration(&path) && !path.is_dir() {
                paths.push(path);
            }
        }
        paths.sort();
        // Check all names before any text is read: an error about a name is more helpful.
        let name =
            |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let names: Vec<String> = paths.iter().map(|path| name(path)).collect();
        file::numbers(names.iter().map(|name| &**name))?;
        let files = paths.iter().zip(names).map(|(path, name)| {
            let failed = |error| MigrationError::FileReadFailed { file: path.clone(), error };
            Ok((name, std::fs::read_to_string(path).map_err(failed)?))
        });
        Ok(Self(MigrationSource::Read(files.collect::<Result<_, _>>()?)))
    }

    /// Applies the files that are not applied yet, and logs the duration of each.
    ///
    /// Other writes of this process to the database wait until the last file is applied, and
    /// fail after 5 seconds. So run the migrations before the app does anything else.
    ///
    /// # Errors
    ///
    /// See [`MigrationError`]. The files before the failed file stay applied.
    #[track_caller]
    pub fn run(&self, db: &Db) -> impl Future<Output = Result<Applied, MigrationError>> + Send {
        self.run_at(db, Location::caller())
    }

    async fn run_at(&self, db: &Db, at: CallSite) -> Result<Applied, MigrationError> {
        apply::apply(&self.files()?, db, at).await
    }

    /// Returns the files in the order of their numbers, after a check of all names.
    fn files(&self) -> Result<Vec<File<'_>>, MigrationError> {
        let files = self.texts();
        let numbers = file::numbers(files.iter().map(|(name, _)| *name))?;
        let files = numbers.into_iter().zip(files);
        let mut files: Vec<_> =
            files.map(|(number, (name, sql))| File { number, name, sql }).collect();
        files.sort_by_key(|file| file.number);
        // Refuse such a file: SQLite stops at a NUL character, and sqlx waits for SQLite to
        // read the rest.
        if let Some(file) = files.iter().find(|file| file.sql.contains('\0')) {
            let reason = "the file contains a NUL character";
            let error = io::Error::new(io::ErrorKind::InvalidData, reason);
            return Err(MigrationError::FileReadFailed { file: file.name.into(), error });
        }
        Ok(files)
    }

    pub(super) fn texts(&self) -> Vec<(&str, &str)> {
        match &self.0 {
            MigrationSource::Embedded(files) => files.to_vec(),
            MigrationSource::Read(files) => {
                files.iter().map(|(name, sql)| (&**name, &**sql)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests;
