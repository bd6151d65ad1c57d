//! The facts of the table that are about sharing: what other tabs tell, and words about locks.

use session_core::{Effect, Input, LockId, LockName};
use session_protocol::{SharedSocket, TabNoticeKind};

use super::{
    facts::{NEVER, Named, adder},
    samples::{notice, secs},
    world::World,
};

/// The term of the leader that followers know in the table; this tab leads with a lower one.
pub(crate) const TERM: u64 = 1_900_000_000_000;

/// What other tabs tell of what is shared.
pub(super) fn sharing_facts(world: &World, facts: &mut Vec<Named>) {
    let mut add = adder(facts);
    for (label, kind) in shared_kinds() {
        let label = format!("notice {}{label}", kind.name());
        add(&label, Input::TabNoticeReceived(notice(kind, "s-1", 50)));
    }
    let foreign = notice(leading(TERM + 1, SharedSocket::Live, true), "s-9", 50);
    add(
        "notice leading, another session",
        Input::TabNoticeReceived(foreign),
    );
    let mut own = notice(asking(true, true), "s-1", 50);
    "this-tab".clone_into(&mut own.sender);
    own.seq = world.notices();
    add("notice asking, our own", Input::TabNoticeReceived(own));
}

fn leading(term: u64, socket: SharedSocket, visible: bool) -> TabNoticeKind {
    TabNoticeKind::Leading {
        term,
        socket,
        visible,
    }
}

const fn asking(visible: bool, candidate: bool) -> TabNoticeKind {
    TabNoticeKind::Asking { visible, candidate }
}

fn shared_kinds() -> Vec<(&'static str, TabNoticeKind)> {
    let (live, down) = (SharedSocket::Live, SharedSocket::Down);
    let (held, refused) = (SharedSocket::Held(secs(20)), SharedSocket::Refused);
    let resigned = |to: &str| TabNoticeKind::Resigned {
        term: TERM,
        to: to.to_owned(),
    };
    let topic = || "load".to_owned();
    let wanting = |after| TabNoticeKind::Wanting {
        topic: topic(),
        after,
    };
    let update = |term, after, seq: u64| TabNoticeKind::Update {
        term,
        topic: topic(),
        seq,
        after,
        payload: seq.into(),
    };
    vec![
        ("", TabNoticeKind::Changed),
        ("", TabNoticeKind::Active),
        (", visible", asking(true, true)),
        (", visible, no candidate", asking(true, false)),
        (", hidden", asking(false, false)),
        (", old term", leading(1, live, true)),
        (", known term", leading(TERM, live, true)),
        (", known term, held", leading(TERM, held, true)),
        (", known term, refused", leading(TERM, refused, true)),
        (", new term", leading(TERM + 1, live, true)),
        (", new term, hidden", leading(TERM + 1, live, false)),
        (", new term, no socket", leading(TERM + 1, down, true)),
        (", for anybody", resigned("")),
        (", for this tab", resigned("this-tab")),
        (", for another", resigned("third-tab")),
        (" from the start", wanting(None)),
        (" after 3", wanting(Some(3))),
        (" after 5", wanting(Some(5))),
        ("", TabNoticeKind::Unwanted { topic: topic() }),
        (", next", update(TERM, 5, 6)),
        (", repeated", update(TERM, 4, 5)),
        (", early", update(TERM, 8, 9)),
        (", count begun anew", update(TERM, 5, 1)),
        (", old term", update(1, 5, 6)),
    ]
}

/// Words about the newest lock of each name, if there was one, and about one that never was.
pub(super) fn lock_facts(world: &World, facts: &mut Vec<Named>) {
    let mut add = adder(facts);
    let names = [LockName::Leader, LockName::Refresh].into_iter();
    let newest = names.filter_map(|name| Some((name.name(), world.lock_of(name)?)));
    for (name, lock) in newest.chain([("a stranger's", LockId(NEVER))]) {
        add(&format!("LockGranted, {name}"), Input::LockGranted { lock });
        add(&format!("LockLost, {name}"), Input::LockLost { lock });
    }
}

impl World {
    /// Returns the newest request for the lock of this name.
    pub(crate) fn lock_of(&self, wanted: LockName) -> Option<LockId> {
        self.newest_first().find_map(|order| match order {
            Effect::RequestLock { lock, name, .. } if *name == wanted => Some(*lock),
            _ => None,
        })
    }

    /// Returns how many notices were sent.
    fn notices(&self) -> u64 {
        let notices = self
            .newest_first()
            .filter(|order| order.name() == "NotifyTabs");
        notices.count() as u64
    }
}
