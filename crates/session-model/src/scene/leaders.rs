//! Leaders: one tab holds the socket for all; it freezes, dies, is robbed, thaws.

use session_core::LockName;
use session_protocol::config::TabShare;
use session_simulator::{server::Policy, world::Mishap};

use super::{Scene, SlowCalls, Sockets, build};
use crate::Sight;

/// Calls and sockets are answered at once; notices and locks are in every order.
pub(super) fn scene(tabs: u8) -> Scene {
    let policy = Policy {
        access_token_lifetime: build::NEVER,
        ..build::patient()
    };
    let browser = build::BROWSER;
    let mut mishaps = vec![Mishap::Rob {
        browser,
        name: LockName::Leader,
    }];
    for tab in build::tabs(2) {
        mishaps.extend([
            Mishap::Freeze { tab, told: false },
            Mishap::Kill(tab),
            Mishap::Miss(tab),
        ]);
    }
    Scene {
        name: "leaders",
        about: "one socket for all tabs by a lock: freeze, thaw, steal, death, lost notices",
        settings: build::settings(tabs, policy, true, TabShare::Auto),
        grain: build::seconds(1),
        end: build::seconds(30),
        mishaps,
        stalls: true,
        cuts: true,
        sockets: Sockets::AtOnce,
        slow_calls: SlowCalls::None,
        slow_notices: false,
        sights: vec![
            Sight::TwoLeaders,
            Sight::Stolen,
            Sight::ThawedFollower,
            Sight::LeaderDied,
            Sight::Robbed,
        ],
        ..build::scene(tabs, policy)
    }
}
