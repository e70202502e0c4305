//! A migration file: its number, and the checksum of its text.
//!
//! The macro `migrations!` has a copy of the rules for names;
//! `tests/it/db/migrations.rs` compares both copies.

use std::collections::BTreeMap;
use std::path::Path;

use rally_core::wire::hash;

use crate::db::migrate::MigrationError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct File<'m> {
    pub(super) number: i64,
    pub(super) name: &'m str,
    pub(super) sql: &'m str,
}

impl File<'_> {
    /// Returns a checksum that is the same for `\r\n` and `\n`: git changes line ends on some
    /// systems.
    pub(super) fn checksum(&self) -> String {
        format!("{:016x}", hash(&self.sql.replace("\r\n", "\n")))
    }
}

pub(super) fn is_migration(path: &Path) -> bool {
    let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !is_hidden && path.extension().is_some_and(|it| it.eq_ignore_ascii_case("sql"))
}

/// Returns the number of each name. An error lists all invalid names. If no name is
/// invalid, it lists all names whose numbers are equal.
pub(super) fn numbers<'n>(
    names: impl Iterator<Item = &'n str>,
) -> Result<Vec<i64>, MigrationError> {
    let mut numbers = Vec::new();
    let mut invalid = Vec::new();
    let mut by_number = BTreeMap::<i64, Vec<String>>::new();
    for name in names {
        match number(name) {
            None => invalid.push(name.to_owned()),
            Some(number) => {
                numbers.push(number);
                by_number.entry(number).or_default().push(name.to_owned());
            }
        }
    }
    if !invalid.is_empty() {
        return Err(MigrationError::FilenameParseFailed(invalid));
    }
    let duplicates: Vec<_> = by_number.into_values().filter(|names| names.len() > 1).collect();
    if !duplicates.is_empty() {
        return Err(MigrationError::DuplicateNumber(duplicates));
    }
    Ok(numbers)
}

fn number(name: &str) -> Option<i64> {
    let (digits, _) = name.split_once('_')?;
    // `parse` also accepts a sign, so each character is checked to be a digit.
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| is_plain && *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<i64>) {
        assert_eq!(number(name), expected, "{name}");
    }

    #[test]
    fn the_number_is_before_the_first_underscore() {
        check("1_a.sql", Some(1));
        check("0009_a_10_b.sql", Some(9));
        check("20260731120000_a.sql", Some(20_260_731_120_000));
        check("9223372036854775807_a.sql", Some(i64::MAX));
        check("1_.sql", Some(1));
    }

    #[test]
    fn a_name_without_a_number_above_0_is_invalid() {
        for name in ["a.sql", "_a.sql", "1.sql", "1a_b.sql", "a1_b.sql", "0_a.sql", "000_a.sql"] {
            check(name, None);
        }
        for name in ["+1_a.sql", "-1_a.sql", " 1_a.sql", "1 _a.sql", "9223372036854775808_a.sql"] {
            check(name, None);
        }
        check("\u{661}_a.sql", None);
    }

    #[test]
    fn all_invalid_names_are_reported_together() {
        let names = ["b.sql", "1_a.sql", "a.sql"];
        let error = numbers(names.into_iter()).unwrap_err();
        assert!(matches!(&error, MigrationError::FilenameParseFailed(names) if names.len() == 2));
        assert_eq!(
            error.to_string(),
            "invalid names of migrations: `b.sql`, `a.sql`: rename each file to NUMBER_name.sql \
             with a number above 0, such as `0001_items.sql`"
        );
    }

    #[test]
    fn all_duplicate_numbers_are_reported_together() {
        let names = ["1_a.sql", "2_a.sql", "01_b.sql", "002_b.sql", "3_a.sql"];
        let error = numbers(names.into_iter()).unwrap_err();
        assert!(matches!(&error, MigrationError::DuplicateNumber(names) if names.len() == 2));
        assert_eq!(
            error.to_string(),
            "`1_a.sql` and `01_b.sql`, `2_a.sql` and `002_b.sql` have the same number: give the \
             newer file a number above all other files"
        );
    }

    #[test]
    fn only_visible_sql_files_are_migrations() {
        let is = |name: &str| is_migration(Path::new("migrations").join(name).as_path());
        assert!(is("1_a.sql"));
        assert!(is("1_a.SQL"));
        assert!(is("wrong.sql"));
        for name in ["README.md", "sql", "1_a.sql~", "1_a.sql.bak", "1_a", ".sql", "._1_a.sql"] {
            assert!(!is(name), "{name}");
        }
    }

    #[test]
    fn a_checksum_ignores_the_kind_of_line_ends() {
        let checksum = |sql| File { number: 1, name: "1_a.sql", sql }.checksum();
        // Databases store these checksums, so the algorithm must not change.
        assert_eq!(checksum(""), "cbf29ce484222325");
        assert_eq!(checksum("SELECT 1;\n"), "98fe1dd7fddf6e33");
        assert_eq!(checksum("SELECT 1;\r\n"), checksum("SELECT 1;\n"));
        assert_ne!(checksum("SELECT 1; \n"), checksum("SELECT 1;\n"));
    }
}
