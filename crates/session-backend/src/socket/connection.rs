//! One connection: reads, checks, answers, and ends.
//!
//! Invariants: nothing but a proof of identity is accepted before there is one; every operation
//! that gives something asks the store whether the session lives, and waits for a better time if
//! that does not answer, without the socket being closed, unless it would lack updates; whatever let
//! a socket in, it lasts no longer than an access token unless a fresh one renews it; an end of
//! session overtakes whatever waits to be sent; one task owns the socket, so there is one writer;
//! while it waits it is small: what it does now and then lives in a box of its own only as long.

use std::time::Duration;

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use session_protocol::{ClientMessage, CloseCode, Secret, ServerMessage, WireError};
use tokio::time::{self, Instant};

use super::{
    Proof,
    budget::{self, Budget},
    ending::Ending,
    term::{Pulse, TokenDue, TokenTerm},
};
use crate::{
    Moment,
    app::{App, Shared},
    events::SecurityEvent,
    http,
    hub::{Errand, Inbox, Outbox, Place, Stranger},
    life::{Cause, Extension},
    store::SessionRow,
    tickets::Admission,
};

/// A message that cannot be written in this time is not waited for.
pub(crate) const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// In so short a time clients come back by themselves.
const SHORT_WINDOW: Duration = Duration::from_secs(1);

type Step = Result<(), Ending>;

/// Who uses the socket, once that is proved.
struct Member {
    session: String,
    /// The term of the access token, or of what stood for one.
    term: TokenTerm,
}

impl Member {
    /// Asks the store whether the session lives.
    async fn living(&self, app: &App) -> Result<SessionRow, Ending> {
        app.living(&self.session).await?.map_err(Ending::Over)
    }
}

/// One connection.
pub(super) struct Connection {
    app: Shared,
    socket: WebSocket,
    outbox: Outbox,
    inbox: Inbox,
    /// Until it is proved who uses the socket.
    stranger: Option<Stranger>,
    member: Option<Member>,
    budget: Budget,
    pulse: Pulse,
    auth_deadline: Instant,
}

impl Connection {
    /// Serves a socket until it ends.
    pub(super) async fn run(
        app: Shared,
        socket: WebSocket,
        proof: Proof,
        stranger: Stranger,
        (outbox, inbox, _seat): Place,
    ) {
        app.metrics.sockets_opened.count();
        let now = Instant::now();
        let mut connection = Self {
            pulse: Pulse::new(now, app.heartbeat),
            auth_deadline: now + app.auth_deadline,
            app,
            socket,
            outbox,
            inbox,
            stranger: Some(stranger),
            member: None,
            budget: Budget::default(),
        };
        let Err(ending) = connection.converse(proof).await;
        connection.app.system.unsubscribe(connection.outbox.id);
        connection.app.hub.leave(connection.outbox.id);
        if matches!(ending, Ending::TooSlow) {
            connection.app.metrics.slow_readers.count();
        }
        Box::pin(ending.carry_out(connection.socket)).await;
    }

    async fn converse(&mut self, proof: Proof) -> Result<std::convert::Infallible, Ending> {
        match proof {
            Proof::Pending => {}
            Proof::Token(token) => Box::pin(self.authenticate(&token)).await?,
            Proof::Cookie(session) => {
                let until = self.app.access_tokens.end(Moment::now());
                Box::pin(self.enter(*session, until)).await?;
            }
            Proof::Ticket(Admission { session, until }) => {
                match Box::pin(self.app.living(&session)).await? {
                    Ok(session) => Box::pin(self.enter(session, until)).await?,
                    Err(reason) => return Err(Ending::Over(reason)),
                }
            }
            Proof::Over(reason) => return Err(Ending::Over(reason)),
            Proof::Bad => return Err(Box::pin(self.refuse_identity()).await),
        }
        loop {
            let deadline = self.next_deadline();
            tokio::select! {
                biased;
                () = time::sleep_until(deadline) => Box::pin(self.deadline_reached()).await?,
                errand = self.inbox.errand() => match errand {
                    Errand::Obey(control) => return Err(control.into()),
                    Errand::Send(text) => Box::pin(self.write(Message::Text(text))).await?,
                },
                message = self.socket.recv() => Box::pin(self.received(message)).await?,
            }
        }
    }

    fn next_deadline(&self) -> Instant {
        let own = match &self.member {
            None => self.auth_deadline,
            Some(member) => member.term.next(),
        };
        own.min(self.pulse.next_ping)
    }

    async fn deadline_reached(&mut self) -> Step {
        let now = Instant::now();
        match &mut self.member {
            None if now >= self.auth_deadline => {
                return Err(Ending::Close(CloseCode::AUTH_TIMEOUT, "auth_timeout"));
            }
            None => {}
            Some(member) => {
                let end = member.term.end;
                match member.term.due(now) {
                    None => {}
                    Some(TokenDue::Close) => {
                        let reason = "access token ended";
                        return Err(Ending::Close(CloseCode::AUTH_TIMEOUT, reason));
                    }
                    Some(TokenDue::Notice) => {
                        let remaining = end.saturating_duration_since(now);
                        self.say(&ServerMessage::AuthExpiringSoon { remaining })
                            .await?;
                    }
                }
            }
        }
        if now >= self.pulse.next_ping {
            if self.pulse.ping(now) {
                return Err(Ending::Drop);
            }
            self.write(Message::Ping(axum::body::Bytes::new())).await?;
        }
        Ok(())
    }

    async fn received(&mut self, message: Option<Result<Message, axum::Error>>) -> Step {
        self.pulse.heard();
        let message = match message {
            None | Some(Ok(Message::Close(_))) => return Err(Ending::Gone),
            Some(Err(error)) => return Err(Ending::of_broken(&error)),
            // It answers a ping.
            Some(Ok(Message::Pong(_))) if self.pulse.answered() => return Ok(()),
            Some(Ok(message)) => message,
        };
        if !self.budget.message(std::time::Instant::now()) {
            return Err(Ending::Close(CloseCode::RATE_LIMITED, "rate_limited"));
        }
        let decoded = match message {
            Message::Text(text) => ClientMessage::decode(&text),
            Message::Binary(_) => Err(WireError::Binary),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(()),
        };
        self.app.metrics.messages_received.count();
        match decoded {
            Ok(message) => {
                // What cannot be subscribed is asked for on the next socket, from where it broke off.
                let waits =
                    self.member.is_some() && !matches!(message, ClientMessage::Subscribe { .. });
                match self.obey(message).await {
                    // A session is not over because nobody can look at it.
                    Err(Ending::Unavailable) if waits => self.complain("store_unavailable").await,
                    step => step,
                }
            }
            Err(error) => {
                let code = budget::close_code(&error);
                self.violated(error.label(), code).await
            }
        }
    }

    async fn violated(&mut self, label: &'static str, code: CloseCode) -> Step {
        self.app.metrics.wire_error(label);
        let over = self.budget.violation();
        self.complain(label).await?;
        if over {
            return Err(Ending::Close(code, "too many refused messages"));
        }
        Ok(())
    }

    async fn obey(&mut self, message: ClientMessage) -> Step {
        let Some(member) = &self.member else {
            return match message {
                ClientMessage::Auth { token } => self.authenticate(&token).await,
                ClientMessage::AuthRefresh { .. }
                | ClientMessage::Activity
                | ClientMessage::Subscribe { .. }
                | ClientMessage::Unsubscribe { .. }
                | ClientMessage::Heartbeat => {
                    let code = CloseCode::POLICY_VIOLATION;
                    self.violated("auth_required", code).await
                }
            };
        };
        match message {
            ClientMessage::Heartbeat => self.say(&ServerMessage::HeartbeatAck).await,
            ClientMessage::Auth { token } | ClientMessage::AuthRefresh { token } => {
                let session = member.living(&self.app).await?;
                self.renew(&token, &session).await
            }
            ClientMessage::Activity => {
                let session = member.living(&self.app).await?;
                match self.app.extend(&session.id, Cause::Activity).await? {
                    Extension::Extended(_) | Extension::Refused => Ok(()),
                    Extension::Ended(reason) => Err(Ending::Over(reason)),
                }
            }
            ClientMessage::Subscribe { topic, after } => {
                if topic == self.app.system.name() {
                    member.living(&self.app).await?;
                    let now = std::time::Instant::now();
                    for text in self.app.system.subscribe(&self.outbox, after, now) {
                        self.write(Message::Text(text)).await?;
                    }
                    Ok(())
                } else {
                    self.complain("unknown_topic").await
                }
            }
            // Whoever may be gone may still ask for less.
            ClientMessage::Unsubscribe { topic } => {
                if topic == self.app.system.name() {
                    self.app.system.unsubscribe(self.outbox.id);
                    Ok(())
                } else {
                    self.complain("unknown_topic").await
                }
            }
        }
    }

    async fn authenticate(&mut self, token: &Secret) -> Step {
        let Some(claims) = self.app.access_tokens.verify(token.expose()) else {
            return Err(self.refuse_identity().await);
        };
        match http::bearer_session(&self.app, &claims).await? {
            Ok(session) => self.enter(session, claims.end()).await,
            Err(reason) => Err(Ending::Over(reason)),
        }
    }

    /// Joins the room first and looks again then, so that an end in between is not missed.
    async fn enter(&mut self, session: SessionRow, until: Moment) -> Step {
        let (limits, id) = (session.limits(), self.outbox.id);
        let hub = &self.app.hub;
        hub.join(&session.id, &session.user.id, limits, id);
        self.stranger = None;
        match self.app.living(&session.id).await? {
            Ok(session) => {
                self.app.hub.limits_moved(&session.id, session.limits());
                self.confirm(&session, until).await
            }
            Err(reason) => Err(Ending::Over(reason)),
        }
    }

    async fn renew(&mut self, token: &Secret, session: &SessionRow) -> Step {
        let Some(claims) = self.app.access_tokens.verify(token.expose()) else {
            return self.complain("invalid_token").await;
        };
        if claims.sid != session.id {
            self.app.report(SecurityEvent::TokenMixedUp {
                session: &session.id,
            });
            self.complain("forbidden").await?;
            return Err(Ending::Close(CloseCode::FORBIDDEN, "forbidden"));
        }
        match http::bearer_session(&self.app, &claims).await? {
            Ok(session) => self.confirm(&session, claims.end()).await,
            Err(reason) => Err(Ending::Over(reason)),
        }
    }

    /// Begins or renews the term of a socket, whose proof is good until then, and tells the client.
    async fn confirm(&mut self, session: &SessionRow, until: Moment) -> Step {
        let (now, lead) = (Moment::now(), self.app.policy.warning_lead);
        let lifetime = self.app.access_tokens.lifetime();
        let expires_in = until.since(now).min(lifetime);
        self.member = Some(Member {
            session: session.id.clone(),
            term: TokenTerm::new(Instant::now(), expires_in, lifetime),
        });
        let answer = ServerMessage::AuthOk {
            expires_in,
            session: Some(session.describe(now, lead)),
            reconnect_within: Some(self.app.hub.window()).filter(|within| *within > SHORT_WINDOW),
        };
        self.say(&answer).await
    }

    /// A bad token may merely have run out on the way: the client is to come with a fresh one.
    async fn refuse_identity(&mut self) -> Ending {
        match self.complain("invalid_token").await {
            Ok(()) => Ending::Close(CloseCode::AUTH_TIMEOUT, "invalid_token"),
            Err(ending) => ending,
        }
    }

    async fn complain(&mut self, code: &str) -> Step {
        let code = code.to_owned();
        self.say(&ServerMessage::Error { code }).await
    }

    async fn say(&mut self, message: &ServerMessage) -> Step {
        let text = Utf8Bytes::from(message.encode());
        self.write(Message::Text(text)).await
    }

    async fn write(&mut self, message: Message) -> Step {
        tokio::select! {
            biased;
            control = self.inbox.order() => Err(control.into()),
            written = time::timeout(WRITE_TIMEOUT, self.socket.send(message)) => match written {
                Ok(Ok(())) => {
                    self.app.metrics.messages_sent.count();
                    Ok(())
                }
                Ok(Err(_)) => Err(Ending::Gone),
                Err(_) => Err(Ending::TooSlow),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns how much a call that waits takes.
    fn waiting<A, B, C, D, E, F: Future>(_: impl Fn(A, B, C, D, E) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_connection_that_waits_is_small() {
        let bytes = waiting(Connection::run);
        assert!(bytes <= 2_048, "ten thousand wait, each in {bytes} bytes");
    }
}
