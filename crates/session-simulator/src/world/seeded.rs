//! Which of the client's seeded bugs is switched on.

use session_core::SeededBug;

use crate::bug::{Bug, BugSet};

/// Returns the bug of the client that is switched on, the first if there are several.
pub(super) fn of_client(bugs: BugSet) -> Option<SeededBug> {
    let mut all = Bug::ALL.into_iter().filter(|bug| bugs.has(*bug));
    all.find_map(Bug::of_client)
}
