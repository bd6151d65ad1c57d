//! Limits: idle and absolute end, extensions in time and too late, a login after the end.

use session_simulator::world::Deed;

use super::{Scene, SlowCalls, build};
use crate::Sight;

/// The user is warned at 40 s and idle at 60; the absolute limit is at 100.
pub(super) fn scene(tabs: u8) -> Scene {
    Scene {
        name: "limits",
        about: "idle and absolute end, extensions, a second life and its end",
        grain: build::seconds(20),
        end: build::seconds(160),
        budget: build::budget(1),
        deeds: vec![Deed::Stay(build::tab(0)), build::log_in(0, 1)],
        stalls: true,
        slow_calls: SlowCalls::All,
        slow_notices: false,
        sights: vec![
            Sight::IdleEnd,
            Sight::AbsoluteEnd,
            Sight::Extended,
            Sight::ExtendedTooLate,
            Sight::SecondExpiry,
        ],
        ..build::scene(tabs, build::short())
    }
}
