//! `/demo/*`: faults at the push of a button, for demonstrations and end-to-end tests.
//!
//! Invariants: there are no such routes without `--demo`; a call with a cookie or token concerns
//! its own session, one without concerns all; a foreign page cannot call.

use std::time::Duration;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use session_protocol::EndReason;

use super::caller::{self, Holder};
use crate::{
    Moment,
    app::{App, Shared},
    cluster,
    demo::{Order, RefreshFault},
    problem::Refusal,
    store::{self, Event, SessionState},
};

type Done = Result<StatusCode, Refusal>;

/// `POST /demo/expire`
pub(super) async fn expire(State(app): State<Shared>, headers: HeaderMap) -> Done {
    end(&app, &headers, EndReason::SessionTimeout).await
}

/// `POST /demo/revoke`
pub(super) async fn revoke(State(app): State<Shared>, headers: HeaderMap) -> Done {
    end(&app, &headers, EndReason::Revoked).await
}

async fn end(app: &App, headers: &HeaderMap, reason: EndReason) -> Done {
    for id in concerned(app, headers).await? {
        app.end(&id, reason).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Query of `/demo/warn`.
#[derive(Deserialize)]
pub(super) struct Warn {
    #[serde(default = "thirty")]
    seconds: u32,
}

const fn thirty() -> u32 {
    30
}

/// `POST /demo/warn`
pub(super) async fn warn(
    State(app): State<Shared>,
    headers: HeaderMap,
    Query(query): Query<Warn>,
) -> Done {
    let remaining = Duration::from_secs(query.seconds.into());
    for id in concerned(&app, &headers).await? {
        let Ok(session) = app.living(&id).await? else {
            continue;
        };
        let now = Moment::now();
        let warned = store::change(&*app.store, session, |row| {
            Some(SessionState {
                idle_deadline: now.plus(remaining),
                ..row.state.clone()
            })
        });
        if warned.await?.is_some() {
            show(&app, Order::Warn { session: id }).await?;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /demo/drop-sockets`
pub(super) async fn drop_sockets(State(app): State<Shared>, headers: HeaderMap) -> Done {
    let session = own_session(&app, &headers).await?;
    show(&app, Order::DropSockets { session }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Query of `/demo/fail-refresh`.
#[derive(Deserialize)]
pub(super) struct FailRefresh {
    #[serde(default = "unavailable")]
    status: u16,
    #[serde(default = "once")]
    times: u32,
    code: Option<String>,
}

const fn unavailable() -> u16 {
    503
}

const fn once() -> u32 {
    1
}

/// `POST /demo/fail-refresh`
pub(super) async fn fail_refresh(
    State(app): State<Shared>,
    headers: HeaderMap,
    Query(query): Query<FailRefresh>,
) -> Done {
    if !(400..=599).contains(&query.status) {
        return Err(Refusal::invalid("expected a `status` from 400 to 599"));
    }
    let code = query.code.unwrap_or_else(|| {
        let code = match query.status {
            401 => "session_revoked",
            429 => "too_many_attempts",
            _ => "demo_failure",
        };
        code.to_owned()
    });
    let fault = RefreshFault::Fail {
        status: query.status,
        code,
    };
    plan(&app, &headers, fault, query.times).await
}

/// Query of `/demo/slow-refresh`.
#[derive(Deserialize)]
pub(super) struct SlowRefresh {
    #[serde(default = "nine")]
    seconds: u32,
    #[serde(default = "once")]
    times: u32,
}

const fn nine() -> u32 {
    9
}

/// `POST /demo/slow-refresh`
pub(super) async fn slow_refresh(
    State(app): State<Shared>,
    headers: HeaderMap,
    Query(query): Query<SlowRefresh>,
) -> Done {
    let fault = RefreshFault::Slow(Duration::from_secs(query.seconds.into()));
    plan(&app, &headers, fault, query.times).await
}

async fn plan(app: &App, headers: &HeaderMap, fault: RefreshFault, times: u32) -> Done {
    let session = own_session(app, headers).await?;
    let order = Order::Refreshes {
        session,
        fault,
        times,
    };
    show(app, order).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows something on all servers.
async fn show(app: &App, order: Order) -> Result<(), Refusal> {
    let told = serde_json::to_value(&order).map_err(|_| Refusal::internal())?;
    cluster::obey(app, order).await?;
    let from = app.server.clone();
    app.tell_others(Event::Demo { from, order: told }).await;
    Ok(())
}

/// Builds the answer of a planned failure.
pub(super) fn failure(status: u16, code: &str) -> Refusal {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let detail = "this failure was asked for by /demo/fail-refresh";
    let refusal = Refusal::coded(status, code, detail);
    if matches!(status.as_u16(), 429 | 503) {
        refusal.with_retry_after(Duration::from_secs(1))
    } else {
        refusal
    }
}

async fn concerned(app: &App, headers: &HeaderMap) -> Result<Vec<String>, Refusal> {
    if let Some(id) = own_session(app, headers).await? {
        return Ok(vec![id]);
    }
    Ok(app.store.living(Moment::now()).await?)
}

async fn own_session(app: &App, headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    if let Some(claims) = caller::bearer_claims(app, headers) {
        return Ok(Some(claims.sid));
    }
    match caller::cookie_holder(app, headers).await? {
        Holder::Living { session, .. } => Ok(Some(session.id)),
        Holder::Overtaken => Err(Refusal::invalid_token()),
        Holder::Over(_) | Holder::Nobody => Ok(None),
    }
}
