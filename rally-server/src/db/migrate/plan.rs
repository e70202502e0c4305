//! The plan of a run: the pending files, found by comparing all files with those applied.

use std::collections::BTreeMap;

use crate::db::migrate::MigrationError;
use crate::db::migrate::file::File;

#[derive(Debug, Default)]
pub(super) struct SchemaState {
    pub(super) last: i64,
    pub(super) applied: BTreeMap<i64, AppliedFile>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AppliedFile {
    pub(super) name: String,
    pub(super) checksum: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan<'m> {
    /// Files that were applied without a row in `applied_migrations`. This run adds the
    /// rows.
    pub(super) adopted: &'m [File<'m>],
    pub(super) pending: &'m [File<'m>],
}

/// Compares the files with the applied files, and returns the files to apply.
///
/// Ignores applied files whose number is above the last number. So a developer can
/// write a lower number into `schema_migrations`, to apply the later files again.
pub(super) fn plan<'m>(
    files: &'m [File<'m>],
    state: &SchemaState,
) -> Result<Plan<'m>, MigrationError> {
    let (old, pending) = files.split_at(files.partition_point(|file| file.number <= state.last));
    let applied: Vec<_> = state.applied.range(..=state.last).collect();
    // The database is new, or was migrated without the table `applied_migrations`.
    if applied.is_empty() {
        return match old.last() {
            Some(file) if file.number == state.last => Ok(Plan { adopted: old, pending }),
            _ if state.last <= 0 => Ok(Plan { adopted: &[], pending }),
            _ => Err(missing(state.last, None, files)),
        };
    }
    for file in old {
        let Some(known) = state.applied.get(&file.number) else {
            return Err(MigrationError::Late { file: file.name.to_owned(), last: state.last });
        };
        if known.checksum != file.checksum() {
            return Err(MigrationError::Changed {
                file: file.name.to_owned(),
                applied: known.name.clone(),
                number: file.number,
                checksum: file.checksum(),
            });
        }
    }
    for (number, known) in applied {
        if old.binary_search_by_key(number, |file| file.number).is_err() {
            return Err(missing(*number, Some(&known.name), files));
        }
    }
    Ok(Plan { adopted: &[], pending })
}

fn missing(number: i64, name: Option<&str>, files: &[File<'_>]) -> MigrationError {
    let name = name.map_or_else(|| format!("{number}_*.sql"), str::to_owned);
    let is_newer = files.last().is_none_or(|last| last.number < number);
    MigrationError::Missing { file: name, number, is_newer }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [File<'static>; 3] = [
        File { number: 1, name: "1_a.sql", sql: "A" },
        File { number: 2, name: "2_b.sql", sql: "B" },
        File { number: 10, name: "10_c.sql", sql: "C" },
    ];

    fn state(last: i64, applied: &[File<'_>]) -> SchemaState {
        let known =
            |file: &File<'_>| AppliedFile { name: file.name.into(), checksum: file.checksum() };
        SchemaState {
            last,
            applied: applied.iter().map(|file| (file.number, known(file))).collect(),
        }
    }

    #[track_caller]
    fn check(files: &[File<'_>], state: &SchemaState, adopted: usize, pending: &[i64]) {
        let plan = plan(files, state).unwrap();
        assert_eq!(plan.adopted.len(), adopted);
        let numbers: Vec<_> = plan.pending.iter().map(|file| file.number).collect();
        assert_eq!(numbers, pending);
    }

    #[track_caller]
    fn check_error(files: &[File<'_>], state: &SchemaState, expected: &str) {
        assert_eq!(plan(files, state).unwrap_err().to_string(), expected);
    }

    #[test]
    fn files_above_the_last_one_are_pending() {
        check(&FILES, &state(0, &[]), 0, &[1, 2, 10]);
        check(&FILES, &state(1, &FILES[..1]), 0, &[2, 10]);
        check(&FILES, &state(2, &FILES[..2]), 0, &[10]);
        check(&FILES, &state(10, &FILES), 0, &[]);
        check(&[], &state(0, &[]), 0, &[]);
    }

    #[test]
    fn a_database_without_recorded_files_is_adopted() {
        check(&FILES, &state(2, &[]), 2, &[10]);
        check(&FILES, &state(10, &[]), 3, &[]);
        check_error(
            &FILES,
            &state(11, &[]),
            "`11_*.sql` was applied to this database, but this program does not have the file: \
             start a newer version of the program. If the database belongs to another program, use \
             another database file",
        );
    }

    #[test]
    fn a_lower_number_in_the_database_applies_files_again() {
        let changed = [FILES[0], File { sql: "B2", ..FILES[1] }, FILES[2]];
        check(&changed, &state(1, &FILES), 0, &[2, 10]);
    }

    #[test]
    fn a_renamed_file_is_not_applied_again() {
        let renamed = [File { name: "001_z.sql", ..FILES[0] }, FILES[1], FILES[2]];
        check(&renamed, &state(2, &FILES[..2]), 0, &[10]);
    }

    #[test]
    fn a_late_file_is_refused() {
        let applied = [FILES[0], FILES[2]];
        check_error(
            &FILES,
            &state(10, &applied),
            "`2_b.sql` is new, but number 10 is already applied: give `2_b.sql` a number above 10 \
             and above all other files, so that every database applies the files in the same order",
        );
    }

    #[test]
    fn a_changed_file_is_refused() {
        let changed = [FILES[0], File { sql: "B2", ..FILES[1] }, FILES[2]];
        check_error(
            &changed,
            &state(2, &FILES[..2]),
            "`2_b.sql` was changed after it was applied: restore the file, and write the change to \
             a new file. If only comments were changed, run this SQL instead: UPDATE \
             applied_migrations SET \
             checksum = '09130607b5aa5575' WHERE number = 2",
        );
    }

    #[test]
    fn another_file_with_an_applied_number_is_refused() {
        let changed = [FILES[0], File { name: "2_z.sql", sql: "Z", ..FILES[1] }, FILES[2]];
        check_error(
            &changed,
            &state(2, &FILES[..2]),
            "`2_z.sql` has the number of `2_b.sql`, which is already applied: give `2_z.sql` a \
             number above all others, and restore `2_b.sql`",
        );
    }

    #[test]
    fn a_missing_file_is_refused() {
        check_error(
            &[FILES[0], FILES[2]],
            &state(2, &FILES[..2]),
            "`2_b.sql` was applied to this database, but is missing: restore the file. If the file \
             was removed on purpose, run this SQL: DELETE FROM applied_migrations WHERE number = 2",
        );
        check_error(
            &FILES[..2],
            &state(10, &FILES),
            "`10_c.sql` was applied to this database, but this program does not have the file: \
             start a newer version of the program. If the database belongs to another program, use \
             another database file",
        );
    }
}
