//! Facts of application requests.

use super::{Client, Outcome, life::Herald};
use crate::{Effect, HttpFailure, Replay, RequestFailure, RequestId, requests::Unauthorized};

impl Client {
    pub(super) fn request_submitted(&mut self, request: RequestId, replay: Replay) -> Outcome {
        if self.session.facts().is_none() {
            let failure = RequestFailure::SessionEnded;
            self.order(Effect::FailRequest { request, failure });
            return Outcome::Ignored("no session lives");
        }
        let until = self.now.saturating_add(self.policy.timing.request_hold);
        self.requests.submit(request, replay, until);
        Outcome::Acted
    }

    pub(super) fn request_over(&mut self, request: RequestId) -> Outcome {
        if self.requests.finish(request) {
            Outcome::Acted
        } else {
            Outcome::Ignored("the request is not known any more")
        }
    }

    /// A 401 with a terminal code is a verdict. Any other says that the token is stale: all
    /// callers that hear it share one refresh, and each request is repeated once at most.
    pub(super) fn request_unauthorized(
        &mut self,
        request: RequestId,
        failure: &HttpFailure,
    ) -> Outcome {
        if let Some(reason) = failure.end_reason() {
            let outcome = self.end(reason, Herald::Server);
            if outcome != Outcome::Acted {
                self.requests.finish(request);
            }
            return outcome;
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
