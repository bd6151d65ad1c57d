//! Uploads over HTTP: a long request that outlives an access token.
//!
//! Invariant: the caller is known before the body is read.

use axum::{
    Json,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    routing::{MethodRouter, post},
};
use serde_json::{Value, json};

use super::{caller::Caller, room};
use crate::{
    Moment,
    app::{self, Shared},
    problem::Refusal,
    store::Upload,
};

pub(crate) const LONGEST_UPLOAD: usize = 10 * 1024 * 1024;

/// `POST /api/uploads`, with a body limit of its own.
pub(super) fn route() -> MethodRouter<Shared> {
    post(create).layer(DefaultBodyLimit::max(LONGEST_UPLOAD))
}

async fn create(
    State(app): State<Shared>,
    Caller(session): Caller,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let id = app::identifier::<8>().map_err(|_| Refusal::internal())?;
    let answer = json!({ "id": id, "size": body.len() });
    let (user, now) = (session.user.id, Moment::now());
    let placed = app.store.add_upload(&user, &id, &body, now, room::UPLOADS);
    room::demand(placed.await?, room::UPLOADS, "uploads")?;
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `GET /api/uploads`
pub(super) async fn list(
    State(app): State<Shared>,
    Caller(session): Caller,
) -> Result<Json<Vec<Upload>>, Refusal> {
    Ok(Json(app.store.uploads(&session.user.id).await?))
}

/// `DELETE /api/uploads/{id}`
pub(super) async fn delete(
    State(app): State<Shared>,
    Caller(session): Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let found = app.store.delete_upload(&session.user.id, &id).await?;
    found
        .then_some(StatusCode::NO_CONTENT)
        .ok_or_else(Refusal::not_found)
}
