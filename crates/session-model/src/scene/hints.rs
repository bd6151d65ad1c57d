//! Hints: notices that are forged, old, lost, overtaken.

use session_simulator::world::{Deed, Forgery, Mishap};

use super::{Scene, SlowCalls, build};
use crate::Sight;

/// Calls are answered at once.
pub(super) fn scene(tabs: u8) -> Scene {
    let mut mishaps = Vec::new();
    for tab in build::tabs(2) {
        let forgeries = [Forgery::LoggedIn, Forgery::ExpiredHere];
        mishaps.extend(forgeries.map(|forgery| Mishap::Forge { tab, forgery }));
        mishaps.extend([
            Mishap::Repeat { tab, back: 0 },
            Mishap::Repeat { tab, back: 1 },
            Mishap::Miss(tab),
            Mishap::Overtake(tab),
        ]);
    }
    Scene {
        name: "hints",
        about: "notices that are forged, old, lost, overtaken",
        end: build::seconds(50),
        budget: build::budget(2),
        deeds: vec![
            Deed::LogOut(build::tab(0)),
            build::log_in(0, 1),
            Deed::Reload(build::tab(1)),
        ],
        mishaps,
        stalls: true,
        slow_calls: SlowCalls::None,
        sights: vec![Sight::Forged, Sight::Repeated],
        ..build::scene(tabs, build::patient())
    }
}
