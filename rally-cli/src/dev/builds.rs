//! The builds that run: both sides of one round, side by side, until done or overtaken.

use std::fs;
use std::process::Command;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use super::Message;
use super::group::{self, End};
use super::machine::{Outcome, Side};
use crate::app::App;
use crate::build::diagnostics::Diagnostics;
use crate::build::{browser, server};
use crate::failure::{Doing, Result};
use crate::process::{Go, Running};
use crate::queries::{self, Database};
use crate::setup::Toolchain;
use crate::touch::Touched;
use crate::workspace::{Mode, Workspace};
use crate::{ansi, terminal};

/// What one side's build came to.
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
    /// The first process of each build that runs.
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

    /// Starts both sides at once. Their target directories differ, so neither waits for the
    /// other, and while one links the other still compiles.
    pub(crate) fn start(&mut self, round: u64) {
        let server = self.server();
        self.start_side(round, Side::Server, server);
        let browser = browser::command(&self.workspace, &self.toolchain, &self.app, Mode::Debug);
        self.start_side(round, Side::Browser, browser);
    }

    /// Ends what runs. What it was building is not the newest source any more.
    pub(crate) fn cancel(&mut self) {
        for (_, child) in self.running.drain(..) {
            group::end(child, End::Gracefully);
        }
    }

    /// A side has ended by itself: its number may belong to another process from now on.
    pub(crate) fn ended(&mut self, side: Side) {
        self.running.retain(|(running, _)| *running != side);
    }

    /// The server's build. What it has queries for, it asks a database of the migrations as they
    /// are now, and what that says is written as one saves.
    fn server(&self) -> Result<Command> {
        let mut command = server::command(&self.workspace, &[&self.app], Mode::Debug);
        let file = queries::directory(&self.workspace).join(format!("{}.dev.db", self.app.name));
        let Some(database) = Database::of(&self.app, &file)? else { return Ok(command) };
        let data = self.app.query_data();
        fs::create_dir_all(&data).doing(|| format!("create {}", data.display()))?;
        if database.is_new {
            // Code that has not changed may not fit the new tables. The watcher sees this as a
            // change, and starts one round more; that one finds the database as it should be.
            Touched::now(&self.app.roots)?;
        }
        database.ask(&mut command, &data);
        Ok(command)
    }

    fn start_side(&mut self, round: u64, side: Side, command: Result<Command>) {
        let started = command.map_err(|failure| failure.to_string()).and_then(|mut command| {
            group::own(&mut command);
            // Its output is read by us, and coloured for whoever reads ours.
            command.env("CARGO_TERM_COLOR", "always");
            let name = command.get_program().to_string_lossy().into_owned();
            Running::start(command).map_err(|error| format!("cannot run `{name}`: {error}"))
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
            outcome: Outcome::Bad(vec![error]),
            warnings: Vec::new(),
            took: Duration::ZERO,
        }
    }
}

fn follow(round: u64, side: Side, running: Running) -> Built {
    let started = Instant::now();
    let mut latest = String::new();
    let ended = running.finish(|line| {
        if let Some(line) = line {
            latest = ansi::strip(line).trim().to_owned();
        }
        let seconds = started.elapsed().as_secs();
        terminal::live(&format!("building ... {seconds} s  {latest}"));
        Go::On
    });
    let ended = match ended {
        Ok(ended) => ended,
        Err(error) => return Built::failed(round, side, format!("the build is lost: {error}")),
    };
    let succeeded = ended.status.success();
    let found = Diagnostics::read(&ended.output, succeeded);
    Built {
        round,
        side,
        outcome: match succeeded {
            true => Outcome::Good,
            false => Outcome::Bad(found.errors),
        },
        warnings: found.warnings,
        took: ended.took,
    }
}
