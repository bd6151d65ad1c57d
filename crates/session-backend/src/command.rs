//! What the program does: serve until a signal, work on accounts, or rotate the keys.
//!
//! Invariant: standard output holds one line, the address, once the server can be used.

use std::{
    error::Error,
    io::{self, Write},
    time::Duration,
};

use tokio::{net::TcpListener, signal};

use crate::{
    Flags, accounts,
    flags::{Command, KeysCommand},
    keys::{self, Older},
    logging,
};

/// Does what the flags say.
///
/// # Errors
///
/// Whatever keeps it from being done, worded for the person at the terminal.
pub async fn execute(flags: Flags) -> Result<(), Box<dyn Error>> {
    logging::install(flags.log_level);
    match &flags.command {
        None => serve(&flags).await,
        Some(Command::Keys(KeysCommand::Rotate { after, discard })) => {
            rotate_keys(&flags, *after, *discard).await
        }
        Some(Command::User(command)) => accounts::execute(&flags.store, command).await,
    }
}

async fn serve(flags: &Flags) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(flags.listen)
        .await
        .map_err(|error| format!("--listen {}: {error}", flags.listen))?;
    let server = crate::start(flags.config(), listener).await?;
    let mut output = io::stdout();
    let port = server.address().port();
    writeln!(output, "listening on http://localhost:{port}/")?;
    output.flush()?;
    stop_signal().await?;
    server.stop().await?;
    Ok(())
}

#[cfg(unix)]
async fn stop_signal() -> io::Result<()> {
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn stop_signal() -> io::Result<()> {
    signal::ctrl_c().await
}

async fn rotate_keys(flags: &Flags, after: Duration, discard: bool) -> Result<(), Box<dyn Error>> {
    let file = flags.keys.clone().or_else(|| keys::beside(&flags.store));
    let file = file.ok_or("expected --keys FILE or a --store that is a file")?;
    let older = if discard { Older::Discard } else { Older::Keep };
    let count = keys::rotate(&file, after, older)?;
    match older {
        Older::Keep => eprintln!("{count} keys; the newest signs in {after:?}"),
        Older::Discard => {
            // Sessions that begin until the servers have read the file are in wrong hands too. No
            // token of theirs is good any more; their sockets hear it from the store.
            tokio::time::sleep(keys::RELOAD_TICK).await;
            accounts::end_all_sessions(&flags.store).await?;
        }
    }
    Ok(())
}
