//! Moves in words.

use session_simulator::{
    network::{Asks, CallNumber},
    world::{Action, Deed, Mishap, World},
};

use crate::Move;

/// Says what happens.
pub(super) fn of(taken: Move, before: &World) -> String {
    match taken {
        Move::Next(action) => next(action, before),
        Move::Wait => "time passes".to_owned(),
        Move::Stall => "time passes although something is on its way".to_owned(),
        Move::Deed(deed) => done(deed),
        Move::Lose(Action::Lose(call)) => format!("{} is lost", name(call, before)),
        Move::Lose(Action::Break(call)) => {
            format!("the connection of {} breaks", name(call, before))
        }
        Move::Lose(action) => format!("a wire breaks: {action:?}"),
        Move::Spoil(id) => {
            let next = before.connection(id).and_then(|it| it.down.front());
            format!("a frame is spoilt: {next:?}")
        }
        Move::Crash => "the server crashes and starts again".to_owned(),
        Move::Mishap(mishap) => format!("{} ({mishap:?})", mishap.name()),
        Move::Repair(mishap) => format!("repaired: {} ({mishap:?})", mishap.name()),
        Move::Copy(_) => "a thief copies the jar".to_owned(),
        Move::Present(Mishap::Present { piece, call }) => {
            let loot = before.thief.loot().nth(usize::from(piece));
            format!("the thief presents {loot:?} for {call:?}")
        }
        Move::Present(mishap) => mishap.name().to_owned(),
    }
}

fn done(deed: Deed) -> String {
    let tab = deed.tab();
    if let Deed::LogIn { user, .. } = deed {
        format!("{tab}: log in as {user}")
    } else {
        format!("{tab}: {}", deed.name())
    }
}

fn next(action: Action, before: &World) -> String {
    match action {
        Action::Arrive(call) => format!("{} reaches the server", name(call, before)),
        Action::Commit(call) => format!("the server commits {}", name(call, before)),
        Action::Answer(call) => format!("the answer to {} arrives", name(call, before)),
        Action::Store(call) => format!("the cookies of {} are written", name(call, before)),
        Action::Finish(call) => format!("the page hears of {}", name(call, before)),
        Action::TimeOut(call) => format!("{} is given up", name(call, before)),
        Action::Notice(tab) => {
            let notice = before.page(tab).and_then(|page| page.notices.front());
            let kind = notice.map_or("nothing", |notice| notice.kind.name());
            let sender = notice.map_or("", |notice| notice.sender.as_str());
            format!("{tab} hears `{kind}` of {sender}")
        }
        Action::Word(tab) => {
            let word = before.page(tab).and_then(|page| page.words.front());
            format!("{tab} hears of a lock: {word:?}")
        }
        Action::Timer(tab) => format!("the timer of {tab} fires"),
        Action::Up(id) => {
            let item = before.connection(id).and_then(|it| it.up.front());
            format!("up socket {}: {item:?}", id.0)
        }
        Action::Down(id) => {
            let item = before.connection(id).and_then(|it| it.down.front());
            format!("down socket {}: {item:?}", id.0)
        }
        Action::Glance(tab) => format!("the browser draws {tab}"),
        Action::Tick => "the server does what is due".to_owned(),
        Action::Reap(id) => format!("the server notices that socket {} is broken", id.0),
        Action::Break(_)
        | Action::Lose(_)
        | Action::Cut(_)
        | Action::Publish
        | Action::Deed(_)
        | Action::Mishap(_)
        | Action::Pass(_) => format!("{action:?}"),
    }
}

/// Names a call by what it asks and who asks.
fn name(number: CallNumber, world: &World) -> String {
    let Some(call) = world.call(number) else {
        return format!("call {}", number.0);
    };
    let asks = match call.asks {
        Asks::LogIn(_) => "login",
        Asks::Refresh(_) => "refresh",
        Asks::Session(_) => "question",
        Asks::Extension(_) => "extension",
        Asks::LogOut(_) => "logout",
        Asks::Application(_) => "request",
    };
    let orphan = if call.is_orphan { ", given up," } else { "" };
    format!("{asks} {} of {}{orphan}", number.0, call.tab)
}
