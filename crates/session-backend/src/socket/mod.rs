//! The socket: handshake, then one task for each connection.
//!
//! Invariants: an origin that is not listed gets no socket; the store is not asked before it is the
//! handshake's turn; from its answer on a socket counts as open, so that no stop forgets it; how a
//! socket proves who it is decides nothing about what it may do; a bad proof is answered on the
//! socket, where a browser can see it.

use axum::{
    extract::{
        Query, State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use serde::Deserialize;
use session_protocol::{EndReason, MAX_MESSAGE_BYTES, Secret};

use crate::{
    app::Shared,
    client_address::ClientAddress,
    http::{self, Holder},
    hub, origins,
    problem::Refusal,
    store::SessionRow,
    tickets::{self, Admission},
};

mod budget;
mod connection;
mod ending;
mod term;

pub(crate) use budget::{MOST_MESSAGES, MOST_VIOLATIONS, WINDOW};
use connection::Connection;
pub(crate) use connection::WRITE_TIMEOUT;
pub(crate) use term::MOST_MISSED;

/// The subprotocol that is answered to clients that name it.
const SUBPROTOCOL: &str = "leptos-session";
/// Marks the access token among the named subprotocols.
const BEARER: &str = "bearer.";
/// A frame beyond this length is not even read; up to it a client is told what it did wrong.
pub(crate) const LONGEST_FRAME: usize = 4 * MAX_MESSAGE_BYTES;

/// Bytes that are read at once; most messages of a client are far shorter.
const READ_BUFFER: usize = 512;
/// Bytes that are written and that the kernel has not taken; one message at a time is written.
const WRITE_BUFFER: usize = 2 * MAX_MESSAGE_BYTES;

/// Query of the handshake.
#[derive(Deserialize)]
pub(crate) struct Handshake {
    ticket: Option<String>,
    auth: Option<String>,
}

/// How a socket proved at the handshake who it is.
enum Proof {
    /// The first message will tell.
    Pending,
    /// An access token as a subprotocol.
    Token(Secret),
    /// A ticket of a session.
    Ticket(Admission),
    /// A cookie of a session.
    Cookie(Box<SessionRow>),
    /// A cookie of a session that is over.
    Over(EndReason),
    /// A ticket that is not good.
    Bad,
}

/// `GET /ws`
pub(crate) async fn open(
    State(app): State<Shared>,
    ClientAddress(address): ClientAddress,
    Query(handshake): Query<Handshake>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refusal> {
    let upgrade = upgrade.map_err(|_| {
        let detail = "expected a WebSocket handshake (RFC 6455)";
        Refusal::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", detail)
    })?;
    let stranger = app.door.enter(address).ok_or_else(|| {
        let detail = format!(
            "expected at most {} sockets of a network that have not authenticated yet",
            hub::UNAUTHENTICATED
        );
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail)
            .with_retry_after(app.auth_deadline)
    })?;
    app.door.turn().await.map_err(|wait| {
        let detail = "expected fewer handshakes; come back later";
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).with_retry_after(wait)
    })?;
    let proof = if let Some(ticket) = handshake.ticket {
        let origin = origins::origin(&headers).unwrap_or_default();
        let admission = tickets::redeem(&*app.store, &ticket, origin).await?;
        admission.map_or(Proof::Bad, Proof::Ticket)
    } else if handshake.auth.as_deref() == Some("cookie") {
        match http::cookie_holder(&app, &headers).await? {
            Holder::Living {
                session,
                is_current: true,
            } => Proof::Cookie(session),
            Holder::Living { .. } | Holder::Overtaken => Proof::Bad,
            Holder::Over(reason) => Proof::Over(reason),
            Holder::Nobody => Proof::Over(EndReason::NoSession),
        }
    } else {
        subprotocol_token(&headers).map_or(Proof::Pending, Proof::Token)
    };
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(LONGEST_FRAME)
        .max_frame_size(LONGEST_FRAME)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER);
    let place = app.hub.open();
    Ok(upgrade.on_upgrade(move |socket| Connection::run(app, socket, proof, stranger, place)))
}

fn subprotocol_token(headers: &HeaderMap) -> Option<Secret> {
    headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|name| name.trim().strip_prefix(BEARER))
        .map(Secret::new)
}
