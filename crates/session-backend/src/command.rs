//! What the program does: serve until a signal, add an account, or rotate the keys.
//!
//! Invariant: standard output holds one line, the address, once the server can be used.

use std::{
    error::Error,
    io::{self, BufRead, Write},
    time::Duration,
};

use session_protocol::{Secret, User};
use tokio::{net::TcpListener, signal};

use crate::{
    Flags,
    flags::{Command, KeysCommand, UserCommand},
    keys::{self, Older},
    logging, passwords, secrets,
    store::{self, Account},
};

/// Fewest characters of a password.
///
/// # Source
///
/// ASVS 5.0, 6.2.1.
pub(crate) const SHORTEST_PASSWORD: usize = 8;

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
            rotate_keys(&flags, *after, *discard)
        }
        Some(Command::User(UserCommand::Add { email, name })) => {
            add_user(&flags, email, name.as_deref()).await
        }
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

fn rotate_keys(flags: &Flags, after: Duration, discard: bool) -> Result<(), Box<dyn Error>> {
    let file = flags.keys.clone().or_else(|| keys::beside(&flags.store));
    let file = file.ok_or("expected --keys FILE or a --store that is a file")?;
    let older = if discard { Older::Discard } else { Older::Keep };
    let count = keys::rotate(&file, after, older)?;
    match older {
        Older::Keep => eprintln!("{count} keys; the newest signs in {after:?}"),
        Older::Discard => eprintln!("one key; all sessions end within {:?}", keys::RELOAD_TICK),
    }
    Ok(())
}

async fn add_user(flags: &Flags, email: &str, name: Option<&str>) -> Result<(), Box<dyn Error>> {
    let email = store::normalized(email);
    let Some((local_part, _)) = email.split_once('@') else {
        return Err(format!("expected an email address, found `{email}`").into());
    };
    let name = name.unwrap_or(local_part).to_owned();
    eprint!("Password for {email} (at least {SHORTEST_PASSWORD} characters): ");
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let password = Secret::new(line.trim_end_matches(['\r', '\n']));
    if password.expose().chars().count() < SHORTEST_PASSWORD {
        return Err(format!("expected at least {SHORTEST_PASSWORD} characters").into());
    }
    let account = Account {
        user: User {
            id: secrets::random_hex::<16>()?,
            email: email.clone(),
            name,
        },
        password_hash: passwords::hash(&password).map_err(|_| "the password cannot be hashed")?,
        disabled_at: None,
    };
    let store = store::open(&flags.store).await?;
    if !store.add_account(&account).await? {
        return Err(format!("there is an account for {email} already").into());
    }
    eprintln!("added {email}");
    Ok(())
}
