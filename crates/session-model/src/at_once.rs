//! What happens at once, because trying it in every order would show nothing new.
//!
//! A page that runs hears of an answer when the jar is written. Where a scene is not about calls or
//! sockets, they are answered without a break.

use session_protocol::CloseCode;
use session_simulator::{
    browser::TabId,
    network::{Asks, CallNumber, Connection, Down, Up},
    world::{Action, Item, World},
};

use crate::scene::{Scene, SlowCalls, Sockets};

/// Does all that a scene does at once.
pub(crate) fn settle(scene: &Scene, world: &mut World) {
    loop {
        if scene.sockets == Sockets::Refused {
            refuse_sockets(world);
        }
        let moves = world.enabled();
        let next = moves.into_iter().find(|it| is_at_once(scene, world, *it));
        if let Some(action) = next {
            world.apply(action);
        } else if !glance(world) {
            break;
        }
    }
}

/// Pages that are seen look at their clocks after a jump or a sleep; returns whether one does.
fn glance(world: &mut World) -> bool {
    let glances = world.take_fresh().into_iter().filter_map(|item| {
        if let Item::Glance(tab) = item {
            Some(Action::Glance(tab))
        } else {
            None
        }
    });
    let glances: Vec<_> = glances.collect();
    let some = !glances.is_empty();
    for glance in glances {
        world.apply(glance);
    }
    some
}

/// The server refuses sockets for good and keeps the session: a page then works by calls alone.
fn refuse_sockets(world: &mut World) {
    let asks = |connection: &&mut Connection| {
        connection.is_served && connection.up.front() == Some(&Up::Handshake)
    };
    for connection in world.connections.iter_mut().filter(asks) {
        connection.up.clear();
        connection.is_served = false;
        let code = CloseCode::FORBIDDEN;
        connection.send_down(Down::Close { code, reason: "" });
    }
}

/// Returns whether the next notice that reaches a tab is its own, which comes back without a
/// detour.
fn hears_itself(world: &World, tab: TabId) -> bool {
    let page = world.page(tab);
    page.is_some_and(|page| {
        let sender = page.notices.front().map(|notice| notice.sender.as_str());
        let number = sender.and_then(|name| name.strip_prefix('p'));
        number.and_then(|number| number.parse().ok()) == Some(page.id.0)
    })
}

fn is_slow(scene: &Scene, world: &World, call: CallNumber) -> bool {
    let asks = world.call(call).map(|call| call.asks);
    match scene.slow_calls {
        SlowCalls::None => false,
        SlowCalls::Tokens => matches!(
            asks,
            Some(Asks::LogIn(_) | Asks::Refresh(_) | Asks::LogOut(_))
        ),
        SlowCalls::All => true,
    }
}

fn is_at_once(scene: &Scene, world: &World, action: Action) -> bool {
    match action {
        Action::Finish(_) | Action::Glance(_) => true,
        Action::Arrive(call)
        | Action::Commit(call)
        | Action::Answer(call)
        | Action::Store(call) => !is_slow(scene, world, call),
        Action::Up(_) | Action::Down(_) | Action::Reap(_) => scene.sockets != Sockets::StepByStep,
        Action::Notice(tab) => !scene.slow_notices || hears_itself(world, tab),
        Action::Word(_)
        | Action::Timer(_)
        | Action::TimeOut(_)
        | Action::Tick
        | Action::Break(_)
        | Action::Lose(_)
        | Action::Cut(_)
        | Action::Publish
        | Action::Deed(_)
        | Action::Mishap(_)
        | Action::Pass(_) => false,
    }
}
