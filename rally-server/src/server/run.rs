//! Serving: from `main` to a listening server, and its end.

use std::error::Error;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::{listener, shutdown};
use crate::app::{App, Clients, Service};
use crate::background;
use crate::config::{self, BootError};

/// Why an app did not start; `?` makes it from any error.
pub type StartError = Box<dyn Error + Send + Sync>;

/// Starts an app and serves it until ctrl-c or SIGTERM.
///
/// It listens on the environment's `RALLY_ADDRESS`, else on `127.0.0.1:8080`,
/// and logs to standard error what `RUST_LOG` says, else `info`. Variables that
/// the environment does not have are read from `.env`, in the directory it is
/// started in. What is wrong at boot is printed, and the process fails.
///
/// With the first argument `jobs` it serves nothing, but shows the app's jobs:
/// `jobs`, `jobs --dead`, `jobs retry ID`, `jobs retry --all-dead`.
pub fn serve<S, I, F>(clients: impl Into<Clients>, start: impl FnOnce() -> F) -> ExitCode
where
    S: Send + Sync + 'static,
    I: Send + Sync + 'static,
    F: Future<Output = Result<App<S, I>, StartError>>,
{
    // The log too may be told by it.
    if let Err(error) = config::load_dotenv(Path::new(".env")) {
        return failed(&error);
    }
    log();
    // An app may have arguments of its own, whatever bytes they are.
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = words.collect();
    let clients = clients.into();
    let started = async {
        let service = start().await?.start(clients)?;
        match words.split_first() {
            Some((word, words)) if word == background::COMMAND => print(&service, words).await,
            _ => run(service).await,
        }
    };
    let served = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(StartError::from)
        .and_then(|runtime| block_on(runtime, started));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&*error),
    }
}

fn failed(error: &dyn Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

/// Runs a future to its end, and then waits no longer for what computes or blocks:
/// a handler that never comes to an end would keep the process from its own.
fn block_on<F: Future>(runtime: Runtime, future: F) -> F::Output {
    let output = runtime.block_on(future);
    runtime.shutdown_timeout(Duration::from_secs(1));
    output
}

/// Prints what is asked for, and serves nothing.
async fn print(service: &Service, words: &[String]) -> Result<(), StartError> {
    let Some(background) = &service.background else {
        return Err(
            "this app runs no jobs: write `App::new(..).jobs(Jobs::open(&db).await?)`".into()
        );
    };
    let text = background.command(words).await?;
    // Who reads it may have seen enough, as `head` does.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(())
}

async fn run(service: Service) -> Result<(), StartError> {
    let address = std::env::var("RALLY_ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(&address).await.map_err(|error| {
        BootError::new(format_args!(
            "cannot listen on {address} ({error}): free it, or set RALLY_ADDRESS=127.0.0.1:8081"
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
            tracing::warn!(calls = lifecycle.tasks(), "stopped before everything had finished");
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
        Ok(written) => written.parse().unwrap_or_else(|error| {
            eprintln!(
                "RUST_LOG=`{written}` is not understood ({error}): write `info,my_app=debug`"
            );
            default()
        }),
    };
    let color = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(color);
    // An app that has set up its own logging keeps it.
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;
    use std::time::Instant;

    use super::*;

    #[test]
    fn what_never_ends_does_not_keep_the_process() {
        let minute = || sleep(Duration::from_secs(60));
        let runtime = Runtime::new().unwrap();
        let begun = Instant::now();
        block_on(runtime, async move {
            tokio::spawn(async move { minute() });
            tokio::task::spawn_blocking(minute);
            tokio::time::sleep(Duration::from_millis(50)).await;
        });
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    }
}
