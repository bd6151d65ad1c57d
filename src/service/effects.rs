//! Carries each order of the client out: one exhaustive match.

use std::rc::Rc;

use session_core::{AccessToken, Effect, Input, SocketId};
use session_protocol::{CloseCode, config::SocketAuth};

use super::{calls::SessionCall, driver::Driver, platform::Facts, updates::Update};
use crate::platform::socket;

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
            Effect::CloseSocket { socket, code } => {
                if self.wanted_socket.get() == Some(socket) {
                    self.wanted_socket.set(None);
                }
                self.platform.close_socket(socket, code);
            }
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
            Effect::Remember(milestone) => self.remember(&milestone),
            Effect::RequestLock { lock, name, steal } => {
                self.platform.request_lock(lock, name, steal);
            }
            Effect::ReleaseLock { lock } => self.platform.release_lock(lock),
            Effect::ClearProtectedState { reason } => {
                // A hook may register another, so none runs while the list is borrowed.
                let hooks = self.clear_hooks.borrow().clone();
                for hook in hooks {
                    hook(reason);
                }
            }
            Effect::ForgetDrafts { user } => self.drafts.forget(&user),
        }
    }

    fn open_socket(self: &Rc<Self>, socket: SocketId, token: AccessToken) {
        self.wanted_socket.set(Some(socket));
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
                        // Another may have taken its place meanwhile.
                        _ if driver.wanted_socket.get() != Some(socket) => {}
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
