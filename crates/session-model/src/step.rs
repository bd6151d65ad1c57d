//! Carries a move out.

use session_simulator::{
    network::{Down, Stage},
    world::{Action, Deed, Mishap, World},
};

use crate::{
    Move, Scene, Situation, at_once, passage,
    sight::{self, Sights},
    situation::digest,
};

/// Returns what a move leads to; nothing if it changes nothing.
pub(crate) fn step(scene: &Scene, from: &Situation, taken: Move) -> Option<Situation> {
    let mut to = Situation::begin(from.world.clone(), from.left);
    to.left.pay(taken.cost());
    let world = &mut to.world;
    *world.tally = session_simulator::tally::Tally::default();
    carry_out(scene, world, taken);
    at_once::settle(scene, world);
    let may_be_idle = !matches!(taken, Move::Next(_) | Move::Wait | Move::Stall);
    if may_be_idle && digest(world) == digest(&from.world) {
        return None;
    }
    to.seen = Sights::of(
        scene,
        &sight::Glimpse {
            before: &from.world,
            taken,
            after: &to.world,
        },
    );
    to.is_at_stake = taken.is_fault();
    Some(to)
}

/// Carries a move out, with nothing that follows at once.
fn carry_out(scene: &Scene, world: &mut World, taken: Move) {
    match taken {
        Move::Next(action) | Move::Lose(action) => world.apply(action),
        Move::Wait | Move::Stall => {
            if let Some(at) = passage::next(scene, world) {
                world.advance_to(at);
            }
        }
        Move::Deed(deed) => {
            let tab = deed.tab();
            let is_there = world.page(tab).is_some_and(|page| !page.is_visible());
            if is_there && !matches!(deed, Deed::Close(_) | Deed::Hide(_)) {
                world.apply(Action::Deed(Deed::Show(tab)));
            }
            world.apply(Action::Deed(deed));
        }
        Move::Spoil(id) => {
            let connection = world.connections.iter_mut().find(|it| it.id == id);
            let next = connection.and_then(|connection| connection.down.front_mut());
            if let Some(next @ Down::Message(_)) = next {
                *next = Down::Garbage;
            }
        }
        Move::Crash => crash(world),
        Move::Mishap(mishap)
        | Move::Repair(mishap)
        | Move::Copy(mishap)
        | Move::Present(mishap) => {
            world.apply(Action::Mishap(mishap));
        }
    }
}

/// The server stops: a refresh that it was about to commit is not, and an answer that it was about
/// to send is lost.
fn crash(world: &mut World) {
    let answering = world
        .calls
        .iter()
        .filter(|call| matches!(call.stage, Stage::Answering(_)));
    let lost: Vec<_> = answering.map(|call| call.number).collect();
    world.apply(Action::Mishap(Mishap::Crash));
    for call in lost {
        world.apply(Action::Break(call));
    }
    world.apply(Action::Mishap(Mishap::StartUp));
}
