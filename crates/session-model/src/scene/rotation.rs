//! Tokens: refreshes of all tabs in every order, lost and late answers, crashes.

use session_simulator::server::Policy;

use super::{Scene, build};
use crate::Sight;

/// The refresh point is at 43 to 48 s of 60; the grace of one rotation ends before the next.
pub(super) fn scene(tabs: u8) -> Scene {
    let policy = Policy {
        grace_uses: 1,
        ..build::patient()
    };
    Scene {
        name: "rotation",
        about: "refreshes of tabs without locks: lost and late answers, crashes",
        end: build::seconds(110),
        stalls: true,
        crashes: true,
        breaks: true,
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
        ..build::scene(tabs, policy)
    }
}
