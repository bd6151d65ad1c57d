//! Hints: notices that are forged, old, lost, overtaken.

use session_protocol::config::TabShare;
use session_simulator::world::{Deed, Forgery, Mishap};

use super::{Scene, SlowCalls, Sockets, build};
use crate::{Budget, Sight};

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
        settings: build::settings(tabs, build::patient(), false, TabShare::Auto),
        beginning: build::logged_in(tabs),
        grain: build::seconds(10),
        end: build::seconds(50),
        budget: Budget {
            faults: 3,
            deeds: 2,
        },
        deeds: vec![
            Deed::LogOut(build::tab(0)),
            build::log_in(0, 1),
            Deed::Reload(build::tab(1)),
        ],
        mishaps,
        stalls: true,
        crashes: false,
        breaks: false,
        cuts: false,
        spoils: false,
        sockets: Sockets::Refused,
        slow_calls: SlowCalls::None,
        slow_notices: true,
        thief_of: None,
        sights: vec![Sight::Forged, Sight::Repeated],
    }
}
