//! Login, refresh, logout and tickets.
//!
//! Invariants: what changes state is proved not to be forged before anything else happens; the
//! refresh token leaves in a cookie only; a cookie is deleted only if its very family is over.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use session_protocol::{
    EndReason,
    http::{LoginRequest, LogoutRequest, TicketResponse, TokenResponse},
};

use super::{
    body,
    caller::{self, Families},
    credentials,
};
use crate::{
    Moment,
    app::{App, Shared},
    client_address::ClientAddress,
    cookie::{self, RefreshCookies},
    demo::RefreshFault,
    events::SecurityEvent,
    life::Beginning,
    origins,
    problem::Refusal,
    rotation::{self, RefreshToken, Rotation},
    store::{Account, SessionRow, StoreError},
    tickets::{self, Admission},
};

/// Characters of a `User-Agent` that are kept.
const LONGEST_USER_AGENT: usize = 200;

/// `POST /api/auth/login`
pub(super) async fn login(
    State(app): State<Shared>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let request = LoginRequest::from_value(&body::object(&body)?)?;
    let (account, guess) = credentials::demand(&app, address, &headers, &request).await?;
    let (now, email) = (Moment::now(), account.user.email.clone());
    let cookies = RefreshCookies::read(&headers, &app.keys.refresh);
    let mut families = Families::read(&app, cookies, now).await?;
    caller::end_reused(&app, &mut families, now).await?;
    let (mut earlier, mut dead) = (families.living, families.dead);
    earlier.extend(families.overtaken);
    dead.extend(earlier.iter().map(|(token, _)| token.family.clone()));
    let beginning = Beginning {
        user: account.user.clone(),
        remember_me: request.remember_me,
        user_agent: user_agent(&headers),
        address: address.to_string(),
        replaces: earlier.into_iter().map(|(_, row)| row.id).collect(),
    };
    let session = app.begin(beginning).await?;
    let Some(session) = still_welcome(&app, session, &account.password_hash).await? else {
        return Err(credentials::refused(&app, address, &email, guess).await);
    };
    credentials::right(&app, guess).await;
    app.metrics.logins.count();
    app.report(SecurityEvent::LoggedIn {
        session: &session.id,
        account: &session.user.email,
        address,
    });
    token_response(&app, &session, Cookie::Issue, &dead)
}

/// Returns a session that has begun, unless its password was changed while it was checked: whoever
/// ended all other sessions by that did not mean to spare this one.
async fn still_welcome(
    app: &App,
    session: Option<SessionRow>,
    password_hash: &str,
) -> Result<Option<SessionRow>, StoreError> {
    let Some(session) = session else {
        return Ok(None);
    };
    let account = app.store.account(&session.user.email).await;
    let is_same = |account: &Account| account.password_hash == password_hash;
    if matches!(&account, Ok(Some(account)) if is_same(account)) {
        return Ok(Some(session));
    }
    // Nobody is told of it, so nobody else would end it.
    app.end(&session.id, EndReason::Revoked).await?;
    account.map(|_| None)
}

/// `POST /api/auth/refresh`
pub(super) async fn refresh(
    State(app): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    app.metrics.refreshes.count();
    let cookies = RefreshCookies::read(&headers, &app.keys.refresh);
    let slow = suffer_faults(&app, &headers).await?;
    let (now, grace) = (Moment::now(), app.policy.refresh_grace);
    let mut families = Families::read(&app, cookies, now).await?;
    let mut dead = families.dead;
    let newest = families.living.pop();
    let generation = newest.as_ref().map(|(token, _)| token.generation);
    let outcome = match newest {
        Some((token, session)) => {
            let outcome = rotation::present(&*app.store, &token, session, grace, now).await?;
            if matches!(outcome, Rotation::Over(..) | Rotation::Ended(_)) {
                dead.push(token.family);
            }
            outcome
        }
        None => Rotation::Ended(families.over.unwrap_or(EndReason::NoSession)),
    };
    // Two logins at once left two sessions in one browser: the newest is the one it has.
    for (token, session) in families.living {
        let reason = if token.is_reused(&session, grace, now) {
            app.report_reuse(&session, token.generation);
            EndReason::ReuseDetected
        } else {
            EndReason::Replaced
        };
        app.end(&session.id, reason).await?;
        dead.push(token.family);
    }
    if let Some(delay) = slow {
        tokio::time::sleep(delay).await;
    }
    match outcome {
        Rotation::Rotated(session) => {
            app.metrics.rotations.count();
            token_response(&app, &session, Cookie::Issue, &dead)
        }
        Rotation::Reissued(session) => {
            app.report(SecurityEvent::RefreshReissued {
                session: &session.id,
            });
            token_response(&app, &session, Cookie::Issue, &dead)
        }
        Rotation::Kept(session) => token_response(&app, &session, Cookie::Keep, &dead),
        Rotation::Tolerated(session) => {
            app.report(SecurityEvent::PredecessorTolerated {
                session: &session.id,
            });
            token_response(&app, &session, Cookie::Keep, &dead)
        }
        Rotation::OverBudget(session) => {
            app.report(SecurityEvent::PredecessorPutOff {
                session: &session.id,
            });
            let detail = "the successor of this refresh token is on its way; come back with it";
            let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail);
            let refusal = refusal.with_retry_after(rotation::COME_BACK_AFTER);
            Err(without_cookies(refusal, &dead))
        }
        Rotation::Over(session, reason) => {
            if let (EndReason::ReuseDetected, Some(generation)) = (reason, generation) {
                app.report_reuse(&session, generation);
            }
            app.announce_end(&session.id, reason);
            Err(without_cookies(Refusal::ended(reason), &dead))
        }
        Rotation::Ended(reason) => Err(without_cookies(Refusal::ended(reason), &dead)),
    }
}

/// `POST /api/auth/logout`: ends the session that the body names if cookie or token belong to it,
/// and whatever they belong to if it names none.
pub(super) async fn logout(
    State(app): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let request = LogoutRequest::from_value(&body::object(&body)?)?;
    let meant = |session: &str| request.session.as_deref().is_none_or(|id| id == session);
    let cookies = RefreshCookies::read(&headers, &app.keys.refresh);
    let now = Moment::now();
    let families = Families::read(&app, cookies, now).await?;
    let mut dead = families.dead;
    for (token, session) in families.living {
        if meant(&session.id) {
            app.end(&session.id, EndReason::LoggedOut).await?;
            dead.push(token.family);
        }
    }
    if let Some(claims) = caller::bearer_claims(&app, &headers)
        && meant(&claims.sid)
    {
        app.end(&claims.sid, EndReason::LoggedOut).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    delete_cookies(response.headers_mut(), &dead);
    Ok(response)
}

/// `POST /api/auth/ticket`
pub(super) async fn ticket(
    State(app): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (session, until) = caller::any_session(&app, &headers).await?;
    let admission = Admission {
        session: session.id,
        until,
    };
    let origin = origins::origin(&headers).unwrap_or_default();
    let ticket = tickets::issue(&*app.store, &admission, origin).await?;
    let body = TicketResponse {
        ticket,
        expires_in: tickets::LIFETIME,
    };
    Ok(Json(body.to_value()).into_response())
}

/// Whether an answer carries the refresh cookie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Cookie {
    Issue,
    Keep,
}

fn token_response(
    app: &App,
    session: &SessionRow,
    cookie: Cookie,
    dead: &[String],
) -> Result<Response, Refusal> {
    let now = Moment::now();
    let access_token = app
        .access_tokens
        .issue(&session.user.id, &session.id, session.state.generation, now)
        .ok_or_else(Refusal::internal)?;
    let body = TokenResponse {
        access_token,
        expires_in: app.access_tokens.lifetime(),
        session: Some(session.describe(now, app.policy.warning_lead)),
    };
    let mut response = Json(body.to_value()).into_response();
    if cookie == Cookie::Issue {
        let rest = session.absolute_deadline.since(now);
        let max_age = session.remember_me.then_some(rest);
        let token = RefreshToken::current(session);
        let header = cookie::set(&token, &app.keys.refresh, max_age);
        let header = header.ok_or_else(Refusal::internal)?;
        response.headers_mut().append(header::SET_COOKIE, header);
    }
    delete_cookies(response.headers_mut(), dead);
    Ok(response)
}

fn delete_cookies(headers: &mut HeaderMap, dead: &[String]) {
    for header in dead.iter().filter_map(|family| cookie::delete(family)) {
        headers.append(header::SET_COOKIE, header);
    }
}

fn without_cookies(refusal: Refusal, dead: &[String]) -> Refusal {
    dead.iter()
        .filter_map(|family| cookie::delete(family))
        .fold(refusal, |refusal, header| {
            refusal.with_header(header::SET_COOKIE, header)
        })
}

fn user_agent(headers: &HeaderMap) -> String {
    let value = headers.get(header::USER_AGENT);
    let text = value.and_then(|value| value.to_str().ok());
    text.unwrap_or_default()
        .chars()
        .take(LONGEST_USER_AGENT)
        .collect()
}

/// Applies the faults that `/demo/*` planned; returns how much later the answer comes.
async fn suffer_faults(
    app: &App,
    headers: &HeaderMap,
) -> Result<Option<std::time::Duration>, Refusal> {
    let Some(faults) = &app.faults else {
        return Ok(None);
    };
    let cookies = RefreshCookies::read(headers, &app.keys.refresh);
    let now = Moment::now();
    let families = Families::read(app, cookies, now).await?;
    let session = families.living.last();
    let id = session.map(|(_, session)| session.id.as_str());
    let mut slow = None;
    for fault in faults.take(id) {
        match fault {
            RefreshFault::Slow(delay) => slow = Some(delay),
            RefreshFault::Fail { status, code } => return Err(super::demo::failure(status, &code)),
        }
    }
    Ok(slow)
}
