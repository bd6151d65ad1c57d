//! Inheritance: a logout that the server could not hear is delivered later, perhaps by another page.

use session_simulator::world::Deed;

use super::{Scene, build};
use crate::Sight;

/// Connections break, and nothing is slow.
pub(super) fn scene(tabs: u8) -> Scene {
    Scene {
        name: "inheritance",
        about: "logouts that do not get through, and pages that begin after them",
        end: build::seconds(30),
        budget: build::budget(2),
        deeds: vec![
            Deed::LogOut(build::tab(0)),
            Deed::Reload(build::tab(0)),
            Deed::Reload(build::tab(1)),
        ],
        breaks: true,
        sights: vec![Sight::LogoutDelivered, Sight::LogoutInheritedByPage],
        ..build::scene(tabs, build::patient())
    }
}
