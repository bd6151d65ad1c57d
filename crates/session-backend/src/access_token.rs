//! Access tokens: short-lived signed statements of who calls and in which session.
//!
//! Invariants: one algorithm, one issuer, one audience, one `typ`, a key that the server knows by
//! name, and a header that holds nothing else; a token names its session (`sid`), and it is worth
//! nothing once that session has ended, since every use also asks the store.
//!
//! # Source
//!
//! RFC 8725, best practices of JSON Web Tokens; RFC 9068 section 4.

use std::{sync::Arc, time::Duration};

use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::Error, errors::ErrorKind,
};
use serde::{Deserialize, Serialize};
use session_protocol::Secret;

use crate::{Moment, hs256, keys::AccessKeys, metrics::Labelled};

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
    /// Returns when the token ends.
    pub(crate) fn end(&self) -> Moment {
        let end = i64::try_from(self.exp).unwrap_or(i64::MAX);
        Moment(end.saturating_mul(1000))
    }
}

/// Signs and checks access tokens.
pub(crate) struct AccessTokens {
    keys: AccessKeys,
    validation: Validation,
    lifetime: Duration,
    /// Refused tokens, by what was wrong with them.
    refused: Arc<Labelled>,
}

impl AccessTokens {
    pub(crate) fn new(keys: AccessKeys, lifetime: Duration, refused: Arc<Labelled>) -> Self {
        hs256::install();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        validation.leeway = 0;
        Self {
            keys,
            validation,
            lifetime,
            refused,
        }
    }

    /// Returns how long a new token is valid.
    pub(crate) const fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Returns when a token of this moment would end.
    pub(crate) fn end(&self, now: Moment) -> Moment {
        now.plus(self.lifetime)
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
        let (id, key) = self.keys.signing(now)?;
        jsonwebtoken::encode(&header(id), &claims, &EncodingKey::from_secret(&key))
            .ok()
            .map(Secret::new)
    }

    /// Checks a token; nothing is returned unless all of it is right.
    pub(crate) fn verify(&self, token: &str) -> Option<Claims> {
        self.judge(token)
            .inspect_err(|fault| self.refused.count(fault))
            .ok()
    }

    /// Checks a token; the error is what is wrong with it, for the operator.
    fn judge(&self, token: &str) -> Result<Claims, &'static str> {
        let found = jsonwebtoken::decode_header(token).map_err(|_| "header")?;
        if found.alg != Algorithm::HS256 {
            return Err("algorithm");
        }
        if found.typ.as_deref() != Some(TOKEN_TYPE) {
            return Err("type");
        }
        let id = found.kid.clone().ok_or("key")?;
        let key = self.keys.named(&id).ok_or("key")?;
        if found != header(id) {
            return Err("header");
        }
        let key = DecodingKey::from_secret(&key);
        jsonwebtoken::decode::<Claims>(token, &key, &self.validation)
            .map(|token| token.claims)
            .map_err(|error| fault(&error))
    }
}

/// Returns the one header that tokens have.
fn header(key: String) -> Header {
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some(TOKEN_TYPE.to_owned());
    header.kid = Some(key);
    header
}

fn fault(error: &Error) -> &'static str {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library may name further faults; a token with one is refused all the same"
    )]
    match error.kind() {
        ErrorKind::InvalidSignature => "signature",
        ErrorKind::ExpiredSignature => "expired",
        ErrorKind::ImmatureSignature => "not_yet_valid",
        ErrorKind::InvalidIssuer => "issuer",
        ErrorKind::InvalidAudience => "audience",
        ErrorKind::MissingRequiredClaim(_)
        | ErrorKind::InvalidClaimFormat(_)
        | ErrorKind::Json(_) => "claims",
        _ => "malformed",
    }
}
