//! Rotation of refresh tokens, and the detection of their reuse.
//!
//! A token is `family.generation.MAC`. The MAC is derived from the server's key, so the store
//! holds no token, not even a hash of one, and a successor can be issued again after a lost
//! answer. Invariants: rotation is one compare-and-set on the row it was judged on, durable before
//! the answer leaves; an ended family never rotates, so logout and revocation win over any refresh
//! in flight; less than the grace after a rotation nothing rotates.
//!
//! | presented | since the rotation | outcome |
//! |---|---|---|
//! | current | less than the grace | access token, no cookie |
//! | current | more | rotated |
//! | predecessor | less than the grace, up to five times | access token, no cookie |
//! | predecessor | less than the grace, more often | told to come back |
//! | predecessor | more, successor never seen | the same successor again |
//! | predecessor | more, otherwise | reuse: the family ends |
//! | older | any | reuse: the family ends |
//!
//! A successor that was never seen is issued as often as its answer is lost: an honest browser can
//! lose two answers in a row, and a thief gains nothing by it, since the first use of the successor
//! by either party makes the predecessor reuse. Tabs of one browser share a jar, so the five are for
//! those whose call left before the winner's answer came; whoever comes back presents the successor,
//! and a thief without it has five access tokens at most.
//!
//! A token ahead of its session was never issued, and is reuse, unless the store says that it can lose
//! writes: then the session catches up with its token ([`catch_up`]) before anything is judged.
//!
//! # Source
//!
//! RFC 9700 section 4.14.2, refresh token rotation.

use std::time::Duration;

use session_protocol::{EndReason, Secret};

use crate::{
    Moment,
    keys::RefreshKeys,
    store::{self, SessionRow, SessionState, Store, StoreError},
};

/// How often the predecessor is worth an access token.
pub const MOST_GRACE_USES: u32 = 5;

/// When to come back once it is not: by then the answer with the successor has come, or a client
/// waits longer by itself.
pub const COME_BACK_AFTER: Duration = Duration::from_secs(1);

/// A refresh token whose MAC is right.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RefreshToken {
    /// The family; names the cookie.
    pub family: String,
    /// Counts the rotations of the family.
    pub generation: i64,
}

impl RefreshToken {
    /// Returns the current token of a session.
    #[must_use]
    pub fn current(session: &SessionRow) -> Self {
        Self {
            family: session.family.clone(),
            generation: session.state.generation,
        }
    }

    /// Reads a token; nothing is returned unless this server derived it.
    #[must_use]
    pub fn read(keys: &RefreshKeys, text: &str) -> Option<Self> {
        let (signed, code) = text.rsplit_once('.')?;
        let (family, generation) = signed.split_once('.')?;
        keys.made(signed, code).then_some(())?;
        Some(Self {
            family: family.to_owned(),
            generation: generation.parse().ok()?,
        })
    }

    /// Writes the token.
    #[must_use]
    pub fn write(&self, keys: &RefreshKeys) -> Option<Secret> {
        let signed = format!("{}.{}", self.family, self.generation);
        let code = keys.code(&signed)?;
        Some(Secret::new(format!("{signed}.{code}")))
    }

    /// Returns whether presenting this token of a living session is the mark of a theft. Whatever
    /// call brings it, the family has to end: the owner may never refresh again.
    #[must_use]
    pub fn is_reused(&self, session: &SessionRow, grace: Duration, now: Moment) -> bool {
        match session.state.generation.saturating_sub(self.generation) {
            0 => false,
            1 => !in_grace(session, grace, now) && session.state.successor_seen_at.is_some(),
            // A generation that was never issued is as suspicious as one that was used up.
            _ => true,
        }
    }
}

/// Returns whether the current token took its predecessor's place less than the grace ago.
fn in_grace(session: &SessionRow, grace: Duration, now: Moment) -> bool {
    session
        .state
        .rotated_at
        .is_some_and(|rotated_at| now < rotated_at.plus(grace))
}

/// Returns whether a call other than a refresh may have been sent before its browser had the current
/// token: that one was issued, or used for the first time, less than the grace ago.
#[must_use]
pub fn is_overtaken(session: &SessionRow, grace: Duration, now: Moment) -> bool {
    let is_recent = |at: Moment| now < at.plus(grace);
    session.state.rotated_at.is_some_and(is_recent)
        || session.state.successor_seen_at.is_some_and(is_recent)
}

/// What a presented refresh token is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Judgement {
    /// The session had ended before.
    Ended(EndReason),
    /// The session ends by this: a limit has passed, or the token was presented out of turn.
    End(EndReason),
    /// The successor takes its place.
    Rotate,
    /// The answer with the successor was lost: the same successor again.
    Reissue,
    /// An access token, no cookie.
    Tolerate,
    /// Nothing, for the moment: the predecessor was tolerated too often.
    Wait,
}

/// Judges a refresh token of a session.
#[must_use]
pub fn judge(
    session: &SessionRow,
    token: &RefreshToken,
    grace: Duration,
    now: Moment,
) -> Judgement {
    if let Some(reason) = session.ended {
        return Judgement::Ended(reason);
    }
    if let Some(reason) = session.limits().passed(now) {
        return Judgement::End(reason);
    }
    if token.is_reused(session, grace, now) {
        return Judgement::End(EndReason::ReuseDetected);
    }
    match (
        token.generation == session.state.generation,
        in_grace(session, grace, now),
    ) {
        (false, true) if session.state.grace_uses >= MOST_GRACE_USES => Judgement::Wait,
        (_, true) => Judgement::Tolerate,
        (true, false) => Judgement::Rotate,
        // What is older than the predecessor is reuse.
        (false, false) => Judgement::Reissue,
    }
}

/// Returns the state of a session in which a token of this generation has reached its client, if
/// that is news: from then on its predecessor is reuse.
#[must_use]
pub fn seen(session: &SessionRow, generation: i64, now: Moment) -> Option<SessionState> {
    let state = &session.state;
    let is_news = state.generation == generation
        && state.rotated_at.is_some()
        && state.successor_seen_at.is_none();
    is_news.then(|| SessionState {
        successor_seen_at: Some(now),
        ..state.clone()
    })
}

/// What became of a presented refresh token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Rotation {
    /// The successor took its place; the answer carries it.
    Rotated(SessionRow),
    /// The answer with the successor was lost; it is issued again.
    Reissued(SessionRow),
    /// The current token stays as it is; the answer carries an access token only.
    Kept(SessionRow),
    /// The predecessor was presented; the answer carries an access token only, of its generation.
    Tolerated(SessionRow),
    /// The predecessor was presented too often; nothing has happened.
    OverBudget(SessionRow),
    /// This call ended the session.
    Over(SessionRow, EndReason),
    /// The session had ended before.
    Ended(EndReason),
}

/// Uses a refresh token of a session that was just read.
///
/// # Errors
///
/// A [`StoreError`] if the store fails, or if others were faster every time.
pub async fn present(
    store: &dyn Store,
    token: &RefreshToken,
    mut session: SessionRow,
    grace: Duration,
    now: Moment,
) -> Result<Rotation, StoreError> {
    for _ in 0..store::MOST_TRIES {
        let judgement = judge(&session, token, grace, now);
        let next = match judgement {
            Judgement::Ended(reason) => return Ok(Rotation::Ended(reason)),
            Judgement::End(reason) => {
                if store.expire(&session, reason, now).await? {
                    return Ok(Rotation::Over(session, reason));
                }
                None
            }
            Judgement::Rotate => Some(SessionState {
                generation: session.state.generation + 1,
                rotated_at: Some(now),
                successor_seen_at: None,
                grace_uses: 0,
                ..session.state.clone()
            }),
            Judgement::Reissue => Some(SessionState {
                rotated_at: Some(now),
                ..session.state.clone()
            }),
            Judgement::Wait => return Ok(Rotation::OverBudget(session)),
            Judgement::Tolerate if token.generation != session.state.generation => {
                Some(SessionState {
                    grace_uses: session.state.grace_uses.saturating_add(1),
                    ..session.state.clone()
                })
            }
            Judgement::Tolerate => match seen(&session, token.generation, now) {
                Some(next) => Some(next),
                None => return Ok(Rotation::Kept(session)),
            },
        };
        if let Some(next) = next
            && store.swap(&session, &next).await?
        {
            let session = session.with(next);
            return Ok(match judgement {
                Judgement::Rotate => Rotation::Rotated(session),
                Judgement::Reissue => Rotation::Reissued(session),
                Judgement::Tolerate | Judgement::Wait | Judgement::End(_) | Judgement::Ended(_) => {
                    tolerated(session, token)
                }
            });
        }
        match store.session(&session.id).await? {
            Some(found) => session = found,
            None => return Ok(Rotation::Ended(EndReason::NoSession)),
        }
    }
    Err(store::contended())
}

/// Brings a session up to the generation of its token, if a fail-over took back that this was issued:
/// a token whose code is right is older than no word of the store. Its predecessor is tolerated for
/// the grace, as after any rotation. Returns nothing if the session is over.
///
/// # Errors
///
/// A [`StoreError`] if the store fails, or if others were faster every time.
pub async fn catch_up(
    store: &dyn Store,
    token: &RefreshToken,
    session: SessionRow,
    now: Moment,
) -> Result<Option<SessionRow>, StoreError> {
    let next = |row: &SessionRow| {
        let is_behind = row.state.generation < token.generation;
        is_behind.then(|| SessionState {
            generation: token.generation,
            rotated_at: Some(now),
            successor_seen_at: Some(now),
            grace_uses: 0,
            ..row.state.clone()
        })
    };
    store::change(store, session, next).await
}

fn tolerated(mut session: SessionRow, token: &RefreshToken) -> Rotation {
    if token.generation == session.state.generation {
        return Rotation::Kept(session);
    }
    // The access token is to be told from one that came with the successor.
    session.state.generation = token.generation;
    Rotation::Tolerated(session)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keys;

    #[test]
    fn a_token_reads_back_only_with_its_key_and_unchanged() {
        let token = RefreshToken {
            family: "0123456789abcdef".to_owned(),
            generation: 7,
        };
        let (keys, other) = [(); 2].map(|()| Keys::open(None).unwrap().refresh).into();
        let text = token.write(&keys).unwrap();
        assert_eq!(RefreshToken::read(&keys, text.expose()), Some(token));
        assert_eq!(RefreshToken::read(&other, text.expose()), None);
        let forged = text.expose().replacen(".7.", ".8.", 1);
        assert_eq!(RefreshToken::read(&keys, &forged), None);
        for text in ["", "a", "a.b", "a.1.", "a.1.AAAA", "..."] {
            assert_eq!(RefreshToken::read(&keys, text), None, "{text}");
        }
    }
}
