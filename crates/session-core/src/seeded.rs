//! Bugs that were seen in the wild, to be switched on one at a time, so that simulator and model can
//! show that they would find them.
//!
//! Invariant: without the feature `seeded-bugs` no bug can be switched on, and with it the crate
//! does not compile for a release.

#[cfg(all(feature = "seeded-bugs", not(debug_assertions)))]
compile_error!(
    "expected no seeded bugs in a release build: build without the feature `seeded-bugs`"
);

/// A bug of the client that can be switched on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SeededBug {
    /// The mark of an expiry that was handled is never taken back, so that the second expiry, after
    /// a login in between, is swallowed.
    ExpiryWithoutEpoch,
    /// A refresh that does not reach the server logs the user out.
    NetworkErrorLogsOut,
    /// A tab takes the lead without a new term, and one that lost it leads on.
    StealWithoutTerm,
    /// A tab that gives up waiting for a lock believes that the lock is free.
    AbortFreesHeldLock,
    /// A notice of a login counts as a login.
    HintTrustedAsLogin,
    /// A start after an explicit logout restores the session.
    SilentRestoreAfterLogout,
    /// A session is over when the local clock says so.
    LocalClockVerdict,
    /// A terminal close is followed by a reconnect.
    ReconnectAfterTerminalClose,
    /// A tab takes whatever update its leader passes on for the next one.
    UpdatesOutOfOrder,
}
