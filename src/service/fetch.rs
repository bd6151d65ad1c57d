//! The HTTP client for applications.
//!
//! A request waits until there is an access token, is sent, and is repeated once after a 401 if it
//! may be. The client decides all that; this file keeps what is to be sent and who waits for it.
//! Invariant: a request has exactly one outcome, and dropping its future aborts it.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::{Rc, Weak},
};

use futures::{
    channel::oneshot,
    future::{AbortHandle, abortable},
};
use gloo_net::http::Method;
use session_core::{AccessToken, HttpFailure, Input, Replay, RequestFailure, RequestId};
use session_protocol::{Value, parse, write};

use super::driver::Driver;
use crate::platform::http::{Answer, Call};

/// Longest answer that [`Request::send_for_json`] reads, in bytes.
pub const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// Why a request has no answer of the kind that was hoped for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RequestError {
    /// The session ended before the answer came.
    SessionEnded,
    /// The server refused the request although its token was fresh, or it must not be repeated.
    Unauthorized,
    /// No access token could be had in time.
    Unavailable,
    /// The call itself failed.
    Http(HttpFailure),
    /// The answer is not JSON.
    Unreadable,
}

impl RequestError {
    /// Returns whether the server answered that there is no such thing.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Http(HttpFailure::Refused { status: 404, .. }))
    }

    /// Returns whether the same request may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable => true,
            Self::Http(failure) => failure.is_transient(),
            Self::SessionEnded => false,
            Self::Unauthorized => false,
            Self::Unreadable => false,
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SessionEnded => f.write_str("the session ended before the answer came"),
            Self::Unauthorized => f.write_str("the server did not accept the access token"),
            Self::Unavailable => f.write_str("no access token could be had in time"),
            Self::Http(failure) => write!(f, "the request failed: {}", failure.summary()),
            Self::Unreadable => f.write_str("expected JSON in the answer"),
        }
    }
}

impl std::error::Error for RequestError {}

/// The requests that have no outcome yet.
#[derive(Default)]
pub(super) struct Fetches {
    last: Cell<u64>,
    /// There are few, so a search is as fast as a map and smaller.
    pending: RefCell<Vec<(RequestId, Pending)>>,
}

struct Pending {
    call: Call,
    reply: oneshot::Sender<Result<Answer, RequestError>>,
    running: Option<AbortHandle>,
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.abort();
        }
    }
}

/// A request of the application, not sent yet.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    driver: Rc<Driver>,
    call: Call,
    replay: Replay,
}

impl Request {
    pub(super) fn new(driver: Rc<Driver>, method: Method, url: &str) -> Self {
        // RFC 9110 section 9.2.2.
        let replay = if method == Method::POST || method == Method::PATCH {
            Replay::Unsafe
        } else {
            Replay::Safe
        };
        let call = driver.http_call(method, url, None, None);
        Self {
            driver,
            call,
            replay,
        }
    }

    /// Sends this JSON as the body.
    pub fn json(mut self, body: &Value) -> Self {
        self.call.body = Some(write(body));
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.call.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Allows a second sending after a 401 although the method does not: the server refuses the
    /// token before it acts, or the request carries an idempotency key.
    pub fn repeatable(mut self) -> Self {
        self.replay = Replay::Safe;
        self
    }

    /// Sends the request and waits for its outcome.
    ///
    /// # Errors
    ///
    /// A [`RequestError`] that says whether the session, the server or the network was in the way.
    pub async fn send(self) -> Result<Answer, RequestError> {
        let Self {
            driver,
            call,
            replay,
        } = self;
        let request = RequestId(driver.fetches.last.get() + 1);
        driver.fetches.last.set(request.0);
        let (reply, outcome) = oneshot::channel();
        let pending = Pending {
            call,
            reply,
            running: None,
        };
        driver.fetches.pending.borrow_mut().push((request, pending));
        let _abandon = Abandon {
            driver: Rc::downgrade(&driver),
            request,
        };
        driver.dispatch(Input::RequestSubmitted { request, replay });
        outcome.await.unwrap_or(Err(RequestError::SessionEnded))
    }

    /// Sends the request and reads the JSON of the answer.
    ///
    /// # Errors
    ///
    /// As [`Request::send`], and [`RequestError::Unreadable`] if it is none.
    pub async fn send_for_json(self) -> Result<Value, RequestError> {
        let answer = self.send().await?;
        parse(&answer.body, MAX_ANSWER_BYTES).map_err(|_| RequestError::Unreadable)
    }
}

/// Gives the request up if its future goes before the outcome came.
struct Abandon {
    driver: Weak<Driver>,
    request: RequestId,
}

impl Drop for Abandon {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.upgrade()
            && driver.take_pending(self.request).is_some()
        {
            driver.dispatch(Input::RequestAbandoned {
                request: self.request,
            });
        }
    }
}

impl Driver {
    fn take_pending(&self, request: RequestId) -> Option<Pending> {
        let mut pending = self.fetches.pending.borrow_mut();
        let position = pending.iter().position(|(known, _)| *known == request)?;
        Some(pending.swap_remove(position).1)
    }

    pub(super) fn send_request(self: &Rc<Self>, request: RequestId, token: AccessToken) {
        let call = {
            let mut pending = self.fetches.pending.borrow_mut();
            let ours = pending.iter_mut().find(|(known, _)| *known == request);
            let Some((_, pending)) = ours else {
                return;
            };
            let call = Call {
                token: Some(token),
                ..pending.call.clone()
            };
            let (answer, running) = abortable(self.platform.call(call));
            pending.running = Some(running);
            answer
        };
        let driver = Rc::downgrade(self);
        leptos::task::spawn_local(async move {
            if let Ok(answer) = call.await
                && let Some(driver) = driver.upgrade()
            {
                driver.request_answered(request, answer);
            }
        });
    }

    fn request_answered(self: &Rc<Self>, request: RequestId, answer: Result<Answer, HttpFailure>) {
        if let Err(failure @ HttpFailure::Refused { status: 401, .. }) = answer {
            self.dispatch(Input::RequestUnauthorized { request, failure });
            return;
        }
        self.settle_request(request, answer.map_err(RequestError::Http));
        self.dispatch(Input::RequestAnswered { request });
    }

    pub(super) fn fail_request(&self, request: RequestId, failure: RequestFailure) {
        let error = match failure {
            RequestFailure::SessionEnded => RequestError::SessionEnded,
            RequestFailure::Unauthorized => RequestError::Unauthorized,
            RequestFailure::Unavailable => RequestError::Unavailable,
        };
        self.settle_request(request, Err(error));
    }

    fn settle_request(&self, request: RequestId, outcome: Result<Answer, RequestError>) {
        if let Some(mut pending) = self.take_pending(request) {
            let (unused, _) = oneshot::channel();
            let reply = std::mem::replace(&mut pending.reply, unused);
            // Nobody listens if the future was dropped.
            reply.send(outcome).unwrap_or_default();
        }
    }
}
