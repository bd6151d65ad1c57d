//! One step of one client, as the invariants see it.

use session_core::{
    Command, Effect, HttpFailure, Input, LockId, Moment, Presence, SessionView, policy,
};
use session_protocol::{SessionStatus, TabNotice, TabNoticeKind};

use super::{bounds, credentials, ends, hints, owners, updates};
use crate::{
    browser::{TabId, lives, session_hash},
    server::FamilyId,
    violation::Violation,
    world::World,
};

/// What a step was about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cause {
    /// The page began.
    Start,
    /// The user asked to log in.
    LogIn,
    /// The server let the user in.
    LoggedIn,
    /// The user asked to log out.
    LogOut,
    /// The server said, in whatever way, that the session is over.
    Verdict,
    /// The server closed the socket for good.
    TerminalClose,
    /// Another tab said that the user logged out of the session with this hash.
    LogoutNotice(u64),
    /// Another tab said that somebody logged in.
    LoginNotice,
    /// Another tab said that it holds the socket.
    Leader {
        /// Number of its leadership.
        term: u64,
        /// Hash of its session.
        session: u64,
    },
    /// Another tab said something else.
    Notice,
    /// The browser granted a lock.
    LockGranted(LockId),
    /// Anything else.
    Other,
}

/// One step of one client.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Where.
    pub tab: TabId,
    /// What it was about.
    pub cause: Cause,
    /// The clocks of the page.
    pub moment: Moment,
    /// The session that lived in the page before.
    pub was_in: Option<FamilyId>,
    /// What a user interface saw before.
    pub before: &'a SessionView,
    /// What the client ordered.
    pub orders: &'a [Effect],
}

impl Cause {
    /// Says what a fact is about.
    #[must_use]
    pub fn of(input: &Input) -> Self {
        let verdict_if = |it: bool| if it { Self::Verdict } else { Self::Other };
        let terminal = |failure: &HttpFailure| verdict_if(failure.end_reason().is_some());
        match input {
            Input::Started { .. } => Self::Start,
            Input::Commanded(Command::LogIn(_)) => Self::LogIn,
            Input::Commanded(Command::LogOut) => Self::LogOut,
            Input::Commanded(Command::StaySignedIn | Command::Leave) => Self::Other,
            Input::RefreshFailed { failure, .. }
            | Input::SessionUnanswered { failure, .. }
            | Input::ExtensionFailed { failure, .. }
            | Input::RequestUnauthorized { failure, .. } => terminal(failure),
            Input::SessionAnswered { status, .. } => {
                verdict_if(matches!(status, SessionStatus::Ended { .. }))
            }
            Input::SocketMessageReceived { message, .. } => verdict_if(matches!(
                message,
                session_protocol::ServerMessage::SessionExpired { .. }
            )),
            Input::SocketClosed { code, reason, .. } => {
                let policy = policy::Policy::new(&session_protocol::SessionConfig::default());
                match policy::decide_close(*code, reason, &policy) {
                    policy::CloseAction::End(_) => Self::TerminalClose,
                    _ => Self::Other,
                }
            }
            // A refresh that brings another user says that the session here is over.
            Input::RefreshSucceeded { .. } => Self::Verdict,
            Input::TabNoticeReceived(notice) => match notice.kind {
                TabNoticeKind::LoggedIn => Self::LoginNotice,
                TabNoticeKind::LoggedOut => Self::LogoutNotice(hash(notice)),
                TabNoticeKind::Leading { term, .. } => Self::Leader {
                    term,
                    session: hash(notice),
                },
                _ => Self::Notice,
            },
            Input::PresenceRead { presence } => match presence {
                Presence::LoggedOut { session } | Presence::LogoutPending { session } => {
                    Self::LogoutNotice(session_hash(session))
                }
                Presence::Present => Self::LoginNotice,
                Presence::Unknown => Self::Notice,
            },
            Input::LockGranted { lock } => Self::LockGranted(*lock),
            Input::LoginSucceeded { .. } => Self::LoggedIn,
            Input::LoginFailed { .. }
            | Input::ExtensionSucceeded { .. }
            | Input::LogoutSucceeded { .. }
            | Input::LogoutFailed { .. }
            | Input::SocketOpened { .. }
            | Input::SocketMessageRefused { .. }
            | Input::RequestSubmitted { .. }
            | Input::RequestAnswered { .. }
            | Input::RequestAbandoned { .. }
            | Input::TopicSubscribed { .. }
            | Input::TopicUnsubscribed { .. }
            | Input::TabNoticeRefused(_)
            | Input::TabNoticeUnsent
            | Input::UserWasActive
            | Input::PageShown { .. }
            | Input::PageHidden
            | Input::PageFrozen
            | Input::PageLeft
            | Input::PageResumed
            | Input::PageFocused
            | Input::LockLost { .. }
            | Input::WentOnline
            | Input::WentOffline
            | Input::DeadlineReached => Self::Other,
        }
    }

    /// Returns whether the step was brought on by a notice of another tab.
    #[must_use]
    pub const fn is_notice(self) -> bool {
        matches!(
            self,
            Self::LogoutNotice(_) | Self::LoginNotice | Self::Leader { .. } | Self::Notice
        )
    }
}

/// Returns the hash of the session that a notice is about; no session has the hash zero.
fn hash(notice: &TabNotice) -> u64 {
    notice.session.parse().unwrap_or_default()
}

impl Step<'_> {
    /// Returns whether a session lived before.
    #[must_use]
    pub const fn lived(&self) -> bool {
        lives(&self.before.phase)
    }

    pub(super) fn broken(&self, invariant: &'static str, what: impl Into<String>) -> Violation {
        let at = self.moment.monotonic;
        let what: String = what.into();
        Violation::new(invariant, format!("{} at {at:?}: {what}", self.tab))
    }
}

/// Checks a step when the orders are known and not carried out.
pub(crate) fn about_to_carry_out(world: &mut World, step: &Step<'_>) {
    ends::note(world, step);
    credentials::note(world, step);
    hints::note(world, step);
    let Some(page) = world.page(step.tab) else {
        return;
    };
    let kept = ends::s6_no_end_without_a_verdict(world, page, step)
        .and_then(|()| ends::s7_once_in_an_epoch(page, step))
        .and_then(|()| credentials::s8_no_socket_after_a_terminal_close(page, step))
        .and_then(|()| credentials::s10_a_logout_is_final(world, page, step))
        .and_then(|()| bounds::l8_the_next_deadline_lies_ahead(page, step))
        .and_then(|()| hints::s13_a_hint_grants_nothing(page, step))
        .and_then(|()| credentials::s14_tokens_only_where_they_may_be_used(page, step))
        .and_then(|()| owners::s15_drafts_survive_expiry(world, page, step))
        .and_then(|()| hints::s16_terms_grow(page, step))
        .and_then(|()| hints::s17_only_users_extend(world, page, step))
        .and_then(|()| updates::s19_each_update_once_and_in_order(world, page, step));
    world.expect(kept);
    ends::settle(world, step);
    hints::settle(world, step);
    bounds::note(world, step);
    updates::note(world, step);
}

/// Checks a step when its orders are carried out.
pub(crate) fn carried_out(world: &mut World, tab: TabId) {
    let Some(page) = world.page(tab) else {
        return;
    };
    let kept = credentials::s8_no_socket_without_a_session(world, tab, page)
        .and_then(|()| owners::s9_nobody_sees_anothers_data(world, tab, page))
        .and_then(|()| bounds::s18_one_refresh_at_a_time(world, tab, page));
    world.expect(kept);
}
