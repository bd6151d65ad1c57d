//! Who may call: exact origins, and the header that a foreign form cannot set.
//!
//! Invariants: an origin is compared as a whole, never by prefix or suffix; what is absent is
//! refused where a cookie could have travelled by itself.
//!
//! # Source
//!
//! OWASP Cross-Site Request Forgery Prevention; RFC 6455 section 10.2; Fetch Metadata.

use std::collections::BTreeSet;

use axum::http::{HeaderMap, HeaderName, StatusCode, header};

use crate::problem::Refusal;

/// Name of the header that a cross-site form cannot set.
pub(crate) const REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");
/// Its value.
const REQUESTED_WITH_VALUE: &str = "leptos-session";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origins that may call and connect.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    own: BTreeSet<String>,
    listed: BTreeSet<String>,
}

impl Origins {
    pub(crate) fn new(port: u16, listed: &[String]) -> Self {
        let own = ["localhost", "127.0.0.1"]
            .into_iter()
            .map(|host| format!("http://{host}:{port}"))
            .collect();
        let listed = listed
            .iter()
            .map(|origin| origin.trim_end_matches('/').to_owned())
            .collect();
        Self { own, listed }
    }

    /// Returns whether this very origin may call.
    pub(crate) fn allows(&self, origin: &str) -> bool {
        self.own.contains(origin) || self.listed.contains(origin)
    }

    /// Returns whether this very origin was listed by the deployment.
    pub(crate) fn lists(&self, origin: &str) -> bool {
        self.listed.contains(origin)
    }

    /// Returns whether the deployment listed any origin.
    pub(crate) fn lists_any(&self) -> bool {
        !self.listed.is_empty()
    }

    /// Returns whether browsers reach the server by TLS.
    pub(crate) fn has_https(&self) -> bool {
        self.listed
            .iter()
            .any(|origin| origin.starts_with("https://"))
    }

    /// Demands an `Origin` that may call.
    pub(crate) fn demand(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        match origin(headers) {
            Some(found) if self.allows(found) && self.fits_fetch_metadata(headers, found) => Ok(()),
            Some(_) => Err(foreign_origin()),
            None => Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "origin_required",
                "expected an `Origin` header with an origin that this server lists (--origin)",
            )),
        }
    }

    /// Demands an `Origin` that may connect; browsers differ in the fetch metadata of a handshake.
    pub(crate) fn demand_listed(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        match origin(headers) {
            Some(found) if self.allows(found) => Ok(()),
            _ => Err(foreign_origin()),
        }
    }

    /// Refuses a foreign `Origin`; none is fine, since the call carries no ambient credential.
    pub(crate) fn refuse_foreign(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        if headers.contains_key(header::ORIGIN) {
            self.demand(headers)
        } else if matches!(fetch_site(headers), Some("cross-site" | "same-site")) {
            Err(foreign_origin())
        } else {
            Ok(())
        }
    }

    /// Demands everything that tells a call of the app from a forged one.
    pub(crate) fn demand_unforged(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        self.demand(headers)?;
        let marker = headers.get(REQUESTED_WITH);
        if marker.is_none_or(|value| value.as_bytes() != REQUESTED_WITH_VALUE.as_bytes()) {
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "header_required",
                "expected the header `X-Requested-With: leptos-session`",
            ));
        }
        demand_json(headers)
    }

    fn fits_fetch_metadata(&self, headers: &HeaderMap, origin: &str) -> bool {
        match fetch_site(headers) {
            None | Some("same-origin" | "none") => true,
            Some(_) => self.lists(origin),
        }
    }
}

/// Demands a JSON body.
pub(crate) fn demand_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(str::trim);
    match content_type {
        Some(found) if found.eq_ignore_ascii_case("application/json") => Ok(()),
        _ => Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "json_required",
            "expected the header `Content-Type: application/json`",
        )),
    }
}

/// Returns the origin of a request.
pub(crate) fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ORIGIN)?.to_str().ok()
}

fn fetch_site(headers: &HeaderMap) -> Option<&str> {
    headers.get(SEC_FETCH_SITE)?.to_str().ok()
}

fn foreign_origin() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "foreign_origin",
        "expected an origin that this server lists (--origin), found another",
    )
}
