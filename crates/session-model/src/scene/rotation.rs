//! Tokens: refreshes of all tabs in every order, lost and late answers, crashes.

use session_protocol::config::TabShare;
use session_simulator::server::Policy;

use super::{Scene, SlowCalls, Sockets, build};
use crate::{Budget, Sight};

/// The refresh point is at 43 to 48 s of 60; the grace of one rotation ends before the next.
pub(super) fn scene(tabs: u8) -> Scene {
    let policy = Policy {
        grace_uses: 1,
        ..build::patient()
    };
    Scene {
        name: "rotation",
        about: "refreshes of tabs without locks: lost and late answers, crashes",
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
        crashes: true,
        breaks: true,
        cuts: false,
        spoils: false,
        sockets: Sockets::Refused,
        slow_calls: SlowCalls::Tokens,
        slow_notices: true,
        thief_of: None,
        sights: vec![
            Sight::Rotation,
            Sight::ReplayInGrace,
            Sight::LostAnswerReissued,
            Sight::ToldToWait,
            Sight::TwoRefreshesAtOnce,
            Sight::LateJarWrite,
            Sight::CrashBeforeCommit,
            Sight::CrashBeforeAnswer,
        ],
    }
}
