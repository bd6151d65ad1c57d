//! Facts of application requests.

use super::{Client, Outcome, life::Herald};
use crate::{
    Effect, HttpFailure, Replay, RequestFailure, RequestId,
    requests::Unauthorized,
    session::{Prompt, Session},
};

impl Client {
    pub(super) fn request_submitted(&mut self, request: RequestId, replay: Replay) -> Outcome {
        if !self.takes_requests() {
            let failure = RequestFailure::SessionEnded;
            self.order(Effect::FailRequest { request, failure });
            return Outcome::Acted;
        }
        let until = self.now.saturating_add(self.policy.timing.request_hold);
        if self.requests.submit(request, replay, until) {
            Outcome::Acted
        } else {
            Outcome::Ignored("the request is known already")
        }
    }

    /// A request may wait for the restore that a page begins with. A later one may be of another user
    /// than whoever wrote what the page still holds.
    fn takes_requests(&self) -> bool {
        match &self.session {
            Session::Starting | Session::Active { .. } | Session::Warned { .. } => true,
            Session::Restoring { prompt, .. } => matches!(prompt, Prompt::Start),
            Session::Anonymous { .. }
            | Session::Authenticating { .. }
            | Session::Expired { .. }
            | Session::LoggingOut => false,
        }
    }

    pub(super) fn request_over(&mut self, request: RequestId) -> Outcome {
        if self.requests.finish(request) {
            Outcome::Acted
        } else {
            Outcome::Ignored("the request is not known any more")
        }
    }

    /// A 401 with a terminal code is a verdict, if the request was sent with a token of this session.
    /// Any other says that the token is stale: all callers that hear it share one refresh, and each
    /// request is repeated once at most.
    pub(super) fn request_unauthorized(
        &mut self,
        request: RequestId,
        failure: &HttpFailure,
    ) -> Outcome {
        if let Some(reason) = failure.end_reason()
            && let Some(token) = self.requests.sent_with(request)
            && self.token.is_of_session(token)
        {
            return self.end(reason, Herald::Server);
        }
        let until = self.now.saturating_add(self.policy.timing.request_hold);
        match self.requests.unauthorized(request, until) {
            Unauthorized::Hold { refused } => self.token.reject(refused),
            Unauthorized::GiveUp { refused } => {
                self.token.reject(refused);
                let failure = RequestFailure::Unauthorized;
                self.order(Effect::FailRequest { request, failure });
            }
            Unauthorized::Unknown => {
                return Outcome::Ignored("the request is not known any more");
            }
        }
        Outcome::Acted
    }
}
