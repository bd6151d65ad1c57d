//! One step, as it looks from outside.

use session_core::{Assurance, LockName, Phase};
use session_protocol::EndReason;
use session_simulator::{
    browser::{BrowserId, Page, TabId, Word},
    network::{Asks, Call, CallNumber, Down, Stage, Up},
    server::{Family, Mark, Party, Push},
    world::{Action, Mishap, World},
};

use super::Sight;
use crate::Move;

/// One step: the world before it, what happened, the world after it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glimpse<'a> {
    pub(crate) before: &'a World,
    pub(crate) taken: Move,
    pub(crate) after: &'a World,
}

impl Glimpse<'_> {
    /// Returns whether the step shows this.
    pub(crate) fn shows(&self, sight: Sight) -> bool {
        match sight {
            Sight::Rotation => self.noted("rotation"),
            Sight::ReplayInGrace => self.noted("refresh inside the grace"),
            Sight::LostAnswerReissued => self.noted("lost answer issued again"),
            Sight::ReuseRevoked => self.ended_now(EndReason::ReuseDetected).is_some(),
            Sight::ToldToWait => self.told_to_wait(),
            Sight::TwoRefreshesAtOnce => self.refreshes_deciding() > 1,
            Sight::LateJarWrite => self.noted("late jar write"),
            Sight::LateCookieOfTheDead => self.cookie_of_the_dead(),
            Sight::CrashBeforeCommit => self.crashed(|stage| matches!(stage, Stage::Deciding(_))),
            Sight::CrashBeforeAnswer => self.crashed(
                |stage| matches!(stage, Stage::Answering(it) if !it.set_cookies.is_empty()),
            ),
            Sight::RefreshAfterLogout => self.noted("logout overtook a refresh"),
            Sight::RefreshBeforeLogout => self.noted("rotation") && self.logout_on_its_way(),
            Sight::ThiefGetsToken => self.thief_got_token(),
            Sight::ThiefFirst => self.theft_ended_by(Party::Owner),
            Sight::OwnerFirst => self.theft_ended_by(Party::Thief),
            Sight::RequestRepeated => self.request_repeated(),
            Sight::SecondExpiry => self.noted("a second expiry, in a later epoch"),
            Sight::IdleEnd => self.shown_end(EndReason::SessionTimeout),
            Sight::AbsoluteEnd => self.shown_end(EndReason::AbsoluteTimeout),
            Sight::Extended => self.extension(true),
            Sight::ExtendedTooLate => self.extension(false),
            Sight::AnotherUser => self.another_user(),
            Sight::TwoLogins => self.logins_on_their_way() > 1,
            Sight::LogoutDelivered => self.logout_arrived(|call, before| {
                let of_page = before.page(call.tab).map(|page| page.id);
                of_page == Some(call.page) && call.sent_at > std::time::Duration::ZERO
            }),
            Sight::LogoutInheritedByPage => self.logout_arrived(|call, before| {
                let page = before.page(call.tab).filter(|page| page.id == call.page);
                page.is_some_and(|page| page.history.began_logged_out)
            }),
            Sight::RevokedOverSocket => self.socket_told_end(),
            Sight::RevokedOverHttp => {
                matches!(self.taken, Move::Next(Action::Answer(_) | Action::Store(_)))
                    && self.shown_end(EndReason::Revoked)
            }
            Sight::Forged => self.notice(|notice| notice.sender == "stranger"),
            Sight::Repeated => matches!(self.taken, Move::Mishap(Mishap::Repeat { .. })),
            Sight::Unverified => self.doubts(Assurance::Unverified),
            Sight::Covered => self.doubts(Assurance::Covered),
            Sight::DoubtResolved => self.doubt_resolved(),
            Sight::SleptPastEnd => self.slept_past_end(),
            Sight::TwoLeaders => leaders(self.after) > 1 && leaders(self.before) < 2,
            Sight::Stolen => self.noted("lock stolen by a tab"),
            Sight::ThawedFollower => self.thawed_follower(),
            Sight::LeaderDied => self.leader_died(),
            Sight::Robbed => matches!(self.taken, Move::Mishap(Mishap::Rob { .. })),
            Sight::PatienceOver => self.patience_over(),
            Sight::HeartbeatSent => self.heartbeat_sent(),
            Sight::FrameSpoilt => self.frame_spoilt(),
            Sight::Reconnected => self.reconnected(),
        }
    }

    /// Whether the world took note of something in this step.
    fn noted(&self, sight: &str) -> bool {
        self.after.tally.sights.of(sight) > 0
    }

    /// The family that ended in this step for this reason, as it is after it.
    fn ended_now(&self, reason: EndReason) -> Option<&Family> {
        let mut families = self.after.server.families().iter();
        let ended = families.find(|(id, family)| {
            family.ended.is_some_and(|(_, why)| why == reason)
                && self
                    .before
                    .server
                    .family(**id)
                    .is_some_and(Family::is_living)
        });
        ended.map(|(_, family)| family)
    }

    /// The call that moved in this step, as it was before.
    fn call(&self) -> Option<&Call> {
        let Move::Next(
            Action::Arrive(number)
            | Action::Commit(number)
            | Action::Answer(number)
            | Action::Store(number),
        ) = self.taken
        else {
            return None;
        };
        self.before.call(number)
    }

    fn told_to_wait(&self) -> bool {
        let mut calls = self.after.calls.iter();
        calls.any(|call| {
            let told = matches!(&call.stage, Stage::Answering(it) if it.status == 429);
            told && self
                .stage_before(call.number)
                .is_some_and(|it| matches!(it, Stage::Deciding(_)))
        })
    }

    fn stage_before(&self, number: CallNumber) -> Option<&Stage> {
        self.before.call(number).map(|call| &call.stage)
    }

    fn refreshes_deciding(&self) -> usize {
        let mut tabs: Vec<TabId> = Vec::new();
        for call in &self.after.calls {
            if matches!(call.stage, Stage::Deciding(_)) && !tabs.contains(&call.tab) {
                tabs.push(call.tab);
            }
        }
        tabs.len()
    }

    fn cookie_of_the_dead(&self) -> bool {
        let Some(Call {
            stage: Stage::Storing(response),
            tab,
            ..
        }) = self.call()
        else {
            return false;
        };
        let jar = self.before.browser(tab.browser).map(|it| &it.jar);
        let is_over = |id| self.before.server.is_over(id, self.before.now);
        let mut written = response.set_cookies.iter().filter_map(|set| set.token);
        let lives = jar.is_some_and(|jar| jar.values().any(|token| !is_over(token.family)));
        lives && written.any(|token| is_over(token.family))
    }

    fn crashed(&self, fits: impl Fn(&Stage) -> bool) -> bool {
        self.taken == Move::Crash && self.before.calls.iter().any(|call| fits(&call.stage))
    }

    fn logout_on_its_way(&self) -> bool {
        let mut calls = self.before.calls.iter();
        calls.any(|call| matches!((call.asks, &call.stage), (Asks::LogOut(_), Stage::Sent(_))))
    }

    fn logins_on_their_way(&self) -> usize {
        let calls = self.after.calls.iter();
        let logins = calls
            .filter(|call| matches!((call.asks, &call.stage), (Asks::LogIn(_), Stage::Sent(_))));
        logins.count()
    }

    fn thief_got_token(&self) -> bool {
        matches!(self.taken, Move::Present(_))
            && self.noted("the thief got something")
            && self.after.server.families() != self.before.server.families()
            && !self.noted("rotation")
    }

    fn theft_ended_by(&self, party: Party) -> bool {
        let by = if matches!(self.taken, Move::Present(_)) {
            Party::Thief
        } else {
            Party::Owner
        };
        let ended = self.ended_now(EndReason::ReuseDetected);
        by == party && ended.is_some_and(|family| family.ledger.has(Mark::ThiefSeen))
    }

    fn request_repeated(&self) -> bool {
        let Some(call) = self.call() else {
            return false;
        };
        let refused = matches!(&call.stage, Stage::Answering(it) if it.status == 401);
        let wishes = self.after.page(call.tab).map(|page| page.wishes.len());
        refused && matches!(call.asks, Asks::Application(_)) && wishes > Some(0)
    }

    fn shown_end(&self, reason: EndReason) -> bool {
        self.pages().any(|(before, after)| {
            let expired =
                matches!(&after.view.phase, Phase::Expired { cause, .. } if *cause == reason);
            before.lives() && expired
        })
    }

    fn extension(&self, succeeds: bool) -> bool {
        let answered = self
            .call()
            .filter(|call| matches!(call.asks, Asks::Extension(_)));
        match answered.map(|call| &call.stage) {
            Some(Stage::Answering(response)) => response.is_success() == succeeds,
            _ => false,
        }
    }

    fn another_user(&self) -> bool {
        self.pages().any(|(before, after)| {
            let (old, new) = (before.user(), after.user());
            let gone = before.lives() && !after.lives();
            let jar_has_other = self
                .after
                .server
                .families()
                .values()
                .any(|family| family.is_living() && Some(family.user) != old);
            gone && new.is_none() && old.is_some() && jar_has_other
        })
    }

    fn logout_arrived(&self, fits: impl Fn(&Call, &World) -> bool) -> bool {
        let ended = self.ended_now(EndReason::LoggedOut).is_some();
        let call = self
            .call()
            .filter(|call| matches!(call.asks, Asks::LogOut(_)));
        ended && call.is_some_and(|call| fits(call, self.before))
    }

    fn socket_told_end(&self) -> bool {
        let Move::Next(Action::Down(id)) = self.taken else {
            return false;
        };
        let connection = self.before.connection(id);
        let next = connection.and_then(|connection| connection.down.front());
        matches!(next, Some(Down::Message(Push::Expired(EndReason::Revoked))))
    }

    fn notice(&self, fits: impl Fn(&session_protocol::TabNotice) -> bool) -> bool {
        let Move::Next(Action::Notice(tab)) = self.taken else {
            return false;
        };
        let page = self.before.page(tab);
        page.and_then(|page| page.notices.front()).is_some_and(fits)
    }

    fn doubts(&self, level: Assurance) -> bool {
        self.pages().any(|(before, after)| {
            before.view.assurance < level && after.view.assurance == level && after.lives()
        })
    }

    fn doubt_resolved(&self) -> bool {
        self.pages().any(|(before, after)| {
            before.view.assurance > Assurance::Verified
                && after.view.assurance == Assurance::Verified
                && after.lives()
        })
    }

    fn slept_past_end(&self) -> bool {
        let Move::Repair(Mishap::Wake { browser, .. }) = self.taken else {
            return false;
        };
        self.before.pages().any(|(tab, page)| {
            let session = page.session().filter(|_| tab.browser == browser);
            session.is_some_and(|it| self.before.server.is_over(it, self.before.now))
        })
    }

    fn thawed_follower(&self) -> bool {
        let Move::Repair(Mishap::Thaw { tab, .. }) = self.taken else {
            return false;
        };
        let page = self.before.page(tab);
        page.is_some_and(|page| page.words.iter().any(|word| matches!(word, Word::Lost(_))))
    }

    fn leader_died(&self) -> bool {
        let Move::Mishap(Mishap::Kill(tab)) = self.taken else {
            return false;
        };
        let (was, is) = (
            holder(self.before, tab.browser),
            holder(self.after, tab.browser),
        );
        let died = self.before.page(tab).map(|page| page.id);
        was.is_some() && was == died && is.is_some() && is != was
    }

    fn patience_over(&self) -> bool {
        let Move::Next(Action::Timer(tab)) = self.taken else {
            return false;
        };
        let browser = self.before.browser(tab.browser);
        let holder = browser.and_then(|it| it.locks.holder(LockName::Refresh));
        let page = self.before.page(tab).map(|page| page.id);
        let is_anothers = holder.is_some_and(|claim| Some(claim.page) != page);
        let sent = |world: &World| {
            let calls = world.calls.iter();
            let refreshes = calls
                .filter(|call| Some(call.page) == page && matches!(call.asks, Asks::Refresh(_)));
            refreshes.count()
        };
        is_anothers && sent(self.after) > sent(self.before)
    }

    fn heartbeat_sent(&self) -> bool {
        let Move::Next(Action::Up(id)) = self.taken else {
            return false;
        };
        let connection = self.before.connection(id);
        let next = connection.and_then(|connection| connection.up.front());
        matches!(
            next,
            Some(Up::Message(session_protocol::ClientMessage::Heartbeat))
        )
    }

    fn frame_spoilt(&self) -> bool {
        let Move::Spoil(id) = self.taken else {
            return false;
        };
        let connection = self.before.connection(id);
        let next = connection.and_then(|connection| connection.down.front());
        matches!(next, Some(Down::Message(Push::Expired(_))))
    }

    fn reconnected(&self) -> bool {
        let Move::Next(Action::Down(id)) = self.taken else {
            return false;
        };
        let connection = self.before.connection(id);
        let next = connection.and_then(|connection| connection.down.front());
        // The beginning is over, and no deed logs in: whoever is let in was in before.
        matches!(next, Some(Down::Message(Push::AuthOk { .. })))
    }

    /// The pages that were there before and are after.
    fn pages(&self) -> impl Iterator<Item = (&Page, &Page)> {
        self.before.pages().filter_map(|(tab, before)| {
            let after = self.after.page(tab).filter(|page| page.id == before.id)?;
            Some((before, after))
        })
    }
}

/// Pages that hold a socket for themselves and others.
fn leaders(world: &World) -> usize {
    let attached = world.connections.iter().filter(|it| it.is_attached);
    attached.count()
}

fn holder(world: &World, browser: BrowserId) -> Option<session_simulator::browser::PageId> {
    let browser = world.browser(browser)?;
    browser
        .locks
        .holder(LockName::Leader)
        .map(|claim| claim.page)
}
