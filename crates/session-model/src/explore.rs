//! The model as the checker sees it: what may come next, and what it leads to.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use session_simulator::{
    browser::{Life, Link},
    network::Down,
    server::Call,
    world::{Action, Mishap, World},
};
use stateright::{Model, Property};

use crate::{Move, Scene, Situation, Sockets, budget::Cost, passage, promise, sight, step::step};

/// A scene that is being explored.
#[derive(Debug)]
pub struct Exploration {
    /// What can happen.
    pub scene: Scene,
    /// How many situations were looked at.
    pub(crate) visited: AtomicUsize,
    /// Which properties have spoken: the first example is the shortest, and one is enough.
    pub(crate) spoken: Vec<AtomicBool>,
}

impl Exploration {
    /// Prepares to explore a scene.
    #[must_use]
    pub fn of(scene: Scene) -> Self {
        let properties = promise::COUNT + sight::COUNT;
        Self {
            scene,
            visited: AtomicUsize::new(0),
            spoken: (0..properties).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    /// Returns whether a property speaks for the first time.
    pub(crate) fn is_first(&self, property: usize) -> bool {
        let spoken = self.spoken.get(property);
        spoken.is_some_and(|spoken| !spoken.swap(true, Ordering::Relaxed))
    }

    /// Lists what may come next.
    #[must_use]
    pub fn moves(&self, situation: &Situation) -> Vec<Move> {
        let mut moves = Vec::new();
        if situation.world.broken.is_none() {
            self.list(situation, &mut moves);
        }
        moves
    }

    fn list(&self, situation: &Situation, moves: &mut Vec<Move>) {
        let (scene, world, left) = (&self.scene, &situation.world, situation.left);
        moves.extend(on_its_way(world).map(Move::Next));
        let is_busy = !moves.is_empty();
        let can_fail = left.affords(Cost::Fault);
        if passage::next(scene, world).is_some() {
            if !is_busy {
                moves.push(Move::Wait);
            } else if can_fail && scene.stalls && passage::may_stall(world) {
                moves.push(Move::Stall);
            }
        }
        list_repairs(world, moves);
        if left.affords(Cost::Deed) {
            let possible = scene.deeds.iter().filter(|deed| is_possible(world, **deed));
            moves.extend(possible.map(|deed| Move::Deed(*deed)));
        }
        if can_fail {
            list_losses(scene, world, moves);
            moves.extend(scene.mishaps.iter().map(|mishap| Move::Mishap(*mishap)));
            if scene.crashes {
                moves.push(Move::Crash);
            }
        }
        if let Some(browser) = scene.thief_of {
            if !world.thief.has_copied() {
                moves.push(Move::Copy(Mishap::CopyJar(browser)));
            } else if can_fail {
                list_thefts(world, moves);
            }
        }
    }
}

/// Lists what is on its way or due, without what can go wrong with it.
pub(crate) fn on_its_way(world: &World) -> impl Iterator<Item = Action> {
    let all = world.enabled().into_iter();
    all.filter(|action| !matches!(action, Action::Lose(_) | Action::Break(_) | Action::Cut(_)))
}

fn list_losses(scene: &Scene, world: &World, moves: &mut Vec<Move>) {
    for action in world.enabled() {
        let breaks = scene.breaks && matches!(action, Action::Break(_));
        let cuts = scene.cuts && matches!(action, Action::Cut(_));
        if breaks || cuts {
            moves.push(Move::Lose(action));
        }
    }
    if scene.sockets == Sockets::StepByStep && scene.spoils {
        let spoilt = world
            .connections
            .iter()
            .filter(|connection| matches!(connection.down.front(), Some(Down::Message(_))));
        moves.extend(spoilt.map(|connection| Move::Spoil(connection.id)));
    }
}

fn list_repairs(world: &World, moves: &mut Vec<Move>) {
    if !world.is_up() {
        moves.push(Move::Repair(Mishap::StartUp));
    }
    for (id, browser) in (0_u8..)
        .map(session_simulator::browser::BrowserId)
        .zip(&world.browsers)
    {
        if browser.link != Link::Up {
            moves.push(Move::Repair(Mishap::LinkUp(id)));
        }
        if browser.asleep.is_some() {
            for stood_still in [false, true] {
                let browser = id;
                moves.push(Move::Repair(Mishap::Wake {
                    browser,
                    stood_still,
                }));
            }
        }
    }
    for (tab, page) in world.pages() {
        if page.life == Life::Frozen {
            let told = true;
            moves.push(Move::Repair(Mishap::Thaw { tab, told }));
        }
    }
}

/// A refresh token is used to refresh, an access token to read.
fn list_thefts(world: &World, moves: &mut Vec<Move>) {
    for (piece, loot) in (0_u8..).zip(world.thief.loot()) {
        let call = match loot {
            session_simulator::adversary::Loot::Refresh(_) => Call::Refresh,
            session_simulator::adversary::Loot::Access(_) => Call::Read,
        };
        moves.push(Move::Present(Mishap::Present { piece, call }));
    }
}

/// Returns whether a person could do this now.
fn is_possible(world: &World, deed: session_simulator::world::Deed) -> bool {
    use session_simulator::world::Deed;
    let tab = deed.tab();
    let Some(page) = world.page(tab) else {
        return matches!(deed, Deed::Open(_));
    };
    let state = page.client.state_names()[0];
    match deed {
        Deed::Open(_) | Deed::GoBack(_) => false,
        Deed::LogIn { .. } => matches!(state, "Anonymous" | "Expired"),
        Deed::LogOut(_) | Deed::Touch(_) | Deed::Read(_) | Deed::Change(_) | Deed::Type(_) => {
            page.lives()
        }
        Deed::Stay(_) => state == "Warned",
        Deed::Leave(_) => state == "Expired",
        Deed::Close(_) | Deed::Reload(_) | Deed::GoAway(_) => true,
        Deed::Show(_) => !page.is_visible(),
        Deed::Hide(_) => page.is_visible(),
        Deed::GiveUp(_) => !page.wishes.is_empty(),
    }
}

impl Model for Exploration {
    type State = Situation;
    type Action = Move;

    fn init_states(&self) -> Vec<Situation> {
        vec![self.scene.begin()]
    }

    fn actions(&self, situation: &Situation, moves: &mut Vec<Move>) {
        self.visited.fetch_add(1, Ordering::Relaxed);
        moves.extend(self.moves(situation));
    }

    fn next_state(&self, situation: &Situation, taken: Move) -> Option<Situation> {
        step(&self.scene, situation, taken)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = promise::properties();
        properties.extend(sight::properties(&self.scene));
        properties
    }
}
