//! The connection part: one socket while the session lives, none otherwise.
//!
//! Invariants: there is at most one socket, and facts of any other are not ours; after a terminal
//! close nothing reopens it in the same epoch; waiting times grow with full jitter and start over
//! only after a connection has lasted; whoever hurries, the bound on attempts holds.

mod reading;

use std::time::Duration;

use crate::{
    SocketId, backoff,
    draw::Draw,
    pace::Pace,
    policy::{LONGEST_WINDOW, Rate, Timing},
};

pub(crate) use reading::Due;

/// Where the socket is in its life.
#[derive(Clone, Copy, Debug, Hash)]
enum State {
    /// No session, no socket.
    Idle,
    /// A socket is wanted, and something is missing.
    Suspended(Missing),
    /// The opening handshake is under way.
    Connecting { socket: SocketId, until: Duration },
    /// The first message is out, with the token of this number; the server has not answered.
    Authenticating {
        socket: SocketId,
        until: Duration,
        token: u64,
    },
    /// Messages flow.
    Open {
        socket: SocketId,
        since: Duration,
        quiet_until: Duration,
        probed: Probed,
        window: Option<Duration>,
    },
    /// The next attempt comes at this time.
    Backoff { until: Duration, wait: Wait },
    /// No attempt comes in this epoch.
    Closed,
}

/// What a suspended connection waits for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Missing {
    Token,
    Verdict,
    Network,
    /// Which session it is: only then can tabs share.
    Name,
}

/// Whether the silence on an open socket was questioned.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Probed {
    No,
    Yes,
}

/// Who chose the wait before the next attempt.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Wait {
    /// We did; it may be cut short.
    Ours,
    /// The server did, to spread its clients, or the bound on attempts; it is kept.
    Told,
}

/// The connection part of the client.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Connection {
    state: State,
    /// Failures since a connection last lasted.
    failures: u32,
    /// Refused handshakes since one last succeeded.
    refused: u32,
    /// Protocol faults since a connection was last sound.
    faults: u32,
    pace: Pace,
}

impl Connection {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Idle,
            failures: 0,
            refused: 0,
            faults: 0,
            pace: Pace::default(),
        }
    }

    /// A socket is wanted; what the server asked for before still counts.
    pub(crate) fn start(&mut self) {
        *self = Self {
            state: State::Suspended(Missing::Token),
            pace: self.pace,
            ..Self::new()
        };
    }

    /// The session ended: no socket is wanted. Returns the one to close.
    pub(crate) fn stop(&mut self) -> Option<SocketId> {
        let socket = self.socket();
        self.state = State::Idle;
        socket
    }

    /// Lets the socket go and waits for what is missing. Returns the one to close.
    pub(crate) fn suspend(&mut self, missing: Missing) -> Option<SocketId> {
        let socket = self.socket();
        let kept = matches!(
            self.state,
            State::Idle | State::Closed | State::Suspended(Missing::Verdict)
        );
        if !kept {
            self.state = State::Suspended(missing);
        }
        socket
    }

    /// The attempt waits for a token.
    pub(crate) fn await_token(&mut self) {
        self.state = State::Suspended(Missing::Token);
    }

    /// The socket closed for an unknown reason: the next attempt waits for the server's word.
    pub(crate) fn await_verdict(&mut self, now: Duration, timing: &Timing) {
        self.count_failure(now, timing);
        self.state = State::Suspended(Missing::Verdict);
    }

    /// What was missing is there.
    pub(crate) fn resume(&mut self, missing: Missing) {
        if self.lacks(missing) {
            self.state = State::Suspended(Missing::Token);
        }
    }

    /// Ends a wait of ours early, because the network or the user came back.
    pub(crate) fn end_wait(&mut self) {
        if let State::Backoff {
            wait: Wait::Ours, ..
        } = self.state
        {
            self.state = State::Suspended(Missing::Token);
        }
    }

    /// Keeps attempts back until this time, because the server asked for it, here or in another tab.
    pub(crate) fn hold_until(&mut self, at: Duration) {
        self.pace.hold_until(at);
    }

    /// A session begins, whose first socket belongs to no crowd.
    pub(crate) fn forget_hold(&mut self) {
        self.pace.forget_hold();
    }

    /// Returns whether an attempt may begin; one that comes too soon is planned.
    pub(crate) fn may_connect(&mut self, now: Duration) -> bool {
        let until = self.pace.earliest();
        if until <= now {
            return true;
        }
        let wait = Wait::Told;
        self.state = State::Backoff { until, wait };
        false
    }

    pub(crate) fn connecting(
        &mut self,
        socket: SocketId,
        now: Duration,
        timing: &Timing,
        rate: &Rate,
    ) {
        self.pace.spend(now, rate);
        let until = now.saturating_add(timing.connect_timeout);
        self.state = State::Connecting { socket, until };
    }

    /// The handshake succeeded, and the token of this number is shown.
    pub(crate) fn authenticating(&mut self, token: u64, now: Duration, timing: &Timing) {
        if let State::Connecting { socket, .. } = self.state {
            self.refused = 0;
            self.state = State::Authenticating {
                socket,
                until: now.saturating_add(timing.auth_timeout),
                token,
            };
        }
    }

    /// The server let us in.
    pub(crate) fn opened(&mut self, now: Duration, timing: &Timing) {
        if let Some(socket) = self.socket() {
            self.refused = 0;
            let quiet_until = now.saturating_add(timing.heartbeat);
            let probed = Probed::No;
            self.state = State::Open {
                socket,
                since: now,
                quiet_until,
                probed,
                window: None,
            };
        }
    }

    /// Something was heard on the open socket.
    pub(crate) fn heard(&mut self, now: Duration, timing: &Timing) {
        if let State::Open {
            quiet_until,
            probed,
            ..
        } = &mut self.state
        {
            *quiet_until = now.saturating_add(timing.heartbeat);
            *probed = Probed::No;
        }
    }

    pub(crate) fn probed(&mut self, now: Duration, timing: &Timing) {
        if let State::Open {
            quiet_until,
            probed,
            ..
        } = &mut self.state
        {
            *quiet_until = now.saturating_add(timing.heartbeat);
            *probed = Probed::Yes;
        }
    }

    /// The server told the window for coming back, for a restart or for the day it dies; a window
    /// beyond [`LONGEST_WINDOW`] is cut, lest a mistyped number keep a tab away for years.
    pub(crate) fn come_back_within(&mut self, within: Duration) {
        if let State::Open { window, .. } = &mut self.state {
            *window = Some(within.min(LONGEST_WINDOW));
        }
    }

    /// Counts a handshake that was refused; returns how many there were in a row.
    pub(crate) fn count_refused(&mut self) -> u32 {
        self.refused = self.refused.saturating_add(1);
        self.refused
    }

    /// Counts a protocol fault; returns how many there were since a connection was sound.
    pub(crate) fn count_fault(&mut self) -> u32 {
        self.faults = self.faults.saturating_add(1);
        self.faults
    }

    /// Forgives earlier failures if the connection has lasted.
    pub(crate) fn forgive(&mut self, now: Duration, timing: &Timing) {
        if let State::Open { since, .. } = self.state {
            let lasted = now.saturating_sub(since);
            if lasted >= timing.lasting {
                self.failures = 0;
            }
            if lasted >= timing.sound {
                self.faults = 0;
            }
        }
    }

    fn count_failure(&mut self, now: Duration, timing: &Timing) {
        self.forgive(now, timing);
        self.failures = self.failures.saturating_add(1);
    }

    /// Plans the next attempt.
    pub(crate) fn back_off(&mut self, now: Duration, timing: &Timing, draw: &mut Draw) {
        let window = if let State::Open { window, .. } = self.state {
            window
        } else {
            None
        };
        self.count_failure(now, timing);
        let (time, wait) = match window {
            Some(window) => (draw.up_to(window), Wait::Told),
            None => (backoff::wait(self.failures, draw), Wait::Ours),
        };
        let until = now.saturating_add(time);
        if wait == Wait::Told {
            self.pace.hold_until(until);
        }
        self.state = State::Backoff { until, wait };
    }

    /// No attempt comes in this epoch.
    pub(crate) fn close(&mut self) {
        self.state = State::Closed;
    }
}
