//! Seeds: same seed, same run; and every promise is kept.

use session_simulator::{
    plan::Options,
    run::{Campaign, run_all, simulate, trace_hash},
};

/// Fails with what broke, and how to see it again.
fn expect_kept(campaign: &Campaign) {
    let failures = campaign.failures.iter();
    let lines: Vec<_> = failures
        .map(|(seed, violation)| format!("simulate --seed {seed}: {violation}"))
        .collect();
    assert!(lines.is_empty(), "{}\n{campaign}", lines.join("\n"));
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in [0, 1, 4, 6, 8, 11] {
        let (once, again) = (trace_hash(seed), trace_hash(seed));
        assert_eq!(once, again, "seed {seed}");
    }
}

#[test]
fn other_seeds_give_other_runs() {
    let traces: std::collections::BTreeSet<_> = (0..7).map(trace_hash).collect();
    assert_eq!(traces.len(), 7);
}

#[test]
fn a_run_does_not_depend_on_its_record() {
    let recorded = Options {
        keeps_timeline: true,
        ..Options::default()
    };
    let outcome = simulate(4, &recorded);
    assert_eq!(outcome.trace, trace_hash(4));
    assert!(!outcome.story.pages.is_empty());
}

#[test]
fn three_hundred_seeds_keep_every_promise() {
    // A year takes long where nothing is optimised; the gate has a thousand of them.
    let campaign = if cfg!(optimised) {
        run_all(0, 300, &Options::default(), 5)
    } else {
        let mut campaign = Campaign::default();
        let short = (0..60).filter(|seed| seed % 8 != 7);
        for seed in short {
            campaign.add(simulate(seed, &Options::default()));
        }
        campaign
    };
    expect_kept(&campaign);
    assert_eq!(campaign.tally.false_logouts, 0);
    assert_eq!(campaign.tally.missed_logouts, 0);
    assert_eq!(campaign.tally.lost_drafts, 0);
}

#[cfg(optimised)]
#[test]
fn ten_thousand_seeds_keep_every_promise() {
    let campaign = run_all(0, 10_000, &Options::default(), 5);
    expect_kept(&campaign);
    assert_eq!(campaign.seeds, 10_000);
    assert!(campaign.years() >= 1_000.0, "{} years", campaign.years());
    for sight in [
        "rotation",
        "refresh inside the grace",
        "lost answer issued again",
        "crash between commit and answer",
        "reuse detected",
        "the thief got something",
        "a frozen page runs again",
        "a second expiry, in a later epoch",
        "lock stolen by a tab",
    ] {
        assert!(campaign.tally.sights.of(sight) > 0, "never seen: {sight}");
    }
}
