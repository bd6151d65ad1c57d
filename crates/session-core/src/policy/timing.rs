//! Durations of the client, with unit, reason and source.

use std::time::Duration;

use session_protocol::SessionConfig;

/// How much longer than a request may take a refresh waits for its turn.
const LOCK_MARGIN: Duration = Duration::from_secs(2);

/// Durations and fractions that the client decides by.
#[derive(Clone, Debug)]
pub struct Timing {
    /// Part of the access token's lifetime after which it is refreshed, in thousandths.
    pub refresh_at_permille: u32,
    /// Up to this part of the lifetime the refresh comes earlier, at random, in thousandths.
    /// Keeps the tabs and users that logged in together from refreshing together.
    pub refresh_jitter_permille: u32,
    /// Lifetimes below this are taken for this. The server's clock counts in seconds.
    pub shortest_lifetime: Duration,
    /// Lifetime of a token that the server told none for, or whose end has passed already: its
    /// clock is wrong, and asking for another token would not mend it.
    pub assumed_lifetime: Duration,
    /// The opening handshake is given up after this time.
    pub connect_timeout: Duration,
    /// The answer to the first message is given up after this time. The server closes silent
    /// sockets after 5 s; this is the client's own safety net.
    pub auth_timeout: Duration,
    /// A heartbeat is sent when nothing was heard for this time, and the socket is given up when
    /// nothing is heard for as long again: a half-open connection is noticed within twice this.
    pub heartbeat: Duration,
    /// A connection that was open for this time has lasted: the waits before the next attempts
    /// start over. Smaller would let a server that lets in and throws out be hammered.
    pub lasting: Duration,
    /// A connection that was open for this time was sound: earlier protocol faults are forgiven.
    pub sound: Duration,
    /// Activity is reported at most once in this time.
    pub activity_interval: Duration,
    /// A report of activity waits this long for the socket, then it is made by a call: a network that
    /// lets no socket through ends nobody's session who works.
    pub report_patience: Duration,
    /// A refresh waits this long for its turn among the tabs: longer than a request may take, so
    /// that only a tab that does not run is overtaken.
    pub lock_patience: Duration,
    /// A visible follower asks whether there is a leader once in this time.
    pub leader_check: Duration,
    /// A leader that runs answers within this time.
    pub leader_answer: Duration,
    /// A leader that is silent for this time is overtaken by a visible tab.
    pub leader_silence: Duration,
    /// A leader that is hidden for this time hands over to a visible tab. Smaller would open a
    /// socket for every glance at another tab.
    pub hidden_patience: Duration,
    /// A request that waits for a token is given up after this time.
    pub request_hold: Duration,
    /// Wakes within this time after a question began share its answer.
    pub wake_window: Duration,
    /// A page that is shown or focused asks for the state of the session if the server's last word
    /// is older than this.
    pub stale_after: Duration,
}

impl Timing {
    /// Builds the timing for a refresh point, a fraction in (0, 1), and for the longest time that a
    /// request may take.
    #[must_use]
    pub fn new(refresh_at: f64, request_timeout: Duration) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a float to integer cast saturates, and the value is clamped"
        )]
        let permille = (refresh_at * 1000.0) as u32;
        Self {
            refresh_at_permille: permille.clamp(1, 999),
            lock_patience: request_timeout.saturating_add(LOCK_MARGIN),
            ..Self::default()
        }
    }

    /// Returns when a token of this lifetime is refreshed, counted from its receipt, given a draw
    /// of the jitter in `0..=1000` thousandths of its limit.
    pub(crate) fn refresh_after(
        &self,
        lifetime: Duration,
        draw: impl FnOnce(Duration) -> Duration,
    ) -> Duration {
        let permille = |part: u32| lifetime.saturating_mul(part) / 1000;
        // A share of the refresh point, lest an early one be all jitter.
        let jitter = self
            .refresh_jitter_permille
            .min(self.refresh_at_permille / 8);
        let jitter = draw(permille(jitter));
        permille(self.refresh_at_permille).saturating_sub(jitter)
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            refresh_at_permille: 800,
            refresh_jitter_permille: 100,
            shortest_lifetime: Duration::from_secs(1),
            assumed_lifetime: Duration::from_secs(300),
            connect_timeout: Duration::from_secs(10),
            auth_timeout: Duration::from_secs(10),
            heartbeat: Duration::from_secs(25),
            lasting: Duration::from_secs(5),
            sound: Duration::from_secs(60),
            activity_interval: Duration::from_secs(30),
            report_patience: Duration::from_secs(5),
            lock_patience: SessionConfig::default()
                .request_timeout
                .saturating_add(LOCK_MARGIN),
            leader_check: Duration::from_secs(5),
            leader_answer: Duration::from_secs(1),
            leader_silence: Duration::from_secs(15),
            hidden_patience: Duration::from_secs(5),
            request_hold: Duration::from_secs(30),
            wake_window: Duration::from_secs(1),
            stale_after: Duration::from_secs(60),
        }
    }
}
