//! What a close code means: a table, and the one function that reads it.
//!
//! Source: RFC 6455 sections 7.4.1 and 7.4.2 for the codes; the classes are ours.

use session_protocol::{CloseCode, EndReason, config::CloseRule};

use super::Policy;

/// What the client does after a close that it did not ask for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CloseAction {
    /// The session ended; no reconnect in this epoch.
    End(EndReason),
    /// Ask the server once whether the session lives; if it does, reconnect.
    Verify,
    /// Get a fresh access token, then reconnect.
    Refresh,
    /// Reconnect with backoff, or inside the window that the server announced.
    Reconnect,
    /// The protocol was broken: three tries, then no more.
    ReconnectThrice,
    /// Do not reconnect; the session stays.
    Stop,
}

/// A row of the table: the codes it is for and what they mean.
#[derive(Clone, Copy, Debug)]
pub struct CloseRow {
    /// First code.
    pub first: u16,
    /// Last code.
    pub last: u16,
    /// The kind of close in a few words.
    pub class: &'static str,
    /// What the client does.
    pub action: CloseAction,
}

const fn row(first: u16, last: u16, class: &'static str, action: CloseAction) -> CloseRow {
    CloseRow {
        first,
        last,
        class,
        action,
    }
}

/// The built-in table; the first row that holds the code counts. Code 1008 with a reason that is
/// known to end a session is decided before the table is read.
pub const TABLE: &[CloseRow] = &[
    row(1000, 1000, "closed by the server", CloseAction::Reconnect),
    row(1001, 1001, "server goes away", CloseAction::Reconnect),
    row(1012, 1013, "restart or overload", CloseAction::Reconnect),
    row(1002, 1003, "protocol fault", CloseAction::ReconnectThrice),
    row(1007, 1007, "protocol fault", CloseAction::ReconnectThrice),
    row(1009, 1010, "protocol fault", CloseAction::ReconnectThrice),
    row(1008, 1008, "policy, reason unknown", CloseAction::Verify),
    row(1011, 1011, "server error", CloseAction::Reconnect),
    row(1014, 1014, "bad gateway", CloseAction::Reconnect),
    row(
        4401,
        4401,
        "session expired",
        CloseAction::End(EndReason::SessionTimeout),
    ),
    row(
        4402,
        4402,
        "session revoked",
        CloseAction::End(EndReason::Revoked),
    ),
    row(
        4403,
        4403,
        "logged out",
        CloseAction::End(EndReason::LoggedOut),
    ),
    row(4404, 4404, "forbidden on this socket", CloseAction::Stop),
    row(4408, 4408, "authentication timed out", CloseAction::Refresh),
    row(4409, 4409, "replaced by another socket", CloseAction::Stop),
    row(4429, 4429, "rate limited", CloseAction::Reconnect),
    row(
        0,
        u16::MAX,
        "unknown, or the connection broke",
        CloseAction::Reconnect,
    ),
];

/// Decides what a close means.
#[must_use]
pub fn decide(code: CloseCode, reason: &str, policy: &Policy) -> CloseAction {
    let mut overrides = policy.close_overrides.iter();
    if let Some((_, rule)) = overrides.find(|(overridden, _)| *overridden == code) {
        return match rule {
            CloseRule::Expired => {
                CloseAction::End(EndReason::parse(reason).unwrap_or(EndReason::SessionTimeout))
            }
            CloseRule::Revoked => CloseAction::End(EndReason::Revoked),
            CloseRule::LoggedOut => CloseAction::End(EndReason::LoggedOut),
            CloseRule::Verify => CloseAction::Verify,
            CloseRule::Refresh => CloseAction::Refresh,
            CloseRule::Reconnect => CloseAction::Reconnect,
            CloseRule::Stop => CloseAction::Stop,
        };
    }
    if code == CloseCode::POLICY_VIOLATION
        && let Some(reason) = EndReason::parse(reason)
    {
        return CloseAction::End(reason);
    }
    let mut rows = TABLE.iter();
    rows.find(|row| (row.first..=row.last).contains(&code.0))
        .map_or(CloseAction::Reconnect, |row| row.action)
}
