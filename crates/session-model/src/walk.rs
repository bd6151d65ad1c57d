//! One life of a scene, drawn from a seed: shows a reader what a scene is like.

use session_simulator::chance::Chance;

use crate::{Exploration, Scene, Tale};

/// Most moves of a life.
const MOST_MOVES: usize = 500;

/// Tells one life of a scene to its end.
#[must_use]
pub fn walk(scene: &Scene, seed: u64) -> Tale {
    let mut chance = Chance::new(seed);
    let exploration = Exploration::of(scene.clone());
    let mut now = scene.begin();
    let mut way = Vec::new();
    for _ in 0..MOST_MOVES {
        let moves = exploration.moves(&now);
        let next = chance
            .pick(&moves)
            .and_then(|taken| Some((*taken, crate::step::step(scene, &now, *taken)?)));
        match next {
            Some((taken, next)) => {
                way.push((std::mem::replace(&mut now, next), Some(taken)));
            }
            None if moves.is_empty() => break,
            None => {}
        }
    }
    way.push((now, None));
    Tale::of(scene, scene.name, &way)
}
