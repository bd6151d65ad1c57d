//! Turns: tabs refresh one after the other, by a lock; the one whose turn it is freezes or dies.

use session_core::LockName;
use session_protocol::config::TabShare;
use session_simulator::world::Mishap;

use super::{Scene, build};
use crate::Sight;

/// Tabs share nothing but the lock.
pub(super) fn scene(tabs: u8) -> Scene {
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
        settings: build::settings(tabs, build::patient(), true, TabShare::Off),
        end: build::seconds(70),
        mishaps,
        stalls: true,
        sights: vec![Sight::Rotation, Sight::PatienceOver, Sight::Robbed],
        ..build::scene(tabs, build::patient())
    }
}
