//! The life of sessions: begin, use, extend, end; store and sockets in step.

use std::time::Duration;

use session_protocol::{CloseCode, EndReason};

use super::{
    ConnectionId, Family, FamilyId, Party, Push, Server, SocketEvent, UserId, event::Events,
};

impl Server {
    /// Ends a session, as an administrator or another device does. An ended session keeps its
    /// first reason. The reason of a limit before its time is a lie, and S6 says so.
    pub fn end(&mut self, id: FamilyId, reason: EndReason, now: Duration) -> Vec<SocketEvent> {
        let mut events = Events::default();
        self.end_overdue(now, &mut events);
        self.end_family(id, reason, now, &mut events);
        events.take()
    }

    /// Disables an account: all its sessions end, and it cannot log in any more.
    pub fn disable(&mut self, user: UserId, now: Duration) -> Vec<SocketEvent> {
        let mut events = Events::default();
        self.end_overdue(now, &mut events);
        self.disabled.insert(user);
        let of_user = |(id, family): (&FamilyId, &Family)| (family.user == user).then_some(*id);
        let families: Vec<_> = self.families.iter().filter_map(of_user).collect();
        for id in families {
            self.end_family(id, EndReason::AccountDisabled, now, &mut events);
        }
        events.take()
    }

    pub(super) fn begin_family(
        &mut self,
        user: UserId,
        remember_me: bool,
        now: Duration,
    ) -> FamilyId {
        let id = FamilyId(self.next_family);
        self.next_family += 1;
        let family = Family::begin(user, remember_me, &self.policy, now);
        self.families.insert(id, family);
        id
    }

    pub(super) fn end_family(
        &mut self,
        id: FamilyId,
        reason: EndReason,
        now: Duration,
        events: &mut Events,
    ) {
        let Some(family) = self.families.get_mut(&id) else {
            return;
        };
        if !family.is_living() {
            return;
        }
        family.ended = Some((now, reason));
        for connection in self.sockets_of(id) {
            events.say(connection, Push::Expired(reason));
            self.close(
                connection,
                CloseCode::POLICY_VIOLATION,
                reason.code(),
                events,
            );
        }
    }

    /// Ends every session whose time has passed.
    pub(super) fn end_overdue(&mut self, now: Duration, events: &mut Events) {
        let overdue: Vec<_> = self
            .families
            .iter()
            .filter(|(_, family)| family.is_living())
            .filter_map(|(id, family)| Some((*id, family.limit_passed(now)?)))
            .collect();
        for (id, reason) in overdue {
            self.end_family(id, reason, now, events);
        }
    }

    /// Notes that a request or socket operation of a session is carried out.
    pub(super) fn accept(&mut self, id: FamilyId, now: Duration) {
        let is_over = self.is_over(id, now);
        if let Some(family) = self.families.get_mut(&id)
            && is_over
        {
            family.ledger.accepted_after_end();
        }
    }

    /// Notes that a credential of this generation was presented.
    pub(super) fn note_use(&mut self, id: FamilyId, generation: u32, party: Party, now: Duration) {
        if let Some(family) = self.families.get_mut(&id) {
            family.saw(generation, now);
            family.ledger.used(party, generation);
        }
    }

    /// Moves the idle deadline because the user acted, and tells all sockets of the session.
    pub(super) fn extend(&mut self, id: FamilyId, now: Duration, events: &mut Events) {
        let Some(family) = self.families.get_mut(&id) else {
            return;
        };
        family.idle_deadline = now.saturating_add(self.policy.idle_timeout);
        family.ledger.user_acted(self.policy.idle_timeout, now);
        let session = family.describe(id, &self.policy, now);
        for connection in self.sockets_of(id) {
            events.say(connection, Push::Extended(session));
        }
    }

    pub(super) fn close(
        &mut self,
        connection: ConnectionId,
        code: CloseCode,
        reason: &'static str,
        events: &mut Events,
    ) {
        self.sockets.remove(&connection);
        events.close(connection, code, reason);
    }
}
