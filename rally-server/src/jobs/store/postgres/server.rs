//! A PostgreSQL server for the tests of this process, with a database for each test.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const MISSING: &str = "the PostgreSQL server is not installed: run `apt-get install postgresql` or \
                       `cargo rally setup --postgres`";

/// Starts a server and prints `ready`, or the log if the server does not start. Stops the
/// server when the standard input ends, because the test process has then exited. Ignores
/// signals of the terminal.
const SCRIPT: &str = r#"
trap '' INT TERM HUP PIPE
"$1/initdb" -D "$2/data" -U postgres -A trust -N -E UTF8 --locale=C >"$2/log" 2>&1 &&
"$1/pg_ctl" -D "$2/data" -l "$2/log" -w start \
    -o "-k '$2' -h '' -F -c synchronous_commit=off -c full_page_writes=off -c max_connections=300" \
    >>"$2/log" 2>&1 && echo ready || cat "$2/log"
cat >/dev/null
"$1/pg_ctl" -D "$2/data" -m immediate stop >/dev/null 2>&1
rm -rf "$2"
"#;

struct Server {
    directory: PathBuf,
    /// Process that stops the server when its standard input is closed.
    _guard: Child,
}

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

pub(crate) async fn database() -> PgPool {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    // The first call starts the server, which blocks the thread.
    let server = tokio::task::spawn_blocking(|| &*SERVER).await.unwrap();
    let options = PgConnectOptions::new_without_pgpass();
    let options = options.socket(&server.directory).username("postgres");
    let admin = PgPoolOptions::new().max_connections(1);
    let admin = admin.connect_with(options.clone().database("postgres")).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(create).execute(&admin).await.unwrap();
    admin.close().await;
    let pool = PgPoolOptions::new().max_connections(8);
    pool.connect_with(options.database(&name)).await.unwrap()
}

impl Server {
    fn start() -> Self {
        let programs = programs().unwrap_or_else(|| panic!("{MISSING}"));
        let directory = tempfile::tempdir().unwrap().keep();
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "sh"]).args([&programs, &directory]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        command.current_dir("/").env_clear().env("PATH", "/usr/bin:/bin");
        if fs::metadata(&directory).unwrap().uid() == 0 {
            // PostgreSQL refuses to run as root.
            let (uid, gid) = user().unwrap_or_else(|| panic!("{MISSING}"));
            chown(&directory, Some(uid), Some(gid)).unwrap();
            command.uid(uid).gid(gid);
        }
        let mut guard = command.spawn().unwrap();
        let mut output = BufReader::new(guard.stdout.take().unwrap()).lines().map_while(Result::ok);
        match output.next() {
            Some(ready) if ready == "ready" => Self { directory, _guard: guard },
            first => {
                drop(guard.stdin.take());
                let log: Vec<_> = first.into_iter().chain(output).collect();
                panic!("PostgreSQL did not start:\n{}", log.join("\n"));
            }
        }
    }
}

/// Returns the directory of PostgreSQL's programs: the newest version that Debian has
/// installed, or else the first suitable directory of `PATH`.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let versions = versions.filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((version, entry.path().join("bin")))
    });
    let debian = versions.max_by_key(|(version, _)| *version).map(|(_, bin)| bin);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut anywhere = debian.into_iter().chain(std::env::split_paths(&path));
    anywhere.find(|directory| has_server(directory))
}

fn has_server(directory: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"].iter().all(|program| directory.join(program).exists())
}

fn user() -> Option<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = users.lines().find_map(|line| line.strip_prefix("postgres:"))?.split(':');
    Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
}
