//! Feeds: sockets message by message, heartbeats, revocation, frames that cannot be read.

use session_simulator::{
    server::{Policy, UserId},
    world::{Deed, Mishap},
};

use super::{Scene, SlowCalls, Sockets, build};
use crate::Sight;

/// Each tab has its own socket.
pub(super) fn scene(tabs: u8) -> Scene {
    let policy = Policy {
        access_token_lifetime: build::NEVER,
        idle_timeout: build::seconds(90),
        absolute_timeout: build::seconds(200),
        remember_absolute_timeout: build::seconds(200),
        ..build::patient()
    };
    Scene {
        name: "feed",
        about: "a socket for each tab: heartbeats, activity, revocation, restarts, spoilt frames",
        grain: build::seconds(30),
        end: build::seconds(60),
        budget: build::budget(1),
        deeds: vec![Deed::Touch(build::tab(0))],
        mishaps: vec![Mishap::Revoke(UserId(1))],
        stalls: true,
        cuts: true,
        spoils: true,
        sockets: Sockets::StepByStep,
        slow_calls: SlowCalls::None,
        slow_notices: false,
        sights: vec![
            Sight::HeartbeatSent,
            Sight::RevokedOverSocket,
            Sight::FrameSpoilt,
            Sight::Reconnected,
        ],
        ..build::scene(tabs, policy)
    }
}
