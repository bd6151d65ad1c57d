//! What time and operators do: deadlines, warnings, restart, crash.

use std::{collections::BTreeMap, time::Duration};

use session_protocol::CloseCode;

use super::{
    ConnectionId, Family, FamilyId, Member, Policy, Push, Server, Socket, SocketEvent,
    event::Events,
};

/// The client is told at least this long before the end of its token.
const SHORTEST_NOTICE: Duration = Duration::from_secs(1);

/// What is due about a socket.
enum Due {
    AuthTimeout,
    TokenEnded,
    TokenNotice { remaining: Duration },
    Warning { deadline: Duration },
}

impl Server {
    /// Does what is due at `now`: ends and forgets sessions, warns, closes sockets.
    pub fn tick(&mut self, now: Duration) -> Vec<SocketEvent> {
        let mut events = Events::default();
        self.end_overdue(now, &mut events);
        let memory = self.policy.memory_of_ended;
        self.families.retain(|_, family| {
            let ended_at = family.ended.map(|(at, _)| at);
            ended_at.is_none_or(|at| now < at.saturating_add(memory))
        });
        let connections: Vec<_> = self.sockets.keys().copied().collect();
        for connection in connections {
            self.tick_socket(connection, now, &mut events);
        }
        events.take()
    }

    /// Returns when [`Server::tick`] has something to do.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        let memory = self.policy.memory_of_ended;
        let of_families = self.families.values().map(|family| match family.ended {
            Some((at, _)) => at.saturating_add(memory),
            None => family.deadline(),
        });
        let of_sockets = self.sockets.values().map(|socket| match &socket.member {
            None => socket.opened_at.saturating_add(self.policy.auth_deadline),
            Some(member) => {
                let warning = warning_at(member, &self.families, &self.policy);
                let token = if member.token_noticed {
                    close_at(member, &self.policy)
                } else {
                    notice_at(member, &self.policy)
                };
                warning.map_or(token, |warning| warning.min(token))
            }
        });
        of_families.chain(of_sockets).min()
    }

    fn tick_socket(&mut self, connection: ConnectionId, now: Duration, events: &mut Events) {
        while let Some(due) = self.due(connection, now) {
            let auth_timeout = CloseCode::AUTH_TIMEOUT;
            match due {
                Due::AuthTimeout => self.close(connection, auth_timeout, "auth_timeout", events),
                Due::TokenEnded => {
                    self.close(connection, auth_timeout, "access token ended", events);
                }
                Due::TokenNotice { remaining } => {
                    self.with_member(connection, |member| member.token_noticed = true);
                    events.say(connection, Push::AuthExpiringSoon { remaining });
                }
                Due::Warning { deadline } => {
                    self.with_member(connection, |member| member.warned_of = Some(deadline));
                    self.warn(connection, deadline, now, events);
                }
            }
        }
    }

    fn due(&self, connection: ConnectionId, now: Duration) -> Option<Due> {
        let socket = self.sockets.get(&connection)?;
        let Some(member) = &socket.member else {
            let deadline = socket.opened_at.saturating_add(self.policy.auth_deadline);
            return (deadline <= now).then_some(Due::AuthTimeout);
        };
        if close_at(member, &self.policy) <= now {
            return Some(Due::TokenEnded);
        }
        if !member.token_noticed && notice_at(member, &self.policy) <= now {
            let remaining = member.token_ends_at.saturating_sub(now);
            return Some(Due::TokenNotice { remaining });
        }
        let family = self.families.get(&member.family)?;
        let warning = warning_at(member, &self.families, &self.policy)?;
        (warning <= now).then(|| Due::Warning {
            deadline: family.deadline(),
        })
    }

    fn warn(
        &self,
        connection: ConnectionId,
        deadline: Duration,
        now: Duration,
        events: &mut Events,
    ) {
        let socket = self.sockets.get(&connection);
        let member = socket.and_then(|socket| socket.member);
        let family = member.and_then(|member| self.families.get(&member.family));
        if let Some(family) = family {
            let warning = Push::Warning {
                remaining: deadline.saturating_sub(now),
                extendable: family.is_extendable(),
            };
            events.say(connection, warning);
        }
    }

    fn with_member(&mut self, connection: ConnectionId, change: impl FnOnce(&mut Member)) {
        if let Some(Socket {
            member: Some(member),
            ..
        }) = self.sockets.get_mut(&connection)
        {
            change(member);
        }
    }

    /// Announces a restart to all sockets and closes them. [`Server::crash`] follows.
    pub fn shut_down(&mut self, within: Duration) -> Vec<SocketEvent> {
        let mut events = Events::default();
        let connections: Vec<_> = self.sockets.keys().copied().collect();
        for connection in connections {
            events.say(connection, Push::GoingAway { within });
            let code = CloseCode::SERVICE_RESTART;
            self.close(connection, code, "restart", &mut events);
        }
        events.take()
    }

    /// Stops without a word and starts again: what is not durable is gone. Returns the sockets
    /// that broke.
    pub fn crash(&mut self) -> Vec<ConnectionId> {
        let broken = self.sockets.keys().copied().collect();
        self.sockets.clear();
        self.faults.clear();
        self.kept_updates = 0;
        broken
    }
}

/// Returns when the client is told that its token ends.
fn notice_at(member: &Member, policy: &Policy) -> Duration {
    let ahead = (policy.access_token_lifetime / 5).max(SHORTEST_NOTICE);
    member.token_ends_at.saturating_sub(ahead)
}

/// Returns when the socket closes unless a fresh token comes.
fn close_at(member: &Member, policy: &Policy) -> Duration {
    let grace = policy.token_grace.min(policy.access_token_lifetime);
    member.token_ends_at.saturating_add(grace)
}

/// Returns when the client is warned of the deadline of its session, unless it was.
fn warning_at(
    member: &Member,
    families: &BTreeMap<FamilyId, Family>,
    policy: &Policy,
) -> Option<Duration> {
    let family = families.get(&member.family)?;
    let deadline = family.deadline();
    (member.warned_of != Some(deadline)).then(|| deadline.saturating_sub(policy.warning_lead))
}
