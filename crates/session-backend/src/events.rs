//! Security events: what an operator has to be able to look up afterwards, one record each.
//!
//! Invariants: a record has the fields of this file and no others; sessions and names of accounts
//! appear as keyed hashes, so that records can be compared and nothing can be presented; what a
//! stranger chose is cut to a few plain characters; every event is counted for the metrics.
//!
//! # Source
//!
//! ASVS 5.0, 16.2 and 16.3; OWASP Logging Vocabulary.

use std::net::IpAddr;

use session_protocol::EndReason;

use crate::app::App;

/// Marks the records among others.
const TARGET: &str = "security";
/// Characters of what a stranger chose that are kept.
pub(crate) const LONGEST_QUOTE: usize = 100;

/// Something that concerns the safety of accounts and sessions.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SecurityEvent<'a> {
    /// A session began.
    LoggedIn {
        session: &'a str,
        account: &'a str,
        address: IpAddr,
    },
    /// Email or password were wrong, or the account is disabled.
    LoginRefused { account: &'a str, address: IpAddr },
    /// There were too many failures before.
    LoginLimited { account: &'a str, address: IpAddr },
    /// The queue of logins was full.
    LoginPutOff { address: IpAddr },
    /// A session ended.
    SessionEnded { session: &'a str, reason: EndReason },
    /// The password was entered again in a living session.
    SteppedUp { session: &'a str },
    /// A password was changed.
    PasswordChanged {
        session: &'a str,
        account: &'a str,
        address: IpAddr,
    },
    /// A refresh token was presented out of turn.
    TokenReused {
        session: &'a str,
        /// Whether an honest browser that lost its last cookie would have done the same.
        is_ambiguous: bool,
    },
    /// A refresh token was presented once more while its successor was under way.
    PredecessorTolerated { session: &'a str },
    /// The same too often.
    PredecessorPutOff { session: &'a str },
    /// The answer to a refresh was lost, and sent again.
    RefreshReissued { session: &'a str },
    /// A fail-over of the store took a rotation back, and a session caught up with its token.
    RotationLost { session: &'a str },
    /// A call was refused because a foreign page may have made it, or because it came without TLS.
    CallRefused { code: &'a str },
    /// A socket of one session presented the token of another.
    TokenMixedUp { session: &'a str },
    /// A browser kept a page from doing what its policy forbids.
    PolicyViolated {
        directive: &'a str,
        blocked: &'a str,
    },
    /// The key file has changed.
    KeysChanged,
}

/// The fields of a record.
#[derive(Default)]
struct Record<'a> {
    session: Option<&'a str>,
    account: Option<&'a str>,
    address: Option<IpAddr>,
    reason: Option<&'a str>,
    blocked: Option<&'a str>,
}

impl<'a> SecurityEvent<'a> {
    /// Returns the name in records and metrics, and whether somebody should look at it.
    const fn name(self) -> (&'static str, bool) {
        match self {
            Self::LoggedIn { .. } => ("logged_in", false),
            Self::LoginRefused { .. } => ("login_refused", true),
            Self::LoginLimited { .. } => ("login_limited", true),
            Self::LoginPutOff { .. } => ("login_put_off", true),
            Self::SessionEnded { .. } => ("session_ended", false),
            Self::SteppedUp { .. } => ("stepped_up", false),
            Self::PasswordChanged { .. } => ("password_changed", false),
            Self::TokenReused { .. } => ("refresh_token_reused", true),
            Self::PredecessorTolerated { .. } => ("predecessor_tolerated", false),
            Self::PredecessorPutOff { .. } => ("predecessor_put_off", true),
            Self::RefreshReissued { .. } => ("refresh_reissued", false),
            Self::RotationLost { .. } => ("rotation_lost", true),
            Self::CallRefused { .. } => ("call_refused", true),
            Self::TokenMixedUp { .. } => ("token_of_another_session", true),
            Self::PolicyViolated { .. } => ("policy_violated", true),
            Self::KeysChanged => ("keys_changed", false),
        }
    }

    fn record(self) -> Record<'a> {
        let none = Record::default();
        match self {
            Self::LoggedIn {
                session,
                account,
                address,
            }
            | Self::PasswordChanged {
                session,
                account,
                address,
            } => Record {
                session: Some(session),
                account: Some(account),
                address: Some(address),
                ..none
            },
            Self::LoginRefused { account, address } | Self::LoginLimited { account, address } => {
                Record {
                    account: Some(account),
                    address: Some(address),
                    ..none
                }
            }
            Self::LoginPutOff { address } => Record {
                address: Some(address),
                ..none
            },
            Self::SessionEnded { session, reason } => Record {
                session: Some(session),
                reason: Some(reason.code()),
                ..none
            },
            Self::TokenReused {
                session,
                is_ambiguous,
            } => Record {
                session: Some(session),
                reason: is_ambiguous.then_some("ambiguous"),
                ..none
            },
            Self::SteppedUp { session }
            | Self::PredecessorTolerated { session }
            | Self::PredecessorPutOff { session }
            | Self::RefreshReissued { session }
            | Self::RotationLost { session }
            | Self::TokenMixedUp { session } => Record {
                session: Some(session),
                ..none
            },
            Self::CallRefused { code } => Record {
                reason: Some(code),
                ..none
            },
            Self::PolicyViolated { directive, blocked } => Record {
                reason: Some(directive),
                blocked: Some(blocked),
                ..none
            },
            Self::KeysChanged => none,
        }
    }
}

impl App {
    /// Records and counts an event.
    pub(crate) fn report(&self, event: SecurityEvent<'_>) {
        let (name, is_alarming) = event.name();
        self.metrics.security_events.count(name);
        let record = event.record();
        let session = record.session.map(|session| self.keys.log_name(session));
        let account = record.account.map(|account| self.keys.log_name(account));
        let address = record.address.map(|address| address.to_string());
        let (reason, blocked) = (record.reason.map(quoted), record.blocked.map(quoted));
        macro_rules! write_at {
            ($level:ident) => {
                tracing::$level!(
                    target: TARGET,
                    event = name,
                    session,
                    account,
                    address,
                    reason,
                    blocked,
                )
            };
        }
        if is_alarming {
            write_at!(warn);
        } else {
            write_at!(info);
        }
    }
}

/// Cuts what a stranger may have chosen to what is harmless wherever logs are shown.
fn quoted(text: &str) -> String {
    let plain =
        |character: &char| character.is_ascii_alphanumeric() || "-_.:/'".contains(*character);
    text.chars().filter(plain).take(LONGEST_QUOTE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_choose_is_cut_to_plain_characters() {
        assert_eq!(quoted("script-src 'self'"), "script-src'self'");
        assert_eq!(quoted("a\r\n\u{1b}[31m<b>\u{202e}"), "a31mb");
        assert_eq!(quoted(&"x".repeat(1_000)).len(), LONGEST_QUOTE);
    }
}
