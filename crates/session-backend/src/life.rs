//! The life of sessions: begin, look up, extend, end; store and sockets in step.
//!
//! Invariants: the store is written before a socket hears of it; a session that has passed a limit
//! is over for every caller, whether the reaper has come by or not.

use std::time::Duration;

use session_protocol::{EndReason, ServerMessage, User};

use crate::{
    Moment,
    app::App,
    events::SecurityEvent,
    problem::Refusal,
    store::{self, Cut, Event, SessionRow, SessionState, StoreError},
};

/// Extensions that come faster than this are answered without a write; a crash costs at most this.
const LONGEST_UNWRITTEN: Duration = Duration::from_secs(1);

/// Ended sessions are remembered this long, so that a browser that returns is told why.
pub(crate) const MEMORY_OF_ENDED: Duration = Duration::from_secs(30 * 86_400);

/// What begins a session.
pub(crate) struct Beginning {
    pub(crate) user: User,
    pub(crate) remember_me: bool,
    pub(crate) user_agent: String,
    pub(crate) address: String,
    /// Sessions of the same browser that this login replaces.
    pub(crate) replaces: Vec<String>,
}

/// What moves the idle deadline.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cause {
    /// The user did something.
    Activity,
    /// The user asked for more time.
    Request,
}

/// The outcome of [`App::extend`].
#[derive(Debug)]
pub(crate) enum Extension {
    /// The idle deadline has moved.
    Extended(Box<SessionRow>),
    /// Only the absolute limit is near, and nothing moves it.
    Refused,
    /// The session is over.
    Ended(EndReason),
}

impl App {
    /// Begins a session, unless the account is disabled.
    pub(crate) async fn begin(&self, beginning: Beginning) -> Result<Option<SessionRow>, Refusal> {
        let now = Moment::now();
        let absolute = self.policy.absolute_timeout_of(beginning.remember_me);
        let session = SessionRow {
            id: crate::app::identifier::<16>().map_err(|_| Refusal::internal())?,
            family: crate::app::identifier::<8>().map_err(|_| Refusal::internal())?,
            user: beginning.user,
            created_at: now,
            absolute_deadline: now.plus(absolute),
            remember_me: beginning.remember_me,
            user_agent: beginning.user_agent,
            address: beginning.address,
            state: SessionState::begun(now, now.plus(self.policy.idle_timeout)),
            version: 0,
            ended: None,
        };
        let Some(ended) = self.store.begin(&session, &beginning.replaces).await? else {
            return Ok(None);
        };
        for id in ended {
            self.announce_end(&id, EndReason::Replaced);
        }
        if let Err(error) = self.end_oldest(&session).await {
            // The session has begun, and the next login looks again.
            tracing::warn!(%error, "a user keeps more sessions than the limit for a while");
        }
        Ok(Some(session))
    }

    /// Ends the oldest sessions of a user who has too many. Logins at the same moment all look
    /// after they have begun, so the last of them sees the others.
    async fn end_oldest(&self, newest: &SessionRow) -> Result<(), StoreError> {
        let living = self.store.living_of_user(&newest.user.id, Moment::now());
        let ids = living.await?.into_iter().map(|session| session.id);
        let others = ids.filter(|id| *id != newest.id);
        for id in others.skip(self.policy.sessions_per_user.saturating_sub(1)) {
            self.end(&id, EndReason::Replaced).await?;
        }
        Ok(())
    }

    /// Ends the other sessions of the user of this one.
    pub(crate) async fn end_others(&self, of: &SessionRow) -> Result<(), StoreError> {
        let cut = Cut {
            spared: Some(of.id.clone()),
            ..Cut::whole(Some(&of.user.id), EndReason::Revoked, Moment::now())
        };
        for id in self.store.cut(&cut).await? {
            self.announce_end(&id, cut.reason);
        }
        Ok(())
    }

    /// Finds a session if it lives, or says why it does not.
    pub(crate) async fn living(
        &self,
        id: &str,
    ) -> Result<Result<SessionRow, EndReason>, StoreError> {
        for _ in 0..store::MOST_TRIES {
            let Some(row) = self.store.session(id).await? else {
                return Ok(Err(EndReason::NoSession));
            };
            if let Some(reason) = row.ended {
                return Ok(Err(reason));
            }
            let now = Moment::now();
            let Some(reason) = row.limits().passed(now) else {
                return Ok(Ok(row));
            };
            if self.store.expire(&row, reason, now).await? {
                self.announce_end(id, reason);
                return Ok(Err(reason));
            }
        }
        Err(store::contended())
    }

    /// Moves the idle deadline, and tells all sockets of the session.
    pub(crate) async fn extend(&self, id: &str, cause: Cause) -> Result<Extension, StoreError> {
        let row = match self.living(id).await? {
            Ok(row) => row,
            Err(reason) => return Ok(Extension::Ended(reason)),
        };
        let (now, lead) = (Moment::now(), self.policy.warning_lead);
        if cause == Cause::Request && row.limits().refuses_extension(now, lead) {
            return Ok(Extension::Refused);
        }
        let idle_deadline = now.plus(self.policy.idle_timeout);
        let unwritten = LONGEST_UNWRITTEN.min(self.policy.idle_timeout / 20);
        let moved = store::change(&*self.store, row, |row| {
            let is_news = idle_deadline.since(row.state.idle_deadline) >= unwritten;
            is_news.then(|| SessionState {
                last_active_at: now,
                idle_deadline,
                ..row.state.clone()
            })
        });
        let Some(row) = moved.await? else {
            let ended = self.living(id).await?.err();
            return Ok(Extension::Ended(ended.unwrap_or(EndReason::NoSession)));
        };
        self.hub.limits_moved(id, row.limits());
        let session = row.describe(now, lead);
        self.hub
            .tell(id, &ServerMessage::SessionExtended { session });
        self.tell_others(Event::Extended {
            from: self.server.clone(),
            session: id.to_owned(),
        })
        .await;
        Ok(Extension::Extended(Box::new(row)))
    }

    /// Tells the other servers what the store knows already.
    pub(crate) async fn tell_others(&self, event: Event) {
        if let Err(error) = self.store.publish(&event).await {
            tracing::warn!(%error, "other servers are not told");
        }
    }

    /// Ends a session; returns whether it was this call that did.
    pub(crate) async fn end(&self, id: &str, reason: EndReason) -> Result<bool, StoreError> {
        let ended = self.store.end(id, reason, Moment::now()).await?;
        if ended {
            self.announce_end(id, reason);
        }
        Ok(ended)
    }

    /// Reports that a refresh token of this generation was presented out of turn. The
    /// predecessor alone may also come from an honest jar that a crash of its browser took back by
    /// one generation; nobody can tell that from a theft, so the record says that it is
    /// ambiguous.
    pub(crate) fn report_reuse(&self, session: &SessionRow, generation: i64) {
        self.metrics.reuses.count();
        self.report(SecurityEvent::TokenReused {
            session: &session.id,
            is_ambiguous: generation.checked_add(1) == Some(session.state.generation),
        });
    }

    /// Tells sockets and log that a session has ended in the store.
    pub(crate) fn announce_end(&self, id: &str, reason: EndReason) {
        self.metrics.sessions_ended.count();
        self.report(SecurityEvent::SessionEnded {
            session: id,
            reason,
        });
        self.hub.end(id, reason);
    }
}
