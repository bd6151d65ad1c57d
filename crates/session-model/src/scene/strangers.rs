//! Strangers: two users log in in two tabs of one browser.

use session_simulator::world::Deed;

use super::{Scene, build};
use crate::Sight;

/// Nothing ends by time.
pub(super) fn scene(tabs: u8) -> Scene {
    Scene {
        name: "strangers",
        about: "two users in two tabs of one browser: logins at once, one after the other, a logout in between",
        beginning: build::logged_out(tabs),
        end: build::seconds(30),
        budget: build::budget(3),
        deeds: vec![
            build::log_in(0, 1),
            build::log_in(1, 2),
            Deed::LogOut(build::tab(0)),
        ],
        breaks: true,
        sights: vec![Sight::TwoLogins, Sight::AnotherUser],
        ..build::scene(tabs, build::patient())
    }
}
