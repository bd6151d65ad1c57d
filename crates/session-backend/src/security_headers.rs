//! Headers that every answer carries, so that a browser does no more than the app needs.
//!
//! Invariant: a handler that sets one of these headers itself is not overruled.
//!
//! # Source
//!
//! OWASP Secure Headers; CSP Level 3.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::app::Shared;

const ALWAYS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];
/// Where browsers report violations.
const REPORTS: &str = "/api/reports";
/// Names that place for `report-to`.
pub(crate) const REPORTING_ENDPOINTS: (HeaderName, HeaderValue) = (
    HeaderName::from_static("reporting-endpoints"),
    HeaderValue::from_static("csp=\"/api/reports\""),
);
/// How long browsers come by TLS only, here and at sub-domains (ASVS 5.0, 3.4.1).
pub(crate) const TLS_FOR: Duration = Duration::from_secs(365 * 86_400);

/// Returns the content security policy of the page with this nonce.
pub(crate) fn page_policy(nonce: &str, connect_to: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'{connect_to}; manifest-src 'self'; object-src 'none'; \
         base-uri 'none'; frame-ancestors 'none'; form-action 'self'; \
         report-uri {REPORTS}; report-to csp"
    )
}

/// Adds the headers, counts the request, and keeps answers of the API out of caches.
pub(crate) async fn add(State(app): State<Shared>, request: Request, next: Next) -> Response {
    app.metrics.requests.count();
    let path = request.uri().path();
    let uncached = path.starts_with("/api/") || path.starts_with("/demo/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if uncached {
        let no_store = HeaderValue::from_static("no-store");
        headers.insert(header::CACHE_CONTROL, no_store);
    }
    if app.origins.has_https() {
        let always_tls = format!("max-age={}; includeSubDomains", TLS_FOR.as_secs());
        if let Ok(always_tls) = HeaderValue::from_str(&always_tls) {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, always_tls);
        }
    }
    response
}
