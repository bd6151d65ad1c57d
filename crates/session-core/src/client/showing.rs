//! What a user interface may see of the client's state.
//!
//! Invariant: the view is a function of the state, so that nothing has to be kept in step with it.

use session_protocol::{SharedSocket, User};

use super::Client;
use crate::{
    ConnectionStatus, Extension, LoginFailure, Phase, SessionView, Warning,
    connection::Missing,
    session::{Extending, Origin, Session},
    tabs::Role,
    view::LoginStatus,
};

impl Client {
    /// Returns what a user interface may see.
    #[must_use]
    pub fn view(&self) -> SessionView {
        SessionView {
            epoch: self.epoch.number(),
            phase: self.phase(),
            connection: self.connection_status(),
            assurance: self.reckoning.assurance(),
        }
    }

    fn phase(&self) -> Phase {
        let status =
            |failure: Option<LoginFailure>| failure.map_or(LoginStatus::Ready, LoginStatus::Failed);
        match &self.session {
            Session::Starting
            | Session::Restoring {
                origin: Origin::Anonymous { .. },
                ..
            } => Phase::Restoring,
            // The expired page, and the work on it, stays until there is something to show.
            Session::Restoring {
                origin: Origin::Expired { cause, user },
                ..
            } => Phase::Expired {
                cause: *cause,
                user: User::clone(user),
                login: LoginStatus::Busy,
            },
            Session::Anonymous { ended, failure } => Phase::Anonymous {
                ended: *ended,
                login: status(*failure),
            },
            Session::Authenticating {
                origin: Origin::Anonymous { ended },
                ..
            } => Phase::Anonymous {
                ended: *ended,
                login: LoginStatus::Busy,
            },
            Session::Authenticating {
                origin: Origin::Expired { cause, user },
                ..
            } => Phase::Expired {
                cause: *cause,
                user: User::clone(user),
                login: LoginStatus::Busy,
            },
            Session::Active { facts } => Phase::Active {
                user: User::clone(&facts.user),
            },
            Session::Warned {
                facts,
                warning,
                extension,
            } => {
                let extension = match extension {
                    Extending::Offered => Extension::Offered,
                    Extending::Requested { .. } | Extending::Retrying { .. } => Extension::Busy,
                    Extending::Refused => Extension::Refused,
                };
                let warning = Warning {
                    ends_at: warning.at,
                    cause: warning.cause,
                    extendable: warning.extendable,
                    extension,
                };
                Phase::Warned {
                    user: User::clone(&facts.user),
                    warning,
                }
            }
            Session::Expired {
                cause,
                user,
                failure,
            } => Phase::Expired {
                cause: *cause,
                user: User::clone(user),
                login: status(*failure),
            },
            Session::LoggingOut => Phase::LoggingOut,
        }
    }

    fn connection_status(&self) -> ConnectionStatus {
        if let Session::Restoring { .. } = self.session {
            return self.restoring_status();
        }
        if self.session.facts().is_none() {
            return ConnectionStatus::StandingBy;
        }
        if self.connection.open_socket().is_some() {
            return ConnectionStatus::Live;
        }
        if let Role::Follower(follower) = &self.role
            && self.is_online()
        {
            return match follower.shared_socket() {
                Some(SharedSocket::Live) => ConnectionStatus::Live,
                Some(SharedSocket::Down | SharedSocket::Held(_)) => ConnectionStatus::Reconnecting,
                Some(SharedSocket::Refused) => ConnectionStatus::Degraded,
                None => ConnectionStatus::StandingBy,
            };
        }
        if !self.is_online() {
            return ConnectionStatus::Offline;
        }
        let tokenless = self.token.is_failing() && self.token.usable(self.now).is_none();
        if self.shared_socket() == SharedSocket::Refused || tokenless {
            return ConnectionStatus::Degraded;
        }
        if self.connection.is_reconnecting() || self.connection.lacks(Missing::Verdict) {
            return ConnectionStatus::Reconnecting;
        }
        ConnectionStatus::Connecting
    }

    /// Tells a server that cannot be reached from one that has not answered yet.
    fn restoring_status(&self) -> ConnectionStatus {
        if !self.is_online() {
            ConnectionStatus::Offline
        } else if self.token.is_failing() || self.inquiry.is_failing() {
            ConnectionStatus::Reconnecting
        } else {
            ConnectionStatus::StandingBy
        }
    }
}
