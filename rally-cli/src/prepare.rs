//! `cargo rally prepare`: checks every query against the app's migrations, and keeps what builds
//! without a database need to know.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::app::App;
use crate::args::PrepareOptions;
use crate::failure::{Doing, Failure, Result};
use crate::process::{self, seconds};
use crate::queries::data::{self, Change, Kind};
use crate::queries::{self, Database};
use crate::terminal::{self, near};
use crate::touch::Touched;
use crate::workspace::{self, Workspace};

/// How much of a query is shown.
const SHOWN: usize = 90;

pub(crate) fn command(options: &PrepareOptions) -> Result<()> {
    let workspace = Workspace::load()?;
    let apps = match &options.app {
        Some(name) => vec![App::choose(&workspace, Some(name))?],
        None => App::all(&workspace).into_iter().filter(|app| app.migrations().is_some()).collect(),
    };
    if apps.is_empty() {
        return Err(Failure::new(
            "no app of this workspace has migrations: write migrations/0001_items.sql in one, \
             beside its index.html with <link data-trunk rel=\"rust\">",
        ));
    }
    let mut old = Vec::new();
    for app in &apps {
        let committed = app.query_data();
        let (count, changes) = ask(&workspace, app)?;
        if changes.is_empty() {
            let what = if count == 1 { "query" } else { "queries" };
            terminal::line(&format!("{}: {count} {what}, nothing to write", near(&committed)));
        } else if options.check {
            old.push(format!("{} is old:{}", near(&committed), listed(&changes)));
        } else {
            data::apply(&changes, &committed, &answers(&workspace, app))?;
            terminal::line(&format!(
                "{} written, commit it:{}",
                near(&committed),
                listed(&changes)
            ));
        }
    }
    match old.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(format!(
            "{}\nwrite `cargo rally prepare`, and commit what it writes",
            old.join("\n")
        ))),
    }
}

/// Compiles the app's server half with its tests, and compares what its queries were told.
fn ask(workspace: &Workspace, app: &App) -> Result<(usize, Vec<Change>)> {
    let file = queries::directory(workspace).join(format!("{}.prepare.db", app.name));
    let Some(database) = Database::of(app, &file)? else {
        return Err(no_database(app));
    };
    let answers = answers(workspace, app);
    clear(&answers).doing(|| format!("empty {}", answers.display()))?;
    let mut command = workspace::cargo();
    command.args(["check", "--package", &app.name, "--all-targets"]).current_dir(&workspace.root);
    database.ask(&mut command, &answers);

    let started = Instant::now();
    // What is compiled already would not ask again.
    let touched = Touched::now(&app.roots)?;
    let status = process::inherit(command);
    touched.restore();
    if !status?.success() {
        return Err(Failure::new(format!(
            "`{}` does not compile against the database that its migrations make",
            app.name
        )));
    }
    terminal::line(&format!("queries of {} checked in {} s", app.name, seconds(started.elapsed())));
    data::compare(&app.query_data(), &answers)
}

fn no_database(app: &App) -> Failure {
    let name = &app.name;
    Failure::new(match app.migrations() {
        None => format!(
            "the app `{name}` has no migrations: write {}",
            near(&app.dir.join("migrations/0001_items.sql"))
        ),
        Some(_) => format!(
            "the queries of `{name}` ask a PostgreSQL: set DATABASE_URL=postgres://.. to one that \
             its migrations have been applied to"
        ),
    })
}

/// Where the macros write. Not `.sqlx` itself: what is in the way there would stay.
fn answers(workspace: &Workspace, app: &App) -> PathBuf {
    queries::directory(workspace).join(&app.name)
}

fn clear(directory: &Path) -> std::io::Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    fs::create_dir_all(directory)
}

fn listed(changes: &[Change]) -> String {
    let line = |change: &Change| {
        let kind = match change.kind {
            Kind::New => "new",
            Kind::Changed => "changed",
            Kind::Unused => "unused",
        };
        let query: String = change.query.chars().take(SHOWN).collect();
        let rest = if query.len() < change.query.len() { ".." } else { "" };
        format!("\n  {kind:<8} {query}{rest}")
    };
    changes.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_named_on_one_line() {
        let change = |kind, query: &str| Change::new(kind, "query-1.json", query);
        let long = format!("SELECT\n  {}", "a, ".repeat(40));
        let listed = listed(&[change(Kind::New, "SELECT 1"), change(Kind::Unused, &long)]);
        let lines: Vec<&str> = listed.lines().skip(1).collect();
        assert_eq!(lines[0], "  new      SELECT 1");
        assert!(lines[1].starts_with("  unused   SELECT a, a, "), "{listed}");
        assert!(lines[1].ends_with(".."), "{listed}");
    }

    #[test]
    fn what_was_said_before_is_not_there_any_more() {
        let dir = std::env::temp_dir().join(format!("rally-answers-{}", std::process::id()));
        clear(&dir).expect("a directory");
        fs::write(dir.join("query-1.json"), "{}").expect("a file");
        clear(&dir).expect("a directory");
        assert_eq!(fs::read_dir(&dir).expect("lists").count(), 0);
        fs::remove_dir_all(dir).expect("removed");
    }
}
