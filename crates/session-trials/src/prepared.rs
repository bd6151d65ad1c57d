//! Accounts and sessions that are in the store before the server starts.
//!
//! Invariant: they are written as the server writes them, by its own store; only the hashing of
//! passwords, 25 ms each, is done once for all.

use std::{net::IpAddr, path::Path, time::Duration};

use session_backend::{
    Moment, Policy, RefreshKeys, StoreLocation,
    rotation::RefreshToken,
    store::{self, Account, SessionRow, SessionState, Store},
};
use session_protocol::User;

use crate::{Browser, Launch, Trouble, draw::Draw};

/// The password of all accounts.
pub(crate) const PASSWORD: &str = "password";
/// The account whose hash the others get; `--demo` makes it.
const MODEL: &str = "user@example.com";
/// Sessions that are written at once.
const AT_ONCE: usize = 64;

/// An address of this machine for each user, since strangers of one address are few.
pub(crate) fn address_of(user: usize) -> IpAddr {
    let part = |number: usize| u8::try_from(number % 250 + 1).unwrap_or(1);
    IpAddr::from([127, 1, part(user / 250), part(user)])
}

/// Returns the login name of a user.
pub(crate) fn email_of(user: usize) -> String {
    format!("user{user}@trial.example")
}

/// Makes accounts in the store that the launch names. The server must not be running yet; it is
/// started once so that store and keys are as it makes them.
///
/// # Errors
///
/// A [`Trouble`] if server or store fail.
pub(crate) async fn accounts(
    launch: &Launch,
    location: &StoreLocation,
    users: usize,
) -> Result<(), Trouble> {
    let mut seeding = launch.clone();
    seeding.arguments.push("--demo".to_owned());
    seeding.start().await?.kill();
    let store = open(location).await?;
    let model = store
        .account(MODEL)
        .await
        .map_err(Trouble::when("reading an account"))?;
    let model = model.ok_or_else(|| Trouble::new("expected demo accounts in the store"))?;
    for user in 0..users {
        let account = Account {
            user: user_of(user),
            ..model.clone()
        };
        let added = store.add_account(&account).await;
        added.map_err(Trouble::when("adding an account"))?;
    }
    Ok(())
}

fn user_of(user: usize) -> User {
    User {
        id: format!("{user:032x}"),
        email: email_of(user),
        name: format!("user {user}"),
    }
}

async fn open(location: &StoreLocation) -> Result<std::sync::Arc<dyn Store>, Trouble> {
    store::open(location)
        .await
        .map_err(Trouble::when("opening the store"))
}

/// Begins sessions of these users, and returns a browser for each that holds its cookie.
///
/// # Errors
///
/// A [`Trouble`] if store or keys fail.
pub(crate) async fn sessions(
    launch: &Launch,
    location: &StoreLocation,
    users: usize,
    of_each: usize,
) -> Result<Vec<Browser>, Trouble> {
    let keys = RefreshKeys::open(&launch.folder.join("keys"));
    let keys = keys.map_err(Trouble::when("the keys"))?;
    let store = open(location).await?;
    let mut draw = Draw::new(0);
    let rows: Vec<_> = (0..users * of_each)
        .map(|number| row(number / of_each, &mut draw))
        .collect();
    for some in rows.chunks(AT_ONCE) {
        let begun = some.iter().map(|row| store.begin(row, &[]));
        for begun in futures_util::future::join_all(begun).await {
            let begun = begun.map_err(Trouble::when("beginning a session"))?;
            begun.ok_or_else(|| Trouble::new("expected an account for each session"))?;
        }
    }
    let browsers = rows.iter().enumerate().map(|(number, row)| {
        let token = RefreshToken::current(row).write(&keys)?;
        let mut browser = Browser::new(address_of(number / of_each), launch.address);
        let name = format!("__Host-rt-{}", row.family);
        browser.cookies.insert(name, token.expose().to_owned());
        Some(browser)
    });
    let browsers: Option<_> = browsers.collect();
    browsers.ok_or_else(|| Trouble::new("expected keys that sign"))
}

fn row(user: usize, draw: &mut Draw) -> SessionRow {
    let (now, policy) = (Moment::now(), Policy::default());
    SessionRow {
        id: format!("{:016x}{:016x}", draw.next(), draw.next()),
        family: format!("{:016x}", draw.next()),
        user: user_of(user),
        created_at: now,
        absolute_deadline: now.plus(policy.absolute_timeout),
        remember_me: false,
        user_agent: "trial".to_owned(),
        address: address_of(user).to_string(),
        state: SessionState::begun(now, now.plus(Duration::from_secs(1_800))),
        version: 0,
        ended: None,
    }
}

/// Returns the SQLite store in a folder, as flag and as location.
pub(crate) fn sqlite_in(folder: &Path) -> (String, StoreLocation) {
    let path = folder.join("store.sqlite");
    let flag = format!("sqlite:{}", path.display());
    (flag, StoreLocation::File(path))
}
