//! Every limit of the server in one table, made from the constants that enforce it.
//!
//! Invariant: a row shows a constant that some other file obeys, never a number of its own; what a
//! flag sets is shown with its default. ARCHITECTURE.md has this table, and a test compares.

use session_protocol::MAX_MESSAGE_BYTES;

use crate::{
    Config, Policy, client_address, cookie, events, http, hub, keys, life, limiter, listening,
    passwords,
    quantity::{size, time},
    rotation, security_headers, server, socket,
    store::{MOST_HOMES, Quota},
    tickets, topic, upkeep,
};

/// One limit: what, how much, and what happens beyond it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LimitRow {
    /// What is limited.
    pub what: &'static str,
    /// The limit, for people.
    pub limit: String,
    /// What happens beyond it.
    pub beyond: &'static str,
}

fn row(what: &'static str, limit: String, beyond: &'static str) -> LimitRow {
    LimitRow {
        what,
        limit,
        beyond,
    }
}

/// Returns all limits, in the order of the table.
#[must_use]
pub fn limits() -> Vec<LimitRow> {
    [
        sessions(),
        logins(),
        requests(),
        kept(),
        sockets(),
        operation(),
    ]
    .concat()
}

fn sessions() -> Vec<LimitRow> {
    let policy = Policy::default();
    vec![
        row(
            "access token (`--access-token-lifetime`)",
            time(policy.access_token_lifetime),
            "401 `invalid_token`; refresh",
        ),
        row(
            "session without activity (`--idle-timeout`)",
            time(policy.idle_timeout),
            "the session ends: `SESSION_TIMEOUT`",
        ),
        row(
            "session (`--absolute-timeout`)",
            time(policy.absolute_timeout),
            "the session ends: `ABSOLUTE_TIMEOUT`",
        ),
        row(
            "remembered session (`--remember-absolute-timeout`)",
            time(policy.remember_absolute_timeout),
            "the session ends: `ABSOLUTE_TIMEOUT`",
        ),
        row(
            "warning before the end (`--warning-lead`)",
            time(policy.warning_lead),
            "`SESSION_WARNING`",
        ),
        row(
            "grace of a rotated refresh token (`--refresh-grace`)",
            time(policy.refresh_grace),
            "reuse: the family ends",
        ),
        row(
            "access tokens for a predecessor in that grace",
            rotation::MOST_GRACE_USES.to_string(),
            "429 `rate_limited` with `Retry-After`",
        ),
        row(
            "living sessions of a user (`--sessions-per-user`)",
            policy.sessions_per_user.to_string(),
            "the oldest ends: `REPLACED`",
        ),
        row(
            "password entered before other sessions are ended (`--step-up-within`)",
            time(policy.step_up_within),
            "403 `step_up_required`",
        ),
        row(
            "memory of why a session ended",
            time(life::MEMORY_OF_ENDED),
            "`no_session`",
        ),
        row(
            "refresh cookies looked at in a request, ours and others each",
            cookie::MOST_COOKIES.to_string(),
            "the rest is ignored",
        ),
        row(
            "ticket for a handshake",
            time(tickets::LIFETIME),
            "the handshake is refused",
        ),
        row(
            "tickets of a session",
            format!("{} in {}", tickets::MOST, time(tickets::LIFETIME)),
            "429 `rate_limited` with `Retry-After`",
        ),
    ]
}

fn logins() -> Vec<LimitRow> {
    let rate = |limit: limiter::Limit| format!("{} in {}", limit.failures, time(limit.window));
    vec![
        row(
            "passwords hashed at once",
            passwords::PARALLEL_HASHES.to_string(),
            "the login waits in a queue",
        ),
        row(
            "logins that wait for that",
            passwords::WAITING_LOGINS.to_string(),
            "503 `busy` with `Retry-After`",
        ),
        row(
            "failed logins of an account from a network (an IPv4 address or an IPv6 /64)",
            rate(limiter::OF_PAIR),
            "429 with `Retry-After`",
        ),
        row(
            "failed logins of a network",
            rate(limiter::OF_NETWORK),
            "429 with `Retry-After`",
        ),
        row(
            "failed logins of an account from networks and browsers that are not its owner's",
            rate(limiter::OF_ACCOUNT),
            "429 with `Retry-After`; the owner's are not counted",
        ),
        row(
            "memory of an owner's networks",
            time(limiter::MEMORY_OF_HOMES),
            "they count as a stranger's",
        ),
        row(
            "networks of an owner that are remembered",
            MOST_HOMES.to_string(),
            "the oldest is forgotten",
        ),
        row(
            "counters of failed logins",
            limiter::MOST_KEYS.to_string(),
            "the older half is forgotten",
        ),
        row(
            "new password, at least",
            format!("{} characters", passwords::FEWEST_CHARACTERS),
            "the account is not made, 422 `invalid_request`",
        ),
    ]
}

fn requests() -> Vec<LimitRow> {
    let config = Config::default();
    let body_deadline = time(config.body_deadline);
    vec![
        row(
            "a connection waits for a request, and for the rest of its head",
            time(config.head_deadline),
            "it is closed",
        ),
        row(
            "head of a request",
            size(listening::LONGEST_HEAD),
            "431, and the connection is closed",
        ),
        row(
            "time for a body",
            format!(
                "{body_deadline}, and 1 s for each {} of it",
                size(http::BYTES_OF_A_SECOND)
            ),
            "408 `request_timeout`, and the connection is closed",
        ),
        row(
            "body that is refused and read to its end",
            size(http::LONGEST_REFUSED),
            "the connection is closed",
        ),
        row(
            "an answer waits to be read on",
            time(config.write_deadline),
            "the connection is cut off",
        ),
        row(
            "body of a call",
            size(http::LONGEST_BODY),
            "413 `body_too_large`",
        ),
        row(
            "report of a browser",
            size(http::LONGEST_REPORT),
            "413 `body_too_large`",
        ),
        row(
            "reports of a network (an IPv4 address or an IPv6 /64)",
            format!("{} in {}", http::MOST_REPORTS, time(http::REPORT_WINDOW)),
            "429 with `Retry-After`",
        ),
        row(
            "violations of one report that are recorded",
            http::MOST_IN_BODY.to_string(),
            "the rest is ignored",
        ),
        row(
            "proxies in a row that are followed",
            client_address::MOST_PROXIES.to_string(),
            "the last one counts as the client",
        ),
        row(
            "characters of a stranger's text in a record",
            events::LONGEST_QUOTE.to_string(),
            "the rest is cut off",
        ),
        row(
            "browsers keep to TLS for",
            time(security_headers::TLS_FOR),
            "the next answer renews it",
        ),
    ]
}

fn kept() -> Vec<LimitRow> {
    let quota = |quota: Quota| format!("{}, {} together", quota.most, size(quota.bytes));
    vec![
        row("upload", size(http::LONGEST_UPLOAD), "413 `body_too_large`"),
        row(
            "title of a note",
            format!("{} characters", http::LONGEST_TITLE),
            "422 `invalid_request`",
        ),
        row(
            "text of a note",
            size(http::LONGEST_TEXT),
            "422 `invalid_request`",
        ),
        row(
            "notes of a user",
            quota(http::NOTES),
            "409 `quota_exceeded`",
        ),
        row(
            "uploads of a user",
            quota(http::UPLOADS),
            "409 `quota_exceeded`",
        ),
    ]
}

fn sockets() -> Vec<LimitRow> {
    let config = Config::default();
    vec![
        row(
            "first message of a socket",
            time(config.auth_deadline),
            "close 4408",
        ),
        row(
            "sockets of a network that have not authenticated yet",
            hub::UNAUTHENTICATED.to_string(),
            "429 with `Retry-After`",
        ),
        row(
            "handshakes in a second (`--handshakes-per-second`)",
            config.handshakes_per_second.to_string(),
            "the handshake waits its turn",
        ),
        row(
            "a handshake waits for its turn, about",
            time(hub::LONGEST_WAIT),
            "503 `busy` with `Retry-After`",
        ),
        row(
            "sockets of a session",
            hub::SOCKETS_OF_SESSION.to_string(),
            "its oldest is closed with 4409",
        ),
        row(
            "sockets of a user",
            hub::SOCKETS_OF_USER.to_string(),
            "the oldest is closed with 4409",
        ),
        row(
            "time between pings (`--heartbeat`)",
            time(config.heartbeat),
            "a ping",
        ),
        row(
            "missed pings",
            socket::MOST_MISSED.to_string(),
            "the connection is dropped",
        ),
        row(
            "message",
            size(MAX_MESSAGE_BYTES),
            "`error`, in the end close 1009",
        ),
        row(
            "frame that is read at all",
            size(socket::LONGEST_FRAME),
            "close 1009",
        ),
        row(
            "messages of a socket",
            format!("{} in {}", socket::MOST_MESSAGES, time(socket::WINDOW)),
            "close 4429",
        ),
        row(
            "refused messages of a socket",
            socket::MOST_VIOLATIONS.to_string(),
            "close with the code of the last",
        ),
        row(
            "messages that wait for a slow reader",
            format!("{}, or {}", hub::QUEUE_LENGTH, size(hub::QUEUE_BYTES)),
            "close 1013",
        ),
        row(
            "writing one message",
            time(socket::WRITE_TIMEOUT),
            "close 1013",
        ),
        row(
            "updates of a topic that are kept for those who come back",
            format!("{}, {}", time(topic::RING_AGE), size(topic::RING_BYTES)),
            "older ones are missed",
        ),
    ]
}

fn operation() -> Vec<LimitRow> {
    vec![
        row(
            "a socket hears of the end of its session within",
            time(upkeep::SOCKET_TICK),
            "never: it asks the store",
        ),
        row(
            "requests and sockets after a stop",
            time(server::DRAIN_TIMEOUT),
            "they are cut",
        ),
        row(
            "sockets that come back in a second after a stop",
            hub::ACCEPTED_PER_SECOND.to_string(),
            "sets the window of `GOING_AWAY`",
        ),
        row(
            "keys that are kept",
            keys::MOST_KEYS.to_string(),
            "the oldest goes",
        ),
        row(
            "the key file is looked at every",
            time(keys::RELOAD_TICK),
            "older keys stay in use",
        ),
        row(
            "a new key signs after (`keys rotate --after`)",
            keys::TAKE_OVER_AFTER.to_owned(),
            "older keys go on verifying",
        ),
    ]
}
