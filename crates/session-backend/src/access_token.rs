//! Access tokens: short-lived signed statements of who calls and in which session.
//!
//! Invariants: one algorithm, one issuer, one audience, one `typ`; a token names its session
//! (`sid`), and it is worth nothing once that session has ended, since every use also asks the
//! store.

use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use session_protocol::Secret;

use crate::{Moment, hs256, secrets::Keys};

const ISSUER: &str = "session-backend";
const AUDIENCE: &str = "leptos-session";
/// Media type of the token (RFC 9068 section 2.1).
const TOKEN_TYPE: &str = "at+jwt";

/// What an access token says.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Claims {
    iss: String,
    aud: String,
    /// The user.
    pub(crate) sub: String,
    /// The session.
    pub(crate) sid: String,
    /// Generation of the refresh token that this token was issued with.
    pub(crate) generation: i64,
    iat: u64,
    nbf: u64,
    exp: u64,
}

impl Claims {
    /// Returns the rest of the token's lifetime.
    pub(crate) fn remaining(&self, now: Moment) -> Duration {
        let end = i64::try_from(self.exp)
            .unwrap_or(i64::MAX)
            .saturating_mul(1000);
        Moment(end).since(now)
    }
}

/// Signs and checks access tokens.
pub(crate) struct AccessTokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    lifetime: Duration,
}

impl AccessTokens {
    pub(crate) fn new(keys: &Keys, lifetime: Duration) -> Self {
        hs256::install();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        validation.leeway = 0;
        Self {
            encoding: EncodingKey::from_secret(&keys.access),
            decoding: DecodingKey::from_secret(&keys.access),
            validation,
            lifetime,
        }
    }

    /// Returns how long a new token is valid.
    pub(crate) const fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Issues a token, or nothing if signing fails.
    pub(crate) fn issue(
        &self,
        user: &str,
        session: &str,
        generation: i64,
        now: Moment,
    ) -> Option<Secret> {
        let end = now.plus(self.lifetime);
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user.to_owned(),
            sid: session.to_owned(),
            generation,
            iat: now.unix_seconds(),
            nbf: now.unix_seconds(),
            exp: Moment(end.0.saturating_add(999)).unix_seconds(),
        };
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TOKEN_TYPE.to_owned());
        jsonwebtoken::encode(&header, &claims, &self.encoding)
            .ok()
            .map(Secret::new)
    }

    /// Checks a token; nothing is returned unless all of it is right.
    pub(crate) fn verify(&self, token: &str) -> Option<Claims> {
        let token = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation).ok()?;
        let header = &token.header;
        let foreign_key = header.jku.is_some() || header.jwk.is_some() || header.x5u.is_some();
        (header.typ.as_deref() == Some(TOKEN_TYPE) && !foreign_key).then_some(token.claims)
    }
}
