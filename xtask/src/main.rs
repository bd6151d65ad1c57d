//! `cargo xtask <command>`: the commands of this repository.
//!
//! Every command installs what it needs, reuses what is there, and says in one readable line what it expected, what it
//! found and what to do when it cannot go on. Nothing it started outlives it (see [`process`]).
#![allow(
    clippy::print_stdout,
    reason = "this program talks to a person at a terminal"
)]

mod args;
mod bundle;
mod check;
mod counts;
mod coverage;
mod failure;
mod files;
mod finish;
mod fuzz;
mod glue;
mod http;
mod linker;
mod mutants;
mod packages;
mod process;
mod proofs;
mod serve;
mod share;
mod shrink;
mod size;
mod standard_library;
mod styles;
mod test;
mod tools;
mod trials;
mod wasm_names;
mod workspace;

use std::process::ExitCode;

use args::Command;
use failure::Failure;
use proofs::{MODEL, SIMULATOR};
use workspace::Workspace;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = if linker::is_asked_for(&arguments) {
        linker::run(&arguments)
    } else {
        args::parse(&arguments).map_err(Failure::from).and_then(run)
    };
    match outcome {
        Ok(code) => code,
        Err(Failure::Interrupted) => ExitCode::from(130),
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    if let Command::Usage = command {
        println!("{}", args::USAGE);
        return Ok(ExitCode::SUCCESS);
    }
    process::stop_children_on_signals()?;
    let workspace = Workspace::locate()?;
    match command {
        Command::Usage => Ok(ExitCode::SUCCESS),
        Command::Serve(options) => serve::run(&workspace, &options).map(|()| ExitCode::SUCCESS),
        Command::Test(suites) => test::run(&workspace, &suites),
        Command::Check => check::run(&workspace),
        Command::Size => size::run(&workspace).map(|()| ExitCode::SUCCESS),
        Command::Simulate(flags) => SIMULATOR
            .run(&workspace, &flags)
            .map(|()| ExitCode::SUCCESS),
        Command::Model(flags) => MODEL.run(&workspace, &flags).map(|()| ExitCode::SUCCESS),
        Command::Load(flags) => trials::load(&workspace, &flags).map(|()| ExitCode::SUCCESS),
        Command::Crash(flags) => trials::crash(&workspace, &flags).map(|()| ExitCode::SUCCESS),
        Command::Fuzz(options) => fuzz::run(&workspace, &options).map(|()| ExitCode::SUCCESS),
        Command::Mutants(flags) => mutants::run(&workspace, &flags).map(|()| ExitCode::SUCCESS),
        Command::Coverage => coverage::run(&workspace).map(|()| ExitCode::SUCCESS),
        Command::FinishBundle => finish::run(&workspace).map(|()| ExitCode::SUCCESS),
    }
}
