//! What can be wrong with migrations, and what to write.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why migrations were not applied. Files before the one that is named are.
#[derive(Debug)]
#[non_exhaustive]
pub enum MigrationError {
    /// The directory cannot be read.
    DirReadFailed {
        /// The one that [`Migrations::read`](super::Migrations::read) was given.
        directory: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A file cannot be read, or is no text.
    FileReadFailed {
        /// Its path, or its name when it is in the program.
        file: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// These names do not begin with a number above 0 and `_`. Nothing was
    /// applied.
    FilenameParseFailed(Vec<String>),
    /// The files of each list have the same number. Nothing was applied.
    NumberTwice(Vec<Vec<String>>),
    /// There is no connection to migrate with.
    ConnectFailed(sqlx::Error),
    /// The database could not be had alone.
    LockFailed(sqlx::Error),
    /// The tables cannot be created that say what was applied.
    TableCreateFailed(sqlx::Error),
    /// What was applied cannot be read.
    VersionQueryFailed(sqlx::Error),
    /// That nothing was applied so far cannot be noted; or, in a database of
    /// another program's, what was.
    VersionInitFailed(sqlx::Error),
    /// The table `schema_migrations` has as many rows, instead of one.
    SchemaTableCorrupted(u64),
    /// A file was added whose number is below that of the last one.
    Late {
        /// The name of the file.
        file: String,
        /// The number of the last one that was applied.
        last: i64,
    },
    /// A file is another one than that which was applied.
    Changed {
        /// The name of the file.
        file: String,
        /// What it was called when it was applied.
        applied: String,
        /// The number of both.
        number: i64,
        /// Of its text, as it is now.
        checksum: String,
    },
    /// A file was applied, and is not there any more.
    Missing {
        /// What it was called; where nobody knows, a `*` stands in it.
        file: String,
        /// Its number.
        number: i64,
        /// Whether its number is above all that are there.
        is_newer: bool,
    },
    /// A file failed, and was undone.
    MigrationFailed {
        /// The name of the file.
        file: String,
        /// Which of its statements failed, from 1; none when all were done, and could
        /// not be committed.
        statement: Option<usize>,
        /// What SQLite says.
        error: sqlx::Error,
    },
    /// A file begins or ends a transaction, and was undone.
    EndsItsTransaction {
        /// The name of the file.
        file: String,
    },
    /// Rows refer to others that are not there after a file, so it was undone.
    ForeignKeysViolated {
        /// The name of the file.
        file: String,
        /// The table, the one it refers to, and how many rows do.
        violations: Vec<(String, String, i64)>,
    },
    /// That a file was applied cannot be noted, so it was undone.
    VersionUpdateFailed {
        /// The name of the file.
        file: String,
        /// What SQLite says.
        error: sqlx::Error,
    },
}

impl fmt::Display for MigrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DirReadFailed { directory, error } => write!(
                f,
                "the directory `{}` cannot be read ({error}): create it where the app is started, \
                 or put the files into the program with `rally::migrations!`",
                directory.display()
            ),
            Self::FileReadFailed { file, error } => {
                write!(f, "`{}` cannot be read ({error}): save it as UTF-8", file.display())
            }
            Self::FilenameParseFailed(names) => write!(
                f,
                "{}: a migration is named NUMBER_name.sql, its number above 0: rename it, like \
                 `0001_items.sql`",
                listed(names, ", ")
            ),
            Self::NumberTwice(numbers) => {
                let numbers: Vec<_> = numbers.iter().map(|names| listed(names, " and ")).collect();
                write!(
                    f,
                    "{} have the same number: give the newer one a number above all others",
                    numbers.join(", ")
                )
            }
            Self::ConnectFailed(error) => {
                write!(f, "there is no connection to migrate the database with: {error}")
            }
            Self::LockFailed(error) => {
                write!(f, "the database could not be had alone, to migrate it: {error}")
            }
            Self::TableCreateFailed(error) => write!(
                f,
                "the tables `schema_migrations` and `applied_migrations` cannot be created: \
                 {error}. The file of the database and its directory have to be writable"
            ),
            Self::VersionQueryFailed(error) => write!(
                f,
                "what was applied cannot be read: {error}. If another program has made the tables \
                 `schema_migrations` or `applied_migrations`, rename them, or take another file"
            ),
            Self::VersionInitFailed(error) => write!(
                f,
                "the tables `schema_migrations` and `applied_migrations` cannot be written: \
                 {error}. If another program has made them, rename them, or take another file"
            ),
            Self::SchemaTableCorrupted(count) => write!(
                f,
                "the table `schema_migrations` has {count} rows instead of one: leave the one with \
                 the number of the last file that was applied"
            ),
            Self::Late { file, last } => write!(
                f,
                "`{file}` came late: number {last} has been applied already. Rename it, with a \
                 number above {last} and all others, so that it is applied to every database after \
                 the same files"
            ),
            Self::Changed { file, applied, .. } if file != applied => write!(
                f,
                "`{file}` has the number of `{applied}`, which has been applied: rename it, with a \
                 number above all others, and put `{applied}` back"
            ),
            Self::Changed { file, number, checksum, .. } => write!(
                f,
                "`{file}` has been changed since it was applied: put it back as it was, and write \
                 the change into a new file. Where only a comment has been changed, tell the \
                 database: UPDATE applied_migrations SET checksum = '{checksum}' WHERE number = \
                 {number}"
            ),
            Self::Missing { file, is_newer: true, .. } => write!(
                f,
                "`{file}` was applied to this database, and this program does not have it: the \
                 database is newer than the program. Start the newer program, or one whose \
                 database this is"
            ),
            Self::Missing { file, number, .. } => write!(
                f,
                "`{file}` was applied to this database, and is missing: put it back. Where that is \
                 not wanted, tell the database: DELETE FROM applied_migrations WHERE number = \
                 {number}"
            ),
            Self::MigrationFailed { file, statement, error } => {
                match statement {
                    Some(statement) => write!(f, "`{file}`, statement {statement}: {error}")?,
                    None => write!(f, "`{file}` cannot be committed: {error}")?,
                }
                f.write_str(". Nothing of it was done: correct it, and start again")
            }
            Self::EndsItsTransaction { file } => write!(
                f,
                "`{file}` runs within a transaction and has to leave it open, and nothing of it was \
                 done: remove its BEGIN, COMMIT, END and ROLLBACK. What only goes outside of a \
                 transaction is no migration"
            ),
            Self::ForeignKeysViolated { file, violations } => {
                let violations: Vec<_> = violations
                    .iter()
                    .map(|(table, parent, count)| {
                        format!("{count} of `{table}` refer to rows of `{parent}`")
                    })
                    .collect();
                write!(
                    f,
                    "`{file}` leaves rows that refer to others which are not there ({}), and \
                     nothing of it was done: have it remove or change those too",
                    violations.join(", ")
                )
            }
            Self::VersionUpdateFailed { file, error } => write!(
                f,
                "that `{file}` was applied cannot be noted: {error}. Nothing of it was done: leave \
                 the tables `schema_migrations` and `applied_migrations` out of it"
            ),
        }
    }
}

fn listed(names: &[String], between: &str) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(between)
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
