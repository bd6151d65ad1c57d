//! The times of a socket: authentication, end of its access token, pings.
//!
//! Pure: moments in, moments out. Invariant: a token's end closes the socket only after a grace in
//! which a fresh token is welcome.

use std::time::Duration;

use tokio::time::Instant;

/// A fresh token is awaited this long after the end of the old one, at most.
const LONGEST_GRACE: Duration = Duration::from_secs(10);
/// The client is told at least this long before the end of its token.
const SHORTEST_NOTICE: Duration = Duration::from_secs(1);
/// Pings without any answer after which a connection is dead.
pub(crate) const MOST_MISSED: u32 = 2;

/// The term of an access token on a socket.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenTerm {
    pub(super) end: Instant,
    /// When the client is told, until it has been.
    notice: Option<Instant>,
    close: Instant,
}

/// What is due about a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum TokenDue {
    /// Tell the client that its token ends soon.
    Notice,
    /// Close the socket.
    Close,
}

impl TokenTerm {
    /// Begins the term of a token of this lifetime that has `remaining` left.
    pub(super) fn new(now: Instant, remaining: Duration, lifetime: Duration) -> Self {
        let end = now + remaining;
        let ahead = (lifetime / 5).max(SHORTEST_NOTICE).min(remaining);
        Self {
            end,
            notice: Some(end - ahead),
            close: end + LONGEST_GRACE.min(lifetime),
        }
    }

    /// Returns when something is due next.
    pub(super) fn next(&self) -> Instant {
        self.notice.unwrap_or(self.close)
    }

    /// Returns what is due now; a notice is due once.
    pub(super) fn due(&mut self, now: Instant) -> Option<TokenDue> {
        if now >= self.close {
            return Some(TokenDue::Close);
        }
        if self.notice.is_some_and(|notice| now >= notice) {
            self.notice = None;
            return Some(TokenDue::Notice);
        }
        None
    }
}

/// Whether the other end still answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pulse {
    period: Duration,
    pub(super) next_ping: Instant,
    missed: u32,
    /// Pings whose pongs have not come.
    open: u32,
}

impl Pulse {
    pub(super) fn new(now: Instant, period: Duration) -> Self {
        Self {
            period,
            next_ping: now + period,
            missed: 0,
            open: 0,
        }
    }

    /// Something was heard.
    pub(super) fn heard(&mut self) {
        self.missed = 0;
    }

    /// Counts a pong; returns whether it answers a ping.
    pub(super) fn answered(&mut self) -> bool {
        let is_answer = self.open > 0;
        self.open = self.open.saturating_sub(1);
        is_answer
    }

    /// Counts a ping that is about to be sent; returns whether the other end is dead instead.
    pub(super) fn ping(&mut self, now: Instant) -> bool {
        self.next_ping = now + self.period;
        self.missed += 1;
        self.open = self.open.saturating_add(1);
        self.missed > MOST_MISSED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_announced_once_and_closes_after_the_grace() {
        let (now, minute) = (Instant::now(), Duration::from_secs(60));
        let mut term = TokenTerm::new(now, minute, minute);
        assert_eq!(term.due(now + minute * 3 / 4), None);
        assert_eq!(term.due(now + minute * 4 / 5), Some(TokenDue::Notice));
        assert_eq!(term.due(now + minute), None);
        assert_eq!(term.next(), now + minute + LONGEST_GRACE);
        assert_eq!(
            term.due(now + minute + LONGEST_GRACE),
            Some(TokenDue::Close)
        );
    }

    #[test]
    fn two_missed_pings_are_a_dead_connection() {
        let now = Instant::now();
        let mut pulse = Pulse::new(now, Duration::from_secs(1));
        assert!(!pulse.ping(now) && !pulse.ping(now));
        assert!(pulse.ping(now));
        pulse.heard();
        assert!(!pulse.ping(now));
    }

    #[test]
    fn each_ping_is_answered_once() {
        let now = Instant::now();
        let mut pulse = Pulse::new(now, Duration::from_secs(1));
        assert!(!pulse.answered());
        assert!(!pulse.ping(now) && !pulse.ping(now));
        assert!(pulse.answered() && pulse.answered());
        assert!(!pulse.answered());
    }
}
