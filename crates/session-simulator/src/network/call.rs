//! One HTTP call, from the order of the client to the fact that answers it.
//!
//! Invariants: the cookies that travel are those of the moment of sending; the jar is written when
//! the head of the answer is here, before the page hears of it, and also if the page gave the call
//! up in between; a call that was given up earlier writes nothing.

use std::time::Duration;

use session_core::{CallId, HttpFailure, Input, RequestId};

use crate::{
    browser::{PageId, TabId},
    server::{PendingRefresh, Request, Response},
};

/// A request that is older than this is never delivered. An answer writes the jar within the
/// client's timeout of 10 s and the moment that writing takes; a request that left with the old
/// cookie until then must arrive inside the grace of 30 s. A network that holds requests back for
/// longer would make honest browsers look like thieves.
pub const LONGEST_JOURNEY: Duration = Duration::from_secs(18);

/// The number of a call. It is used once in the life of a world.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CallNumber(pub u32);

/// What is asked, and so which fact answers it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Asks {
    /// A login.
    LogIn(CallId),
    /// A refresh.
    Refresh(CallId),
    /// The state of the session.
    Session(CallId),
    /// An extension.
    Extension(CallId),
    /// A logout.
    LogOut(CallId),
    /// Something of the application.
    Application(RequestId),
}

/// How far a call is.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Stage {
    /// The request is on its way.
    Sent(Request),
    /// The server has read what a refresh needs, and has not committed.
    Deciding(PendingRefresh),
    /// The answer is on its way.
    Answering(Response),
    /// The head of the answer is in the browser, which is about to write the jar.
    Storing(Response),
    /// The jar is written; the page is about to hear.
    Reading(Response),
    /// The connection broke; the page is about to hear.
    Broken,
    /// Nothing will come. Only the timeout ends it.
    Lost,
}

/// A call.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Call {
    /// Its number.
    pub number: CallNumber,
    /// The tab that asked.
    pub tab: TabId,
    /// The page that asked.
    pub page: PageId,
    /// What it asks.
    pub asks: Asks,
    /// When it was sent, on the true clock.
    pub sent_at: Duration,
    /// When the shell gives it up, on the browser's monotonic clock.
    pub due: Duration,
    /// Whether nobody waits for it any more.
    pub is_orphan: bool,
    /// Whether the client began to ask anew since, or its session ended.
    pub is_superseded: bool,
    /// How far it is.
    pub stage: Stage,
}

impl Asks {
    /// Makes a fact of the outcome. An application's request has its outcome in the shell, and the
    /// client hears only that it is over, or that it was refused for its token.
    #[must_use]
    pub fn answered(self, outcome: Result<&Response, HttpFailure>) -> Input {
        let outcome = outcome.and_then(|response| match response.failure() {
            Some(failure) => Err(failure),
            None => Ok(response),
        });
        match self {
            Self::LogIn(call) => match outcome.and_then(grant) {
                Ok(grant) => Input::LoginSucceeded { call, grant },
                Err(failure) => Input::LoginFailed { call, failure },
            },
            Self::Refresh(call) => match outcome.and_then(grant) {
                Ok(grant) => Input::RefreshSucceeded { call, grant },
                Err(failure) => Input::RefreshFailed { call, failure },
            },
            Self::Session(call) => {
                let told = |response: &Response| response.session_status();
                match outcome.and_then(|response| told(response).ok_or(HttpFailure::Garbled)) {
                    Ok(status) => Input::SessionAnswered { call, status },
                    Err(failure) => Input::SessionUnanswered { call, failure },
                }
            }
            Self::Extension(call) => match outcome.and_then(session) {
                Ok(session) => Input::ExtensionSucceeded { call, session },
                Err(failure) => Input::ExtensionFailed { call, failure },
            },
            Self::LogOut(call) => match outcome {
                Ok(_) => Input::LogoutSucceeded { call },
                Err(failure) => Input::LogoutFailed { call, failure },
            },
            Self::Application(request) => match outcome {
                Err(failure @ HttpFailure::Refused { status: 401, .. }) => {
                    Input::RequestUnauthorized { request, failure }
                }
                Ok(_) | Err(_) => Input::RequestAnswered { request },
            },
        }
    }
}

fn grant(response: &Response) -> Result<session_protocol::http::TokenResponse, HttpFailure> {
    response.grant().ok_or(HttpFailure::Garbled)
}

fn session(response: &Response) -> Result<session_protocol::ActiveSession, HttpFailure> {
    match response.session_status() {
        Some(session_protocol::SessionStatus::Active(session)) => Ok(session),
        Some(session_protocol::SessionStatus::Ended { .. }) | None => Err(HttpFailure::Garbled),
    }
}
