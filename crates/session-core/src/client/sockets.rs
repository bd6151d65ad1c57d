//! Facts of the socket.
//!
//! Invariant: a fact of a socket that is not the current one changes nothing. After an expiry there
//! is no current one, so whatever an old socket still says is too late.

use session_protocol::{ClientMessage, CloseCode, ServerMessage};

use super::{Client, Outcome, life::Herald};
use crate::{
    Effect, SocketId,
    connection::Missing,
    policy::{CloseAction, FAULT_LIMIT, REFUSED_LIMIT, decide_close},
    seeded::SeededBug,
    session::Ending,
};

const STALE: Outcome = Outcome::Ignored("the socket is not the current one");

impl Client {
    pub(super) fn socket_opened(&mut self, socket: SocketId) -> Outcome {
        if !self.connection.owns(socket) || !self.connection.is_connecting() {
            return STALE;
        }
        if !self.policy.authenticates_by_message {
            self.let_in(socket);
        } else if let Some(held) = self.token.usable(self.now) {
            self.connection
                .authenticating(held.number, self.now, &self.policy.timing);
            let message = ClientMessage::Auth {
                token: held.token.secret(),
            };
            self.order(Effect::SendMessage { socket, message });
        } else {
            let lost = self.connection.suspend(Missing::Token);
            self.close_socket(lost, CloseCode::NORMAL);
        }
        Outcome::Acted
    }

    pub(super) fn message_received(&mut self, socket: SocketId, message: ServerMessage) -> Outcome {
        if !self.connection.owns(socket) {
            return STALE;
        }
        self.connection.heard(self.now, &self.policy.timing);
        match message {
            ServerMessage::AuthOk {
                session,
                reconnect_within,
                ..
            } => {
                self.let_in(socket);
                if let Some(within) = reconnect_within {
                    self.connection.come_back_within(within);
                }
                match session {
                    Some(session) => self.learn(&session),
                    None => Outcome::Acted,
                }
            }
            ServerMessage::AuthExpiringSoon { .. } => {
                self.refresh_token();
                Outcome::Acted
            }
            ServerMessage::SessionWarning {
                remaining,
                cause,
                extendable,
            } => {
                let at = self.now.saturating_add(remaining);
                if self.session.warn(Ending {
                    at,
                    cause,
                    extendable,
                }) {
                    Outcome::Acted
                } else {
                    Outcome::Ignored("no session lives")
                }
            }
            ServerMessage::SessionExtended { session } => {
                self.session.clear_warning();
                self.learn(&session)
            }
            ServerMessage::SessionExpired { reason } => self.end(reason, Herald::Server),
            ServerMessage::GoingAway { reconnect_within } => {
                self.connection.come_back_within(reconnect_within);
                Outcome::Acted
            }
            ServerMessage::DataUpdate {
                topic,
                seq,
                payload,
            } => {
                self.let_in(socket);
                self.update_received(topic, seq, payload)
            }
            ServerMessage::HeartbeatAck => {
                self.topics.heartbeat_answered();
                Outcome::Acted
            }
            ServerMessage::Error { .. } => Outcome::Acted,
        }
    }

    /// The frame counts as a sign of life and as nothing else.
    pub(super) fn message_refused(&mut self, socket: SocketId) -> Outcome {
        if !self.connection.owns(socket) {
            return STALE;
        }
        self.connection.heard(self.now, &self.policy.timing);
        Outcome::Ignored("it is no message of the protocol")
    }

    pub(super) fn socket_closed(
        &mut self,
        socket: SocketId,
        code: CloseCode,
        reason: &str,
    ) -> Outcome {
        if !self.connection.owns(socket) {
            return STALE;
        }
        let refused = self.connection.is_connecting();
        self.connection.forgive(self.now, &self.policy.timing);
        match decide_close(code, reason, &self.policy) {
            CloseAction::End(_) if self.has_bug(SeededBug::ReconnectAfterTerminalClose) => {
                self.back_off();
            }
            CloseAction::End(reason) => {
                self.connection.close();
                return self.end(reason, Herald::Server);
            }
            CloseAction::Verify if self.connection.is_reconnecting() => {
                self.back_off();
                self.inquiry.want(self.now);
            }
            CloseAction::Verify => {
                self.connection.await_verdict(self.now, &self.policy.timing);
                self.inquiry.want(self.now);
            }
            CloseAction::Refresh => {
                if let Some(number) = self.token.usable(self.now).map(|held| held.number) {
                    self.token.reject(number);
                }
                self.back_off();
            }
            CloseAction::Reconnect => self.back_off(),
            CloseAction::ReconnectThrice => {
                if self.connection.count_fault() > FAULT_LIMIT {
                    self.connection.close();
                } else {
                    self.back_off();
                }
            }
            CloseAction::Stop => self.connection.close(),
        }
        if refused && self.connection.count_refused() == REFUSED_LIMIT {
            self.inquiry.want(self.now);
        }
        Outcome::Acted
    }

    /// Hands the newest token to the open socket, so that it outlives the older one.
    pub(super) fn hand_token_to_socket(&mut self) {
        if !self.policy.authenticates_by_message {
            return;
        }
        if let Some(socket) = self.connection.open_socket()
            && let Some(held) = self.token.usable(self.now)
        {
            let message = ClientMessage::AuthRefresh {
                token: held.token.secret(),
            };
            self.order(Effect::SendMessage { socket, message });
        }
    }

    pub(super) fn close_socket(&mut self, socket: Option<SocketId>, code: CloseCode) {
        if let Some(socket) = socket {
            self.order(Effect::CloseSocket { socket, code });
        }
    }

    pub(super) fn back_off(&mut self) {
        self.connection
            .back_off(self.now, &self.policy.timing, &mut self.draw);
    }

    /// The server let the socket in, if it had not before. A token that came while the server
    /// looked at an older one follows at once.
    fn let_in(&mut self, socket: SocketId) {
        let shown = self.connection.authenticates_with();
        let too_early = self.policy.authenticates_by_message && shown.is_none();
        if too_early || self.connection.open_socket().is_some() {
            return;
        }
        self.connection.opened(self.now, &self.policy.timing);
        for (topic, after) in self.topics.resume() {
            let message = ClientMessage::Subscribe { topic, after };
            self.order(Effect::SendMessage { socket, message });
        }
        let newest = self.token.usable(self.now).map(|held| held.number);
        if shown.is_some() && shown != newest {
            self.hand_token_to_socket();
        }
    }
}
