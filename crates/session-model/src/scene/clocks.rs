//! Clocks: they jump, the machine sleeps, the network is gone.

use session_protocol::config::TabShare;
use session_simulator::{server::Policy, world::Mishap};

use super::{Scene, SlowCalls, Sockets, build};
use crate::{Budget, Sight};

/// The user is warned at 40 s and idle at 60; calls are answered at once.
pub(super) fn scene(tabs: u8) -> Scene {
    let policy = Policy {
        access_token_lifetime: build::NEVER,
        idle_timeout: build::seconds(60),
        absolute_timeout: build::seconds(100),
        remember_absolute_timeout: build::seconds(100),
        ..build::patient()
    };
    let browser = build::BROWSER;
    let jumps = [10_000, 36_000_000, -3_600_000];
    let mut mishaps = vec![Mishap::Sleep(browser)];
    mishaps.extend(jumps.map(|millis| Mishap::SetWall { browser, millis }));
    mishaps.extend([true, false].map(|told| Mishap::LinkDown { browser, told }));
    Scene {
        name: "clocks",
        about: "wall clocks that jump, sleep with and without a running clock, no network",
        settings: build::settings(tabs, policy, false, TabShare::Auto),
        beginning: build::logged_in(tabs),
        grain: build::seconds(20),
        end: build::seconds(120),
        budget: Budget {
            faults: 3,
            deeds: 1,
        },
        deeds: vec![build::log_in(0, 1)],
        mishaps,
        stalls: false,
        crashes: false,
        breaks: false,
        cuts: false,
        spoils: false,
        sockets: Sockets::Refused,
        slow_calls: SlowCalls::None,
        slow_notices: false,
        thief_of: None,
        sights: vec![
            Sight::Unverified,
            Sight::Covered,
            Sight::DoubtResolved,
            Sight::SleptPastEnd,
        ],
    }
}
