//! Seeded bugs: the simulator finds each, and by the promise that the bug breaks.

use session_simulator::{
    bug::{Bug, BugSet},
    plan::Options,
    run::{minimise, simulate},
};

/// Each bug with the promises that it may break first, and how many seeds may pass before it does.
const BUGS: [(Bug, &[&str], u64); 16] = [
    (Bug::NoGrace, &["S4"], 20),
    (Bug::GraceForAncestors, &["S3"], 20),
    (Bug::LoserClearsCookie, &["S11"], 30),
    (Bug::OneCookieName, &["S11"], 40),
    (Bug::NoCompareAndSet, &["S18", "S1"], 60),
    (Bug::RotationExtendsAbsolute, &["S2"], 20),
    (Bug::ExpiryWithoutEpoch, &["L2", "S8"], 30),
    (Bug::NetworkErrorLogsOut, &["S6"], 20),
    (Bug::StealWithoutTerm, &["S16"], 30),
    (Bug::AbortFreesHeldLock, &["L3", "L1"], 3_000),
    (Bug::HeartbeatIsActivity, &["S17"], 30),
    (Bug::HintTrustedAsLogin, &["S13"], 20),
    (Bug::SilentRestoreAfterLogout, &["S10"], 120),
    (Bug::LocalClockVerdict, &["S6"], 60),
    (Bug::ReconnectAfterTerminalClose, &["S8"], 1_000),
    (Bug::UpdatesOutOfOrder, &["S19"], 20),
];

/// Returns the first seed that the bug breaks, with the promise.
fn first_broken(bugs: BugSet, seeds: u64) -> Option<(u64, &'static str)> {
    let options = Options {
        bugs,
        ..Options::default()
    };
    (0..seeds).find_map(|seed| {
        // A year is slow where nothing is optimised, and adds nothing here.
        let is_long = seed % 8 == 7;
        let violation = if is_long {
            None
        } else {
            simulate(seed, &options).violation
        };
        violation.map(|violation| (seed, violation.invariant))
    })
}

#[test]
fn each_bug_is_listed_once() {
    let listed: Vec<_> = BUGS.iter().map(|(bug, ..)| *bug).collect();
    assert_eq!(listed, Bug::ALL);
}

#[test]
fn each_bug_breaks_its_promise_within_some_seeds() {
    for (bug, promises, seeds) in BUGS {
        if seeds > 200 && !cfg!(optimised) {
            continue;
        }
        let found = first_broken(BugSet::from(bug), seeds);
        let Some((seed, promise)) = found else {
            panic!("B{} {bug:?}: nothing found in {seeds} seeds", bug.number());
        };
        assert!(
            promises.contains(&promise),
            "B{} {bug:?}: seed {seed} breaks {promise}, expected {promises:?}",
            bug.number()
        );
    }
}

#[test]
fn a_failing_plan_is_made_smaller_and_fails_again() {
    let options = Options {
        bugs: BugSet::from(Bug::HintTrustedAsLogin),
        ..Options::default()
    };
    let (seed, promise) = first_broken(options.bugs, 20).expect("the bug is found");
    let all = simulate(seed, &options).entries;
    let (kept, outcome) = minimise(seed, &options).expect("the run fails");
    assert!(kept.len() < all / 2, "{} of {all} entries", kept.len());
    let violation = outcome.violation.expect("the smaller run fails too");
    assert_eq!(violation.invariant, promise);
    let again = Options {
        kept: Some(kept),
        ..options
    };
    assert_eq!(simulate(seed, &again).violation, Some(violation));
}
