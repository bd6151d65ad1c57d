//! A state of the model: the world, what may still happen, and how it came about.
//!
//! Invariant: two situations are the same if world and budget are; what was seen on the way to one
//! of them, and what becomes of it, are no part of it.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::OnceLock,
};

use session_simulator::{violation::Violation, world::World};

use crate::{Budget, sight::Sights};

/// A state of the model.
#[derive(Clone, Debug)]
pub struct Situation {
    /// The world.
    pub world: World,
    /// What may still happen.
    pub left: Budget,
    /// What was seen in the step that led here.
    pub(crate) seen: Sights,
    /// Whether it must be judged what becomes of it when faults stop.
    pub(crate) is_at_stake: bool,
    /// What becomes of it when faults stop, once it was judged.
    pub(crate) outlook: OnceLock<Option<Violation>>,
}

impl Hash for Situation {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.world.hash(state);
        self.left.hash(state);
    }
}

impl PartialEq for Situation {
    fn eq(&self, other: &Self) -> bool {
        self.left == other.left && digest(&self.world) == digest(&other.world)
    }
}

impl Situation {
    pub(crate) fn begin(world: World, left: Budget) -> Self {
        Self {
            world,
            left,
            seen: Sights::default(),
            is_at_stake: false,
            outlook: OnceLock::new(),
        }
    }
}

/// Returns a number that differs for worlds that differ.
pub(crate) fn digest(world: &World) -> u64 {
    let mut hasher = DefaultHasher::new();
    world.hash(&mut hasher);
    hasher.finish()
}
