//! The calls of the contract.
//!
//! Invariants: a token that is right is not enough, the session must live; asking never extends; a
//! cookie is deleted only if its very family is over.

use std::time::Duration;

use session_protocol::EndReason;

use super::{
    AccessToken, Bearer, Body, Call, FamilyId, Outcome, Party, Request, Response, Server, UserId,
    event::Events,
};

/// Who calls.
enum Caller {
    /// A living session.
    Session(FamilyId),
    /// A session that is over.
    Over(EndReason),
    /// A bearer token that is no good, and nothing else.
    BadToken,
    /// Nobody.
    Nobody,
}

impl Server {
    /// Carries a call out.
    pub fn handle(&mut self, request: Request, now: Duration) -> Outcome {
        if request.call == Call::Refresh {
            return match self.begin_refresh(request, now) {
                Ok(pending) => self.commit_refresh(pending, now),
                Err(outcome) => *outcome,
            };
        }
        if let Some(fault) = self.take_fault(request.call.kind()) {
            return Outcome::of_fault(fault);
        }
        let mut events = Events::default();
        self.end_overdue(now, &mut events);
        let response = self.answer(&request, now, &mut events);
        self.note_cookies(&request, &response);
        Outcome::new(response, events)
    }

    fn answer(&mut self, request: &Request, now: Duration, events: &mut Events) -> Response {
        match request.call {
            Call::Login { user, remember_me } => {
                self.log_in(request, user, remember_me, now, events)
            }
            Call::Refresh => Response::problem(500, "internal_error"),
            Call::Logout { session } => self.log_out(request, session, now, events),
            Call::AskSession => match self.caller(request, now, events) {
                Caller::Session(id) => self.tell(id, now),
                Caller::Over(reason) => Response::new(200, Body::Ended(reason)),
                Caller::BadToken => Response::problem(401, "invalid_token"),
                Caller::Nobody => Response::new(200, Body::Ended(EndReason::NoSession)),
            },
            Call::Extend => match self.caller(request, now, events) {
                Caller::Session(id) => self.extend_on_request(id, now, events),
                Caller::Over(reason) => Response::over(reason),
                Caller::BadToken => Response::problem(401, "invalid_token"),
                Caller::Nobody => Response::over(EndReason::NoSession),
            },
            Call::Read | Call::Mutate { .. } => match self.bearer(request, now) {
                Some(Ok(id)) => self.work(id, request.call, now),
                Some(Err(reason)) => Response::over(reason),
                None => Response::problem(401, "invalid_token"),
            },
        }
    }

    fn log_in(
        &mut self,
        request: &Request,
        user: Option<UserId>,
        remember_me: bool,
        now: Duration,
        events: &mut Events,
    ) -> Response {
        let Some(user) = user.filter(|user| !self.disabled.contains(user)) else {
            return Response::problem(401, "invalid_credentials");
        };
        let mut presented = self.presented(&request.cookies);
        self.end_reused(&mut presented, request.party, now, events);
        for token in presented.living.into_iter().chain(presented.overtaken) {
            self.end_family(token.family, EndReason::Replaced, now, events);
        }
        let id = self.begin_family(user, remember_me, now);
        let mut response = self.grant(id, 0, now);
        response.set_cookies.extend(self.set_cookie(id, 0, now));
        let dead = self.presented(&request.cookies).dead;
        response.delete_cookies(&dead);
        response
    }

    /// Ends the session that is named, or each that is presented; a token of any generation will
    /// do, for whoever ends a session early harms nobody.
    fn log_out(
        &mut self,
        request: &Request,
        session: Option<FamilyId>,
        now: Duration,
        events: &mut Events,
    ) -> Response {
        let by_cookie = request.cookies.values();
        let mut credentials: Vec<_> = by_cookie
            .map(|token| (token.family, token.generation))
            .collect();
        if let Some(token) = valid(request.bearer, now) {
            credentials.push((token.family, token.generation));
        }
        credentials.retain(|(id, _)| session.is_none_or(|session| session == *id));
        for (id, generation) in credentials {
            self.note_use(id, generation, request.party, now);
            self.end_family(id, EndReason::LoggedOut, now, events);
        }
        let mut response = Response::new(204, Body::Empty);
        let dead = self.presented(&request.cookies).dead;
        response.delete_cookies(&dead);
        response
    }

    fn tell(&mut self, id: FamilyId, now: Duration) -> Response {
        self.accept(id, now);
        match self.families.get(&id) {
            Some(family) => {
                Response::new(200, Body::Active(family.describe(id, &self.policy, now)))
            }
            None => Response::new(200, Body::Ended(EndReason::NoSession)),
        }
    }

    fn extend_on_request(&mut self, id: FamilyId, now: Duration, events: &mut Events) -> Response {
        let lead = self.policy.warning_lead;
        let is_refused = self.families.get(&id).is_some_and(|family| {
            !family.is_extendable() && family.deadline().saturating_sub(now) <= lead
        });
        if is_refused {
            return Response::problem(409, "not_extendable");
        }
        self.extend(id, now, events);
        self.tell(id, now)
    }

    fn work(&mut self, id: FamilyId, call: Call, now: Duration) -> Response {
        self.accept(id, now);
        if let Call::Mutate { key } = call {
            self.count_effect(key);
        }
        match self.families.get(&id) {
            Some(family) => Response::new(200, Body::Record { user: family.user }),
            None => Response::over(EndReason::NoSession),
        }
    }

    /// Returns who calls, by bearer token or else by cookie.
    fn caller(&mut self, request: &Request, now: Duration, events: &mut Events) -> Caller {
        match self.bearer(request, now) {
            Some(Ok(id)) => return Caller::Session(id),
            Some(Err(reason)) => return Caller::Over(reason),
            None => {}
        }
        if request.cookies.is_empty() {
            return match request.bearer {
                Some(_) => Caller::BadToken,
                None => Caller::Nobody,
            };
        }
        let mut presented = self.presented(&request.cookies);
        self.end_reused(&mut presented, request.party, now, events);
        match presented.living.pop() {
            Some(token) => Caller::Session(token.family),
            None if !presented.overtaken.is_empty() => Caller::BadToken,
            None => Caller::Over(presented.over),
        }
    }

    /// Returns the living session of the bearer token, or why it is over; nothing if there is no
    /// valid one.
    fn bearer(&mut self, request: &Request, now: Duration) -> Option<Result<FamilyId, EndReason>> {
        let token = valid(request.bearer, now)?;
        Some(self.session_of(token, request.party, now))
    }

    /// Returns the living session of an access token that has not ended, or why it is over.
    pub(super) fn session_of(
        &mut self,
        token: AccessToken,
        party: Party,
        now: Duration,
    ) -> Result<FamilyId, EndReason> {
        let family = self.families.get(&token.family);
        let family = family.ok_or(EndReason::NoSession)?;
        if let Some((_, reason)) = family.ended {
            return Err(reason);
        }
        self.note_use(token.family, token.generation, party, now);
        Ok(token.family)
    }
}

fn valid(bearer: Option<Bearer>, now: Duration) -> Option<AccessToken> {
    match bearer {
        Some(Bearer::Token(token)) if now < token.ends_at => Some(token),
        Some(Bearer::Token(_) | Bearer::Unreadable) | None => None,
    }
}
