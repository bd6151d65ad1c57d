//! Email and password: whose they are, if guessing has not gone too far.
//!
//! Invariants: an account that does not exist, or is disabled, is answered like a wrong password, in
//! text, status and time; a guess has its place in the queue, and counts, before its password is
//! looked at.

use std::net::IpAddr;

use axum::http::{HeaderMap, StatusCode};
use session_protocol::{Secret, http::LoginRequest};

use super::caller::Families;
use crate::{
    Moment,
    app::App,
    cookie::RefreshCookies,
    events::SecurityEvent,
    limiter::{Attempt, Home},
    passwords::Place,
    problem::Refusal,
    store::{self, Account, SessionRow, StoreError},
};

/// An attempt to log in whose password fits, and which is to be decided.
pub(super) struct Guess<'a> {
    attempt: Attempt<'a>,
    home: Home,
}

/// Returns the account of an email address and its password, and the guess that is to be decided.
pub(super) async fn demand<'a>(
    app: &'a App,
    address: IpAddr,
    headers: &HeaderMap,
    request: &LoginRequest,
) -> Result<(Account, Guess<'a>), Refusal> {
    let email = store::normalized(&request.email);
    let place = queue(app, address)?;
    let home = Home::find(&*app.store, &app.keys, &email, address).await?;
    let is_owner = holds_a_session(app, headers, &email).await? || home.is_known();
    let limited = |wait| {
        app.report(SecurityEvent::LoginLimited {
            account: &email,
            address,
        });
        let detail = "too many failed logins; wait as `Retry-After` says";
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", detail)
            .with_retry_after(wait)
    };
    let attempt = app.login_limiter.begin(address, &email, is_owner).await;
    let mut attempt = attempt.map_err(limited)?;
    // What failed on other servers counts too; what is under way there does not.
    if let Some(wait) = app.store.wait(&attempt.buckets(), Moment::now()).await? {
        return Err(limited(wait));
    }
    let account = app.store.account(&email).await?;
    let hash = account
        .as_ref()
        .map(|account| account.password_hash.clone());
    let password = request.password.clone();
    let verify = app.passwords.verify(place, password, hash);
    let fits = attempt.look(verify).await;
    let attempt = Guess { attempt, home };
    match (account, fits.map_err(|_| Refusal::internal())?) {
        // A disabled account is refused before anything is written, or the time would tell.
        (Some(account), true) if account.disabled_at.is_none() => Ok((account, attempt)),
        (Some(_) | None, _) => Err(refused(app, address, &email, attempt).await),
    }
}

/// Demands the password of a session's user once more; returns the account.
pub(super) async fn demand_again(
    app: &App,
    address: IpAddr,
    headers: &HeaderMap,
    session: &SessionRow,
    password: Secret,
) -> Result<Account, Refusal> {
    let request = LoginRequest {
        email: session.user.email.clone(),
        password,
        remember_me: session.remember_me,
    };
    // The access token is good, and no refresh would help.
    let attempt = demand(app, address, headers, &request).await;
    let (account, guess) = attempt.map_err(Refusal::without_challenge)?;
    right(app, guess).await;
    Ok(account)
}

/// Takes a place in the queue of those whose password is hashed.
pub(super) fn queue(app: &App, address: IpAddr) -> Result<Place, Refusal> {
    app.passwords.queue().map_err(|after| {
        app.report(SecurityEvent::LoginPutOff { address });
        let detail = "too many logins at once; come back as `Retry-After` says";
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).with_retry_after(after)
    })
}

/// The password was right, and is its owner's: the owner is at home there.
pub(super) async fn right(app: &App, Guess { attempt, home }: Guess<'_>) {
    drop(attempt);
    if let Err(error) = home.note(&*app.store).await {
        tracing::warn!(%error, "where an owner has logged in is not remembered");
    }
}

/// The same for a wrong password, an unknown account and a disabled one.
pub(super) async fn refused(
    app: &App,
    address: IpAddr,
    account: &str,
    Guess { attempt, .. }: Guess<'_>,
) -> Refusal {
    let buckets = attempt.buckets();
    if let Err(error) = app.store.fill(&buckets, Moment::now()).await {
        tracing::warn!(%error, "a failed login counts on this server only");
    }
    attempt.failed();
    app.metrics.logins_refused.count();
    app.report(SecurityEvent::LoginRefused { account, address });
    wrong()
}

/// Password or email is not what the account has.
pub(super) fn wrong() -> Refusal {
    let detail = "email or password is wrong";
    Refusal::new(StatusCode::UNAUTHORIZED, "invalid_credentials", detail)
}

/// Returns whether the browser holds the cookie of a living session of this account.
async fn holds_a_session(app: &App, headers: &HeaderMap, email: &str) -> Result<bool, StoreError> {
    let cookies = RefreshCookies::read(headers, &app.keys.refresh);
    let families = Families::read(app, cookies, Moment::now()).await?;
    let mut living = families.living.iter();
    Ok(living.any(|(_, session)| session.user.email == email))
}
