//! `load`: measures the server with ten thousand sockets against its bounds, or beside its peer.
#![allow(
    clippy::print_stdout,
    reason = "this program talks to a person at a terminal"
)]

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;
use session_trials::{
    Trouble,
    load::{self, Comparison, LoadOptions},
};

/// Files that are not sockets.
const SPARE_FILES: u64 = 200;

/// Measures the server against its bounds.
#[derive(Debug, Parser)]
#[command(name = "load", version)]
struct Flags {
    /// Idle sockets; fewer where the system lets a process open fewer files.
    #[arg(long, default_value_t = 10_000)]
    sockets: usize,

    /// Handshakes that the server lets in a second.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    handshakes_per_second: u32,

    /// Sessions that are revoked with all sockets open.
    #[arg(long, default_value_t = 200)]
    revoked: usize,

    /// Logins at once.
    #[arg(long, default_value_t = 200)]
    logins: usize,

    /// Sockets that subscribe to the topic.
    #[arg(long, default_value_t = 1_000)]
    subscribers: usize,

    /// Seconds for which the topic runs.
    #[arg(long, default_value_t = 20)]
    fan_out: u64,

    /// Compare with the peer in this folder instead.
    #[arg(long, value_name = "DIR")]
    peer: Option<PathBuf>,

    /// The program of the server; the one beside this program unless given.
    #[arg(long, value_name = "FILE")]
    backend: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    session_trials::verdict("load", run(Flags::parse()).await)
}

async fn run(flags: Flags) -> Result<bool, Trouble> {
    let files = session_trials::raise_open_files()?;
    let most = usize::try_from(files.saturating_sub(SPARE_FILES)).unwrap_or(usize::MAX);
    let sockets = flags.sockets.min(most);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    println!("{files} files a process, {sockets} sockets, load of the machine before: {load}");
    if sockets < flags.sockets {
        println!(
            "{} were asked for: the system lets a process open too few files",
            flags.sockets
        );
    }
    let program = session_trials::backend_program(flags.backend)?;
    let fan_out = Duration::from_secs(flags.fan_out);
    if let Some(peer) = flags.peer {
        let comparison = Comparison {
            program,
            peer,
            sockets,
            subscribers: flags.subscribers,
            fan_out,
        };
        return load::compare(&comparison).await.map(|_| true);
    }
    let options = LoadOptions {
        program,
        sockets,
        handshakes_per_second: flags.handshakes_per_second,
        revoked: flags.revoked,
        logins: flags.logins,
        subscribers: flags.subscribers,
        fan_out,
    };
    let table = load::run(&options).await?;
    Ok(table.holds())
}
