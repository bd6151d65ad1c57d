//! Answers that say nothing about the session: overload, errors, strangers in between.

use std::time::Duration;

use super::CallKind;

/// What a client gets instead of an answer.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Fault {
    /// 503: the store does not answer.
    Unavailable,
    /// 500.
    Internal,
    /// 429.
    RateLimited {
        /// `Retry-After`.
        retry_after: Duration,
    },
    /// 200 with something that cannot be read.
    Garbled,
    /// 401 `invalid_token`, although the token is fresh: the server changed its keys.
    InvalidToken,
    /// 401 without a code of the contract: a proxy's login page.
    Stranger,
}

/// A fault that waits for its calls.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct PlannedFault {
    pub(super) fault: Fault,
    /// The calls that it hits; all if none is named.
    pub(super) calls: Option<CallKind>,
    /// How many calls it still hits; never zero.
    pub(super) times: u8,
}
