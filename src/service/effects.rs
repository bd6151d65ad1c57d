//! Carries each order of the client out: one exhaustive match.

use std::rc::Rc;

use session_core::{AccessToken, Effect, Input, Presence, SocketId};
use session_protocol::{CloseCode, config::SocketAuth};

use super::{calls::SessionCall, drafts, driver::Driver, platform::Facts, updates::Update};
use crate::platform::socket;

const PRESENCE: &str = "presence";

/// What stands before the identifier of the session whose logout is not delivered.
const PENDING: &str = "logout-pending ";

impl Driver {
    pub(super) fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::RequestLogin { call, login } => {
                self.make_call(SessionCall::LogIn { call, login });
            }
            Effect::RequestRefresh { call } => self.make_call(SessionCall::Refresh { call }),
            Effect::AskSession { call, token } => {
                self.make_call(SessionCall::AskSession { call, token });
            }
            Effect::RequestExtension { call, token } => {
                self.make_call(SessionCall::Extend { call, token });
            }
            Effect::RequestLogout {
                call,
                token,
                session,
            } => {
                self.make_call(SessionCall::LogOut {
                    call,
                    token,
                    session,
                });
            }
            Effect::OpenSocket { socket, token } => self.open_socket(socket, token),
            Effect::CloseSocket { socket, code } => self.platform.close_socket(socket, code),
            Effect::SendMessage { socket, message } => self.platform.send(socket, &message),
            Effect::SendRequest { request, token } => self.send_request(request, token),
            Effect::FailRequest { request, failure } => self.fail_request(request, failure),
            Effect::DeliverUpdate {
                topic,
                seq,
                payload,
            } => {
                self.updates.deliver(&Update {
                    topic,
                    seq,
                    payload,
                });
            }
            Effect::NotifyTabs(notice) => self.platform.notify(&notice),
            Effect::RememberPresence(presence) => self.remember(&presence),
            Effect::RememberLogout { session } => match self.presence() {
                Presence::LoggedOut | Presence::LogoutPending { .. } => {}
                Presence::Present | Presence::Unknown => {
                    self.remember(&Presence::LogoutPending { session });
                }
            },
            Effect::ConfirmLogout { session } => {
                if self.presence() == (Presence::LogoutPending { session }) {
                    self.remember(&Presence::LoggedOut);
                }
            }
            Effect::RequestLock { .. } | Effect::ReleaseLock { .. } => {}
            Effect::ClearProtectedState { reason } => {
                // A hook may register another, so none runs while the list is borrowed.
                let hooks = self.clear_hooks.borrow().clone();
                for hook in hooks {
                    hook(reason);
                }
            }
            Effect::ForgetDrafts { user } => self.shelf.remove_all(&drafts::beginning(&user)),
        }
    }

    /// What this browser remembers of the last session.
    pub(super) fn presence(&self) -> Presence {
        let kept = self.shelf.read(PRESENCE).unwrap_or_default();
        match kept.as_str() {
            "present" => Presence::Present,
            "logged-out" => Presence::LoggedOut,
            other => match other.strip_prefix(PENDING) {
                Some(session) => Presence::LogoutPending {
                    session: session.to_owned(),
                },
                None => Presence::Unknown,
            },
        }
    }

    fn remember(&self, presence: &Presence) {
        let kept = match presence {
            Presence::Present => self.shelf.write(PRESENCE, "present"),
            Presence::LoggedOut => self.shelf.write(PRESENCE, "logged-out"),
            Presence::LogoutPending { session } => {
                self.shelf.write(PRESENCE, &[PENDING, session].concat())
            }
            // That a session is gone takes no logout back.
            Presence::Unknown => {
                if self.presence() == Presence::Present {
                    self.shelf.remove(PRESENCE);
                }
                Ok(())
            }
        };
        // A browser that keeps nothing asks the server at the next start, which is right too.
        kept.unwrap_or_default();
    }

    fn open_socket(self: &Rc<Self>, socket: SocketId, token: AccessToken) {
        match self.config.socket.auth {
            SocketAuth::FirstMessage | SocketAuth::Cookie => {
                self.open_socket_at(socket, None, Vec::new());
            }
            SocketAuth::Subprotocol => {
                let bearer = ["bearer.", token.expose()].concat();
                let protocols = vec!["leptos-session".to_owned(), bearer];
                self.open_socket_at(socket, None, protocols);
            }
            SocketAuth::Ticket => {
                let driver = Rc::clone(self);
                leptos::task::spawn_local(async move {
                    match driver.fetch_ticket(token).await {
                        Some(ticket) => {
                            driver.open_socket_at(socket, Some(ticket.expose()), Vec::new());
                        }
                        None => driver.refuse_socket(socket),
                    }
                });
            }
        }
    }

    fn open_socket_at(
        self: &Rc<Self>,
        socket: SocketId,
        ticket: Option<&str>,
        protocols: Vec<String>,
    ) {
        match socket::address(&self.config.socket.url, ticket) {
            Ok(url) => self
                .platform
                .open_socket(socket, url, protocols, Facts::to(self)),
            Err(_) => self.refuse_socket(socket),
        }
    }

    fn refuse_socket(self: &Rc<Self>, socket: SocketId) {
        let (code, reason) = (CloseCode::ABNORMAL, String::new());
        self.dispatch(Input::SocketClosed {
            socket,
            code,
            reason,
        });
    }
}
