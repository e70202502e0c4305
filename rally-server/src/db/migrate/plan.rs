//! What is to be applied: files compared with what a database says of itself.

use std::collections::BTreeMap;

use crate::db::migrate::MigrationError;
use crate::db::migrate::file::File;

/// What a database says of itself.
#[derive(Debug, Default)]
pub(super) struct SchemaState {
    /// The number of the last file that was applied.
    pub(super) last: i64,
    /// What is known of each, by number.
    pub(super) applied: BTreeMap<i64, AppliedFile>,
}

/// What is known of a file that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AppliedFile {
    pub(super) name: String,
    pub(super) checksum: String,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan<'m> {
    /// Applied before anything was noted of them: now it is.
    pub(super) adopted: &'m [File<'m>],
    /// To be applied, in this order.
    pub(super) pending: &'m [File<'m>],
}

/// Compares. The files are in their order.
///
/// Whoever writes a lower number into `schema_migrations` wants later files to
/// be applied again: what is known of those says nothing then.
pub(super) fn plan<'m>(
    files: &'m [File<'m>],
    state: &SchemaState,
) -> Result<Plan<'m>, MigrationError> {
    let (old, pending) = files.split_at(files.partition_point(|file| file.number <= state.last));
    let applied: Vec<_> = state.applied.range(..=state.last).collect();
    // Another program's, or one's of the time before the second table.
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
    fn a_database_of_the_time_before_the_second_table() {
        check(&FILES, &state(2, &[]), 2, &[10]);
        check(&FILES, &state(10, &[]), 3, &[]);
        check_error(
            &FILES,
            &state(11, &[]),
            "`11_*.sql` was applied to this database, and this program does not have it: the \
             database is newer than the program. Start the newer program, or one whose database \
             this is",
        );
    }

    #[test]
    fn a_lower_number_in_the_database_has_files_applied_again() {
        let changed = [FILES[0], File { sql: "B2", ..FILES[1] }, FILES[2]];
        check(&changed, &state(1, &FILES), 0, &[2, 10]);
    }

    #[test]
    fn a_file_of_another_name_is_the_same() {
        let renamed = [File { name: "001_z.sql", ..FILES[0] }, FILES[1], FILES[2]];
        check(&renamed, &state(2, &FILES[..2]), 0, &[10]);
    }

    #[test]
    fn a_file_that_comes_late() {
        let applied = [FILES[0], FILES[2]];
        check_error(
            &FILES,
            &state(10, &applied),
            "`2_b.sql` came late: number 10 has been applied already. Rename it, with a number \
             above 10 and all others, so that it is applied to every database after the same files",
        );
    }

    #[test]
    fn a_file_that_has_changed() {
        let changed = [FILES[0], File { sql: "B2", ..FILES[1] }, FILES[2]];
        check_error(
            &changed,
            &state(2, &FILES[..2]),
            "`2_b.sql` has been changed since it was applied: put it back as it was, and write the \
             change into a new file. Where only a comment has been changed, tell the database: \
             UPDATE applied_migrations SET checksum = '09130607b5aa5575' WHERE number = 2",
        );
    }

    #[test]
    fn another_file_of_the_same_number() {
        let changed = [FILES[0], File { name: "2_z.sql", sql: "Z", ..FILES[1] }, FILES[2]];
        check_error(
            &changed,
            &state(2, &FILES[..2]),
            "`2_z.sql` has the number of `2_b.sql`, which has been applied: rename it, with a \
             number above all others, and put `2_b.sql` back",
        );
    }

    #[test]
    fn a_file_that_is_missing() {
        check_error(
            &[FILES[0], FILES[2]],
            &state(2, &FILES[..2]),
            "`2_b.sql` was applied to this database, and is missing: put it back. Where that is \
             not wanted, tell the database: DELETE FROM applied_migrations WHERE number = 2",
        );
        check_error(
            &FILES[..2],
            &state(10, &FILES),
            "`10_c.sql` was applied to this database, and this program does not have it: the \
             database is newer than the program. Start the newer program, or one whose database \
             this is",
        );
    }
}
