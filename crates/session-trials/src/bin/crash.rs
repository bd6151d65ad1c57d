//! `crash`: kills the server under load, again and again, and checks what its clients were told.
#![allow(
    clippy::print_stdout,
    reason = "this program talks to a person at a terminal"
)]

use std::{path::PathBuf, process::ExitCode, time::SystemTime};

use clap::Parser;
use session_trials::{
    Trouble,
    crash::{CrashOptions, Trial, TrialStore},
};

/// Kills the server under load and checks the histories of its clients.
#[derive(Debug, Parser)]
#[command(name = "crash", version)]
struct Flags {
    /// Kills.
    #[arg(long, default_value_t = 100)]
    cycles: u64,

    /// Decides what clients do and when the server dies; random unless given.
    #[arg(long)]
    seed: Option<u64>,

    /// Clients that work at once.
    #[arg(long, default_value_t = 8)]
    clients: usize,

    /// `sqlite` or `redis` for one of the trial's own, or what the server takes.
    #[arg(long, value_name = "STORE", default_value = "sqlite")]
    store: TrialStore,

    /// Servers that share the store; one of them is killed at a time.
    #[arg(long, default_value_t = 1)]
    nodes: usize,

    /// The program of the server; the one beside this program unless given.
    #[arg(long, value_name = "FILE")]
    backend: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    session_trials::verdict("crash", run(Flags::parse()).await)
}

async fn run(flags: Flags) -> Result<bool, Trouble> {
    let seed = flags.seed.unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        u64::from(since.unwrap_or_default().subsec_nanos())
    });
    println!("seed {seed}");
    let options = CrashOptions {
        program: session_trials::backend_program(flags.backend)?,
        store: flags.store,
        nodes: flags.nodes,
        clients: flags.clients,
        seed,
    };
    let mut trial = Trial::prepare(&options).await?;
    for cycle in 1..=flags.cycles {
        trial.cycle(|_| {}).await?;
        if !trial.report().violations.is_empty() {
            break;
        }
        if cycle % 50 == 0 {
            println!("{cycle} kills, nothing lost");
        }
    }
    println!("{}", trial.report());
    Ok(trial.report().violations.is_empty())
}
