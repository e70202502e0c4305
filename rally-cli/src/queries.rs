//! Checked queries: the database that an app's SQL is compiled against, and what builds without
//! one need to know of it.
//!
//! sqlx's macros ask a database what each query takes and gives, or, where there is none, the files
//! in the app's `.sqlx`, which are committed.

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

/// What sqlx's macros are told to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Database {
    url: String,
    /// What was compiled until now has asked another one.
    pub(crate) is_new: bool,
}

impl Database {
    /// The PostgreSQL that the environment names, or else a SQLite database in this file, made of
    /// the app's migrations. There is none for an app without, nor where the environment names none
    /// and the committed data is a PostgreSQL's: then that data has to do.
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

    /// Has what the command compiles ask this database, and note its answers in a directory.
    pub(crate) fn ask(&self, command: &mut Command, answers: &Path) {
        command
            .env("DATABASE_URL", &self.url)
            .env("SQLX_OFFLINE", "false")
            .env("SQLX_OFFLINE_DIR", answers);
    }
}

/// Where scratch databases are, and what is compared with `.sqlx`.
pub(crate) fn directory(workspace: &Workspace) -> PathBuf {
    workspace.target.join("rally/queries")
}

/// What to add to errors in which sqlx names the command of its own tool.
pub(crate) fn hint(output: &str) -> Option<&'static str> {
    output.contains(SQLX_COMMAND).then_some(HINT)
}

/// What sqlx says where a query is not in `.sqlx`.
pub(crate) const SQLX_COMMAND: &str = "cargo sqlx prepare";

pub(crate) const HINT: &str = "for a Rally app that is `cargo rally prepare`, and no DATABASE_URL: \
                               it makes a database of the app's migrations";

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres:") || url.starts_with("postgresql:")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::fs;

    use super::*;

    #[test]
    fn only_a_postgres_is_taken_from_outside() {
        let dir = std::env::temp_dir().join(format!("rally-queries-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        let app = App { name: "a".to_owned(), dir: dir.clone(), roots: Vec::new() };
        let file = dir.join("target/a.db");
        let choose =
            |named: &str| Database::choose(&app, &file, Some(named.to_owned())).expect("chooses");
        assert_eq!(choose("postgres://localhost/a"), None, "it has no migrations");

        fs::create_dir_all(dir.join("migrations")).expect("a directory");
        fs::write(dir.join("migrations/1_a.sql"), "CREATE TABLE a (id);").expect("a file");
        for url in ["postgres://localhost/a", "postgresql:///a"] {
            let expected = Database { url: url.to_owned(), is_new: false };
            assert_eq!(choose(url), Some(expected));
        }
        let made = choose("sqlite:app.db").expect("a database");
        assert_eq!((made.url.as_str(), made.is_new), (&*scratch::url(&file), true));
        assert_eq!(choose(""), Some(Database { is_new: false, ..made }));

        fs::create_dir_all(app.query_data()).expect("a directory");
        let answer = "{\"db_name\": \"PostgreSQL\"}";
        fs::write(app.query_data().join("query-1.json"), answer).expect("a file");
        assert_eq!(choose(""), None, "its migrations are no SQLite's");
        fs::remove_dir_all(dir).expect("removed");
    }

    #[test]
    fn the_macros_ask_it_whatever_the_environment_says() {
        let database = Database { url: "sqlite:/a.db".to_owned(), is_new: false };
        let mut command = Command::new("cargo");
        database.ask(&mut command, Path::new("/a/.sqlx"));
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
    fn the_hint_is_for_errors_that_name_the_other_command() {
        let error = "error: set `DATABASE_URL` to use query macros online, or run \
                     `cargo sqlx prepare` to update the query cache";
        assert_eq!(hint(error), Some(HINT));
        assert_eq!(hint("error: no such table: entry"), None);
    }
}
