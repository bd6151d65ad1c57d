//! The client's own HTTP calls: what is sent, and which input the answer becomes.

use std::rc::Rc;

use gloo_net::http::Method;
use session_core::{AccessToken, CallId, HttpFailure, Input};
use session_protocol::{
    ActiveSession, Secret, SessionStatus, Value, WireError,
    http::{LoginRequest, LogoutRequest, TicketResponse, TokenResponse, parse_body},
    write,
};

use super::driver::Driver;
use crate::platform::http::{Answer, Call};

/// One call of the client itself.
#[derive(Debug)]
pub(super) enum SessionCall {
    LogIn {
        call: CallId,
        login: LoginRequest,
    },
    Refresh {
        call: CallId,
    },
    AskSession {
        call: CallId,
        token: Option<AccessToken>,
    },
    Extend {
        call: CallId,
        token: Option<AccessToken>,
    },
    LogOut {
        call: CallId,
        token: Option<AccessToken>,
        session: String,
    },
}

impl SessionCall {
    /// Makes an input of the answer.
    fn answered(self, answer: Result<Answer, HttpFailure>) -> Input {
        match self {
            Self::LogIn { call, .. } => match read(answer, TokenResponse::from_value) {
                Ok(grant) => Input::LoginSucceeded { call, grant },
                Err(failure) => Input::LoginFailed { call, failure },
            },
            Self::Refresh { call } => match read(answer, TokenResponse::from_value) {
                Ok(grant) => Input::RefreshSucceeded { call, grant },
                Err(failure) => Input::RefreshFailed { call, failure },
            },
            Self::AskSession { call, .. } => match read(answer, SessionStatus::from_value) {
                Ok(status) => Input::SessionAnswered { call, status },
                Err(failure) => Input::SessionUnanswered { call, failure },
            },
            Self::Extend { call, .. } => match read(answer, ActiveSession::from_value) {
                Ok(session) => Input::ExtensionSucceeded { call, session },
                Err(failure) => Input::ExtensionFailed { call, failure },
            },
            Self::LogOut { call, .. } => match answer {
                Ok(_) => Input::LogoutSucceeded { call },
                Err(failure) => Input::LogoutFailed { call, failure },
            },
        }
    }
}

/// Reads the body of an answer; one that cannot be read is as good as none.
fn read<T>(
    answer: Result<Answer, HttpFailure>,
    from_value: fn(&Value) -> Result<T, WireError>,
) -> Result<T, HttpFailure> {
    let body = parse_body(&answer?.body).map_err(|_| HttpFailure::Garbled)?;
    from_value(&body).map_err(|_| HttpFailure::Garbled)
}

impl Driver {
    /// Sends a call of the client; its answer comes back as an input.
    pub(super) fn make_call(self: &Rc<Self>, call: SessionCall) {
        let endpoints = &self.config.endpoints;
        let request = match &call {
            SessionCall::LogIn { login, .. } => {
                self.post(&endpoints.login, Some(login.to_value()), None)
            }
            SessionCall::Refresh { .. } => self.post(&endpoints.refresh, None, None),
            SessionCall::AskSession { token, .. } => {
                self.http_call(Method::GET, &endpoints.session, None, token.clone())
            }
            SessionCall::Extend { token, .. } => self.post(&endpoints.extend, None, token.clone()),
            SessionCall::LogOut { token, session, .. } => {
                let body = LogoutRequest::of(session).to_value();
                let outlives_page = true;
                Call {
                    outlives_page,
                    ..self.post(&endpoints.logout, Some(body), token.clone())
                }
            }
        };
        let (driver, answer) = (Rc::downgrade(self), self.platform.call(request));
        leptos::task::spawn_local(async move {
            let input = call.answered(answer.await);
            if let Some(driver) = driver.upgrade() {
                driver.dispatch(input);
            }
        });
    }

    /// Gets a ticket for one socket handshake.
    pub(super) async fn fetch_ticket(&self, token: AccessToken) -> Option<Secret> {
        let call = self.post(&self.config.endpoints.ticket, None, Some(token));
        let ticket = read(self.platform.call(call).await, TicketResponse::from_value);
        ticket.ok().map(|response| response.ticket)
    }

    fn post(&self, url: &str, body: Option<Value>, token: Option<AccessToken>) -> Call {
        let body = body.map_or_else(|| "{}".to_owned(), |body| write(&body));
        self.http_call(Method::POST, url, Some(body), token)
    }

    pub(super) fn http_call(
        &self,
        method: Method,
        url: &str,
        body: Option<String>,
        token: Option<AccessToken>,
    ) -> Call {
        let request = &self.config.request;
        Call {
            method,
            url: url.to_owned(),
            body,
            headers: vec![(request.header.clone(), request.value.clone())],
            token,
            credentials: request.credentials,
            timeout: self.config.request_timeout,
            outlives_page: false,
        }
    }
}
