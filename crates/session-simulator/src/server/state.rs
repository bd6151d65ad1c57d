//! The whole server: durable and volatile state.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{Hash, Hasher},
    time::Duration,
};

use super::{
    CallKind, ConnectionId, CookieName, Family, FamilyId, Fault, Mark, Policy, RefreshToken,
    Request, Response, Socket, SocketEvent, UserId, event::Events, fault::PlannedFault,
};
use crate::bug::{Bug, BugSet};

/// Effects of wishes that are counted; the oldest are forgotten first.
const COUNTED_EFFECTS: usize = 64;

/// What a call brings about.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Outcome {
    /// The answer to the caller.
    pub response: Response,
    /// What leaves on sockets.
    pub events: Vec<SocketEvent>,
}

impl Outcome {
    pub(super) fn new(response: Response, events: Events) -> Self {
        Self {
            response,
            events: events.take(),
        }
    }

    pub(super) fn of_fault(fault: Fault) -> Self {
        Self::new(Response::of_fault(fault), Events::default())
    }
}

/// The server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Server {
    pub(super) policy: Policy,
    pub(super) bugs: BugSet,
    // Durable.
    pub(super) families: BTreeMap<FamilyId, Family>,
    pub(super) next_family: u32,
    pub(super) disabled: BTreeSet<UserId>,
    pub(super) effects: BTreeMap<u32, u8>,
    pub(super) next_seq: u64,
    // Volatile.
    pub(super) kept_updates: u8,
    pub(super) sockets: BTreeMap<ConnectionId, Socket>,
    pub(super) faults: Vec<PlannedFault>,
}

/// Policy and bugs are left out: they never change.
impl Hash for Server {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.families.hash(state);
        self.next_family.hash(state);
        self.disabled.hash(state);
        self.effects.hash(state);
        self.next_seq.hash(state);
        self.kept_updates.hash(state);
        self.sockets.hash(state);
        self.faults.hash(state);
    }
}

impl Server {
    /// Starts a server without sessions.
    #[must_use]
    pub const fn new(policy: Policy, bugs: BugSet) -> Self {
        Self {
            policy,
            bugs,
            families: BTreeMap::new(),
            next_family: 1,
            disabled: BTreeSet::new(),
            effects: BTreeMap::new(),
            next_seq: 1,
            kept_updates: 0,
            sockets: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// Returns the times of the server.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns all families that are remembered, living and ended, oldest first.
    #[must_use]
    pub const fn families(&self) -> &BTreeMap<FamilyId, Family> {
        &self.families
    }

    /// Returns a family.
    #[must_use]
    pub fn family(&self, id: FamilyId) -> Option<&Family> {
        self.families.get(&id)
    }

    /// Returns whether a session was over at that time, by the promise that was made to its user. A
    /// session that was forgotten is over.
    #[must_use]
    pub fn is_over(&self, id: FamilyId, at: Duration) -> bool {
        self.families.get(&id).is_none_or(|family| {
            let ended = family.ended.is_some_and(|(ended, _)| ended <= at);
            ended || family.ledger.limit_passed(at)
        })
    }

    /// Returns the open sockets.
    #[must_use]
    pub const fn sockets(&self) -> &BTreeMap<ConnectionId, Socket> {
        &self.sockets
    }

    /// Returns how often the wish `key` took effect. The last 64 wishes are counted.
    #[must_use]
    pub fn effects_of(&self, key: u32) -> u8 {
        self.effects.get(&key).copied().unwrap_or_default()
    }

    /// Has the next `times` calls answered by a fault, before anything is looked at. `calls` names
    /// the calls it is for; without it all. Plans are used up in order and lost in a crash.
    pub fn plan_fault(&mut self, fault: Fault, calls: Option<CallKind>, times: u8) {
        if times > 0 {
            self.faults.push(PlannedFault {
                fault,
                calls,
                times,
            });
        }
    }

    /// Forgets the planned faults.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
    }

    /// A crash of this browser may have given its jar an older refresh token of these families,
    /// which cannot be told from a theft.
    pub fn note_rolled_back(&mut self, families: impl IntoIterator<Item = FamilyId>) {
        for id in families {
            if let Some(family) = self.families.get_mut(&id) {
                family.ledger.mark(Mark::JarRolledBack);
            }
        }
    }

    pub(super) fn take_fault(&mut self, call: CallKind) -> Option<Fault> {
        let hits = |plan: &PlannedFault| plan.calls.is_none_or(|calls| calls == call);
        let at = self.faults.iter().position(hits)?;
        let plan = self.faults.get_mut(at)?;
        let fault = plan.fault;
        plan.times -= 1;
        if plan.times == 0 {
            self.faults.remove(at);
        }
        Some(fault)
    }

    pub(super) fn count_effect(&mut self, key: u32) {
        let count = self.effects.entry(key).or_default();
        *count = count.saturating_add(1);
        if self.effects.len() > COUNTED_EFFECTS {
            self.effects.pop_first();
        }
    }

    /// Returns the name under which a browser keeps the refresh token of a family.
    #[must_use]
    pub const fn cookie_name(&self, family: FamilyId) -> CookieName {
        if self.bugs.has(Bug::OneCookieName) {
            CookieName::Shared
        } else {
            CookieName::OfFamily(family)
        }
    }

    /// Notes in the ledger what an answer does to the cookies that came with the question.
    pub(super) fn note_cookies(&mut self, request: &Request, response: &Response) {
        for cookie in &response.set_cookies {
            let Some(held) = request.cookies.get(&cookie.name) else {
                continue;
            };
            let kept = |token: RefreshToken| token.family == held.family;
            if !cookie.token.is_some_and(kept)
                && let Some(family) = self.families.get_mut(&held.family)
                && family.is_living()
            {
                family.ledger.mark(Mark::CookieSpoiled);
            }
        }
    }
}
