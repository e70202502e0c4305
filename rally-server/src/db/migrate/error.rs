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
    /// A file cannot be read, is not UTF-8, or contains a NUL character.
    FileReadFailed {
        /// Path or name of the file.
        file: PathBuf,
        /// The cause.
        error: io::Error,
    },
    /// These names do not begin with a number above 0, followed by `_`. No file was applied.
    FilenameParseFailed(Vec<String>),
    /// The files of each list have the same number. No file was applied.
    DuplicateNumber(Vec<Vec<String>>),
    /// A connection to the database cannot be opened or used.
    ConnectFailed(sqlx::Error),
    /// The database cannot be locked.
    LockFailed(sqlx::Error),
    /// The tables `schema_migrations` and `applied_migrations` cannot be created.
    TableCreateFailed(sqlx::Error),
    /// The list of applied files cannot be read from the database.
    VersionQueryFailed(sqlx::Error),
    /// The initial list of applied files cannot be written to the database.
    VersionInitFailed(sqlx::Error),
    /// The table `schema_migrations` has this number of rows instead of one.
    SchemaTableCorrupted(u64),
    /// A new file has a number below the number of the last applied file.
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
        /// Checksum of the current text of the file.
        checksum: String,
    },
    /// An applied file is not one of the files of this program.
    Missing {
        /// Name of the file. It contains a `*` if the name was not recorded.
        file: String,
        /// Number of the file.
        number: i64,
        /// `true` if the number is above the numbers of all files of this program.
        is_newer: bool,
    },
    /// A file failed and was rolled back.
    MigrationFailed {
        /// Name of the file.
        file: String,
        /// Number of the failed statement, counted from 1. `None` if the check of foreign
        /// keys or the commit failed.
        statement: Option<usize>,
        /// The error of SQLite.
        error: sqlx::Error,
    },
    /// A file begins or ends a transaction, or cannot run in one. The file was rolled back.
    EndsItsTransaction {
        /// Name of the file.
        file: String,
    },
    /// A file leaves rows that refer to missing rows. The file was rolled back.
    ForeignKeysViolated {
        /// Name of the file.
        file: String,
        /// A table, the table to which it refers, and the number of references to missing
        /// rows.
        violations: Vec<(String, String, i64)>,
    },
    /// The database cannot record that a file was applied. The file was rolled back.
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
                "cannot read the directory of migrations `{}` ({error}): create the directory, or \
                 embed its files in the program with `rally::migrations!`. A relative path begins \
                 at the app's working directory",
                directory.display()
            ),
            Self::FileReadFailed { file, error } => {
                let file = file.display();
                write!(
                    f,
                    "cannot read `{file}` ({error}): save the file as UTF-8, and allow this \
                     process to read it"
                )
            }
            Self::FilenameParseFailed(names) => write!(
                f,
                "invalid names of migrations: {}: rename each file to NUMBER_name.sql with a \
                 number above 0, such as `0001_items.sql`",
                listed(names, ", ")
            ),
            Self::DuplicateNumber(numbers) => {
                let numbers: Vec<_> = numbers.iter().map(|names| listed(names, " and ")).collect();
                write!(
                    f,
                    "{} have the same number: give the newer file a number above all other \
                     files",
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
                 tables `schema_migrations` or `applied_migrations`, rename those tables, or use \
                 another database file"
            ),
            Self::VersionInitFailed(error) => write!(
                f,
                "cannot write to the tables `schema_migrations` and `applied_migrations`: {error}. \
                 If another program has created these tables, rename them, or use another database \
                 file"
            ),
            Self::SchemaTableCorrupted(count) => write!(
                f,
                "the table `schema_migrations` has {count} rows instead of one: the table must \
                 have one row, with the number of the last applied file"
            ),
            Self::Late { file, last } => write!(
                f,
                "`{file}` is new, but number {last} is already applied: give `{file}` a number \
                 above {last} and above all other files, so that every database applies the \
                 files in the same order"
            ),
            Self::Changed { file, applied, .. } if file != applied => write!(
                f,
                "`{file}` has the number of `{applied}`, which is already applied: give `{file}` a \
                 number above all others, and restore `{applied}`"
            ),
            Self::Changed { file, number, checksum, .. } => write!(
                f,
                "`{file}` was changed after it was applied: restore the file, and write the change \
                 to a new file. If only comments were changed, run this SQL instead: UPDATE \
                 applied_migrations SET checksum = '{checksum}' WHERE number = {number}"
            ),
            Self::Missing { file, is_newer: true, .. } => write!(
                f,
                "`{file}` was applied to this database, but this program does not have the file: \
                 start a newer version of the program. If the database belongs to another program, \
                 use another database file"
            ),
            Self::Missing { file, number, .. } => write!(
                f,
                "`{file}` was applied to this database, but is missing: restore the file. If the \
                 file was removed on purpose, run this SQL: DELETE FROM applied_migrations WHERE \
                 number = {number}"
            ),
            Self::MigrationFailed { file, statement, error } => {
                match statement {
                    Some(statement) => {
                        write!(f, "statement {statement} of `{file}` failed: {error}")?
                    }
                    None => write!(f, "cannot commit the transaction of `{file}`: {error}")?,
                }
                f.write_str(". The file was rolled back: fix the file, and start the app again")
            }
            Self::EndsItsTransaction { file } => write!(
                f,
                "`{file}` begins or ends a transaction, but each file already runs in a \
                 transaction. The file was rolled back: remove BEGIN, COMMIT, END and ROLLBACK \
                 from the file. A statement that cannot run in a transaction, such as VACUUM, \
                 cannot be part of a migration"
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
                    "`{file}` leaves rows that refer to missing rows ({}). The file was rolled \
                     back: remove or change those rows in the file, too",
                    violations.join(", ")
                )
            }
            Self::VersionUpdateFailed { file, error } => write!(
                f,
                "cannot record that `{file}` was applied: {error}. The file was rolled back: a \
                 migration must not change the tables `schema_migrations` and `applied_migrations`"
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
