//! Farewells: logouts in every order with refreshes, late answers and the next login.

use session_simulator::world::Deed;

use super::{Scene, build};
use crate::Sight;

/// Tokens are refreshed once.
pub(super) fn scene(tabs: u8) -> Scene {
    Scene {
        name: "farewell",
        about: "logouts that race with refreshes and with the next login",
        end: build::seconds(50),
        budget: build::budget(2),
        deeds: vec![Deed::LogOut(build::tab(0)), build::log_in(0, 1)],
        stalls: true,
        sights: vec![
            Sight::LateCookieOfTheDead,
            Sight::RefreshAfterLogout,
            Sight::RefreshBeforeLogout,
        ],
        ..build::scene(tabs, build::patient())
    }
}
