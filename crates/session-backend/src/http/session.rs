//! The state of the caller's session, and its extension.
//!
//! Invariant: asking never extends.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde_json::Value;
use session_protocol::{EndReason, SessionStatus};

use super::caller::{self, Caller, Holder};
use crate::{
    Moment,
    app::Shared,
    life::{Cause, Extension},
    problem::Refusal,
};

/// `GET /api/session`
pub(super) async fn status(
    State(app): State<Shared>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let found = match caller::bearer_claims(&app, &headers) {
        Some(claims) => caller::bearer_session(&app, &claims).await?,
        None => match caller::cookie_holder(&app, &headers).await? {
            Holder::Living { session, .. } => Ok(*session),
            Holder::Over(reason) => Err(reason),
            // A token that merely ran out says nothing about its session.
            Holder::Nobody if caller::bearer(&headers).is_none() => Err(EndReason::NoSession),
            Holder::Nobody | Holder::Overtaken => return Err(Refusal::invalid_token()),
        },
    };
    let status = match found {
        Ok(session) => {
            SessionStatus::Active(session.describe(Moment::now(), app.policy.warning_lead))
        }
        Err(reason) => SessionStatus::Ended {
            reason: Some(reason),
        },
    };
    Ok(Json(status.to_value()))
}

/// `POST /api/session/extend`
pub(super) async fn extend(
    State(app): State<Shared>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    let (session, _) = caller::any_session(&app, &headers).await?;
    match app.extend(&session.id, Cause::Request).await? {
        Extension::Extended(session) => {
            let session = session.describe(Moment::now(), app.policy.warning_lead);
            Ok(Json(session.to_value()))
        }
        Extension::Refused => Err(Refusal::new(
            StatusCode::CONFLICT,
            "not_extendable",
            "the session reaches its longest duration soon; nothing moves that limit",
        )),
        Extension::Ended(reason) => Err(Refusal::ended(reason)),
    }
}

/// `GET /api/me`
pub(super) async fn me(Caller(session): Caller) -> Json<Value> {
    Json(session.user.to_value())
}
