//! What operators ask: alive, and how many.
//!
//! Invariant: health is that of the store too, since nothing works without it.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use crate::{Moment, app::Shared, problem::Refusal};

/// `GET /healthz`
pub(super) async fn health(State(app): State<Shared>) -> Result<&'static str, Refusal> {
    app.store.ping().await?;
    Ok("ok\n")
}

/// `GET /metrics`
pub(super) async fn metrics(State(app): State<Shared>) -> Result<Response, Refusal> {
    let active = app.store.count_living(Moment::now()).await?;
    let text = app.metrics.render(app.hub.count(), active);
    let content_type = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    Ok((content_type, text).into_response())
}
