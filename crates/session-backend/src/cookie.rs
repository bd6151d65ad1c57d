//! The refresh cookie: one name for each family, never readable by scripts.
//!
//! Invariants: `__Host-` prefix, `Secure`, `HttpOnly`, `SameSite=Strict`, `Path=/`, no `Domain`; a
//! cookie is deleted only by the name of its own family, so a late answer of an ended session
//! cannot touch a newer login; what another server put there, on another port of the same host or
//! with other keys, stays, and however many those are, they displace none of ours.
//!
//! # Source
//!
//! RFC 6265bis, cookie name prefixes; OWASP Session Management, cookies.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

use crate::{keys::RefreshKeys, rotation::RefreshToken};

const PREFIX: &str = "__Host-rt-";
const ATTRIBUTES: &str = "Secure; HttpOnly; SameSite=Strict; Path=/";

/// Most refresh cookies of ours that are looked at in one request; of others as many again.
pub(crate) const MOST_COOKIES: usize = 16;

/// The refresh cookies of a request.
#[derive(Debug, Default)]
pub(crate) struct RefreshCookies {
    /// Tokens that this server derived.
    pub(crate) tokens: Vec<RefreshToken>,
    /// Families of cookies that hold something else; whether they are over, the store may know.
    pub(crate) foreign: Vec<String>,
}

impl RefreshCookies {
    /// Reads the cookies of a request.
    pub(crate) fn read(headers: &HeaderMap, keys: &RefreshKeys) -> Self {
        let mut cookies = Self::default();
        let pairs = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().strip_prefix(PREFIX)?.split_once('='));
        // Browsers name the oldest first (RFC 6265 section 5.4).
        let pairs: Vec<_> = pairs.collect();
        for (family, text) in pairs.into_iter().rev() {
            match RefreshToken::read(keys, text) {
                Some(token) if token.family == family => cookies.tokens.push(token),
                _ if family.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                    cookies.foreign.push(family.to_owned());
                }
                _ => {}
            }
        }
        cookies.tokens.truncate(MOST_COOKIES);
        cookies.foreign.truncate(MOST_COOKIES);
        cookies
    }

    /// Returns whether the request has no refresh cookie at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.tokens.is_empty() && self.foreign.is_empty()
    }
}

/// Returns the header that sets a family's cookie; without `max_age` it ends with the browser.
pub(crate) fn set(
    token: &RefreshToken,
    keys: &RefreshKeys,
    max_age: Option<Duration>,
) -> Option<HeaderValue> {
    let text = token.write(keys)?;
    let (family, text) = (&token.family, text.expose());
    let mut cookie = format!("{PREFIX}{family}={text}; {ATTRIBUTES}");
    if let Some(max_age) = max_age {
        cookie.push_str("; Max-Age=");
        cookie.push_str(&max_age.as_secs().to_string());
    }
    let mut header = HeaderValue::from_str(&cookie).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// Returns the header that deletes a family's cookie.
pub(crate) fn delete(family: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{PREFIX}{family}=; {ATTRIBUTES}; Max-Age=0")).ok()
}
