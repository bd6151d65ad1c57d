//! What a tab promises the others: it holds what it asked for, gives it back once, and leads with a
//! number that grows.

use std::collections::BTreeMap;

use session_core::{Effect, Input, LockId, LockName, SocketId};
use session_protocol::{MAX_COUNT, TabNotice, TabNoticeKind};

/// The locks of a tab and its leaderships.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns {
    /// Locks that were asked for and not given back; none of a kind if it was lost.
    locks: BTreeMap<LockId, Option<LockName>>,
    /// The lock by which this tab leads.
    leads: Option<LockId>,
    /// Whether this tab has just got that lock.
    begins: bool,
    /// Whether this tab has just lost that lock.
    robbed: bool,
    /// Epoch, session and number of the latest leadership.
    term: Option<((u64, String), u64)>,
}

impl Turns {
    pub(super) fn take_note(&mut self, input: &Input) {
        self.robbed = false;
        self.begins = false;
        match input {
            Input::LockGranted { lock }
                if self.locks.get(lock) == Some(&Some(LockName::Leader)) =>
            {
                self.begins = self.leads.replace(*lock).is_none();
            }
            Input::LockLost { lock } => {
                self.locks.entry(*lock).and_modify(|name| *name = None);
                self.robbed = self.leads == Some(*lock);
                self.leads = self.leads.filter(|leads| leads != lock);
            }
            _ => {}
        }
    }

    pub(super) fn look(&mut self, input: &Input, effect: &Effect, epoch: u64) {
        match effect {
            Effect::RequestLock { lock, name, .. } => {
                let twice = self.locks.values().any(|held| *held == Some(*name));
                assert!(!twice, "{name:?} beside another");
                self.locks.insert(*lock, Some(*name));
            }
            Effect::ReleaseLock { lock } => {
                self.leads = self.leads.filter(|leads| leads != lock);
                let held = self.locks.remove(lock);
                // One that is granted although nobody waits for it is given back, too.
                let granted = *input == Input::LockGranted { lock: *lock };
                assert!(held.is_some() || granted, "{lock:?} was given back already");
            }
            Effect::NotifyTabs(TabNotice {
                kind: TabNoticeKind::Leading { term, .. } | TabNoticeKind::Update { term, .. },
                session,
                ..
            }) => {
                assert!(self.leads.is_some(), "{} without the lock", effect.detail());
                self.terms_grow(epoch, session, *term);
            }
            _ => {}
        }
    }

    /// A tab that leads the tabs of a session again, leads with a higher number.
    fn terms_grow(&mut self, epoch: u64, session: &str, term: u64) {
        let led = (epoch, session.to_owned());
        match self.term.replace((led.clone(), term)) {
            Some((same, last)) if same == led => {
                let grew = term > last || term == MAX_COUNT;
                assert!(
                    term >= last && (grew || !self.begins),
                    "{term} after {last}"
                );
            }
            Some(_) | None => {}
        }
    }

    /// A tab that lost the lock of the leader lets the socket go with it.
    pub(super) fn a_robbed_tab_lets_go(&self, socket: Option<SocketId>) {
        assert!(
            !self.robbed || socket.is_none(),
            "a socket without the lock"
        );
    }
}
