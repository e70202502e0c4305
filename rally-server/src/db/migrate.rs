//! Migrations: the SQL files that make a database what the app expects.

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

/// The SQL files that make a database what the app expects, one after the other.
///
/// A file is named `NUMBER_name.sql`. [`run`](Self::run) applies those whose
/// number is above that of the last one that was applied, in the order of their
/// numbers.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let file = directory.path().join("shop.db");
/// use rally_server::db::{Db, Migrations};
///
/// // In an app: `rally::migrations!("migrations")`, which puts them into the program.
/// const MIGRATIONS: Migrations = Migrations::embedded(&[
///     ("0001_product.sql", "CREATE TABLE product (name TEXT NOT NULL);"),
///     ("0002_price.sql", "ALTER TABLE product ADD COLUMN cents INTEGER NOT NULL DEFAULT 0;"),
/// ]);
///
/// let db = Db::open(file).await?;
/// let applied = MIGRATIONS.run(&db).await?;
/// assert_eq!(applied.files, ["0001_product.sql", "0002_price.sql"]);
/// // What has been applied is not applied again.
/// assert!(MIGRATIONS.run(&db).await?.files.is_empty());
/// # Ok(())
/// # }
/// ```
///
/// # A file
///
/// All of a file happens or nothing of it: it runs within a transaction, in which
/// the database also notes that it has been applied. So a file neither begins
/// nor ends one itself: one that does is undone, and is an error.
///
/// Foreign keys are not looked at while a file runs, but before it is committed:
/// all of them have to hold then. So a table can be rebuilt [as SQLite's
/// documentation says](https://www.sqlite.org/lang_altertable.html#otheralter):
/// create the new one, copy, drop the old one, rename. Dropping a table deletes
/// nothing of others.
///
/// The files before one that fails stay applied.
///
/// # What was applied
///
/// The table `schema_migrations` has the number of the last file,
/// `applied_migrations` the name of each and a checksum of its text. What was
/// applied once stays as it is: a file that has been changed or removed since,
/// or that came later and has a lower number, is an error, before anything runs.
/// A change is a new file.
///
/// Processes that start at once take turns, and each file is applied once. One
/// waits up to an hour for a file that another one runs.
#[derive(Debug, Clone)]
pub struct Migrations(MigrationSource);

#[derive(Debug, Clone)]
enum MigrationSource {
    Embedded(&'static [(&'static str, &'static str)]),
    Read(Vec<(String, String)>),
}

/// What [`Migrations::run`] has done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// The names of the files that it has applied, in their order; none when there
    /// was nothing to do, or another process was faster.
    pub files: Vec<String>,
    /// The number of the last file that has ever been applied; 0 when none was.
    pub last: i64,
}

impl Migrations {
    /// Names and texts, as `rally::migrations!` writes them.
    pub const fn embedded(files: &'static [(&'static str, &'static str)]) -> Self {
        Self(MigrationSource::Embedded(files))
    }

    /// Reads the files of a directory that end in `.sql`. Others, hidden ones and
    /// directories are left alone.
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
    /// When the directory or a file cannot be read, or a name is wrong.
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
        // Before any text is read: a name that is wrong says more than that.
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

    /// Applies what has not been applied, and logs each file with its time.
    ///
    /// Meanwhile other queries that write wait for their turn, 5 seconds as always:
    /// an app runs its migrations before anything else.
    ///
    /// # Errors
    ///
    /// See [`MigrationError`]. The files before the one that failed stay applied.
    #[track_caller]
    pub fn run(&self, db: &Db) -> impl Future<Output = Result<Applied, MigrationError>> + Send {
        self.run_at(db, Location::caller())
    }

    async fn run_at(&self, db: &Db, at: CallSite) -> Result<Applied, MigrationError> {
        apply::apply(&self.files()?, db, at).await
    }

    /// The files in their order, once all names are known to be right.
    fn files(&self) -> Result<Vec<File<'_>>, MigrationError> {
        let files = self.texts();
        let numbers = file::numbers(files.iter().map(|(name, _)| *name))?;
        let files = numbers.into_iter().zip(files);
        let mut files: Vec<_> =
            files.map(|(number, (name, sql))| File { number, name, sql }).collect();
        files.sort_by_key(|file| file.number);
        // SQLite would take it for the end, and sqlx wait for more to be read.
        if let Some(file) = files.iter().find(|file| file.sql.contains('\0')) {
            let error = io::Error::new(io::ErrorKind::InvalidData, "it has a NUL character");
            return Err(MigrationError::FileReadFailed { file: file.name.into(), error });
        }
        Ok(files)
    }

    /// Names and texts; two of which all are the same make the same database.
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
