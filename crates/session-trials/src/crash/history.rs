//! What a client believes of its sessions, and what contradicts it.
//!
//! Invariants: an intent makes a belief uncertain before it is sent, an answer makes it certain
//! again; what was certain may never turn out otherwise.

use std::{fmt, time::Duration};

use tokio::time::Instant;

/// Clocks of client and server may be this far apart, and answers are rounded.
const TOLERANCE: Duration = Duration::from_secs(2);

/// What a client believes of a session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Belief {
    /// Its beginning was answered, and nothing was sent that could end it.
    Lives,
    /// Something was sent that could end it, and not answered.
    Uncertain,
    /// Its end was answered.
    Over,
}

/// What a credential turned out to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Found {
    /// It works.
    Alive,
    /// It is refused as that of a session that is over.
    Dead,
}

/// What contradicts a promise.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Violation {
    /// A session whose beginning was answered is gone.
    Lost(String),
    /// A session whose end was answered lives.
    Resurrected(String),
    /// A refresh token that two others have followed still works.
    StaleToken(String),
    /// The absolute deadline of a session has moved.
    DeadlineMoved(String),
    /// A note whose writing was answered is gone.
    NoteLost(String),
    /// A call was answered otherwise than done, or by 503.
    Unexpected(String),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(what) => write!(f, "lost: {what}"),
            Self::Resurrected(what) => write!(f, "resurrected: {what}"),
            Self::StaleToken(what) => write!(f, "an older token works: {what}"),
            Self::DeadlineMoved(what) => write!(f, "the absolute deadline moved: {what}"),
            Self::NoteLost(what) => write!(f, "a note is lost: {what}"),
            Self::Unexpected(what) => write!(f, "unexpected: {what}"),
        }
    }
}

/// One session, as its client knows it.
#[derive(Clone, Debug)]
pub(super) struct Life {
    /// Name of its cookie.
    pub(super) family: String,
    /// The values of its cookie, in the order in which they came.
    pub(super) cookies: Vec<String>,
    /// The last access token.
    pub(super) token: Option<String>,
    pub(super) belief: Belief,
    /// Between which moments its absolute deadline lies.
    deadline: (Instant, Instant),
}

impl Life {
    /// A session began; the answer, which tells how long it may last, came between these moments.
    pub(super) fn begun(
        family: &str,
        cookie: &str,
        token: Option<String>,
        remaining: Duration,
        (sent, heard): (Instant, Instant),
    ) -> Self {
        Self {
            family: family.to_owned(),
            cookies: vec![cookie.to_owned()],
            token,
            belief: Belief::Lives,
            deadline: (sent + remaining, heard + remaining + TOLERANCE),
        }
    }

    /// Something is about to be sent that could end the session.
    pub(super) fn end_is_sent(&mut self) {
        self.belief = Belief::Uncertain;
    }

    /// The end was answered.
    pub(super) fn end_is_answered(&mut self) {
        self.belief = Belief::Over;
    }

    /// Compares what was found with what is believed, and believes what was found.
    pub(super) fn judge(&mut self, found: Found) -> Option<Violation> {
        let believed = self.belief;
        self.belief = match found {
            Found::Alive => Belief::Lives,
            Found::Dead => Belief::Over,
        };
        let family = self.family.clone();
        match (believed, found) {
            (Belief::Lives, Found::Dead) => Some(Violation::Lost(family)),
            (Belief::Over, Found::Alive) => Some(Violation::Resurrected(family)),
            (Belief::Uncertain, _)
            | (Belief::Lives, Found::Alive)
            | (Belief::Over, Found::Dead) => None,
        }
    }

    /// Compares the time that is left with what was told before.
    pub(super) fn judge_deadline(
        &mut self,
        remaining: Duration,
        (sent, heard): (Instant, Instant),
    ) -> Option<Violation> {
        let earliest = self.deadline.0.max(sent + remaining);
        let latest = self.deadline.1.min(heard + remaining + TOLERANCE);
        if earliest > latest {
            return Some(Violation::DeadlineMoved(self.family.clone()));
        }
        self.deadline = (earliest, latest);
        None
    }

    /// Takes note of the cookie's value after an answer.
    pub(super) fn holds(&mut self, cookie: Option<&String>) {
        if let Some(cookie) = cookie
            && self.cookies.last() != Some(cookie)
        {
            self.cookies.push(cookie.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life() -> Life {
        let now = Instant::now();
        Life::begun("f", "a", None, Duration::from_secs(60), (now, now))
    }

    #[test]
    fn only_what_was_answered_can_be_contradicted() {
        let found = |prepare: fn(&mut Life), found| {
            let mut life = life();
            prepare(&mut life);
            life.judge(found)
        };
        let lost = Some(Violation::Lost("f".to_owned()));
        let resurrected = Some(Violation::Resurrected("f".to_owned()));
        assert_eq!(found(|_| {}, Found::Alive), None);
        assert_eq!(found(|_| {}, Found::Dead), lost);
        assert_eq!(found(Life::end_is_sent, Found::Alive), None);
        assert_eq!(found(Life::end_is_sent, Found::Dead), None);
        assert_eq!(found(Life::end_is_answered, Found::Alive), resurrected);
        assert_eq!(found(Life::end_is_answered, Found::Dead), None);
    }

    #[test]
    fn what_was_found_binds_from_then_on() {
        let mut life = life();
        life.end_is_sent();
        assert_eq!(life.judge(Found::Dead), None);
        assert!(life.judge(Found::Alive).is_some());
    }

    #[test]
    fn a_deadline_that_moves_is_noticed_however_slow_the_answers_are() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut life = life();
        let slow = (start + 10 * second, start + 20 * second);
        assert_eq!(life.judge_deadline(45 * second, slow), None);
        let at = (start + 30 * second, start + 30 * second);
        assert_eq!(life.judge_deadline(30 * second, at), None);
        for moved in [27, 33] {
            assert!(
                life.clone().judge_deadline(moved * second, at).is_some(),
                "{moved}"
            );
        }
    }
}
