//! The running builds: server and browser, in parallel, until they finish or are cancelled.

use std::fs;
use std::ops::ControlFlow;
use std::process::Command;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use super::Message;
use super::group::{self, Termination};
use super::machine::{Outcome, Side};
use crate::app::App;
use crate::build::diagnostics::Diagnostics;
use crate::build::{browser, server};
use crate::failure::{FailureContext, Result};
use crate::process::RunningProcess;
use crate::queries::{self, Database};
use crate::setup::Toolchain;
use crate::touch::TouchedFiles;
use crate::workspace::{Mode, Workspace};
use crate::{ansi, terminal};

pub(crate) struct Built {
    pub(crate) round: u64,
    pub(crate) side: Side,
    pub(crate) outcome: Outcome,
    pub(crate) warnings: Vec<String>,
    pub(crate) took: Duration,
}

pub(crate) struct Builds {
    workspace: Workspace,
    toolchain: Toolchain,
    app: App,
    sender: Sender<Message>,
    running: Vec<(Side, u32)>,
}

impl Builds {
    pub(crate) fn new(
        workspace: Workspace,
        toolchain: Toolchain,
        app: App,
        sender: Sender<Message>,
    ) -> Self {
        Self { workspace, toolchain, app, sender, running: Vec::new() }
    }

    /// Starts both builds. They have different target directories, so neither waits for cargo's
    /// lock.
    pub(crate) fn start(&mut self, round: u64) {
        let server = self.server();
        self.start_side(round, Side::Server, server);
        let browser = browser::command(&self.workspace, &self.toolchain, &self.app, Mode::Debug);
        self.start_side(round, Side::Browser, browser);
    }

    pub(crate) fn cancel(&mut self) {
        for (_, child) in self.running.drain(..) {
            group::end(child, Termination::Graceful);
        }
    }

    /// Removes a build that has ended. The system may reuse its process id, so `cancel` must not
    /// end that process.
    pub(crate) fn ended(&mut self, side: Side) {
        self.running.retain(|(running, _)| *running != side);
    }

    /// Returns the command of the server build. If the app has a database to check its queries,
    /// sqlx uses this database in the build, and writes the query data to `.sqlx`.
    fn server(&self) -> Result<Command> {
        let mut command = server::command(&self.workspace, &[&self.app], Mode::Debug);
        let file = queries::directory(&self.workspace).join(format!("{}.dev.db", self.app.name));
        let Some(database) = Database::of(&self.app, &file)? else { return Ok(command) };
        let data = self.app.query_data();
        fs::create_dir_all(&data).context(|| format!("create {}", data.display()))?;
        if database.is_new {
            // Touch the source files, so that unchanged queries are checked against the new tables
            // too. The watcher reports this as a change, which starts another round. In that round
            // the database is up to date.
            TouchedFiles::now(&self.app.roots)?;
        }
        database.configure(&mut command, &data);
        Ok(command)
    }

    fn start_side(&mut self, round: u64, side: Side, command: Result<Command>) {
        let started = command.map_err(|failure| failure.to_string()).and_then(|mut command| {
            group::own(&mut command);
            // Cargo's output is a pipe, but must have colours for the terminal and the browser.
            command.env("CARGO_TERM_COLOR", "always");
            let name = command.get_program().to_string_lossy().into_owned();
            RunningProcess::start(command).map_err(|error| format!("cannot run `{name}`: {error}"))
        });
        let sender = self.sender.clone();
        match started {
            Ok(running) => {
                self.running.push((side, running.id()));
                thread::spawn(move || {
                    drop(sender.send(Message::Built(follow(round, side, running))))
                });
            }
            Err(error) => {
                let built = Built::failed(round, side, error);
                let _ = sender.send(Message::Built(built));
            }
        }
    }
}

impl Built {
    fn failed(round: u64, side: Side, error: String) -> Self {
        Self {
            round,
            side,
            outcome: Outcome::Failure(vec![error]),
            warnings: Vec::new(),
            took: Duration::ZERO,
        }
    }
}

fn follow(round: u64, side: Side, running: RunningProcess) -> Built {
    let started = Instant::now();
    let mut latest = String::new();
    let ended = running.finish(|line| {
        if let Some(line) = line {
            latest = ansi::strip(line).trim().to_owned();
        }
        let seconds = started.elapsed().as_secs();
        terminal::status(&format!("building ... {seconds} s  {latest}"));
        ControlFlow::Continue(())
    });
    let ended = match ended {
        Ok(ended) => ended,
        Err(error) => {
            return Built::failed(round, side, format!("cannot read the build's output: {error}"));
        }
    };
    let succeeded = ended.status.success();
    let found = Diagnostics::read(&ended.output, succeeded);
    Built {
        round,
        side,
        outcome: match succeeded {
            true => Outcome::Success,
            false => Outcome::Failure(found.errors),
        },
        warnings: found.warnings,
        took: ended.took,
    }
}
