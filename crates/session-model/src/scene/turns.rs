//! Turns: tabs refresh one after the other, by a lock; the one whose turn it is freezes or dies.

use session_core::LockName;
use session_protocol::config::TabShare;
use session_simulator::{server::Policy, world::Mishap};

use super::{Scene, SlowCalls, Sockets, build};
use crate::{Budget, Sight};

/// Tabs share nothing but the lock.
pub(super) fn scene(tabs: u8) -> Scene {
    let policy = Policy { ..build::patient() };
    let browser = build::BROWSER;
    let mut mishaps = vec![Mishap::Rob {
        browser,
        name: LockName::Refresh,
    }];
    for tab in build::tabs(2) {
        let told = true;
        mishaps.push(Mishap::Freeze { tab, told });
    }
    mishaps.push(Mishap::Kill(build::tab(0)));
    Scene {
        name: "turns",
        about: "refreshes in turn by a lock, frozen and dead holders, a robbed lock",
        settings: build::settings(tabs, policy, true, TabShare::Off),
        beginning: build::logged_in(tabs),
        grain: build::seconds(10),
        end: build::seconds(70),
        budget: Budget {
            faults: 3,
            deeds: 0,
        },
        deeds: Vec::new(),
        mishaps,
        stalls: true,
        crashes: false,
        breaks: false,
        cuts: false,
        spoils: false,
        sockets: Sockets::Refused,
        slow_calls: SlowCalls::Tokens,
        slow_notices: true,
        thief_of: None,
        sights: vec![Sight::Rotation, Sight::PatienceOver, Sight::Robbed],
    }
}
