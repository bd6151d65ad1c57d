//! Plans: what a seed means.

use session_simulator::plan::{Options, Plan};

#[test]
fn every_fault_is_repaired_before_the_quiet_time() {
    for seed in 0..400 {
        let plan = Plan::of(seed, &Options::default());
        for entry in &plan.entries {
            let repaired = entry.repair.map_or(entry.at, |(after, _)| entry.at + after);
            assert!(repaired <= plan.calm_from, "seed {seed}: {entry}");
        }
        assert!(plan.calm_from < plan.end);
    }
}

#[test]
fn a_plan_without_some_entries_keeps_the_others() {
    let all = Plan::of(3, &Options::default());
    let kept = Options {
        kept: Some(vec![1, 4]),
        ..Options::default()
    };
    let few = Plan::of(3, &kept);
    let expected: Vec<_> = [1, 4]
        .iter()
        .filter_map(|at| all.entries.get(*at))
        .collect();
    assert_eq!(few.entries.iter().collect::<Vec<_>>(), expected);
    assert_eq!((few.calm_from, few.end), (all.calm_from, all.end));
}

#[test]
fn some_plans_are_long_lives() {
    let years = (0..16).filter(|seed| {
        let plan = Plan::of(*seed, &Options::default());
        plan.calm_from.as_secs() >= 365 * 86_400
    });
    assert_eq!(years.count(), 2);
}
