//! Parsing of the command line.

use std::ffi::OsString;
use std::net::IpAddr;

use lexopt::prelude::*;

use crate::failure::{Failure, Result};

pub(crate) const USAGE: &str = "\
Sets up, serves, builds and tests Rally apps.

Usage: cargo rally <command> [options]

Commands:
  setup    Install the tools for the browser build, outside the checkout
             --browser-tests    also Chromium and playwright-core, and Firefox if the
                                workspace's `test-with` names it
             --postgres         also PostgreSQL's server programs
  dev      Build and serve an app; rebuild and reload the browser on every change
             -p, --package APP  the app
             --port PORT        default 8080
             --host ADDRESS     default 127.0.0.1
  build    Build the server binary and the browser files of an app
             -p, --package APP  the app
             --release          optimized, with .gz and .br files and tables of sizes and of bytes by crate
  test     Run cargo test, then the browser tests
             --no-browser       only cargo test
             --browser-only     only the browser tests
             --filter NAME      only browser tests with NAME in their name
             -- ARGS            arguments for cargo test
  prepare  Check the apps' queries against their migrations, and write the query
           data to .sqlx, so that builds need no database
             -p, --package APP  only this app
             --check            write nothing, fail if the data is missing or outdated
  jobs     List an app's jobs, with the number of pending, running, done and dead ones
             -p, --package APP  the app
             --dead             list the dead jobs, with their full last error
             retry ID           run a dead job again
             retry --all-dead   run all dead jobs again
  env      Print the environment of the browser build:  eval \"$(cargo rally env)\"
  help     Print this help
  version  Print the version
";

const COMMANDS: [&str; 9] =
    ["setup", "dev", "build", "test", "prepare", "jobs", "env", "help", "version"];

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Setup(SetupOptions),
    Env,
    Dev(DevOptions),
    Build(BuildOptions),
    Test(TestOptions),
    Prepare(PrepareOptions),
    Jobs(JobsOptions),
    Help,
    Version,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SetupOptions {
    pub(crate) browser_tests: bool,
    pub(crate) postgres: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DevOptions {
    pub(crate) app: Option<String>,
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct BuildOptions {
    pub(crate) app: Option<String>,
    pub(crate) release: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TestOptions {
    pub(crate) no_browser: bool,
    pub(crate) browser_only: bool,
    pub(crate) filter: Option<String>,
    pub(crate) cargo: Vec<OsString>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PrepareOptions {
    pub(crate) app: Option<String>,
    pub(crate) check: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct JobsOptions {
    pub(crate) app: Option<String>,
    pub(crate) args: Vec<OsString>,
}

pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    // Cargo passes the name of the subcommand as the first argument.
    if args.first().is_some_and(|arg| arg == "rally") {
        args.remove(0);
    }
    let mut parser = lexopt::Parser::from_args(args);
    let name = match parser.next().map_err(usage)? {
        None | Some(Short('h') | Long("help")) => return Ok(Command::Help),
        Some(Short('V') | Long("version")) => return Ok(Command::Version),
        Some(Value(name)) => name.to_string_lossy().into_owned(),
        Some(other) => return Err(usage(other.unexpected())),
    };
    match name.as_str() {
        "setup" => setup(parser),
        "dev" => dev(parser),
        "build" => build(parser),
        "test" => test(parser),
        "prepare" => prepare(parser),
        "jobs" => jobs(parser),
        "env" => bare(parser, Command::Env),
        "version" => bare(parser, Command::Version),
        "help" => Ok(Command::Help),
        unknown => Err(unknown_command(unknown)),
    }
    // `cargo rally dev --help` prints the same help as `cargo rally help`.
    .or_else(|failure| match failure.to_string() == HELP_REQUESTED {
        true => Ok(Command::Help),
        false => Err(failure),
    })
}

/// The message of the failure that `parse` converts to `Command::Help`: a command was followed by
/// `--help`.
const HELP_REQUESTED: &str = "help";

fn setup(mut parser: lexopt::Parser) -> Result<Command> {
    let mut options = SetupOptions::default();
    while let Some(arg) = parser.next().map_err(usage)? {
        match arg {
            Long("browser-tests") => options.browser_tests = true,
            Long("postgres") => options.postgres = true,
            other => return Err(unexpected(other)),
        }
    }
    Ok(Command::Setup(options))
}

fn dev(mut parser: lexopt::Parser) -> Result<Command> {
    let mut options = DevOptions { app: None, host: IpAddr::from([127, 0, 0, 1]), port: 8080 };
    while let Some(arg) = parser.next().map_err(usage)? {
        match arg {
            Short('p') | Long("package") => options.app = Some(text(&mut parser)?),
            Long("port") => options.port = port(&text(&mut parser)?)?,
            Long("host") => options.host = host(&text(&mut parser)?)?,
            other => return Err(unexpected(other)),
        }
    }
    Ok(Command::Dev(options))
}

fn build(mut parser: lexopt::Parser) -> Result<Command> {
    let mut options = BuildOptions::default();
    while let Some(arg) = parser.next().map_err(usage)? {
        match arg {
            Short('p') | Long("package") => options.app = Some(text(&mut parser)?),
            Short('r') | Long("release") => options.release = true,
            other => return Err(unexpected(other)),
        }
    }
    Ok(Command::Build(options))
}

fn test(mut parser: lexopt::Parser) -> Result<Command> {
    let mut options = TestOptions::default();
    loop {
        if let Some(rest) = parser.try_raw_args()
            && rest.peek().is_some_and(|arg| arg == "--")
        {
            options.cargo = rest.skip(1).collect();
            break;
        }
        match parser.next().map_err(usage)? {
            None => break,
            Some(Long("no-browser")) => options.no_browser = true,
            Some(Long("browser-only")) => options.browser_only = true,
            Some(Long("filter")) => options.filter = Some(text(&mut parser)?),
            Some(other) => return Err(unexpected(other)),
        }
    }
    if options.no_browser && options.browser_only {
        return Err(Failure::usage(
            "`--no-browser` and `--browser-only` together leave no tests to run: remove one of them",
        ));
    }
    Ok(Command::Test(options))
}

fn prepare(mut parser: lexopt::Parser) -> Result<Command> {
    let mut options = PrepareOptions::default();
    while let Some(arg) = parser.next().map_err(usage)? {
        match arg {
            Short('p') | Long("package") => options.app = Some(text(&mut parser)?),
            Long("check") => options.check = true,
            other => return Err(unexpected(other)),
        }
    }
    Ok(Command::Prepare(options))
}

fn jobs(mut parser: lexopt::Parser) -> Result<Command> {
    let mut options = JobsOptions::default();
    loop {
        let rest = parser.raw_args().map_err(usage)?;
        let names_app = rest.peek().is_some_and(|arg| {
            let arg = arg.to_string_lossy();
            arg.starts_with("-p") || arg == "--package" || arg.starts_with("--package=")
        });
        if !names_app {
            options.args = rest.collect();
            return Ok(Command::Jobs(options));
        }
        parser.next().map_err(usage)?;
        options.app = Some(text(&mut parser)?);
    }
}

fn bare(mut parser: lexopt::Parser, command: Command) -> Result<Command> {
    match parser.next().map_err(usage)? {
        None => Ok(command),
        Some(other) => Err(unexpected(other)),
    }
}

fn text(parser: &mut lexopt::Parser) -> Result<String> {
    let value = parser.value().map_err(usage)?;
    value.string().map_err(usage)
}

fn port(value: &str) -> Result<u16> {
    match value.parse() {
        Ok(0) | Err(_) => Err(Failure::usage(format!(
            "`{value}` is not a port: write a number from 1 to 65535, such as `--port 8081`"
        ))),
        Ok(port) => Ok(port),
    }
}

fn host(value: &str) -> Result<IpAddr> {
    if value == "localhost" {
        return Ok(IpAddr::from([127, 0, 0, 1]));
    }
    value.parse().map_err(|_| {
        Failure::usage(format!(
            "`{value}` is not an IP address: write `--host 127.0.0.1`, or `--host 0.0.0.0` to \
             accept connections from other machines"
        ))
    })
}

fn usage(error: lexopt::Error) -> Failure {
    Failure::usage(format!("{error}\nrun `cargo rally help` for the list of options"))
}

fn unexpected(arg: lexopt::Arg<'_>) -> Failure {
    match arg {
        Short('h') | Long("help") => Failure::usage(HELP_REQUESTED),
        other => usage(other.unexpected()),
    }
}

fn unknown_command(name: &str) -> Failure {
    let suggestion = COMMANDS
        .iter()
        .map(|command| (distance(name, command), command))
        .min()
        .filter(|(distance, _)| *distance <= 2)
        .map(|(_, command)| format!(" (did you mean `{command}`?)"))
        .unwrap_or_default();
    Failure::usage(format!(
        "there is no command `{name}`{suggestion}\n\nthe commands are: {}",
        COMMANDS.join(", ")
    ))
}

/// Returns the Levenshtein distance of two words.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, letter) in from.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, other) in to.iter().enumerate() {
            let changed = corner + usize::from(letter != *other);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(corner + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    #[track_caller]
    fn check(line: &str, expected: Command) {
        assert_eq!(parse(words(line)), Ok(expected));
    }

    #[track_caller]
    fn check_refused(line: &str, part: &str) {
        let failure = parse(words(line)).expect_err("the command line should be refused");
        assert_eq!(failure.code(), 2);
        assert!(failure.to_string().contains(part), "{failure}");
    }

    fn dev_on(app: Option<&str>, host: [u8; 4], port: u16) -> Command {
        Command::Dev(DevOptions { app: app.map(str::to_owned), host: IpAddr::from(host), port })
    }

    #[test]
    fn no_command_prints_the_help() {
        check("", Command::Help);
        check("--help", Command::Help);
        check("dev --help", Command::Help);
    }

    #[test]
    fn the_name_of_the_subcommand_is_skipped() {
        check("rally dev", dev_on(None, [127, 0, 0, 1], 8080));
    }

    #[test]
    fn dev_takes_app_port_and_host() {
        check(
            "dev -p counter --port 8081 --host 0.0.0.0",
            dev_on(Some("counter"), [0, 0, 0, 0], 8081),
        );
        check("dev --port=9", dev_on(None, [127, 0, 0, 1], 9));
    }

    #[test]
    fn arguments_after_two_dashes_are_for_cargo() {
        check(
            "test --filter click -- --release -- --nocapture",
            Command::Test(TestOptions {
                filter: Some("click".to_owned()),
                cargo: words("--release -- --nocapture"),
                ..TestOptions::default()
            }),
        );
    }

    #[test]
    fn other_arguments_of_jobs_are_for_the_app() {
        let jobs = |app: Option<&str>, args| {
            Command::Jobs(JobsOptions { app: app.map(str::to_owned), args: words(args) })
        };
        check("jobs", jobs(None, ""));
        check("jobs -p guestbook --dead", jobs(Some("guestbook"), "--dead"));
        check("jobs --package=guestbook retry 7", jobs(Some("guestbook"), "retry 7"));
        check("jobs retry -p", jobs(None, "retry -p"));
    }

    #[test]
    fn prepare_takes_an_app_and_check() {
        check(
            "prepare -p a --check",
            Command::Prepare(PrepareOptions { app: Some("a".to_owned()), check: true }),
        );
        check("prepare", Command::Prepare(PrepareOptions::default()));
    }

    #[test]
    fn an_error_says_what_to_write() {
        check_refused("biuld", "did you mean `build`?");
        check_refused("frobnicate", "the commands are");
        check_refused("dev --port none", "--port 8081");
        check_refused("dev --host here", "--host 127.0.0.1");
        check_refused("build --relase", "--relase");
        check_refused("test --no-browser --browser-only", "no tests to run");
    }
}
