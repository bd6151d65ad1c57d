//! What is believed of clocks and of durations that the server tells.

use std::time::Duration;

/// Largest drift between the two clocks that is taken for noise. Smaller would ask the server after
/// every clock adjustment; larger would trust a deadline after a short sleep.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(5);

/// The server has this long to answer before a drift covers a page whose end may have passed.
/// Larger would show yesterday's page after a sleep; smaller would flash at whoever sets a clock.
pub const DRIFT_PATIENCE: Duration = Duration::from_secs(2);

/// A page that did not run for this time is covered even if no end of the session is known.
pub const LONG_SLEEP: Duration = Duration::from_secs(8 * 3600);

/// The known end of a session is questioned this long after it, so that the server's own clock has
/// passed it too.
pub const END_SLACK: Duration = Duration::from_secs(1);

/// Longest `Retry-After` that is honoured: a mistyped number must not keep a page away for years.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// A timer that is later than this did not run: the page was frozen or the machine slept. The
/// slowest timers that run are those of hidden pages, once a minute.
pub const LATEST_TIMER: Duration = Duration::from_secs(75);
