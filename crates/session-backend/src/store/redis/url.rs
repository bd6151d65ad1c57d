//! The address of a Redis server.
//!
//! Invariant: what is printed of it holds no password.

use std::fmt;

use redis::IntoConnectionInfo;

/// The address of a Redis server, and how many replicas confirm a write.
#[derive(Clone, Eq, PartialEq)]
pub struct RedisUrl {
    url: String,
    replicas: u32,
}

impl RedisUrl {
    /// Reads `redis://[USER:PASSWORD@]HOST[:PORT][/DB][?replicas=N]`.
    ///
    /// # Errors
    ///
    /// A text that says what is expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (url, query) = text.split_once('?').unwrap_or((text, ""));
        let replicas = match query {
            "" => Some(0),
            _ => query.strip_prefix("replicas=").and_then(|n| n.parse().ok()),
        };
        let expected = || {
            "expected redis://HOST:PORT/DB, redis://USER:PASSWORD@HOST:PORT/DB, or one of them \
                with ?replicas=N"
                .to_owned()
        };
        let replicas = replicas.ok_or_else(expected)?;
        let is_known = url.starts_with("redis://") && url.into_connection_info().is_ok();
        is_known.then_some(()).ok_or_else(expected)?;
        let url = url.to_owned();
        Ok(Self { url, replicas })
    }

    /// Returns the address with the password.
    pub(super) fn secret(&self) -> &str {
        &self.url
    }

    /// Returns how many replicas have to have a write before it counts.
    pub(super) const fn replicas(&self) -> u32 {
        self.replicas
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = self.url.strip_prefix("redis://").unwrap_or_default();
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        write!(f, "redis://{host}?replicas={}", self.replicas)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_its_password_is_not_printed() {
        for (text, printed) in [
            ("redis://localhost", "redis://localhost?replicas=0"),
            ("redis://h:7/2?replicas=1", "redis://h:7/2?replicas=1"),
            ("redis://u:p4ss@h:7/2", "redis://h:7/2?replicas=0"),
            ("redis://:p4ss@h", "redis://h?replicas=0"),
        ] {
            let url = RedisUrl::parse(text).unwrap();
            assert_eq!(format!("{url:?}"), printed);
        }
        for text in [
            "redis:",
            "redis://",
            "rediss://h",
            "redis://h/x",
            "redis://h?replicas=many",
            "redis://h?other=1",
        ] {
            assert!(RedisUrl::parse(text).is_err(), "{text}");
        }
    }
}
