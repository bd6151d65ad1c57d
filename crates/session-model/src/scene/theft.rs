//! Theft: somebody copied the jar and presents what is in it, before and after its owner.

use session_protocol::config::TabShare;
use session_simulator::server::Policy;

use super::{Scene, SlowCalls, Sockets, build};
use crate::{Budget, Sight};

/// As long as two rotations take.
pub(super) fn scene(tabs: u8) -> Scene {
    let policy = Policy { ..build::patient() };
    Scene {
        name: "theft",
        about: "a thief with a copy of the jar: first, second, inside the grace",
        settings: build::settings(tabs, policy, false, TabShare::Auto),
        beginning: build::logged_in(tabs),
        grain: build::seconds(10),
        end: build::seconds(110),
        budget: Budget {
            faults: 3,
            deeds: 0,
        },
        deeds: Vec::new(),
        mishaps: Vec::new(),
        stalls: true,
        crashes: false,
        breaks: false,
        cuts: false,
        spoils: false,
        sockets: Sockets::Refused,
        slow_calls: SlowCalls::Tokens,
        slow_notices: true,
        thief_of: Some(build::BROWSER),
        sights: vec![
            Sight::ReuseRevoked,
            Sight::ThiefGetsToken,
            Sight::ThiefFirst,
            Sight::OwnerFirst,
        ],
    }
}
