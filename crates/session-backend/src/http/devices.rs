//! The user's sessions on all devices.
//!
//! Invariants: a user sees and ends own sessions only; another's is simply not there. What ends
//! sessions asks for the password again if it was entered too long ago, since whoever finds an
//! unlocked device could lock out its owner everywhere else.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Value, json};
use session_protocol::EndReason;

use super::caller::{Caller, Proven};
use crate::{Moment, app::Shared, problem::Refusal};

/// `GET /api/sessions`
pub(super) async fn list(
    State(app): State<Shared>,
    Caller(current): Caller,
) -> Result<Json<Value>, Refusal> {
    let now = Moment::now();
    let rows = app.store.living_of_user(&current.user.id, now).await?;
    let rows = rows.into_iter().map(|row| {
        json!({
            "id": row.id,
            "current": row.id == current.id,
            "signedInSecondsAgo": now.since(row.created_at).as_secs(),
            "lastActiveSecondsAgo": now.since(row.state.last_active_at).as_secs(),
            "userAgent": row.user_agent,
            "address": row.address,
            "rememberMe": row.remember_me,
        })
    });
    Ok(Json(rows.collect()))
}

/// `DELETE /api/sessions/{id}`
pub(super) async fn end(
    State(app): State<Shared>,
    Proven(current): Proven,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let own = matches!(app.living(&id).await?, Ok(row) if row.user.id == current.user.id);
    if !own {
        return Err(Refusal::not_found());
    }
    app.end(&id, EndReason::Revoked).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/sessions/end-others`
pub(super) async fn end_others(
    State(app): State<Shared>,
    Proven(current): Proven,
) -> Result<StatusCode, Refusal> {
    app.end_others(&current).await?;
    Ok(StatusCode::NO_CONTENT)
}
