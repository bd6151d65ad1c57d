//! What must sometimes happen, as properties of the checker: a scene in which nothing of interest
//! can happen proves nothing.

mod glimpse;
mod names;

pub(crate) use glimpse::Glimpse;
pub use names::Sight;

use stateright::Property;

use crate::{Exploration, Scene, Situation, promise};

/// How many sights there are.
pub(crate) const COUNT: usize = Sight::ALL.len();

/// What was seen in one step.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sights(u64);

impl Sights {
    /// Looks for what a scene promises to show.
    pub(crate) fn of(scene: &Scene, glimpse: &Glimpse<'_>) -> Self {
        let seen = scene.sights.iter().filter(|sight| glimpse.shows(**sight));
        Self(seen.fold(0, |bits, sight| bits | 1 << *sight as u64))
    }

    const fn has(self, sight: Sight) -> bool {
        self.0 & 1 << sight as u64 != 0
    }
}

macro_rules! each {
    ($($number:literal)*) => {
        [$(seen::<$number>),*]
    };
}

/// How a checker asks whether something was seen.
type Condition = fn(&Exploration, &Situation) -> bool;

const CONDITIONS: [Condition; COUNT] = each!(
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34
    35 36 37 38 39 40 41
);

/// Returns what a scene must show.
pub(crate) fn properties(scene: &Scene) -> Vec<Property<Exploration>> {
    let conditions = Sight::ALL.into_iter().zip(CONDITIONS);
    let wanted = conditions.filter(|(sight, _)| scene.sights.contains(sight));
    wanted
        .map(|(sight, condition)| Property::sometimes(sight.name(), condition))
        .collect()
}

fn seen<const NUMBER: usize>(exploration: &Exploration, situation: &Situation) -> bool {
    let is_seen = Sight::ALL
        .get(NUMBER)
        .is_some_and(|sight| situation.seen.has(*sight));
    is_seen && exploration.is_first(promise::COUNT + NUMBER)
}
