//! Tickets: one socket handshake each, for backends and proxies that authorise there.
//!
//! Invariants: a ticket is used once, within 30 s, from the origin that asked for it, on any server;
//! only its hash is kept; the session is checked again when it is used; what it lets in lasts no
//! longer than the access token that it was got for; a session has no more than [`MOST`] that are
//! valid.

use std::time::Duration;

use axum::http::StatusCode;
use session_protocol::Secret;

use crate::{
    Moment,
    problem::Refusal,
    secrets,
    store::{Bucket, Store, StoreError},
};

/// How long a ticket is valid.
pub(crate) const LIFETIME: Duration = Duration::from_secs(30);
/// Tickets of one session in the time for which one is valid.
pub(crate) const MOST: usize = 60;

/// What a ticket lets in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Admission {
    /// The session.
    pub(crate) session: String,
    /// Without an access token the socket is closed then.
    pub(crate) until: Moment,
}

/// Issues a ticket.
pub(crate) async fn issue(
    store: &dyn Store,
    admission: &Admission,
    origin: &str,
) -> Result<Secret, Refusal> {
    let Admission { session, until } = admission;
    let bucket = |most| {
        let key = format!("tickets:{session}");
        let window = LIFETIME;
        [Bucket { key, most, window }]
    };
    let now = Moment::now();
    demand(store.wait(&bucket(MOST), now).await?)?;
    store.fill(&bucket(MOST), now).await?;
    // Others may have found the same room meanwhile; each of them has counted by this look.
    demand(store.wait(&bucket(MOST + 1), now).await?)?;
    let text = secrets::random_text().map_err(|_| Refusal::internal())?;
    // An identifier has no space in it.
    let bound_to = format!("{session} {} {origin}", until.0);
    store.keep(&key(&text), &bound_to, LIFETIME).await?;
    Ok(Secret::new(text))
}

fn demand(wait: Option<Duration>) -> Result<(), Refusal> {
    let Some(wait) = wait else {
        return Ok(());
    };
    let detail = "too many tickets at once; come back as `Retry-After` says";
    let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail);
    Err(refusal.with_retry_after(wait))
}

/// Uses a ticket up; returns what it lets in if it was good.
pub(crate) async fn redeem(
    store: &dyn Store,
    text: &str,
    origin: &str,
) -> Result<Option<Admission>, StoreError> {
    let bound_to = store.take(&key(text)).await?;
    Ok(bound_to.and_then(|bound_to| {
        let (session, rest) = bound_to.split_once(' ')?;
        let (until, issued_to) = rest.split_once(' ')?;
        let admission = Admission {
            session: session.to_owned(),
            until: Moment(until.parse().ok()?),
        };
        (issued_to == origin).then_some(admission)
    }))
}

fn key(text: &str) -> String {
    format!("ticket:{}", secrets::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{StoreLocation, store};

    #[tokio::test]
    async fn a_ticket_works_once_and_from_its_origin() {
        let store = store::open(&StoreLocation::Memory).await.unwrap();
        let admission = Admission {
            session: "s".to_owned(),
            until: Moment(7),
        };
        let issue = || async { issue(&*store, &admission, "http://a").await.unwrap() };
        let redeem =
            async |ticket: &Secret, origin| redeem(&*store, ticket.expose(), origin).await.unwrap();
        let ticket = issue().await;
        assert_eq!(redeem(&ticket, "http://a").await, Some(admission.clone()));
        assert_eq!(redeem(&ticket, "http://a").await, None);
        assert_eq!(redeem(&issue().await, "http://b").await, None);
    }

    #[tokio::test]
    async fn a_session_has_so_many_tickets_and_another_its_own() {
        let store = store::open(&StoreLocation::Memory).await.unwrap();
        let issue = async |session: &str| {
            let admission = Admission {
                session: session.to_owned(),
                until: Moment(7),
            };
            issue(&*store, &admission, "http://a").await
        };
        for _ in 0..MOST {
            assert!(issue("s").await.is_ok());
        }
        assert!(issue("s").await.is_err());
        assert!(issue("other").await.is_ok());
    }
}
