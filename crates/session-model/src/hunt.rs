//! Puts a bug back and looks for a scene that shows it.

use std::fmt;

use session_simulator::bug::{Bug, BugSet};

use crate::{Bounds, check, scenes, tale::Tale};

/// A bug that was found.
#[derive(Clone, Debug)]
pub struct Catch {
    /// The bug.
    pub bug: Bug,
    /// The scene that showed it.
    pub scene: &'static str,
    /// The broken promise and the way there.
    pub tale: Tale,
    /// States that were looked at in that scene.
    pub distinct: usize,
}

/// States of each scene that are looked at before any scene is explored to its end.
const FIRST_LOOK: usize = 20_000;

/// Returns a scene that shows a bug, with the shortest way there to a broken promise. Every scene
/// gets a short look first, since most show nothing of most bugs.
#[must_use]
pub fn hunt(bug: Bug, bounds: Bounds) -> Option<Catch> {
    let bounds = Bounds {
        threads: 1,
        stops_early: true,
        ..bounds
    };
    let states = bounds
        .states
        .map_or(FIRST_LOOK, |most| most.min(FIRST_LOOK));
    let states = Some(states);
    hunt_within(bug, Bounds { states, ..bounds }).or_else(|| hunt_within(bug, bounds))
}

fn hunt_within(bug: Bug, bounds: Bounds) -> Option<Catch> {
    scenes(2).into_iter().find_map(|scene| {
        let report = check(scene.with_bugs(BugSet::from(bug)), bounds);
        let shortest = report.broken.into_iter().min_by_key(Tale::length)?;
        Some(Catch {
            bug,
            scene: report.scene,
            tale: shortest,
            distinct: report.distinct,
        })
    })
}

impl fmt::Display for Catch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.bug.number();
        write!(
            f,
            "B{number} {:?}: {} after {} moves in `{}` ({} states)",
            self.bug,
            self.tale.about,
            self.tale.length(),
            self.scene,
            self.distinct
        )
    }
}
