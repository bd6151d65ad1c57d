//! What must always be true, as properties of the checker.
//!
//! Each promise has one definition, in the simulator: a world notes the first that broke, a calm
//! world is judged for the others. Here they get their names.

use stateright::Property;

use crate::{Exploration, Situation, calm};

/// How many promises there are.
pub(crate) const COUNT: usize = 26;

/// Numbers and names of the promises.
const NAMES: [(&str, &str); COUNT] = [
    ("S1", "S1 nothing is accepted after the end"),
    ("S2", "S2 the absolute deadline is constant"),
    ("S3", "S3 two neighbouring generations"),
    ("S4", "S4 no alarm without theft"),
    ("S5", "S5 theft ends the family"),
    ("S6", "S6 no end without a verdict"),
    ("S7", "S7 once in an epoch"),
    ("S8", "S8 no socket without a session"),
    ("S9", "S9 nobody sees another's data"),
    ("S10", "S10 a logout is final"),
    ("S11", "S11 a living cookie is kept"),
    ("S12", "S12 one effect for each wish"),
    ("S13", "S13 a hint grants nothing"),
    ("S14", "S14 tokens only where they may be used"),
    ("S15", "S15 drafts survive expiry"),
    ("S16", "S16 terms grow"),
    ("S17", "S17 only users extend"),
    ("S18", "S18 one refresh at a time"),
    ("L1", "L1 visible pages are live"),
    ("L2", "L2 no page outlives its session"),
    ("L3", "L3 every attempt ends"),
    ("L4", "L4 one leader"),
    ("L5", "L5 a logout arrives"),
    ("L6", "L6 doubt ends"),
    ("L7", "L7 every request has an outcome"),
    ("L8", "L8 no loop without a bound"),
];

macro_rules! each {
    ($($number:literal)*) => {
        [$(Property::always(NAMES[$number].1, kept::<$number>)),*]
    };
}

/// Returns all promises.
pub(crate) fn properties() -> Vec<Property<Exploration>> {
    each!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25).into()
}

fn kept<const NUMBER: usize>(exploration: &Exploration, situation: &Situation) -> bool {
    let broken = situation.world.broken.as_ref();
    let broken = broken.or_else(|| outlook(exploration, situation));
    let is_broken = broken.is_some_and(|it| it.invariant == NAMES[NUMBER].0);
    !(is_broken && exploration.is_first(NUMBER))
}

/// Judges what becomes of a situation when faults stop, once, if it has to be judged: a fault led
/// to it, or nothing can come after it.
fn outlook<'a>(
    exploration: &Exploration,
    situation: &'a Situation,
) -> Option<&'a session_simulator::violation::Violation> {
    let verdict = situation.outlook.get_or_init(|| {
        let is_due = situation.is_at_stake || exploration.moves(situation).is_empty();
        is_due
            .then(|| calm::comes_right(&exploration.scene, &situation.world).err())
            .flatten()
    });
    verdict.as_ref()
}
