//! Inheritance: a logout that the server could not hear is delivered later, perhaps by another page.

use session_protocol::config::TabShare;
use session_simulator::{server::Policy, world::Deed};

use super::{Scene, SlowCalls, Sockets, build};
use crate::{Budget, Sight};

/// Connections break, and nothing is slow.
pub(super) fn scene(tabs: u8) -> Scene {
    let policy = Policy { ..build::patient() };
    Scene {
        name: "inheritance",
        about: "logouts that do not get through, and pages that begin after them",
        settings: build::settings(tabs, policy, false, TabShare::Auto),
        beginning: build::logged_in(tabs),
        grain: build::seconds(10),
        end: build::seconds(30),
        budget: Budget {
            faults: 3,
            deeds: 2,
        },
        deeds: vec![
            Deed::LogOut(build::tab(0)),
            Deed::Reload(build::tab(0)),
            Deed::Reload(build::tab(1)),
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
        sights: vec![Sight::LogoutDelivered, Sight::LogoutInheritedByPage],
    }
}
