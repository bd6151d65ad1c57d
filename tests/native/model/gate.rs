//! Two tabs and three faults, exhausted.

use session_model::{Bounds, check, scenes};

/// Distinct states of all scenes together, at least.
const STATES: usize = 1_000_000;

/// Things that must sometimes be seen, at least.
const SIGHTS: usize = 20;

#[test]
#[cfg_attr(
    not(optimised),
    ignore = "millions of states take long where nothing is optimised"
)]
fn every_scene_is_exhausted_and_keeps_its_promises() {
    let (mut distinct, mut sights, mut seconds) = (0, 0, 0.0);
    for scene in scenes(2) {
        assert_eq!(scene.budget.faults, 3, "{}", scene.name);
        let report = check(scene, Bounds::default());
        assert!(report.is_good(), "{report}");
        assert!(report.is_exhausted, "{report}");
        println!("{report}");
        distinct += report.distinct;
        sights += report.seen.len();
        seconds += report.took.as_secs_f64();
    }
    println!("{distinct} distinct states, {sights} sights in {seconds:.1} s");
    assert!(distinct >= STATES, "{distinct} distinct states");
    assert!(sights >= SIGHTS, "{sights} sights");
}

#[test]
fn a_scene_is_no_empty_talk() {
    for scene in scenes(2) {
        let name = scene.name;
        let sights = check(
            scene,
            Bounds {
                states: Some(1),
                ..Bounds::default()
            },
        );
        let wanted = sights.seen.len() + sights.unseen.len();
        assert!(wanted > 0, "{name} expects nothing to be seen");
    }
}
