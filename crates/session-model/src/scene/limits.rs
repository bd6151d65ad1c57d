//! Limits: idle and absolute end, extensions in time and too late, a login after the end.

use session_protocol::config::TabShare;
use session_simulator::{server::Policy, world::Deed};

use super::{Scene, SlowCalls, Sockets, build};
use crate::{Budget, Sight};

/// The user is warned at 40 s and idle at 60; the absolute limit is at 100.
pub(super) fn scene(tabs: u8) -> Scene {
    let policy = Policy {
        access_token_lifetime: build::NEVER,
        idle_timeout: build::seconds(60),
        absolute_timeout: build::seconds(100),
        remember_absolute_timeout: build::seconds(100),
        ..build::patient()
    };
    Scene {
        name: "limits",
        about: "idle and absolute end, extensions, a second life and its end",
        settings: build::settings(tabs, policy, false, TabShare::Auto),
        beginning: build::logged_in(tabs),
        grain: build::seconds(20),
        end: build::seconds(160),
        budget: Budget {
            faults: 3,
            deeds: 1,
        },
        deeds: vec![Deed::Stay(build::tab(0)), build::log_in(0, 1)],
        mishaps: Vec::new(),
        stalls: true,
        crashes: false,
        breaks: false,
        cuts: false,
        spoils: false,
        sockets: Sockets::Refused,
        slow_calls: SlowCalls::All,
        slow_notices: false,
        thief_of: None,
        sights: vec![
            Sight::IdleEnd,
            Sight::AbsoluteEnd,
            Sight::Extended,
            Sight::ExtendedTooLate,
            Sight::SecondExpiry,
        ],
    }
}
