//! The function `serve`, which runs an app from `main`.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use rally_core::error::Error;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::{listener, shutdown};
use crate::app::{App, Clients, Service};
use crate::background;
use crate::config::{self, BootError};

/// Starts an app and serves it until ctrl-c or SIGTERM.
///
/// The server listens on the address in the environment variable `RALLY_ADDRESS`, or else
/// on `127.0.0.1:8080`. It logs to standard error with the filter in `RUST_LOG`, or else at
/// the level `info`. Environment variables that are not set are read from the file `.env` in
/// the current directory. An error is printed to standard error, and the exit code is then
/// [`ExitCode::FAILURE`].
///
/// If the first command-line argument is `jobs`, the process does not serve requests. It runs
/// a command on the app's jobs: `jobs`, `jobs --dead`, `jobs retry ID` or
/// `jobs retry --all-dead`.
pub fn serve<S, I, F>(clients: impl Into<Clients>, start: impl FnOnce() -> F) -> ExitCode
where
    S: Send + Sync + 'static,
    I: Send + Sync + 'static,
    F: Future<Output = Result<App<S, I>, Error>>,
{
    // Load `.env` before the log is set up, because `.env` may set `RUST_LOG`.
    if let Err(error) = config::load_dotenv(Path::new(".env")) {
        return failed(&error);
    }
    log();
    // The conversion is lossy, because the app's own arguments need not be UTF-8.
    let arguments = std::env::args_os().skip(1).map(|it| it.to_string_lossy().into_owned());
    let arguments: Vec<String> = arguments.collect();
    let clients = clients.into();
    let started = async {
        let service = start().await?.start(clients)?;
        match arguments.split_first() {
            Some((first, rest)) if first == background::COMMAND => {
                run_command(&service, rest).await
            }
            _ => run(service).await,
        }
    };
    let served = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::from)
        .and_then(|runtime| block_on(runtime, started));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&*error),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

/// Runs a future. Then waits at most 1 second for the other tasks, because a task that blocks
/// could keep the process alive.
fn block_on<F: Future>(runtime: Runtime, future: F) -> F::Output {
    let output = runtime.block_on(future);
    runtime.shutdown_timeout(Duration::from_secs(1));
    output
}

async fn run_command(service: &Service, arguments: &[String]) -> Result<(), Error> {
    let Some(background) = &service.background else {
        return Err(Error::msg(
            "the app has no jobs: call `.jobs(Jobs::open(&db).await?)` on the app in `main`",
        ));
    };
    let text = background.command(arguments).await.map_err(Error::new)?;
    // An error is ignored, because the reader of a pipe, such as `head`, may close it early.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(())
}

async fn run(service: Service) -> Result<(), Error> {
    let address = std::env::var("RALLY_ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(&address).await.map_err(|error| {
        BootError::new(format_args!(
            "cannot listen on {address} ({error}): stop the program that uses this address, or \
             set another address, as in RALLY_ADDRESS=127.0.0.1:8081"
        ))
    })?;
    if service.http.site.is_dev() {
        let registry = &service.calls().registry;
        for page in registry.pages() {
            tracing::info!("page {:?} {:#018x}", **page, page.fingerprint);
        }
        for (name, fingerprint) in registry.calls() {
            tracing::info!("call {name} {fingerprint:#018x}");
        }
    }
    tracing::info!("listening on http://{}", listener.local_addr()?);
    let lifecycle = service.lifecycle().clone();
    tokio::spawn({
        let lifecycle = lifecycle.clone();
        async move {
            shutdown::signal().await;
            lifecycle.stop();
        }
    });
    let finished = async {
        listener::listen(listener, &service).await;
        lifecycle.drain().await;
    };
    tokio::select! {
        () = finished => {}
        () = shutdown::overdue(&lifecycle) => {
            tracing::warn!(tasks = lifecycle.tasks(), "stopped before all tasks had finished");
        }
    }
    shutdown::flush(&service).await;
    tracing::info!("stopped");
    Ok(())
}

fn log() {
    let default = || Targets::new().with_default(tracing::Level::INFO);
    let filter = match std::env::var("RUST_LOG") {
        Err(_) => default(),
        Ok(filter) => filter.parse().unwrap_or_else(|error| {
            eprintln!(
                "cannot parse RUST_LOG=`{filter}` ({error}): write a filter such as \
                 `info,my_app=debug`"
            );
            default()
        }),
    };
    let color = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(color);
    // Fails if the app has already set up logging. The app's logging stays in use.
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_task_that_never_ends_does_not_block_the_exit() {
        let minute = || sleep(Duration::from_secs(60));
        let runtime = Runtime::new().unwrap();
        let started = Instant::now();
        block_on(runtime, async move {
            tokio::spawn(async move { minute() });
            tokio::task::spawn_blocking(minute);
            tokio::time::sleep(Duration::from_millis(50)).await;
        });
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    }
}
