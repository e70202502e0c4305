//! The SQL files of a directory: which there are, and which of their names are
//! wrong. rally-server's `db/migrate/file.rs` has the same rule, for those that an
//! app reads; `tests/it/db/migrations.rs` compares.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One file.
pub(super) struct File {
    pub(super) name: String,
    /// From the root of the disk: the macro may stand in any file of the crate.
    pub(super) path: String,
}

/// The files in the order of their numbers, and what is wrong.
pub(super) fn read(directory: &Path, shown: &str) -> (Vec<File>, Vec<String>) {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(_) if !directory.is_dir() => {
            let mistake = format!(
                "there is no directory `{shown}` beside Cargo.toml: create it with a first \
                 migration, `0001_items.sql`"
            );
            return (Vec::new(), vec![mistake]);
        }
        Err(error) => return (Vec::new(), vec![format!("`{shown}` cannot be read: {error}")]),
    };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let mut found = BTreeMap::<i64, File>::new();
    let mut mistakes = Vec::new();
    for path in paths.iter().filter(|path| is_migration(path) && !path.is_dir()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(number) = number(&name) else {
            mistakes.push(format!(
                "`{shown}/{name}` has no number: a migration is named NUMBER_name.sql, its \
                 number above 0, like `0001_items.sql`"
            ));
            continue;
        };
        let Some(path) = path.to_str() else {
            mistakes.push(format!("`{}` is not UTF-8: rename it", path.display()));
            continue;
        };
        let file = File { name, path: path.to_owned() };
        if let Some(other) = found.get(&number) {
            mistakes.push(format!(
                "`{shown}/{}` and `{shown}/{}` have the same number: give the newer one a number \
                 above all others",
                other.name, file.name
            ));
        } else {
            found.insert(number, file);
        }
    }
    (found.into_values().collect(), mistakes)
}

/// Whether a path looks like one. Editors and systems leave hidden files, which
/// end like the one they are of.
fn is_migration(path: &Path) -> bool {
    let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !is_hidden && path.extension().is_some_and(|it| it.eq_ignore_ascii_case("sql"))
}

/// The number before the first `_`.
fn number(name: &str) -> Option<i64> {
    let (digits, _) = name.split_once('_')?;
    // `parse` would take a sign.
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| is_plain && *number > 0)
}
