//! Uploads over HTTP: a long request that outlives an access token.
//!
//! Invariant: the caller is known before the body is read.

use axum::{
    Json,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    routing::{MethodRouter, post},
};
use serde_json::{Value, json};

use super::caller::Caller;
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
    app.store.add_upload(&user, &id, &body, now).await?;
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `GET /api/uploads`
pub(super) async fn list(
    State(app): State<Shared>,
    Caller(session): Caller,
) -> Result<Json<Vec<Upload>>, Refusal> {
    Ok(Json(app.store.uploads(&session.user.id).await?))
}
