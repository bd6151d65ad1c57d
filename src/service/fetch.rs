//! The HTTP client for applications.
//!
//! A request waits until there is an access token, is sent, and is repeated once after a 401 if it
//! may be. The client decides all that; this file keeps what is to be sent and who waits for it.
//! Invariant: a request has exactly one outcome, and dropping its future aborts it.

use std::{
    cell::{Cell, RefCell},
    fmt,
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use gloo_net::http::Method;
use session_core::{AccessToken, HttpFailure, Input, Replay, RequestFailure, RequestId};
use session_protocol::{Value, parse, write};

use super::{driver::Driver, platform::Answered};
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

/// A request whose future is awaited.
struct Pending {
    call: Call,
    /// The sending under way; dropping it aborts the call.
    running: Option<Answered>,
    outcome: Option<Result<Answer, RequestError>>,
    waker: Option<Waker>,
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
        let pending = Pending {
            call,
            running: None,
            outcome: None,
            waker: None,
        };
        driver.fetches.pending.borrow_mut().push((request, pending));
        let sending = Sending {
            driver: Rc::clone(&driver),
            request,
        };
        driver.dispatch(Input::RequestSubmitted { request, replay });
        sending.await
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

/// The wait for an outcome, which also drives the call. Gives the request up when it goes before
/// the outcome came.
struct Sending {
    driver: Rc<Driver>,
    request: RequestId,
}

impl Future for Sending {
    type Output = Result<Answer, RequestError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { driver, request } = &*self;
        loop {
            let waiting = driver.with_pending(*request, |pending| {
                pending.waker = Some(context.waker().clone());
                (pending.outcome.take(), pending.running.take())
            });
            let running = match waiting {
                Some((Some(outcome), _)) => {
                    driver.forget_request(*request);
                    return Poll::Ready(outcome);
                }
                Some((None, running)) => running,
                None => return Poll::Ready(Err(RequestError::SessionEnded)),
            };
            // Polled outside of the list, since an answer may change it.
            let Some(mut running) = running else {
                return Poll::Pending;
            };
            match running.as_mut().poll(context) {
                Poll::Ready(answer) => driver.request_answered(*request, answer),
                Poll::Pending => {
                    driver.with_pending(*request, |pending| {
                        pending.running.get_or_insert(running);
                    });
                    return Poll::Pending;
                }
            }
        }
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if self.driver.forget_request(self.request) {
            let request = self.request;
            self.driver.dispatch(Input::RequestAbandoned { request });
        }
    }
}

impl Driver {
    fn with_pending<T>(
        &self,
        request: RequestId,
        act: impl FnOnce(&mut Pending) -> T,
    ) -> Option<T> {
        let mut pending = self.fetches.pending.borrow_mut();
        let ours = pending.iter_mut().find(|(known, _)| *known == request);
        ours.map(|(_, pending)| act(pending))
    }

    /// Returns whether the request was known.
    fn forget_request(&self, request: RequestId) -> bool {
        let mut pending = self.fetches.pending.borrow_mut();
        let position = pending.iter().position(|(known, _)| *known == request);
        let ours = position.map(|position| pending.swap_remove(position));
        // Aborting a call may raise events, so nothing is borrowed then.
        drop(pending);
        ours.is_some()
    }

    pub(super) fn send_request(&self, request: RequestId, token: AccessToken) {
        let call = self.with_pending(request, |pending| Call {
            token: Some(token),
            ..pending.call.clone()
        });
        if let Some(call) = call {
            let running = self.platform.call(call);
            let waker = self.with_pending(request, |pending| {
                pending.running = Some(running);
                pending.waker.take()
            });
            waker.flatten().into_iter().for_each(Waker::wake);
        }
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
        let settled = self.with_pending(request, |pending| {
            pending.outcome = Some(outcome);
            (pending.running.take(), pending.waker.take())
        });
        if let Some((_aborted, Some(waker))) = settled {
            waker.wake();
        }
    }
}
