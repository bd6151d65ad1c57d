//! The HTTP side: routes, and what every request passes through.
//!
//! Invariants: only declared methods answer; every error is a problem document; no answer goes
//! before its request has come; a handler that panics harms no other request.

use std::any::Any;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    middleware,
    response::{IntoResponse, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
};

use crate::{
    app::Shared,
    origins,
    problem::{self, Refusal},
    security_headers,
};

mod account;
mod arrival;
mod auth;
mod body;
mod caller;
mod credentials;
mod demo;
mod devices;
mod notes;
mod operation;
mod reports;
mod room;
mod routes;
mod session;
mod uploads;

pub(crate) use arrival::{BYTES_OF_A_SECOND, LONGEST_REFUSED};
pub(crate) use caller::{Holder, bearer_session, cookie_holder};
pub(crate) use notes::{LONGEST_TEXT, LONGEST_TITLE};
pub(crate) use reports::{
    LONGEST_REPORT, MOST_IN_BODY, MOST_REPORTS, ReportBudget, WINDOW as REPORT_WINDOW,
};
pub(crate) use room::{NOTES, UPLOADS};
pub use routes::{Credential, Guard, Route, routes};
pub(crate) use uploads::LONGEST_UPLOAD;

/// Longest body of most calls; notes of 64 KiB fit in any JSON escaping.
pub(crate) const LONGEST_BODY: usize = 512 * 1024;

/// Builds the routes.
pub(crate) fn router(app: Shared) -> Router {
    let routes = routes::router(&app)
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(page_or_asset)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(CatchPanicLayer::custom(panicked));
    let routes = if app.origins.lists_any() {
        routes.layer(cors(&app))
    } else {
        routes
    };
    routes
        .layer(middleware::map_response(problem::normalized))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            arrival::awaited,
        ))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            security_headers::add,
        ))
        .with_state(app)
}

/// Answers listed foreign origins, and only those.
fn cors(app: &Shared) -> CorsLayer {
    let shared = app.clone();
    let allowed = move |origin: &HeaderValue, _: &Parts| {
        origin
            .to_str()
            .is_ok_and(|origin| shared.origins.lists(origin))
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            origins::REQUESTED_WITH,
        ])
        .expose_headers([header::RETRY_AFTER])
}

async fn method_not_allowed() -> Refusal {
    let detail = "expected one of the methods in `Allow`";
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}

async fn page_or_asset(State(app): State<Shared>, request: Request) -> Response {
    let path = request.uri().path();
    if ["/api", "/demo", "/ws"]
        .iter()
        .filter_map(|prefix| path.strip_prefix(prefix))
        .any(|rest| rest.is_empty() || rest.starts_with('/'))
    {
        return Refusal::not_found().into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = (header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return method_not_allowed()
            .await
            .with_header(allow.0, allow.1)
            .into_response();
    }
    match &app.assets {
        Some(assets) => {
            let connect_to = socket_source(&app, &request);
            assets.answer(path, request.headers(), &connect_to)
        }
        None if path == "/" => NO_APP.into_response(),
        None => Refusal::not_found().into_response(),
    }
}

const NO_APP: &str = "This is the session backend; the app is not built into it.\n\
    Build and serve both with: cargo xtask serve\n\
    or start the backend with --dist DIR after: trunk build --release\n";

/// Returns the sources of the own socket, for browsers whose `'self'` leaves `ws:` out.
fn socket_source(app: &Shared, request: &Request) -> String {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let Some(host) = host else {
        return String::new();
    };
    let page_is_own = |scheme| app.origins.allows(&format!("{scheme}://{host}"));
    match () {
        () if page_is_own("https") => format!(" wss://{host}"),
        () if page_is_own("http") => format!(" ws://{host}"),
        () => String::new(),
    }
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request handler panicked");
    Refusal::internal().into_response()
}
