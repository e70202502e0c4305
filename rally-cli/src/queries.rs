//! The database that checks an app's queries at compile time, and the query data for builds without
//! a database.
//!
//! sqlx's macros get the types of each query from a database. Without a database, they use the
//! committed files in the app's `.sqlx`.

pub(crate) mod data;
mod dotenv;
mod migrations;
mod scratch;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::app::App;
use crate::failure::Result;
use crate::workspace::Workspace;
use migrations::Migrations;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Database {
    url: String,
    /// `true` if the schema has changed, so that compiled queries must be checked again.
    pub(crate) is_new: bool,
}

impl Database {
    /// Returns the database that checks the app's queries: the PostgreSQL database in
    /// `DATABASE_URL`, if any, or else a SQLite database in `file`, created from the app's
    /// migrations.
    ///
    /// Returns `None` if the app has no migrations. Also returns `None` if the committed query data
    /// is for PostgreSQL but `DATABASE_URL` is not: the build then uses that data.
    pub(crate) fn of(app: &App, file: &Path) -> Result<Option<Self>> {
        Self::choose(app, file, dotenv::database_url(&app.dir))
    }

    fn choose(app: &App, file: &Path, named: Option<String>) -> Result<Option<Self>> {
        let Some(directory) = app.migrations() else { return Ok(None) };
        if let Some(url) = named.filter(|url| is_postgres(url)) {
            return Ok(Some(Self { url, is_new: false }));
        }
        if data::is_of_postgres(&app.query_data())? {
            return Ok(None);
        }
        let migrations = Migrations::read(&directory)?;
        let is_new = scratch::update(file, &migrations)?;
        Ok(Some(Self { url: scratch::url(file), is_new }))
    }

    /// Makes sqlx's macros use this database, and write the query data to a directory.
    pub(crate) fn configure(&self, command: &mut Command, data: &Path) {
        command
            .env("DATABASE_URL", &self.url)
            .env("SQLX_OFFLINE", "false")
            .env("SQLX_OFFLINE_DIR", data);
    }
}

/// Returns the directory for scratch databases, and for new query data before it is compared with
/// `.sqlx`.
pub(crate) fn directory(workspace: &Workspace) -> PathBuf {
    workspace.target.join("rally/queries")
}

pub(crate) fn hint(output: &str) -> Option<&'static str> {
    output.contains(SQLX_COMMAND).then_some(HINT)
}

/// The command that sqlx names in its error about a query without data in `.sqlx`.
pub(crate) const SQLX_COMMAND: &str = "cargo sqlx prepare";

pub(crate) const HINT: &str = "in a Rally app, run `cargo rally prepare` instead. It needs no \
                               DATABASE_URL, because it creates a database from the migrations";

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres:") || url.starts_with("postgresql:")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::fs;

    use super::*;

    #[test]
    fn only_a_postgres_url_of_the_environment_is_used() {
        let dir = std::env::temp_dir().join(format!("rally-queries-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        let app = App { name: "a".to_owned(), dir: dir.clone(), roots: Vec::new() };
        let file = dir.join("target/a.db");
        let choose = |named: &str| {
            Database::choose(&app, &file, Some(named.to_owned()))
                .expect("the choice should succeed")
        };
        assert_eq!(choose("postgres://localhost/a"), None, "the app has no migrations");

        fs::create_dir_all(dir.join("migrations")).expect("the directory should be created");
        fs::write(dir.join("migrations/1_a.sql"), "CREATE TABLE a (id);")
            .expect("the file should be written");
        for url in ["postgres://localhost/a", "postgresql:///a"] {
            let expected = Database { url: url.to_owned(), is_new: false };
            assert_eq!(choose(url), Some(expected));
        }
        let created = choose("sqlite:app.db").expect("a database should be created");
        assert_eq!((created.url.as_str(), created.is_new), (&*scratch::url(&file), true));
        assert_eq!(choose(""), Some(Database { is_new: false, ..created }));

        fs::create_dir_all(app.query_data()).expect("the directory should be created");
        let data = "{\"db_name\": \"PostgreSQL\"}";
        fs::write(app.query_data().join("query-1.json"), data).expect("the file should be written");
        assert_eq!(choose(""), None, "the query data is for PostgreSQL");
        fs::remove_dir_all(dir).expect("the directory should be removed");
    }

    #[test]
    fn the_database_overrides_the_environment() {
        let database = Database { url: "sqlite:/a.db".to_owned(), is_new: false };
        let mut command = Command::new("cargo");
        database.configure(&mut command, Path::new("/a/.sqlx"));
        let variables: Vec<_> = command.get_envs().collect();
        let expected = [
            ("DATABASE_URL", "sqlite:/a.db"),
            ("SQLX_OFFLINE", "false"),
            ("SQLX_OFFLINE_DIR", "/a/.sqlx"),
        ];
        assert_eq!(
            variables,
            expected.map(|(name, value)| (OsStr::new(name), Some(OsStr::new(value))))
        );
    }

    #[test]
    fn only_errors_with_the_command_of_sqlx_have_a_hint() {
        let error = "error: set `DATABASE_URL` to use query macros online, or run \
                     `cargo sqlx prepare` to update the query cache";
        assert_eq!(hint(error), Some(HINT));
        assert_eq!(hint("error: no such table: entry"), None);
    }
}
