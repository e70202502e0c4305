//! `cargo rally prepare`: checks all queries against the app's migrations, and writes the query
//! data, so that builds need no database.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::app::App;
use crate::args::PrepareOptions;
use crate::failure::{Failure, FailureContext, Result};
use crate::process::{self, seconds};
use crate::queries::data::{self, Change, Kind};
use crate::queries::{self, Database};
use crate::terminal::{self, relative};
use crate::touch::TouchedFiles;
use crate::workspace::{self, Workspace};

const QUERY_LENGTH: usize = 90;

pub(crate) fn command(options: &PrepareOptions) -> Result<()> {
    let workspace = Workspace::load()?;
    let apps = match &options.app {
        Some(name) => vec![App::choose(&workspace, Some(name))?],
        None => App::all(&workspace).into_iter().filter(|app| app.migrations().is_some()).collect(),
    };
    if apps.is_empty() {
        return Err(Failure::new(
            "no app of this workspace has migrations: create migrations/0001_items.sql in the \
             directory of an app. An app is a package with an index.html that has \
             `<link data-trunk rel=\"rust\" />` in it",
        ));
    }
    let mut outdated = Vec::new();
    for app in &apps {
        let committed = app.query_data();
        let (count, changes) = check_queries(&workspace, app)?;
        if changes.is_empty() {
            let noun = if count == 1 { "query" } else { "queries" };
            terminal::line(&format!("{}: {count} {noun}, up to date", relative(&committed)));
        } else if options.check {
            outdated.push(format!("{} is outdated:{}", relative(&committed), list(&changes)));
        } else {
            data::apply(&changes, &committed, &fresh_data(&workspace, app))?;
            terminal::line(&format!(
                "{} is updated, commit these changes:{}",
                relative(&committed),
                list(&changes)
            ));
        }
    }
    match outdated.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(format!(
            "{}\nrun `cargo rally prepare`, and commit the files that it writes",
            outdated.join("\n")
        ))),
    }
}

/// Compiles the app's server and tests, and compares their query data with the committed data.
fn check_queries(workspace: &Workspace, app: &App) -> Result<(usize, Vec<Change>)> {
    let file = queries::directory(workspace).join(format!("{}.prepare.db", app.name));
    let Some(database) = Database::of(app, &file)? else {
        return Err(no_database(app));
    };
    let fresh = fresh_data(workspace, app);
    clear(&fresh).context(|| format!("empty {}", fresh.display()))?;
    let mut command = workspace::cargo();
    command.args(["check", "--package", &app.name, "--all-targets"]).current_dir(&workspace.root);
    database.configure(&mut command, &fresh);

    let started = Instant::now();
    // Touch the source files, because cargo would not compile unchanged crates again.
    let touched = TouchedFiles::now(&app.roots)?;
    let status = process::inherit(command);
    touched.restore();
    if !status?.success() {
        return Err(Failure::new(format!(
            "`{}` does not compile with the database schema of its migrations: fix \
             the errors above",
            app.name
        )));
    }
    terminal::line(&format!("queries of {} checked in {} s", app.name, seconds(started.elapsed())));
    data::compare(&app.query_data(), &fresh)
}

fn no_database(app: &App) -> Failure {
    let name = &app.name;
    Failure::new(match app.migrations() {
        None => format!(
            "the app `{name}` has no migrations: create {}",
            relative(&app.dir.join("migrations/0001_items.sql"))
        ),
        Some(_) => format!(
            "the queries of `{name}` are for PostgreSQL: set DATABASE_URL=postgres://.. to a \
             database to which the app's migrations were applied"
        ),
    })
}

/// Returns the directory of the new query data. It is not `.sqlx` itself, where the data of removed
/// queries would remain.
fn fresh_data(workspace: &Workspace, app: &App) -> PathBuf {
    queries::directory(workspace).join(&app.name)
}

fn clear(directory: &Path) -> std::io::Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    fs::create_dir_all(directory)
}

fn list(changes: &[Change]) -> String {
    let line = |change: &Change| {
        let kind = match change.kind {
            Kind::New => "new",
            Kind::Changed => "changed",
            Kind::Unused => "unused",
        };
        let query: String = change.query.chars().take(QUERY_LENGTH).collect();
        let rest = if query.len() < change.query.len() { ".." } else { "" };
        format!("\n  {kind:<8} {query}{rest}")
    };
    changes.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_listed_on_one_line() {
        let change = |kind, query: &str| Change::new(kind, "query-1.json", query);
        let long = format!("SELECT\n  {}", "a, ".repeat(40));
        let listed = list(&[change(Kind::New, "SELECT 1"), change(Kind::Unused, &long)]);
        let lines: Vec<&str> = listed.lines().skip(1).collect();
        assert_eq!(lines[0], "  new      SELECT 1");
        assert!(lines[1].starts_with("  unused   SELECT a, a, "), "{listed}");
        assert!(lines[1].ends_with(".."), "{listed}");
    }

    #[test]
    fn clearing_removes_old_data() {
        let dir = std::env::temp_dir().join(format!("rally-prepare-{}", std::process::id()));
        clear(&dir).expect("the directory should be emptied");
        fs::write(dir.join("query-1.json"), "{}").expect("the file should be written");
        clear(&dir).expect("the directory should be emptied");
        assert_eq!(fs::read_dir(&dir).expect("the directory should be listed").count(), 0);
        fs::remove_dir_all(dir).expect("the directory should be removed");
    }
}
