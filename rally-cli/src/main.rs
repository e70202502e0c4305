//! `cargo rally`: parses the command line and runs one command.

mod ansi;
mod app;
mod args;
mod build;
mod cache;
mod cargo;
mod dev;
mod environment;
mod failure;
mod jobs;
mod lockfile;
mod prepare;
mod process;
mod queries;
mod setup;
mod terminal;
mod test;
mod touch;
mod workspace;

use std::process::ExitCode;

use args::Command;
use failure::Result;

fn main() -> ExitCode {
    match args::parse(std::env::args_os().skip(1)).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal::error(&failure.to_string());
            ExitCode::from(failure.code())
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Setup(options) => setup::command(&options),
        Command::Env => environment::command(),
        Command::Dev(options) => dev::command(&options),
        Command::Build(options) => build::command(&options),
        Command::Test(options) => test::command(&options),
        Command::Prepare(options) => prepare::command(&options),
        Command::Jobs(options) => jobs::command(&options),
        Command::Help => {
            print!("{}", args::USAGE);
            Ok(())
        }
        Command::Version => {
            println!("cargo-rally {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
    }
}
