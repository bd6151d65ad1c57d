//! Who may call: exact origins, and the header that a foreign form cannot set.
//!
//! Invariants: an origin is compared as a whole, never by prefix or suffix; a header that is there
//! twice counts as absent; what is absent is refused where a cookie could have travelled by itself.
//!
//! `Sec-Fetch-Site` is demanded of calls from `https:` pages, where every browser that sends it at
//! all does (Chrome 76, Firefox 90, Safari 16.4). Browsers leave it out towards addresses without
//! TLS that they do not trust, so from `http:` pages it is checked only if it is there.
//!
//! # Source
//!
//! OWASP Cross-Site Request Forgery Prevention; RFC 6454 section 6.2; RFC 6455 section 10.2; Fetch
//! Metadata Request Headers section 2.

use std::collections::BTreeSet;

use axum::http::{HeaderMap, HeaderName, StatusCode, header};

use crate::problem::Refusal;

/// Name of the header that a cross-site form cannot set.
pub(crate) const REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");
/// Its value.
const REQUESTED_WITH_VALUE: &str = "leptos-session";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const TLS: &str = "https://";

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
        let listed = listed.iter().map(|origin| as_sent(origin)).collect();
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
        self.listed.iter().any(|origin| origin.starts_with(TLS))
    }

    /// Demands an `Origin` that may call.
    pub(crate) fn demand(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        match origin(headers) {
            Some(found) if self.allows(found) => self.demand_fetch_site(headers, found),
            Some(_) => Err(foreign_origin()),
            None => Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "origin_required",
                "expected one `Origin` header with an origin that this server lists (--origin)",
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
        } else {
            match fetch_site(headers) {
                FetchSite::Absent | FetchSite::SameOrigin | FetchSite::ByUser => Ok(()),
                FetchSite::Foreign | FetchSite::Unknown => Err(foreign_origin()),
            }
        }
    }

    /// Demands everything that tells a call of the app from a forged one.
    pub(crate) fn demand_unforged(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        self.demand(headers)?;
        if only(headers, &REQUESTED_WITH) != Some(REQUESTED_WITH_VALUE) {
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "header_required",
                "expected the header `X-Requested-With: leptos-session`",
            ));
        }
        demand_json(headers)
    }

    fn demand_fetch_site(&self, headers: &HeaderMap, origin: &str) -> Result<(), Refusal> {
        match fetch_site(headers) {
            FetchSite::SameOrigin | FetchSite::ByUser => Ok(()),
            FetchSite::Foreign if self.lists(origin) => Ok(()),
            FetchSite::Absent if !origin.starts_with(TLS) => Ok(()),
            FetchSite::Absent => Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "fetch_site_required",
                "expected a `Sec-Fetch-Site` header, as browsers send it from https pages",
            )),
            FetchSite::Foreign | FetchSite::Unknown => Err(foreign_origin()),
        }
    }
}

/// What a browser says about the page that calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum FetchSite {
    /// Nothing.
    Absent,
    /// It has the origin of the server.
    SameOrigin,
    /// No page calls, the user does.
    ByUser,
    /// It has another origin.
    Foreign,
    /// Something that no specification knows.
    Unknown,
}

fn fetch_site(headers: &HeaderMap) -> FetchSite {
    if !headers.contains_key(SEC_FETCH_SITE) {
        return FetchSite::Absent;
    }
    match only(headers, &SEC_FETCH_SITE) {
        Some("same-origin") => FetchSite::SameOrigin,
        Some("none") => FetchSite::ByUser,
        Some("same-site" | "cross-site") => FetchSite::Foreign,
        _ => FetchSite::Unknown,
    }
}

/// Writes a listed origin as browsers send it: in lower case, without the port of its scheme.
fn as_sent(listed: &str) -> String {
    let origin = listed.trim_end_matches('/').to_ascii_lowercase();
    let port = if origin.starts_with(TLS) {
        ":443"
    } else {
        ":80"
    };
    origin.strip_suffix(port).unwrap_or(&origin).to_owned()
}

/// Demands a JSON body.
pub(crate) fn demand_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let content_type = only(headers, &header::CONTENT_TYPE)
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
    only(headers, &header::ORIGIN)
}

/// Returns the value of a header that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}

fn foreign_origin() -> Refusal {
    Refusal::new(
        StatusCode::FORBIDDEN,
        "foreign_origin",
        "expected an origin that this server lists (--origin), found another",
    )
}
