//! Errors of migrations, with advice on how to fix them.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// The reason why migrations were not applied.
#[derive(Debug)]
#[non_exhaustive]
pub enum MigrationError {
    /// The directory cannot be read.
    DirReadFailed {
        /// The argument of [`Migrations::read`](super::Migrations::read).
        directory: PathBuf,
        /// The cause.
        error: io::Error,
    },
    /// A file cannot be read, or is not text.
    FileReadFailed {
        /// Path of the file, or its name if it is embedded in the program.
        file: PathBuf,
        /// The cause.
        error: io::Error,
    },
    /// These names do not begin with a number above 0 and `_`. Nothing was applied.
    FilenameParseFailed(Vec<String>),
    /// The files of each list have the same number. Nothing was applied.
    DuplicateNumber(Vec<Vec<String>>),
    /// A connection to the database cannot be opened.
    ConnectFailed(sqlx::Error),
    /// The database cannot be locked.
    LockFailed(sqlx::Error),
    /// The tables `schema_migrations` and `applied_migrations` cannot be created.
    TableCreateFailed(sqlx::Error),
    /// The record of applied files cannot be read.
    VersionQueryFailed(sqlx::Error),
    /// The initial record of applied files cannot be written.
    VersionInitFailed(sqlx::Error),
    /// The table `schema_migrations` has this number of rows instead of one.
    SchemaTableCorrupted(u64),
    /// A new file has a number below that of the last applied file.
    Late {
        /// Name of the file.
        file: String,
        /// Number of the last applied file.
        last: i64,
    },
    /// A file differs from the applied file of the same number.
    Changed {
        /// Name of the file.
        file: String,
        /// Name of the applied file.
        applied: String,
        /// Number of both files.
        number: i64,
        /// Checksum of the current text.
        checksum: String,
    },
    /// An applied file does not exist any more.
    Missing {
        /// Name of the file. It contains a `*` if the name was not recorded.
        file: String,
        /// Number of the file.
        number: i64,
        /// `true` if the number is above those of all existing files.
        is_newer: bool,
    },
    /// A file failed and was rolled back.
    MigrationFailed {
        /// Name of the file.
        file: String,
        /// Number of the failed statement, from 1; `None` if the commit failed.
        statement: Option<usize>,
        /// The error of SQLite.
        error: sqlx::Error,
    },
    /// A file begins or ends a transaction. It was rolled back.
    EndsItsTransaction {
        /// Name of the file.
        file: String,
    },
    /// A file leaves rows that refer to missing rows. It was rolled back.
    ForeignKeysViolated {
        /// Name of the file.
        file: String,
        /// For each violation: the table, the table it refers to, and the number of rows.
        violations: Vec<(String, String, i64)>,
    },
    /// The record of an applied file cannot be written. The file was rolled back.
    VersionUpdateFailed {
        /// Name of the file.
        file: String,
        /// The error of SQLite.
        error: sqlx::Error,
    },
}

impl fmt::Display for MigrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DirReadFailed { directory, error } => write!(
                f,
                "cannot read the directory `{}` ({error}): create it where the app is started, or \
                 embed the files in the program with `rally::migrations!`",
                directory.display()
            ),
            Self::FileReadFailed { file, error } => {
                write!(f, "cannot read `{}` ({error}): save it as UTF-8", file.display())
            }
            Self::FilenameParseFailed(names) => write!(
                f,
                "invalid name of a migration: {}: rename it to NUMBER_name.sql with a number above \
                 0, such as `0001_items.sql`",
                listed(names, ", ")
            ),
            Self::DuplicateNumber(numbers) => {
                let numbers: Vec<_> = numbers.iter().map(|names| listed(names, " and ")).collect();
                write!(
                    f,
                    "{} have the same number: give the newer one a number above all others",
                    numbers.join(", ")
                )
            }
            Self::ConnectFailed(error) => {
                write!(f, "cannot connect to the database to migrate it: {error}")
            }
            Self::LockFailed(error) => {
                write!(f, "cannot lock the database to migrate it: {error}")
            }
            Self::TableCreateFailed(error) => write!(
                f,
                "cannot create the tables `schema_migrations` and `applied_migrations`: {error}. \
                 The database file and its directory must be writable"
            ),
            Self::VersionQueryFailed(error) => write!(
                f,
                "cannot read the applied migrations: {error}. If another program has created the \
                 tables `schema_migrations` or `applied_migrations`, rename them, or use another \
                 file"
            ),
            Self::VersionInitFailed(error) => write!(
                f,
                "cannot write to the tables `schema_migrations` and `applied_migrations`: {error}. \
                 If another program has created them, rename them, or use another file"
            ),
            Self::SchemaTableCorrupted(count) => write!(
                f,
                "the table `schema_migrations` has {count} rows instead of one: it must have only \
                 the number of the last applied file"
            ),
            Self::Late { file, last } => write!(
                f,
                "`{file}` is new, but number {last} is already applied: rename it with a number \
                 above {last} and all others, so that every database applies the files in the same \
                 order"
            ),
            Self::Changed { file, applied, .. } if file != applied => write!(
                f,
                "`{file}` has the number of `{applied}`, which is already applied: rename `{file}` \
                 with a number above all others, and restore `{applied}`"
            ),
            Self::Changed { file, number, checksum, .. } => write!(
                f,
                "`{file}` was changed after it was applied: restore it, and write the change to a \
                 new file. If only a comment was changed, accept it with: UPDATE \
                 applied_migrations SET checksum = '{checksum}' WHERE number = {number}"
            ),
            Self::Missing { file, is_newer: true, .. } => write!(
                f,
                "`{file}` was applied to this database, but this program does not have it: the \
                 database is newer than the program. Start the newer program, or the program that \
                 the database belongs to"
            ),
            Self::Missing { file, number, .. } => write!(
                f,
                "`{file}` was applied to this database, but is missing: restore it. If it was \
                 removed on purpose, accept it with: DELETE FROM applied_migrations WHERE number = \
                 {number}"
            ),
            Self::MigrationFailed { file, statement, error } => {
                match statement {
                    Some(statement) => {
                        write!(f, "statement {statement} of `{file}` failed: {error}")?
                    }
                    None => write!(f, "cannot commit `{file}`: {error}")?,
                }
                f.write_str(". The file was rolled back: fix it, and start again")
            }
            Self::EndsItsTransaction { file } => write!(
                f,
                "`{file}` begins or ends a transaction, but already runs in one. It was rolled \
                 back: remove its BEGIN, COMMIT, END and ROLLBACK. A statement that cannot run in \
                 a transaction cannot be part of a migration"
            ),
            Self::ForeignKeysViolated { file, violations } => {
                let violations: Vec<_> = violations
                    .iter()
                    .map(|(table, parent, count)| {
                        format!("rows of `{table}` that refer to `{parent}`: {count}")
                    })
                    .collect();
                write!(
                    f,
                    "`{file}` leaves rows that refer to missing rows ({}). It was rolled back: \
                     make it remove or change those rows, too",
                    violations.join(", ")
                )
            }
            Self::VersionUpdateFailed { file, error } => write!(
                f,
                "cannot record that `{file}` was applied: {error}. It was rolled back: it must not \
                 change the tables `schema_migrations` and `applied_migrations`"
            ),
        }
    }
}

fn listed(names: &[String], separator: &str) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(separator)
}

impl Error for MigrationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::DirReadFailed { error, .. } | Self::FileReadFailed { error, .. } => Some(error),
            Self::ConnectFailed(error)
            | Self::LockFailed(error)
            | Self::TableCreateFailed(error)
            | Self::VersionQueryFailed(error)
            | Self::VersionInitFailed(error)
            | Self::MigrationFailed { error, .. }
            | Self::VersionUpdateFailed { error, .. } => Some(error),
            _ => None,
        }
    }
}
