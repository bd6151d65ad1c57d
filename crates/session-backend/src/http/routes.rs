//! The routes, as one table: the router, the tests and the API description read it.
//!
//! Invariants: what is not in the table does not answer; a call that can change something is
//! guarded before its handler runs, by the guard that its row names; where browsers come by TLS, a
//! call without it is refused, never redirected, since its secrets have been read on the way.

use axum::{
    Router,
    extract::{Request, State},
    http::request::Parts,
    middleware::{self, Next},
    response::Response,
    routing::{MethodRouter, delete, get, post, put},
};

use super::{account, auth, demo, devices, notes, operation, reports, session, uploads};
use crate::{
    app::{App, Shared},
    client_address,
    events::SecurityEvent,
    problem::Refusal,
    socket,
};

/// Supervisors and collectors ask from nearby, without TLS and without a secret.
const OF_OPERATORS: [&str; 2] = ["/healthz", "/metrics"];

/// How a call is told from one that a foreign page makes a browser send.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Guard {
    /// Not at all: the call changes nothing.
    Harmless,
    /// A listed `Origin`, `X-Requested-With: leptos-session` and a JSON body are demanded: a cookie
    /// travels by itself.
    Unforged,
    /// A foreign `Origin` is refused; none is fine, since the bearer token does not travel by itself.
    NotForeign,
    /// A listed `Origin` is demanded: browsers let any page begin a WebSocket handshake.
    ListedOrigin,
}

/// By what a call says in which session it is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Credential {
    /// It is made in none.
    None,
    /// The refresh cookie.
    Cookie,
    /// An access token as `Authorization: Bearer`.
    Bearer,
    /// The access token, or else the refresh cookie.
    Either,
}

/// One declared call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Route {
    /// Method; `GET` answers `HEAD` too.
    pub method: &'static str,
    /// Path, with its parameters in braces.
    pub path: &'static str,
    /// Name of the operation in the API description.
    pub operation: &'static str,
    /// How a forged call is told from one of the app.
    pub guard: Guard,
    /// What says in which session the call is made.
    pub credential: Credential,
    /// Whether the call exists with `--demo` only.
    pub demo_only: bool,
}

/// A route and what answers it.
struct Entry {
    route: Route,
    handler: MethodRouter<Shared>,
}

/// Returns the declared calls, in the order of the API description.
#[must_use]
pub fn routes() -> Vec<Route> {
    table().into_iter().map(|entry| entry.route).collect()
}

/// Builds the router of the declared calls.
pub(super) fn router(app: &Shared) -> Router<Shared> {
    let with_demo = app.faults.is_some();
    table()
        .into_iter()
        .filter(|entry| with_demo || !entry.route.demo_only)
        .fold(Router::new(), |router, Entry { route, handler }| {
            router.route(route.path, guarded(app, route.guard, handler))
        })
}

fn guarded(app: &Shared, guard: Guard, handler: MethodRouter<Shared>) -> MethodRouter<Shared> {
    if guard == Guard::Harmless && !app.origins.has_https() {
        return handler;
    }
    handler.route_layer(middleware::from_fn_with_state((app.clone(), guard), demand))
}

async fn demand(
    State((app, guard)): State<(Shared, Guard)>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    if let Err(refusal) = judge(&app, guard, &parts) {
        let code = refusal.code();
        app.report(SecurityEvent::CallRefused { code });
        return Err(refusal);
    }
    Ok(next.run(Request::from_parts(parts, body)).await)
}

fn judge(app: &App, guard: Guard, parts: &Parts) -> Result<(), Refusal> {
    let headers = &parts.headers;
    if app.origins.has_https() && !OF_OPERATORS.contains(&parts.uri.path()) {
        let peer = client_address::peer(parts).ok_or_else(Refusal::internal)?;
        app.proxies.demand_tls(peer, headers)?;
    }
    match guard {
        Guard::Harmless => Ok(()),
        Guard::Unforged => app.origins.demand_unforged(headers),
        Guard::NotForeign => app.origins.refuse_foreign(headers),
        Guard::ListedOrigin => app.origins.demand_listed(headers),
    }
}

fn table() -> Vec<Entry> {
    use Credential::{Bearer, Cookie, Either, None};
    use Guard::{Harmless, ListedOrigin, NotForeign, Unforged};
    let row = |method, path, operation, guard, credential, handler| Entry {
        route: Route {
            method,
            path,
            operation,
            guard,
            credential,
            demo_only: false,
        },
        handler,
    };
    let demo_row = |path, operation, handler| {
        let Entry { route, handler } = row("POST", path, operation, NotForeign, Either, handler);
        Entry {
            route: Route {
                demo_only: true,
                ..route
            },
            handler,
        }
    };
    #[rustfmt::skip]
    let table = vec![
        row("POST", "/api/auth/login", "logIn", Unforged, None, post(auth::login)),
        row("POST", "/api/auth/refresh", "refresh", Unforged, Cookie, post(auth::refresh)),
        row("POST", "/api/auth/logout", "logOut", Unforged, Either, post(auth::logout)),
        row("POST", "/api/auth/ticket", "issueTicket", Unforged, Either, post(auth::ticket)),
        row("POST", "/api/auth/step-up", "stepUp", Unforged, Bearer, post(account::step_up)),
        row("POST", "/api/account/password", "changePassword", Unforged, Bearer, post(account::change_password)),
        row("GET", "/api/session", "readSession", Harmless, Either, get(session::status)),
        row("POST", "/api/session/extend", "extendSession", Unforged, Either, post(session::extend)),
        row("GET", "/api/sessions", "listSessions", Harmless, Bearer, get(devices::list)),
        row("DELETE", "/api/sessions/{id}", "endSession", NotForeign, Bearer, delete(devices::end)),
        row("POST", "/api/sessions/end-others", "endOtherSessions", NotForeign, Bearer, post(devices::end_others)),
        row("GET", "/api/me", "readUser", Harmless, Bearer, get(session::me)),
        row("GET", "/api/notes", "listNotes", Harmless, Bearer, get(notes::list)),
        row("POST", "/api/notes", "createNote", NotForeign, Bearer, post(notes::create)),
        row("GET", "/api/notes/{id}", "readNote", Harmless, Bearer, get(notes::read)),
        row("PUT", "/api/notes/{id}", "updateNote", NotForeign, Bearer, put(notes::update)),
        row("DELETE", "/api/notes/{id}", "deleteNote", NotForeign, Bearer, delete(notes::delete)),
        row("GET", "/api/uploads", "listUploads", Harmless, Bearer, get(uploads::list)),
        row("POST", "/api/uploads", "upload", NotForeign, Bearer, uploads::route()),
        row("DELETE", "/api/uploads/{id}", "deleteUpload", NotForeign, Bearer, delete(uploads::delete)),
        row("POST", "/api/reports", "reportViolation", Harmless, None, reports::route()),
        row("GET", "/healthz", "readHealth", Harmless, None, get(operation::health)),
        row("GET", "/metrics", "readMetrics", Harmless, None, get(operation::metrics)),
        row("GET", "/ws", "openSocket", ListedOrigin, Either, get(socket::open)),
        demo_row("/demo/expire", "demoExpire", post(demo::expire)),
        demo_row("/demo/revoke", "demoRevoke", post(demo::revoke)),
        demo_row("/demo/warn", "demoWarn", post(demo::warn)),
        demo_row("/demo/drop-sockets", "demoDropSockets", post(demo::drop_sockets)),
        demo_row("/demo/fail-refresh", "demoFailRefresh", post(demo::fail_refresh)),
        demo_row("/demo/slow-refresh", "demoSlowRefresh", post(demo::slow_refresh)),
    ];
    table
}
