//! Rotation of refresh tokens, and the detection of their reuse.
//!
//! A token is `family.generation.MAC`. The MAC is derived from the server's key, so the store
//! holds no token, not even a hash of one, and a successor can be issued again after a lost
//! answer. Invariants: rotation is one compare-and-set on (family, generation), committed before
//! the answer leaves; an ended family never rotates, so logout and revocation win over any refresh
//! in flight; less than the grace after a rotation nothing rotates.
//!
//! | presented | since the rotation | outcome |
//! |---|---|---|
//! | current | less than the grace | access token, no cookie |
//! | current | more | rotated |
//! | predecessor | less than the grace | access token, no cookie |
//! | predecessor | more, successor never seen | the same successor again |
//! | predecessor | more, otherwise | reuse: the family ends |
//! | older | any | reuse: the family ends |
//!
//! A successor that was never seen is issued as often as its answer is lost: an honest browser can
//! lose two answers in a row, and a thief gains nothing by it, since the first use of the successor
//! by either party makes the predecessor reuse.
//!
//! # Source
//!
//! RFC 9700 section 4.14.2, refresh token rotation.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;
use rusqlite::Connection;
use session_protocol::{EndReason, Secret};

use crate::{
    clock::Moment,
    secrets,
    store::sessions::{self, SessionRow},
};

/// A refresh token whose MAC is right.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct RefreshToken {
    /// The family; names the cookie.
    pub(crate) family: String,
    /// Counts the rotations of the family.
    pub(crate) generation: i64,
}

impl RefreshToken {
    /// Returns the current token of a session.
    pub(crate) fn current(session: &SessionRow) -> Self {
        Self {
            family: session.family.clone(),
            generation: session.generation,
        }
    }

    /// Reads a token; nothing is returned unless this server derived it.
    pub(crate) fn read(key: &[u8], text: &str) -> Option<Self> {
        let (signed, code) = text.rsplit_once('.')?;
        let (family, generation) = signed.split_once('.')?;
        let code = URL_SAFE_NO_PAD.decode(code).ok()?;
        secrets::mac(key, signed)?.verify_slice(&code).ok()?;
        Some(Self {
            family: family.to_owned(),
            generation: generation.parse().ok()?,
        })
    }

    /// Writes the token.
    pub(crate) fn write(&self, key: &[u8]) -> Option<Secret> {
        let signed = format!("{}.{}", self.family, self.generation);
        let code = secrets::mac(key, &signed)?.finalize().into_bytes();
        let code = URL_SAFE_NO_PAD.encode(code);
        Some(Secret::new(format!("{signed}.{code}")))
    }

    /// Returns whether presenting this token of a living session is the mark of a theft. Whatever
    /// call brings it, the family has to end: the owner may never refresh again.
    pub(crate) fn is_reused(&self, session: &SessionRow, grace: Duration, now: Moment) -> bool {
        match session.generation.saturating_sub(self.generation) {
            0 => false,
            1 => !in_grace(session, grace, now) && session.successor_seen_at.is_some(),
            // A generation that was never issued is as suspicious as one that was used up.
            _ => true,
        }
    }
}

/// Returns whether the current token took its predecessor's place less than the grace ago.
fn in_grace(session: &SessionRow, grace: Duration, now: Moment) -> bool {
    session
        .rotated_at
        .is_some_and(|rotated_at| now < rotated_at.plus(grace))
}

/// Returns whether a call other than a refresh may have been sent before its browser had the current
/// token: that one was issued, or used for the first time, less than the grace ago.
pub(crate) fn is_overtaken(session: &SessionRow, grace: Duration, now: Moment) -> bool {
    let is_recent = |at: Moment| now < at.plus(grace);
    session.rotated_at.is_some_and(is_recent) || session.successor_seen_at.is_some_and(is_recent)
}

/// What became of a presented refresh token.
#[derive(Debug)]
pub(crate) enum Rotation {
    /// The successor took its place; the answer carries it.
    Rotated(SessionRow),
    /// The answer with the successor was lost; it is issued again.
    Reissued(SessionRow),
    /// The token stays as it is; the answer carries an access token only.
    Tolerated(SessionRow),
    /// The token was presented out of turn; this call ended the family.
    Reused(SessionRow),
    /// The session had ended before.
    Ended(EndReason),
}

/// Uses a refresh token, in a transaction of the caller.
pub(crate) fn present(
    connection: &Connection,
    token: &RefreshToken,
    grace: Duration,
    now: Moment,
) -> rusqlite::Result<Rotation> {
    let Some(mut session) = sessions::by_family(connection, &token.family)? else {
        return Ok(Rotation::Ended(EndReason::NoSession));
    };
    if let Some(reason) = session.end_reason(now) {
        sessions::end(connection, &session.id, reason, now)?;
        return Ok(Rotation::Ended(reason));
    }
    let in_grace = in_grace(&session, grace, now);
    if token.is_reused(&session, grace, now) {
        sessions::end(connection, &session.id, EndReason::ReuseDetected, now)?;
        return Ok(Rotation::Reused(session));
    }
    match session.generation.saturating_sub(token.generation) {
        0 if in_grace => {
            sessions::mark_seen(connection, &session.id, token.generation, now)?;
            Ok(Rotation::Tolerated(session))
        }
        0 => {
            if !sessions::advance_generation(connection, &token.family, token.generation, now)? {
                return Ok(Rotation::Ended(EndReason::NoSession));
            }
            session.generation += 1;
            Ok(Rotation::Rotated(session))
        }
        1 if in_grace => {
            session.generation = token.generation;
            Ok(Rotation::Tolerated(session))
        }
        // What is older is reuse.
        _ => {
            sessions::issue_again(connection, &token.family, now)?;
            Ok(Rotation::Reissued(session))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_only_with_its_key_and_unchanged() {
        let token = RefreshToken {
            family: "0123456789abcdef".to_owned(),
            generation: 7,
        };
        let text = token.write(b"key").unwrap();
        assert_eq!(RefreshToken::read(b"key", text.expose()), Some(token));
        assert_eq!(RefreshToken::read(b"other", text.expose()), None);
        let forged = text.expose().replacen(".7.", ".8.", 1);
        assert_eq!(RefreshToken::read(b"key", &forged), None);
        for text in ["", "a", "a.b", "a.1.", "a.1.AAAA", "..."] {
            assert_eq!(RefreshToken::read(b"key", text), None, "{text}");
        }
    }
}
