//! Errands: what a person reads while tokens and the session end under it.

use session_simulator::{
    server::{Policy, UserId},
    world::{Deed, Mishap},
};

use super::{Scene, SlowCalls, build};
use crate::Sight;

/// Tokens end while a call is under way; an administrator may end the session.
pub(super) fn scene(tabs: u8) -> Scene {
    let policy = Policy {
        access_token_lifetime: build::seconds(20),
        ..build::patient()
    };
    Scene {
        name: "errands",
        about: "requests across refreshes and the end of the session",
        end: build::seconds(30),
        budget: build::budget(2),
        deeds: vec![Deed::Read(build::tab(1))],
        mishaps: vec![Mishap::Revoke(UserId(1))],
        stalls: true,
        slow_calls: SlowCalls::All,
        slow_notices: false,
        sights: vec![Sight::RequestRepeated, Sight::RevokedOverHttp],
        ..build::scene(tabs, policy)
    }
}
