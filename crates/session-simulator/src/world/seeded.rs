//! Which of the client's seeded bugs is switched on.

use session_core::SeededBug;

use crate::bug::{Bug, BugSet};

const OF_CLIENT: [(Bug, SeededBug); 8] = [
    (Bug::ExpiryWithoutEpoch, SeededBug::ExpiryWithoutEpoch),
    (Bug::NetworkErrorLogsOut, SeededBug::NetworkErrorLogsOut),
    (Bug::StealWithoutTerm, SeededBug::StealWithoutTerm),
    (Bug::AbortFreesHeldLock, SeededBug::AbortFreesHeldLock),
    (Bug::HintTrustedAsLogin, SeededBug::HintTrustedAsLogin),
    (
        Bug::SilentRestoreAfterLogout,
        SeededBug::SilentRestoreAfterLogout,
    ),
    (Bug::LocalClockVerdict, SeededBug::LocalClockVerdict),
    (
        Bug::ReconnectAfterTerminalClose,
        SeededBug::ReconnectAfterTerminalClose,
    ),
];

/// Returns the bug of the client that is switched on, the first if there are several.
pub(super) fn of_client(bugs: BugSet) -> Option<SeededBug> {
    let mut all = OF_CLIENT.into_iter();
    all.find(|(bug, _)| bugs.has(*bug))
        .map(|(_, seeded)| seeded)
}
