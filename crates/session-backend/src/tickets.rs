//! Tickets: one socket handshake each, for backends and proxies that authorise there.
//!
//! Invariants: a ticket is used once, within 30 s, from the origin that asked for it, on any server;
//! only its hash is kept; the session is checked again when it is used.

use std::time::Duration;

use session_protocol::Secret;

use crate::{
    problem::Refusal,
    secrets,
    store::{Store, StoreError},
};

/// How long a ticket is valid.
pub(crate) const LIFETIME: Duration = Duration::from_secs(30);

/// Issues a ticket.
pub(crate) async fn issue(
    store: &dyn Store,
    session: &str,
    origin: &str,
) -> Result<Secret, Refusal> {
    let text = secrets::random_text().map_err(|_| Refusal::internal())?;
    // An identifier has no space in it.
    let bound_to = format!("{session} {origin}");
    store.keep(&key(&text), &bound_to, LIFETIME).await?;
    Ok(Secret::new(text))
}

/// Uses a ticket up; returns its session if it was good.
pub(crate) async fn redeem(
    store: &dyn Store,
    text: &str,
    origin: &str,
) -> Result<Option<String>, StoreError> {
    let bound_to = store.take(&key(text)).await?;
    Ok(bound_to.and_then(|bound_to| {
        let (session, issued_to) = bound_to.split_once(' ')?;
        (issued_to == origin).then(|| session.to_owned())
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
        let issue = || async { issue(&*store, "s", "http://a").await.unwrap() };
        let redeem =
            async |ticket: &Secret, origin| redeem(&*store, ticket.expose(), origin).await.unwrap();
        let ticket = issue().await;
        assert_eq!(redeem(&ticket, "http://a").await, Some("s".to_owned()));
        assert_eq!(redeem(&ticket, "http://a").await, None);
        assert_eq!(redeem(&issue().await, "http://b").await, None);
    }
}
