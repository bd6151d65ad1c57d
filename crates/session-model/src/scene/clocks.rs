//! Clocks: they jump, the machine sleeps, the network is gone.

use session_simulator::world::Mishap;

use super::{Scene, SlowCalls, build};
use crate::Sight;

/// The user is warned at 40 s and idle at 60; calls are answered at once.
pub(super) fn scene(tabs: u8) -> Scene {
    let browser = build::BROWSER;
    let jumps = [10_000, 36_000_000, -3_600_000];
    let mut mishaps = vec![Mishap::Sleep(browser)];
    mishaps.extend(jumps.map(|millis| Mishap::SetWall { browser, millis }));
    mishaps.extend([true, false].map(|told| Mishap::LinkDown { browser, told }));
    Scene {
        name: "clocks",
        about: "wall clocks that jump, sleep with and without a running clock, no network",
        grain: build::seconds(20),
        end: build::seconds(120),
        budget: build::budget(1),
        deeds: vec![build::log_in(0, 1)],
        mishaps,
        slow_calls: SlowCalls::None,
        slow_notices: false,
        sights: vec![
            Sight::Unverified,
            Sight::Covered,
            Sight::DoubtResolved,
            Sight::SleptPastEnd,
        ],
        ..build::scene(tabs, build::short())
    }
}
