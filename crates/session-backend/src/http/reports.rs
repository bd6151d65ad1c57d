//! Reports of browsers about what the content security policy kept from happening.
//!
//! Invariants: anybody can send one, so a report changes nothing and is believed nothing: it is
//! counted, and a few plain fields of it are logged, at a bounded rate for each network; no cookie
//! or token is looked at.
//!
//! # Source
//!
//! CSP Level 3 section 5; Reporting API section 3.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    routing::{MethodRouter, post},
};
use serde_json::Value;

use crate::{
    app::Shared,
    client_address::{ClientAddress, Network},
    events::SecurityEvent,
    problem::Refusal,
};

/// Longest body with reports, in bytes.
pub(crate) const LONGEST_REPORT: usize = 16 * 1024;
/// Bodies with reports that a network may send in [`WINDOW`].
pub(crate) const MOST_REPORTS: u32 = 60;
/// See [`MOST_REPORTS`].
pub(crate) const WINDOW: Duration = Duration::from_secs(60);
/// Reports of one body that are looked at.
pub(crate) const MOST_IN_BODY: usize = 10;
/// Networks that are told apart in a window; further ones have to wait for the next.
const MOST_NETWORKS: usize = 10_000;

/// Counts the reports of the current window.
#[derive(Debug, Default)]
pub(crate) struct ReportBudget(Mutex<(Option<Instant>, BTreeMap<Network, u32>)>);

impl ReportBudget {
    /// Counts a body; returns whether it was still within the rate.
    fn spend(&self, address: IpAddr, now: Instant) -> bool {
        let network = Network::from(address);
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (begun, counts) = &mut *window;
        if begun.is_none_or(|begun| now.saturating_duration_since(begun) >= WINDOW) {
            *begun = Some(now);
            counts.clear();
        }
        if counts.len() >= MOST_NETWORKS && !counts.contains_key(&network) {
            return false;
        }
        let count = counts.entry(network).or_default();
        *count = count.saturating_add(1);
        *count <= MOST_REPORTS
    }
}

/// `POST /api/reports`, with a body limit of its own.
pub(super) fn route() -> MethodRouter<Shared> {
    post(receive).layer(DefaultBodyLimit::max(LONGEST_REPORT))
}

async fn receive(
    State(app): State<Shared>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    if !app.reports.spend(address, Instant::now()) {
        let detail = "too many reports; wait as `Retry-After` says";
        return Err(
            Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_reports", detail)
                .with_retry_after(WINDOW),
        );
    }
    demand_report(&headers)?;
    let body: Value = serde_json::from_slice(&body)
        .map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "malformed_body", "expected JSON"))?;
    for report in reports(&body).take(MOST_IN_BODY) {
        let (directive, blocked) = violation(report);
        app.report(SecurityEvent::PolicyViolated { directive, blocked });
    }
    Ok(StatusCode::NO_CONTENT)
}

fn demand_report(headers: &HeaderMap) -> Result<(), Refusal> {
    let found = headers.get(header::CONTENT_TYPE);
    let found = found.and_then(|value| value.to_str().ok()?.split(';').next());
    match found.map(str::trim) {
        Some("application/csp-report" | "application/reports+json") => Ok(()),
        _ => Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "report_required",
            "expected `Content-Type: application/csp-report` or `application/reports+json`",
        )),
    }
}

/// Returns the violations of a body in either format.
fn reports(body: &Value) -> impl Iterator<Item = &Value> {
    let one = body.get("csp-report").into_iter();
    let many = body.as_array().into_iter().flatten();
    let many = many.filter(|report| report["type"] == "csp-violation");
    one.chain(many.filter_map(|report| report.get("body")))
}

/// Returns the directive, and what it blocked without path and query, which may hold secrets.
fn violation(report: &Value) -> (&str, &str) {
    let text = |names: [&str; 2]| {
        let found = names.iter().find_map(|name| report.get(name)?.as_str());
        found.unwrap_or("unknown")
    };
    let blocked = text(["blockedURL", "blocked-uri"]);
    let blocked = match blocked.split_once("://") {
        None => blocked.split(['?', '#', ',', ':']).next(),
        Some((scheme, rest)) => {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            blocked.get(..scheme.len() + "://".len() + host.len())
        }
    };
    let directive = text(["effectiveDirective", "effective-directive"]);
    (directive, blocked.unwrap_or("unknown"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_formats_are_read_and_paths_are_left_out() {
        let old = json!({ "csp-report": {
            "effective-directive": "img-src", "blocked-uri": "https://a.example/x?token=1" } });
        let new = json!([
            { "type": "csp-violation", "body": {
                "effectiveDirective": "script-src-elem", "blockedURL": "inline" } },
            { "type": "deprecation", "body": {} },
            { "type": "csp-violation", "body": { "blockedURL": "data:text/html,x" } },
        ]);
        let read = |body: &Value| -> Vec<_> {
            let pairs = reports(body).map(violation);
            pairs.map(|(a, b)| format!("{a} {b}")).collect()
        };
        assert_eq!(read(&old), ["img-src https://a.example"]);
        assert_eq!(read(&new), ["script-src-elem inline", "unknown data"]);
        assert!(read(&json!(7)).is_empty() && read(&json!([[], 7])).is_empty());
    }

    #[test]
    fn an_address_that_reports_without_end_waits_and_others_do_not() {
        let (budget, now) = (ReportBudget::default(), Instant::now());
        let [here, there] = ["192.0.2.1", "192.0.2.2"].map(|text| text.parse().unwrap());
        let spent = (0..100).filter(|_| budget.spend(here, now)).count();
        assert_eq!(spent, MOST_REPORTS as usize);
        assert!(budget.spend(there, now));
        let of = |host: u128| IpAddr::from((0x2001_0db8 << 96 | host).to_be_bytes());
        let spent = (0..100).filter(|host| budget.spend(of(*host), now)).count();
        assert_eq!(spent, MOST_REPORTS as usize, "one subscriber");
        assert!(budget.spend(of(1 << 64), now), "another one");
        assert!(budget.spend(here, now + WINDOW));
    }
}
