//! What others read off the connection: nothing here changes it.

use std::time::Duration;

use session_protocol::SharedSocket;

use super::{Connection, Missing, Probed, State, Wait};
use crate::SocketId;

/// What is due on the connection.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Due {
    Nothing,
    /// Open a socket as soon as there is a token.
    Connect,
    /// Send a heartbeat.
    Probe(SocketId),
    /// Give this socket up.
    GiveUp(SocketId),
}

impl Connection {
    pub(crate) const fn name(&self) -> &'static str {
        match self.state {
            State::Idle => "Idle",
            State::Suspended(_) => "Suspended",
            State::Connecting { .. } => "Connecting",
            State::Authenticating { .. } => "Authenticating",
            State::Open { .. } => "Open",
            State::Backoff { .. } => "Backoff",
            State::Closed => "Closed",
        }
    }

    pub(crate) const fn socket(&self) -> Option<SocketId> {
        match self.state {
            State::Connecting { socket, .. }
            | State::Authenticating { socket, .. }
            | State::Open { socket, .. } => Some(socket),
            State::Idle | State::Suspended(_) | State::Backoff { .. } | State::Closed => None,
        }
    }

    pub(crate) const fn open_socket(&self) -> Option<SocketId> {
        if let State::Open { socket, .. } = self.state {
            Some(socket)
        } else {
            None
        }
    }

    pub(crate) fn owns(&self, socket: SocketId) -> bool {
        self.socket() == Some(socket)
    }

    pub(crate) const fn is_connecting(&self) -> bool {
        matches!(self.state, State::Connecting { .. })
    }

    /// Returns the number of the token that the server is looking at.
    pub(crate) const fn authenticates_with(&self) -> Option<u64> {
        if let State::Authenticating { token, .. } = self.state {
            Some(token)
        } else {
            None
        }
    }

    /// Returns how the socket is for those that share it.
    pub(crate) fn shared(&self, now: Duration) -> SharedSocket {
        match self.state {
            State::Open { .. } => SharedSocket::Live,
            State::Closed => SharedSocket::Refused,
            State::Backoff {
                until,
                wait: Wait::Told,
            } => SharedSocket::Held(until.saturating_sub(now)),
            State::Idle
            | State::Suspended(_)
            | State::Connecting { .. }
            | State::Authenticating { .. }
            | State::Backoff {
                wait: Wait::Ours, ..
            } => SharedSocket::Down,
        }
    }

    /// Returns whether earlier attempts of this session failed, so that the next is a reconnect.
    pub(crate) const fn is_reconnecting(&self) -> bool {
        self.failures > 0
    }

    pub(crate) const fn lacks(&self, what: Missing) -> bool {
        matches!(
            (self.state, what),
            (State::Suspended(Missing::Token), Missing::Token)
                | (State::Suspended(Missing::Verdict), Missing::Verdict)
                | (State::Suspended(Missing::Network), Missing::Network)
                | (State::Suspended(Missing::Name), Missing::Name)
        )
    }

    pub(crate) fn due(&self, now: Duration) -> Due {
        match self.state {
            State::Suspended(Missing::Token) => Due::Connect,
            State::Backoff { until, .. } if until <= now => Due::Connect,
            State::Connecting { socket, until } | State::Authenticating { socket, until, .. }
                if until <= now =>
            {
                Due::GiveUp(socket)
            }
            State::Open {
                socket,
                quiet_until,
                probed,
                ..
            } if quiet_until <= now => match probed {
                Probed::No => Due::Probe(socket),
                Probed::Yes => Due::GiveUp(socket),
            },
            State::Idle
            | State::Suspended(_)
            | State::Connecting { .. }
            | State::Authenticating { .. }
            | State::Open { .. }
            | State::Backoff { .. }
            | State::Closed => Due::Nothing,
        }
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        match self.state {
            State::Connecting { until, .. } => Some(until),
            State::Authenticating { until, .. } => Some(until),
            State::Open { quiet_until, .. } => Some(quiet_until),
            State::Backoff { until, .. } => Some(until),
            State::Idle => None,
            State::Suspended(_) => None,
            State::Closed => None,
        }
    }
}
