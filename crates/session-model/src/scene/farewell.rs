//! Farewells: logouts in every order with refreshes, late answers and the next login.

use session_protocol::config::TabShare;
use session_simulator::{server::Policy, world::Deed};

use super::{Scene, SlowCalls, Sockets, build};
use crate::{Budget, Sight};

/// Tokens are refreshed once.
pub(super) fn scene(tabs: u8) -> Scene {
    let policy = Policy { ..build::patient() };
    Scene {
        name: "farewell",
        about: "logouts that race with refreshes and with the next login",
        settings: build::settings(tabs, policy, false, TabShare::Auto),
        beginning: build::logged_in(tabs),
        grain: build::seconds(10),
        end: build::seconds(50),
        budget: Budget {
            faults: 3,
            deeds: 2,
        },
        deeds: vec![Deed::LogOut(build::tab(0)), build::log_in(0, 1)],
        mishaps: Vec::new(),
        stalls: true,
        crashes: false,
        breaks: false,
        cuts: false,
        spoils: false,
        sockets: Sockets::Refused,
        slow_calls: SlowCalls::Tokens,
        slow_notices: true,
        thief_of: None,
        sights: vec![
            Sight::LateCookieOfTheDead,
            Sight::RefreshAfterLogout,
            Sight::RefreshBeforeLogout,
        ],
    }
}
