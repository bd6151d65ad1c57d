//! How often the client may try: one row for everything that could loop.

use std::time::Duration;

/// Bounds of the attempts of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Two attempts are never closer than this.
    pub gap: Duration,
    /// In the long run there is one attempt in this time.
    pub sustained: Duration,
    /// This many may come at once, after a quiet time.
    pub burst: u32,
}

/// The rates of everything that could loop.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Refreshes. A second lets a token of one second live, and a flood of 401s cause no storm.
    pub refresh: Rate,
    /// Questions for the state of the session.
    pub inquiry: Rate,
    /// Opening handshakes. The burst covers somebody who switches between windows.
    pub connect: Rate,
    /// Extensions that the user asks for, again and again if they fail.
    pub extension: Rate,
    /// Deliveries of a logout.
    pub logout: Rate,
    /// Taking the lead from a tab that does not answer.
    pub steal: Rate,
    /// Taking the lead from a hidden tab that hands it over.
    pub hand_over: Rate,
}

const fn rate(gap: Duration, sustained: u64, burst: u32) -> Rate {
    let sustained = Duration::from_secs(sustained);
    Rate {
        gap,
        sustained,
        burst,
    }
}

const SECOND: Duration = Duration::from_secs(1);

/// The rates that hold unless a test chooses others.
pub const RATES: Rates = Rates {
    refresh: rate(SECOND, 1, 1),
    inquiry: rate(SECOND, 6, 10),
    connect: rate(Duration::ZERO, 4, 15),
    extension: rate(SECOND, 6, 10),
    logout: rate(SECOND, 6, 10),
    steal: rate(Duration::from_secs(60), 60, 1),
    hand_over: rate(Duration::from_secs(60), 60, 1),
};

impl Rate {
    /// Returns how many attempts can begin in less than a minute at most.
    #[must_use]
    pub fn most_in_a_minute(&self) -> u32 {
        const LESS_THAN_A_MINUTE: u128 = 59_999;
        let refilled = LESS_THAN_A_MINUTE.checked_div(self.sustained.as_millis());
        let refilled = refilled.and_then(|count| u32::try_from(count).ok());
        self.burst.saturating_add(refilled.unwrap_or(u32::MAX))
    }
}

impl Rates {
    /// Returns the rows with their names, for tables.
    #[must_use]
    pub const fn rows(&self) -> [(&'static str, Rate); 7] {
        [
            ("refresh", self.refresh),
            ("inquiry", self.inquiry),
            ("connect", self.connect),
            ("extension", self.extension),
            ("logout", self.logout),
            ("steal", self.steal),
            ("hand-over", self.hand_over),
        ]
    }
}
