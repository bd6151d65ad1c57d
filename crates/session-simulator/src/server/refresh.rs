//! Refresh, in the two steps that a real store takes: read, then compare and set.
//!
//! Invariant: the second step decides by what it reads itself, so a logout or revocation in
//! between wins; what the first step read counts only with [`Bug::NoCompareAndSet`].

use std::time::Duration;

use session_protocol::EndReason;

use super::{
    AccessToken, Body, CallKind, CookieName, FamilyId, Jar, Judgement, Outcome, Party,
    RefreshToken, Request, Response, Server, SetCookie, event::Events, rotation,
};
use crate::bug::Bug;

/// A refresh between its two steps. Dropping it is a crash before the commit.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct PendingRefresh {
    request: Request,
    read: Option<(RefreshToken, Judgement)>,
}

/// The families of the presented cookies.
pub(super) struct Presented {
    /// Tokens of living families, oldest family first.
    pub(super) living: Vec<RefreshToken>,
    /// Those of them that were overtaken on their way by a rotation.
    pub(super) overtaken: Vec<RefreshToken>,
    /// Why the newest of the others is over.
    pub(super) over: EndReason,
    /// Cookies whose family is dead.
    pub(super) dead: Vec<CookieName>,
}

impl Server {
    /// Reads what a refresh needs.
    ///
    /// # Errors
    ///
    /// The outcome, if a planned fault answers instead.
    pub fn begin_refresh(
        &mut self,
        request: Request,
        now: Duration,
    ) -> Result<PendingRefresh, Box<Outcome>> {
        if let Some(fault) = self.take_fault(CallKind::Refresh) {
            return Err(Box::new(Outcome::of_fault(fault)));
        }
        let read = self.read_refresh(&request.cookies, now);
        Ok(PendingRefresh { request, read })
    }

    /// Commits a refresh and answers it.
    pub fn commit_refresh(&mut self, pending: PendingRefresh, now: Duration) -> Outcome {
        let mut events = Events::default();
        self.end_overdue(now, &mut events);
        let PendingRefresh { request, read } = pending;
        let decided = if self.bugs.has(Bug::NoCompareAndSet) {
            read
        } else {
            self.read_refresh(&request.cookies, now)
        };
        let mut presented = self.presented(&request.cookies);
        let mut response = match decided {
            Some((token, judgement)) => {
                self.carry_out(token, judgement, &request, now, &mut events)
            }
            None => Response::over(presented.over),
        };
        if let Some((token, Judgement::Reuse)) = decided {
            presented.dead.push(self.cookie_name(token.family));
        }
        self.end_older(&mut presented, request.party, now, &mut events);
        response.delete_cookies(&presented.dead);
        self.note_cookies(&request, &response);
        Outcome::new(response, events)
    }

    /// Two logins at once left two sessions in one browser: the newest is the one it has.
    fn end_older(
        &mut self,
        presented: &mut Presented,
        party: Party,
        now: Duration,
        events: &mut Events,
    ) {
        presented.living.pop();
        self.end_reused(presented, party, now, events);
        let older = std::mem::take(&mut presented.living).into_iter();
        for token in older.chain(std::mem::take(&mut presented.overtaken)) {
            self.note_use(token.family, token.generation, party, now);
            self.end_family(token.family, EndReason::Replaced, now, events);
            presented.dead.push(self.cookie_name(token.family));
        }
    }

    /// Ends the families whose tokens are presented out of turn, whatever call brings them: their
    /// owner may never refresh again. The others stay in the list of the living, but for those that
    /// a rotation of this moment overtook: whoever brings them has to ask again.
    pub(super) fn end_reused(
        &mut self,
        presented: &mut Presented,
        party: Party,
        now: Duration,
        events: &mut Events,
    ) {
        for token in std::mem::take(&mut presented.living) {
            let Some(judgement) = self.judge(token, now) else {
                continue;
            };
            if judgement == Judgement::Reuse && self.may_overtake(token.family, now) {
                presented.overtaken.push(token);
                continue;
            }
            self.note_judgement(token, judgement, party, now);
            if judgement == Judgement::Reuse {
                self.end_family(token.family, EndReason::ReuseDetected, now, events);
                presented.over = EndReason::ReuseDetected;
                presented.dead.push(self.cookie_name(token.family));
            } else {
                presented.living.push(token);
            }
        }
    }

    /// Returns whether a call other than a refresh may have been sent before its browser had the
    /// current token: that one was issued, or used for the first time, less than the grace ago.
    fn may_overtake(&self, id: FamilyId, now: Duration) -> bool {
        let is_recent = |at: Duration| now < at.saturating_add(self.policy.grace);
        self.families.get(&id).is_some_and(|family| {
            family.rotated_at.is_some_and(is_recent) || family.seen_at.is_some_and(is_recent)
        })
    }

    fn note_judgement(
        &mut self,
        token: RefreshToken,
        judgement: Judgement,
        party: Party,
        now: Duration,
    ) {
        let (generation, grace) = (token.generation, self.policy.grace);
        if let Some(family) = self.families.get_mut(&token.family) {
            let outside_grace = !family.ledger.in_grace(grace, now);
            let ledger = &mut family.ledger;
            ledger.judged(party, generation, judgement, outside_grace);
            family.saw(generation, now);
        }
    }

    fn read_refresh(&self, cookies: &Jar, now: Duration) -> Option<(RefreshToken, Judgement)> {
        let token = self.presented(cookies).living.pop()?;
        Some((token, self.judge(token, now)?))
    }

    /// Returns what a refresh token of a living family is worth.
    pub(super) fn judge(&self, token: RefreshToken, now: Duration) -> Option<Judgement> {
        let family = self.families.get(&token.family)?;
        let (generation, policy) = (token.generation, &self.policy);
        (family.is_living() && family.limit_passed(now).is_none())
            .then(|| rotation::judge(family, generation, policy, self.bugs, now))
    }

    pub(super) fn presented(&self, cookies: &Jar) -> Presented {
        let mut presented = Presented {
            living: Vec::new(),
            overtaken: Vec::new(),
            over: EndReason::NoSession,
            dead: Vec::new(),
        };
        let mut newest_over = None;
        for (name, token) in cookies {
            let ended = self.families.get(&token.family).map(|family| family.ended);
            match ended {
                Some(None) => presented.living.push(*token),
                Some(Some((_, reason))) => {
                    presented.dead.push(*name);
                    if newest_over <= Some(token.family) {
                        newest_over = Some(token.family);
                        presented.over = reason;
                    }
                }
                None => presented.dead.push(*name),
            }
        }
        presented.living.sort_unstable();
        presented
    }

    fn carry_out(
        &mut self,
        token: RefreshToken,
        judgement: Judgement,
        request: &Request,
        now: Duration,
        events: &mut Events,
    ) -> Response {
        self.note_judgement(token, judgement, request.party, now);
        let (grace, absolute) = (self.policy.grace, self.policy.absolute_timeout);
        let Some(family) = self.families.get_mut(&token.family) else {
            return Response::over(EndReason::NoSession);
        };
        let mut cookie = None;
        let generation = match judgement {
            Judgement::Rotate => {
                family.generation += 1;
                family.rotated_at = Some(now);
                family.seen_at = None;
                family.reissued = false;
                family.grace_uses = 0;
                family.ledger.rotated(grace, now);
                if self.bugs.has(Bug::RotationExtendsAbsolute) {
                    family.absolute_deadline = now.saturating_add(absolute);
                }
                cookie = Some(family.generation);
                family.generation
            }
            Judgement::Reissue => {
                family.reissued = true;
                family.rotated_at = Some(now);
                family.ledger.reissued(now);
                cookie = Some(family.generation);
                family.generation
            }
            Judgement::Tolerate => {
                if token.generation != family.generation {
                    family.grace_uses = family.grace_uses.saturating_add(1);
                }
                token.generation
            }
            Judgement::Wait { rest } => {
                return Response {
                    retry_after: Some(whole_seconds(rest)),
                    ..Response::problem(429, "rate_limited")
                };
            }
            Judgement::Reuse => {
                self.end_family(token.family, EndReason::ReuseDetected, now, events);
                return Response::over(EndReason::ReuseDetected);
            }
        };
        let lost_race = judgement == Judgement::Tolerate && token.generation != family.generation;
        self.accept(token.family, now);
        let mut response = self.grant(token.family, generation, now);
        if let Some(generation) = cookie {
            let set = self.set_cookie(token.family, generation, now);
            response.set_cookies.extend(set);
        } else if lost_race && self.bugs.has(Bug::LoserClearsCookie) {
            let name = self.cookie_name(token.family);
            response.set_cookies.push(SetCookie::delete(name));
        }
        response
    }

    /// Answers with an access token of this generation.
    pub(super) fn grant(&self, id: FamilyId, generation: u32, now: Duration) -> Response {
        let Some(family) = self.families.get(&id) else {
            return Response::over(EndReason::NoSession);
        };
        let token = AccessToken {
            family: id,
            generation,
            issued_at: now,
            ends_at: now.saturating_add(self.policy.access_token_lifetime),
        };
        let session = family.describe(id, &self.policy, now);
        Response::new(200, Body::Token { token, session })
    }

    pub(super) fn set_cookie(
        &self,
        id: FamilyId,
        generation: u32,
        now: Duration,
    ) -> Option<SetCookie> {
        let family = self.families.get(&id)?;
        let rest = family.absolute_deadline.saturating_sub(now);
        Some(SetCookie {
            name: self.cookie_name(id),
            token: Some(RefreshToken {
                family: id,
                generation,
            }),
            max_age: family.remember_me.then_some(rest),
        })
    }
}

/// Rounds up: `Retry-After` is a number of whole seconds.
fn whole_seconds(time: Duration) -> Duration {
    let up = u64::from(time.subsec_nanos() > 0);
    Duration::from_secs(time.as_secs().saturating_add(up))
}
