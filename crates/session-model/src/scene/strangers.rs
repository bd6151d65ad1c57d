//! Strangers: two users log in in two tabs of one browser.

use session_protocol::config::TabShare;
use session_simulator::world::Deed;

use super::{Scene, SlowCalls, Sockets, build};
use crate::{Budget, Sight};

/// Nothing ends by time.
pub(super) fn scene(tabs: u8) -> Scene {
    Scene {
        name: "strangers",
        about: "two users in two tabs of one browser: logins at once, one after the other, a logout in between",
        settings: build::settings(tabs, build::patient(), false, TabShare::Auto),
        beginning: build::logged_out(tabs),
        grain: build::seconds(10),
        end: build::seconds(30),
        budget: Budget {
            faults: 3,
            deeds: 3,
        },
        deeds: vec![
            build::log_in(0, 1),
            build::log_in(1, 2),
            Deed::LogOut(build::tab(0)),
        ],
        mishaps: Vec::new(),
        stalls: false,
        crashes: false,
        breaks: true,
        cuts: false,
        spoils: false,
        sockets: Sockets::Refused,
        slow_calls: SlowCalls::Tokens,
        slow_notices: true,
        thief_of: None,
        sights: vec![Sight::TwoLogins, Sight::AnotherUser],
    }
}
