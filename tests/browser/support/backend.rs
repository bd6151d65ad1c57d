//! A backend in a few lines: one browser's session, tokens, limits.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use leptos_session::platform::http::{Answer, Call};
use session_core::HttpFailure;
use session_protocol::{
    ActiveSession, EndReason, Secret, SessionStatus, User, Value,
    http::{LoginRequest, TicketResponse, TokenResponse, parse_body},
};

/// How a call ends.
pub type Outcome = Result<Answer, HttpFailure>;

/// Lifetime of the access tokens.
pub const TOKEN_LIFETIME: Duration = Duration::from_secs(300);

/// What the backend knows of this browser.
#[derive(Debug)]
pub struct Backend {
    pub user: RefCell<Option<User>>,
    /// The limits that it tells; the same with each answer, as if the user were always active.
    pub limits: RefCell<ActiveSession>,
    sessions: Cell<u32>,
    issued: Cell<u32>,
    oldest_accepted: Cell<u32>,
}

impl Default for Backend {
    fn default() -> Self {
        let limits = ActiveSession {
            id: String::new(),
            user: User::default(),
            idle_remaining: Some(Duration::from_secs(30 * 60)),
            absolute_remaining: Some(Duration::from_secs(24 * 3600)),
            warning_lead: Duration::from_secs(120),
            extendable: true,
        };
        Self {
            user: RefCell::default(),
            limits: RefCell::new(limits),
            sessions: Cell::default(),
            issued: Cell::default(),
            oldest_accepted: Cell::default(),
        }
    }
}

impl Backend {
    /// Stops accepting the access tokens so far; the session lives on.
    pub fn reject_tokens(&self) {
        self.oldest_accepted.set(self.issued.get() + 1);
    }

    /// Returns the session as the backend tells it, for messages.
    pub fn session(&self) -> ActiveSession {
        let user = self.user.borrow().clone().unwrap_or_default();
        ActiveSession {
            id: format!("session-{}", self.sessions.get()),
            user,
            ..self.limits.borrow().clone()
        }
    }

    /// Answers a call to one of the default endpoints; any other needs a valid token and gets
    /// an empty object.
    pub fn answer(&self, call: &Call) -> Outcome {
        match call.url.as_str() {
            "/api/auth/login" => self.log_in(call),
            "/api/auth/refresh" if self.user.borrow().is_some() => ok(&self.grant()),
            "/api/auth/refresh" => refused(401, EndReason::NoSession.problem_code()),
            "/api/auth/logout" => {
                self.user.take();
                no_content()
            }
            "/api/session" => ok(&self.status().to_value()),
            "/api/session/extend" if self.user.borrow().is_some() => ok(&self.session().to_value()),
            "/api/auth/ticket" if self.accepts(call) => ok(&TicketResponse {
                ticket: Secret::new("ticket/1+2"),
                expires_in: Duration::from_secs(30),
            }
            .to_value()),
            _ if self.accepts(call) => ok(&Value::Object(serde_json::Map::new())),
            _ => refused(401, "token_expired"),
        }
    }

    fn log_in(&self, call: &Call) -> Outcome {
        let body = parse_body(call.body.as_deref().unwrap()).unwrap();
        let login = LoginRequest::from_value(&body).unwrap();
        if login.password.expose() != "password" {
            return refused(401, "invalid_credentials");
        }
        self.sessions.set(self.sessions.get() + 1);
        *self.user.borrow_mut() = Some(User {
            id: format!("id of {}", login.email),
            name: login.email.clone(),
            email: login.email,
        });
        ok(&self.grant())
    }

    fn grant(&self) -> Value {
        self.issued.set(self.issued.get() + 1);
        let response = TokenResponse {
            access_token: Secret::new(format!("token-{}", self.issued.get())),
            expires_in: TOKEN_LIFETIME,
            session: Some(self.session()),
        };
        response.to_value()
    }

    fn status(&self) -> SessionStatus {
        if self.user.borrow().is_some() {
            SessionStatus::Active(self.session())
        } else {
            SessionStatus::Ended { reason: None }
        }
    }

    /// Returns whether the call carries a token that is still good.
    pub fn accepts(&self, call: &Call) -> bool {
        let number = call.token.as_ref().and_then(|token| {
            let number = token.expose().strip_prefix("token-")?;
            number.parse::<u32>().ok()
        });
        self.user.borrow().is_some()
            && number.is_some_and(|number| number >= self.oldest_accepted.get())
    }
}

pub fn ok(body: &Value) -> Outcome {
    Ok(Answer {
        status: 200,
        body: body.to_string(),
    })
}

pub fn no_content() -> Outcome {
    Ok(Answer {
        status: 204,
        body: String::new(),
    })
}

pub fn refused(status: u16, code: &str) -> Outcome {
    Err(HttpFailure::Refused {
        status,
        code: code.to_owned(),
        retry_after: None,
    })
}
