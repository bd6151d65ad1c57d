//! Accounts, from the command line: adding them, disabling them, ending their sessions.
//!
//! Invariant: what is said to be done is in the store; an account is disabled before its sessions
//! end, so that none begins in between and stays.

use std::{error::Error, sync::Arc};

use session_protocol::{EndReason, User};

use crate::{
    Moment, StoreLocation,
    flags::UserCommand,
    passwords, secrets,
    store::{self, Account, Cut, Store},
    terminal,
};

type Done = Result<(), Box<dyn Error>>;

/// Does what the command says on the accounts of a store.
pub(crate) async fn execute(location: &StoreLocation, command: &UserCommand) -> Done {
    match command {
        UserCommand::Add { email, name } => add(location, email, name.as_deref()).await,
        UserCommand::Disable { email } => disable(&store::open(location).await?, email).await,
        UserCommand::Enable { email } => {
            let store = store::open(location).await?;
            let user = known(
                store.set_disabled(&store::normalized(email), None).await?,
                email,
            )?;
            eprintln!("enabled {}", user.email);
            Ok(())
        }
        UserCommand::EndSessions { email, .. } => {
            end_sessions(&store::open(location).await?, email.as_deref()).await
        }
    }
}

async fn add(location: &StoreLocation, email: &str, name: Option<&str>) -> Done {
    let email = store::normalized(email);
    let Some((local_part, _)) = email.split_once('@') else {
        return Err(format!("expected an email address, found `{email}`").into());
    };
    let name = name.unwrap_or(local_part).to_owned();
    let fewest = passwords::FEWEST_CHARACTERS;
    let prompt = format!("Password for {email} (at least {fewest} characters): ");
    let password = terminal::ask_for_password(&prompt)?;
    if !passwords::is_long_enough(&password) {
        return Err(format!("expected at least {fewest} characters").into());
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
    let store = store::open(location).await?;
    if !store.add_account(&account).await? {
        return Err(format!("there is an account for {email} already").into());
    }
    eprintln!("added {email}");
    Ok(())
}

async fn disable(store: &Arc<dyn Store>, email: &str) -> Done {
    let now = Moment::now();
    let user = store
        .set_disabled(&store::normalized(email), Some(now))
        .await?;
    let user = known(user, email)?;
    let cut = Cut::whole(Some(&user.id), EndReason::AccountDisabled, now);
    let ended = store.cut(&cut).await?;
    eprintln!("disabled {}; {} sessions ended", user.email, ended.len());
    Ok(())
}

async fn end_sessions(store: &Arc<dyn Store>, email: Option<&str>) -> Done {
    let mut user = None;
    if let Some(email) = email {
        let account = store.account(&store::normalized(email)).await?;
        user = Some(known(account.map(|account| account.user), email)?.id);
    }
    let cut = Cut::whole(user.as_deref(), EndReason::Revoked, Moment::now());
    let ended = store.cut(&cut).await?;
    eprintln!("{} sessions ended", ended.len());
    Ok(())
}

/// Ends all sessions of a store, if there is one.
pub(crate) async fn end_all_sessions(location: &StoreLocation) -> Done {
    match location {
        StoreLocation::Memory => return Ok(()),
        StoreLocation::File(path) if !path.exists() => return Ok(()),
        StoreLocation::File(_) | StoreLocation::Redis(_) => {}
    }
    end_sessions(&store::open(location).await?, None).await
}

fn known(user: Option<User>, email: &str) -> Result<User, String> {
    user.ok_or_else(|| format!("there is no account for {email}; `user add` makes one"))
}
