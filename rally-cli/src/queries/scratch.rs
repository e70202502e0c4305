//! The scratch database: what an app's migrations make, without a row in it.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, Error, OpenFlags};

use super::migrations::{Migration, Migrations};
use crate::failure::{Doing, Failure, Result};

/// Makes the database if there is none of these migrations; says whether it did.
pub(super) fn update(file: &Path, migrations: &Migrations) -> Result<bool> {
    let stamp = migrations.stamp();
    if stamp_of(file).is_ok_and(|found| found == stamp) {
        return Ok(false);
    }
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory).doing(|| format!("create {}", directory.display()))?;
    }
    // Beside it first: a compiler that runs may have the old one open.
    let fresh = file.with_extension(format!("{}.db", std::process::id()));
    let _ = fs::remove_file(&fresh);
    let made = make(&fresh, migrations, stamp);
    let moved = made.and_then(|()| {
        fs::rename(&fresh, file).doing(|| format!("move a database to {}", file.display()))
    });
    if moved.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    moved.map(|()| true)
}

/// How sqlx is told of a file.
pub(super) fn url(file: &Path) -> String {
    let mut url = String::from("sqlite:");
    for byte in file.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                url.push(char::from(byte));
            }
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
    url
}

fn make(file: &Path, migrations: &Migrations, stamp: u64) -> Result<()> {
    let making = || format!("make a database in {}", file.display());
    let database = Connection::open(file).doing(making)?;
    // Nobody misses it after a crash; and a migration may make a table anew that others refer to.
    database.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF").doing(making)?;
    for migration in &migrations.files {
        run(&database, migration)?;
    }
    let (high, low) = halves(stamp);
    database.pragma_update(None, "application_id", high).doing(making)?;
    database.pragma_update(None, "user_version", low).doing(making)?;
    database.close().map_err(|(_, error)| error).doing(making)
}

/// In a transaction, as it will be when the app runs it.
fn run(database: &Connection, migration: &Migration) -> Result<()> {
    let at = |line: usize, what: &str| {
        Failure::new(format!("{}:{line}: {what}", migration.path.display()))
    };
    let failed = |error: Error| match error {
        Error::SqlInputError { msg, sql, offset, .. } => {
            // `sql` is the file from the statement on.
            let before = migration.sql.len().saturating_sub(sql.len());
            let offset = usize::try_from(offset).unwrap_or_default();
            at(line(&migration.sql, before + offset), &msg)
        }
        other => Failure::new(format!("{}: {other}", migration.path.display())),
    };
    database.execute_batch("BEGIN").map_err(failed)?;
    database.execute_batch(&migration.sql).map_err(failed)?;
    if database.is_autocommit() {
        return Err(Failure::new(format!(
            "{}: a migration runs in a transaction, which this one ends: leave out its COMMIT or \
             ROLLBACK",
            migration.path.display()
        )));
    }
    database.execute_batch("COMMIT").map_err(failed)
}

fn line(sql: &str, position: usize) -> usize {
    let before = sql.bytes().take(position);
    before.filter(|byte| *byte == b'\n').count() + 1
}

/// The numbers that SQLite keeps for applications in a file's header.
fn stamp_of(file: &Path) -> rusqlite::Result<u64> {
    let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let number = |name| database.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    Ok(whole(number("application_id")?, number("user_version")?))
}

fn halves(stamp: u64) -> (i32, i32) {
    let [a, b, c, d, e, f, g, h] = stamp.to_be_bytes();
    (i32::from_be_bytes([a, b, c, d]), i32::from_be_bytes([e, f, g, h]))
}

fn whole(high: i32, low: i32) -> u64 {
    u64::from(high.cast_unsigned()) << 32 | u64::from(low.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// What becomes of one migration.
    fn migrate(name: &str, sql: &str) -> (PathBuf, Result<bool>) {
        let dir = std::env::temp_dir().join(format!("rally-scratch-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).expect("a directory");
        fs::write(dir.join("1_first.sql"), sql).expect("a file");
        let migrations = Migrations::read(&dir).expect("reads");
        let updated = update(&dir.join("it.db"), &migrations);
        (dir, updated)
    }

    #[track_caller]
    fn refused(name: &str, sql: &str, part: &str) {
        let (dir, updated) = migrate(name, sql);
        let failure = updated.expect_err("refused");
        assert!(failure.to_string().contains(part), "{failure}");
        // The migration is all there is: no half database, no journal.
        assert_eq!(fs::read_dir(&dir).expect("lists").count(), 1);
        fs::remove_dir_all(dir).expect("removed");
    }

    #[test]
    fn it_is_made_anew_when_a_migration_changes() {
        let (dir, updated) = migrate("anew", "CREATE TABLE one (id INTEGER);");
        assert_eq!(updated, Ok(true));
        let file = dir.join("it.db");
        let again = || update(&file, &Migrations::read(&dir).expect("reads"));
        assert_eq!(again(), Ok(false));

        fs::write(dir.join("2_next.sql"), "ALTER TABLE one ADD name TEXT;").expect("a file");
        assert_eq!(again(), Ok(true));
        let database = Connection::open(&file).expect("opens");
        assert!(database.prepare("SELECT id, name FROM one").is_ok());

        fs::write(&file, "not a database").expect("a file");
        assert_eq!(again(), Ok(true));
        fs::remove_dir_all(dir).expect("removed");
    }

    #[test]
    fn a_mistake_has_a_file_and_a_line() {
        refused(
            "syntax",
            "CREATE TABLE a (id INTEGER);\n\nCREAT TABLE b (id INTEGER);\n",
            "1_first.sql:3: near \"CREAT\": syntax error",
        );
        refused("missing", "INSERT INTO b VALUES (1);", "1_first.sql: no such table: b");
        refused(
            "constraint",
            "CREATE TABLE a (id UNIQUE);\nINSERT INTO a VALUES (1), (1);",
            "1_first.sql: UNIQUE constraint failed",
        );
    }

    #[test]
    fn a_migration_does_not_end_its_transaction() {
        refused("commit", "CREATE TABLE a (id);\nCOMMIT;", "leave out its COMMIT");
        refused("begin", "BEGIN;\nCREATE TABLE a (id);", "within a transaction");
    }

    #[test]
    fn a_url_holds_any_path() {
        assert_eq!(url(Path::new("/a b/c?d.db")), "sqlite:/a%20b/c%3Fd.db");
    }

    #[test]
    fn a_stamp_survives_its_halves() {
        for stamp in [0, 1, u64::MAX, 0x8000_0000_7fff_ffff] {
            let (high, low) = halves(stamp);
            assert_eq!(whole(high, low), stamp);
        }
    }
}
