//! What operators ask: alive, and how many.
//!
//! Invariant: health is that of the store too, since nothing works without it.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use crate::{app::Shared, clock::Moment, problem::Refusal, store::sessions};

/// `GET /healthz`
pub(super) async fn health(State(app): State<Shared>) -> Result<&'static str, Refusal> {
    let now = Moment::now();
    app.store
        .run(move |connection| sessions::count_living(connection, now))
        .await?;
    Ok("ok\n")
}

/// `GET /metrics`
pub(super) async fn metrics(State(app): State<Shared>) -> Result<Response, Refusal> {
    let now = Moment::now();
    let active = app
        .store
        .run(move |connection| sessions::count_living(connection, now))
        .await?;
    let text = app.metrics.render(app.hub.count(), active);
    let content_type = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    Ok((content_type, text).into_response())
}
