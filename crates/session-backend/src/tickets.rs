//! Tickets: one socket handshake each, for backends and proxies that authorise there.
//!
//! Invariants: a ticket is used once, within 30 s, from the origin that asked for it; only its
//! hash is kept; the session is checked again when it is used.

use std::{
    collections::BTreeMap,
    io,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use session_protocol::Secret;

use crate::secrets;

/// How long a ticket is valid.
pub(crate) const LIFETIME: Duration = Duration::from_secs(30);

struct Ticket {
    session: String,
    origin: String,
    end: Instant,
}

/// The tickets that wait for their handshake.
#[derive(Default)]
pub(crate) struct Tickets {
    by_hash: Mutex<BTreeMap<String, Ticket>>,
}

impl Tickets {
    /// Issues a ticket.
    pub(crate) fn issue(&self, session: &str, origin: &str, now: Instant) -> io::Result<Secret> {
        let text = secrets::random_text()?;
        let ticket = Ticket {
            session: session.to_owned(),
            origin: origin.to_owned(),
            end: now + LIFETIME,
        };
        let mut tickets = self.by_hash.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.retain(|_, ticket| ticket.end > now);
        tickets.insert(secrets::digest(&text), ticket);
        Ok(Secret::new(text))
    }

    /// Uses a ticket up; returns its session if it was good.
    pub(crate) fn redeem(&self, text: &str, origin: &str, now: Instant) -> Option<String> {
        let mut tickets = self.by_hash.lock().unwrap_or_else(PoisonError::into_inner);
        let ticket = tickets.remove(&secrets::digest(text))?;
        (ticket.end > now && ticket.origin == origin).then_some(ticket.session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_works_once_in_time_and_from_its_origin() {
        let (tickets, now) = (Tickets::default(), Instant::now());
        let issue = || tickets.issue("s", "http://a", now).unwrap();
        let ticket = issue();
        let redeem = |ticket: &Secret, origin, at| tickets.redeem(ticket.expose(), origin, at);
        assert_eq!(redeem(&ticket, "http://a", now), Some("s".to_owned()));
        assert_eq!(redeem(&ticket, "http://a", now), None);
        assert_eq!(redeem(&issue(), "http://b", now), None);
        assert_eq!(redeem(&issue(), "http://a", now + LIFETIME), None);
    }
}
