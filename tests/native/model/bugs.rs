//! Seeded bugs: the model finds each, and by the promise that the bug breaks.

use session_model::{Bounds, hunt};
use session_simulator::bug::Bug;

/// Each bug with the promise that it breaks first. In the model nothing is published, so the bug of
/// updates is for the simulator.
const BUGS: [(Bug, &str); 15] = [
    (Bug::NoGrace, "S4"),
    (Bug::GraceForAncestors, "S3"),
    (Bug::LoserClearsCookie, "S11"),
    (Bug::OneCookieName, "S11"),
    (Bug::NoCompareAndSet, "S18"),
    (Bug::RotationExtendsAbsolute, "S2"),
    (Bug::ExpiryWithoutEpoch, "L2"),
    (Bug::NetworkErrorLogsOut, "S6"),
    (Bug::StealWithoutTerm, "S16"),
    (Bug::AbortFreesHeldLock, "L3"),
    (Bug::HeartbeatIsActivity, "S17"),
    (Bug::HintTrustedAsLogin, "S13"),
    (Bug::SilentRestoreAfterLogout, "S10"),
    (Bug::LocalClockVerdict, "S6"),
    (Bug::ReconnectAfterTerminalClose, "S8"),
];

#[test]
fn each_bug_is_listed_once() {
    let listed = BUGS.map(|(bug, _)| bug);
    let shown = Bug::ALL
        .into_iter()
        .filter(|bug| bug.shows_without_updates());
    assert!(shown.eq(listed));
}

#[test]
fn each_bug_breaks_its_promise() {
    let mut missed = Vec::new();
    for (bug, promise) in BUGS {
        let found = hunt(bug, Bounds::default());
        match found {
            Some(found) if found.tale.about.starts_with(promise) => println!("{found}"),
            Some(found) => missed.push(format!("{found}, expected {promise}")),
            None => missed.push(format!("B{} {bug:?}: not found", bug.number())),
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
