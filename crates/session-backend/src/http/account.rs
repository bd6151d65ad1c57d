//! The password of who is logged in: entered again, or changed.
//!
//! Invariants: only the password itself proves that its owner is there, an access token does not;
//! guesses count like those of a login.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use session_protocol::Secret;

use super::{body, caller::Caller, credentials};
use crate::{
    Moment,
    app::{App, Shared},
    client_address::ClientAddress,
    events::SecurityEvent,
    passwords,
    problem::Refusal,
    store::{self, SessionRow, SessionState},
};

/// Body of `POST /api/auth/step-up`.
#[derive(Deserialize)]
struct StepUp {
    password: String,
}

/// Body of `POST /api/account/password`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PasswordChange {
    current_password: String,
    new_password: String,
    #[serde(default)]
    end_others: bool,
}

/// `POST /api/auth/step-up`
pub(super) async fn step_up(
    State(app): State<Shared>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Caller(session): Caller,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let StepUp { password } = body::typed(&headers, &body)?;
    let password = Secret::new(password);
    credentials::demand_again(&app, address, &headers, &session, password).await?;
    let session = proven(&app, session).await?;
    app.report(SecurityEvent::SteppedUp {
        session: &session.id,
    });
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/account/password`
pub(super) async fn change_password(
    State(app): State<Shared>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Caller(session): Caller,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let request: PasswordChange = body::typed(&headers, &body)?;
    let current = Secret::new(request.current_password);
    let new = Secret::new(request.new_password);
    if !passwords::is_long_enough(&new) {
        let fewest = passwords::FEWEST_CHARACTERS;
        let detail = format!("expected at least {fewest} characters in `newPassword`");
        return Err(Refusal::invalid(detail));
    }
    let account = credentials::demand_again(&app, address, &headers, &session, current).await?;
    let place = credentials::queue(&app, address)?;
    let hash = app.passwords.hash(place, new).await;
    let hash = hash.map_err(|_| Refusal::internal())?;
    // Whoever was logged out meanwhile changes nothing any more.
    let session = proven(&app, session).await?;
    let seen = &account.password_hash;
    if !app
        .store
        .set_password(&session.user.id, seen, &hash)
        .await?
    {
        // Somebody was faster: the password that was entered is the current one no more.
        return Err(credentials::wrong().without_challenge());
    }
    app.report(SecurityEvent::PasswordChanged {
        session: &session.id,
        account: &session.user.email,
        address,
    });
    if request.end_others {
        app.end_others(&session).await.map_err(|error| {
            tracing::error!(%error, "sessions outlive the password that they began with");
            let detail = "the password is changed, the other sessions are not ended; \
                POST /api/sessions/end-others ends them";
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Refusal::new(status, "sessions_not_ended", detail)
        })?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Notes that the user has just proved to be there.
async fn proven(app: &App, session: SessionRow) -> Result<SessionRow, Refusal> {
    let (id, now) = (session.id.clone(), Moment::now());
    let proven = store::change(&*app.store, session, |row| {
        Some(SessionState {
            auth_time: now,
            ..row.state.clone()
        })
    });
    match proven.await? {
        Some(session) => Ok(session),
        None => match app.living(&id).await? {
            Ok(session) => Ok(session),
            Err(reason) => Err(Refusal::ended(reason)),
        },
    }
}
