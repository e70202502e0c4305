//! PostgreSQL's server programs, for tests that start a server.

use std::fs;
use std::path::{Path, PathBuf};

use super::apt;
use crate::failure::{Failure, Result};
use crate::workspace::numbers;

const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// Directory of Debian's PostgreSQL programs, with a subdirectory for each version. The programs
/// are not in `PATH`.
const DEBIAN: &str = "/usr/lib/postgresql";

const BY_HAND: &str = "install PostgreSQL's server (on Debian and Ubuntu: `sudo apt-get install \
                       postgresql`), or put its `initdb`, `pg_ctl` and `postgres` on the PATH";

pub(super) fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).chain(installed(Path::new(DEBIAN))).find(|dir| has_programs(dir))
}

/// Installs Debian's package. If the system runs services, the package also starts a server with a
/// default database. The tests do not use this server. To prevent its start, write
/// `create_main_cluster = false` to `/etc/postgresql-common/createcluster.conf` before the
/// installation.
pub(super) fn install() -> Result<PathBuf> {
    apt::install(&["postgresql"], "0").map_err(|failure| {
        Failure::new(format!("cannot install PostgreSQL for the tests: {failure}\n{BY_HAND}"))
    })?;
    find().ok_or_else(|| Failure::new(BY_HAND))
}

fn installed(root: &Path) -> Vec<PathBuf> {
    let versions = fs::read_dir(root).into_iter().flatten().flatten();
    let mut names: Vec<_> = versions.map(|entry| entry.file_name()).collect();
    names.sort_by_key(|name| std::cmp::Reverse(numbers(&name.to_string_lossy())));
    names.iter().map(|name| root.join(name).join("bin")).collect()
}

fn has_programs(dir: &Path) -> bool {
    PROGRAMS
        .iter()
        .all(|name| dir.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first() {
        let root = std::env::temp_dir().join(format!("rally-postgres-{}", std::process::id()));
        for version in ["9.6", "15", "16"] {
            fs::create_dir_all(root.join(version).join("bin"))
                .expect("the directory should be created");
        }
        let expected = ["16/bin", "15/bin", "9.6/bin"].map(|dir| root.join(dir));
        assert_eq!(installed(&root), expected);

        for program in ["initdb", "pg_ctl"] {
            fs::write(root.join("16/bin").join(program), "").expect("the file should be written");
        }
        assert!(!has_programs(&expected[0]), "`postgres` is missing");
        fs::write(root.join("16/bin/postgres"), "").expect("the file should be written");
        assert!(has_programs(&expected[0]));
        fs::remove_dir_all(root).expect("the directory should be removed");
    }
}
