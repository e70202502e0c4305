//! The scratch database: an empty database with the schema of an app's migrations.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, Error, OpenFlags};

use super::migrations::{Migration, Migrations};
use crate::failure::{Failure, FailureContext, Result};

/// Creates the scratch database, unless it has the current schema already. Returns `true` if it was
/// created.
pub(super) fn update(file: &Path, migrations: &Migrations) -> Result<bool> {
    let hash = migrations.hash_value();
    if stored_hash(file).is_ok_and(|found| found == hash) {
        return Ok(false);
    }
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory).context(|| format!("create {}", directory.display()))?;
    }
    // The database is created under a temporary name, because a running compiler may use the old
    // file.
    let fresh = file.with_extension(format!("{}.db", std::process::id()));
    let _ = fs::remove_file(&fresh);
    let created = create(&fresh, migrations, hash);
    let result = created.and_then(|()| {
        fs::rename(&fresh, file)
            .context(|| format!("move the scratch database to {}", file.display()))
    });
    if result.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    result.map(|()| true)
}

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

fn create(file: &Path, migrations: &Migrations, hash: u64) -> Result<()> {
    let action = || format!("create the scratch database in {}", file.display());
    let database = Connection::open(file).context(action)?;
    // `synchronous` is off, because the file does not have to survive a crash. `foreign_keys` is
    // off, because a migration may recreate a table to which other tables refer.
    database
        .execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF")
        .context(action)?;
    for migration in &migrations.files {
        run(&database, migration)?;
    }
    let (high, low) = halves(hash);
    database.pragma_update(None, "application_id", high).context(action)?;
    database.pragma_update(None, "user_version", low).context(action)?;
    database.close().map_err(|(_, error)| error).context(action)
}

fn run(database: &Connection, migration: &Migration) -> Result<()> {
    let at = |line: usize, what: &str| {
        Failure::new(format!("{}:{line}: {what}", migration.path.display()))
    };
    let failed = |error: Error| match error {
        Error::SqlInputError { msg, sql, offset, .. } => {
            // `sql` is the rest of the file, from the failed statement.
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
            "{}: a migration runs in a transaction and must not end it: remove COMMIT or ROLLBACK",
            migration.path.display()
        )));
    }
    database.execute_batch("COMMIT").map_err(failed)
}

fn line(sql: &str, position: usize) -> usize {
    let before = sql.bytes().take(position);
    before.filter(|byte| *byte == b'\n').count() + 1
}

/// Returns the hash of the migrations, which is stored in the two header fields that a SQLite file
/// has for applications.
fn stored_hash(file: &Path) -> rusqlite::Result<u64> {
    let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let number = |name| database.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    Ok(whole(number("application_id")?, number("user_version")?))
}

fn halves(hash: u64) -> (i32, i32) {
    let [a, b, c, d, e, f, g, h] = hash.to_be_bytes();
    (i32::from_be_bytes([a, b, c, d]), i32::from_be_bytes([e, f, g, h]))
}

fn whole(high: i32, low: i32) -> u64 {
    u64::from(high.cast_unsigned()) << 32 | u64::from(low.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn migrate(name: &str, sql: &str) -> (PathBuf, Result<bool>) {
        let dir = std::env::temp_dir().join(format!("rally-scratch-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).expect("the directory should be created");
        fs::write(dir.join("1_first.sql"), sql).expect("the file should be written");
        let migrations = Migrations::read(&dir).expect("the migrations should be read");
        let updated = update(&dir.join("it.db"), &migrations);
        (dir, updated)
    }

    #[track_caller]
    fn check_refused(name: &str, sql: &str, part: &str) {
        let (dir, updated) = migrate(name, sql);
        let failure = updated.expect_err("the migration should be refused");
        assert!(failure.to_string().contains(part), "{failure}");
        // Only the migration file remains: no incomplete database, and no journal.
        assert_eq!(fs::read_dir(&dir).expect("the directory should be listed").count(), 1);
        fs::remove_dir_all(dir).expect("the directory should be removed");
    }

    #[test]
    fn the_database_is_recreated_when_a_migration_changes() {
        let (dir, updated) = migrate("changes", "CREATE TABLE one (id INTEGER);");
        assert_eq!(updated, Ok(true));
        let file = dir.join("it.db");
        let again =
            || update(&file, &Migrations::read(&dir).expect("the migrations should be read"));
        assert_eq!(again(), Ok(false));

        fs::write(dir.join("2_next.sql"), "ALTER TABLE one ADD name TEXT;")
            .expect("the file should be written");
        assert_eq!(again(), Ok(true));
        let database = Connection::open(&file).expect("the database should open");
        assert!(database.prepare("SELECT id, name FROM one").is_ok());

        fs::write(&file, "not a database").expect("the file should be written");
        assert_eq!(again(), Ok(true));
        fs::remove_dir_all(dir).expect("the directory should be removed");
    }

    #[test]
    fn an_error_names_file_and_line() {
        check_refused(
            "syntax",
            "CREATE TABLE a (id INTEGER);\n\nCREAT TABLE b (id INTEGER);\n",
            "1_first.sql:3: near \"CREAT\": syntax error",
        );
        check_refused("missing", "INSERT INTO b VALUES (1);", "1_first.sql: no such table: b");
        check_refused(
            "constraint",
            "CREATE TABLE a (id UNIQUE);\nINSERT INTO a VALUES (1), (1);",
            "1_first.sql: UNIQUE constraint failed",
        );
    }

    #[test]
    fn a_migration_must_not_end_its_transaction() {
        check_refused("commit", "CREATE TABLE a (id);\nCOMMIT;", "remove COMMIT");
        check_refused("begin", "BEGIN;\nCREATE TABLE a (id);", "within a transaction");
    }

    #[test]
    fn a_url_escapes_special_characters() {
        assert_eq!(url(Path::new("/a b/c?d.db")), "sqlite:/a%20b/c%3Fd.db");
    }

    #[test]
    fn a_hash_can_be_split_and_joined() {
        for hash in [0, 1, u64::MAX, 0x8000_0000_7fff_ffff] {
            let (high, low) = halves(hash);
            assert_eq!(whole(high, low), hash);
        }
    }
}
