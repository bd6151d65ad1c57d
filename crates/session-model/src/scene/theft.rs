//! Theft: somebody copied the jar and presents what is in it, before and after its owner.

use super::{Scene, build};
use crate::Sight;

/// As long as two rotations take.
pub(super) fn scene(tabs: u8) -> Scene {
    Scene {
        name: "theft",
        about: "a thief with a copy of the jar: first, second, inside the grace",
        end: build::seconds(110),
        stalls: true,
        thief_of: Some(build::BROWSER),
        sights: vec![
            Sight::ReuseRevoked,
            Sight::ThiefGetsToken,
            Sight::ThiefFirst,
            Sight::OwnerFirst,
        ],
        ..build::scene(tabs, build::patient())
    }
}
