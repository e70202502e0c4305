//! The SQL files of a migrations directory, with a check of their names.
//!
//! For files that an app reads at run time, `db/migrate/file.rs` of
//! rally-server has the same rules; `tests/it/db/migrations.rs` compares the
//! two.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

pub(super) struct File {
    pub(super) name: String,
    /// Absolute path, because `include_str!` resolves a relative path from the
    /// file that calls the macro.
    pub(super) path: String,
}

/// Returns the files sorted by number, and a message for each error.
pub(super) fn read(directory: &Path, shown: &str) -> (Vec<File>, Vec<String>) {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(_) if !directory.is_dir() => {
            let message = format!(
                "there is no directory `{shown}` next to Cargo.toml: create it with a first \
                 migration, such as `0001_items.sql`"
            );
            return (Vec::new(), vec![message]);
        }
        Err(error) => return (Vec::new(), vec![format!("cannot read `{shown}`: {error}")]),
    };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let mut found = BTreeMap::<i64, File>::new();
    let mut messages = Vec::new();
    for path in paths.iter().filter(|path| is_migration(path) && !path.is_dir()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(number) = number(&name) else {
            messages.push(format!(
                "`{shown}/{name}` has no valid number: rename it to NUMBER_name.sql with a number \
                 above 0, such as `0001_items.sql`"
            ));
            continue;
        };
        let Some(path) = path.to_str() else {
            messages.push(format!(
                "the path `{}` is not UTF-8: rename the file or its directory",
                path.display()
            ));
            continue;
        };
        let file = File { name, path: path.to_owned() };
        if let Some(other) = found.get(&number) {
            messages.push(format!(
                "`{shown}/{}` and `{shown}/{}` have the same number: rename the newer file to a \
                 number above all others",
                other.name, file.name
            ));
        } else {
            found.insert(number, file);
        }
    }
    (found.into_values().collect(), messages)
}

/// Returns `true` for an SQL file that is not hidden. Editors and operating
/// systems create hidden files.
fn is_migration(path: &Path) -> bool {
    let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !is_hidden && path.extension().is_some_and(|it| it.eq_ignore_ascii_case("sql"))
}

fn number(name: &str) -> Option<i64> {
    let (digits, _) = name.split_once('_')?;
    // `parse` also accepts a sign, so each character is checked to be a digit.
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| is_plain && *number > 0)
}
