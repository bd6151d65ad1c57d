//! Counters, and their text for Prometheus.
//!
//! Invariant: counters only grow; gauges are asked from their owner at the moment of the answer.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    /// Adds one.
    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number.
    pub(crate) fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Numbers that only grow, by label.
#[derive(Debug, Default)]
pub(crate) struct Labelled(Mutex<BTreeMap<&'static str, u64>>);

impl Labelled {
    /// Adds one to the number of a label.
    pub(crate) fn count(&self, label: &'static str) {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *numbers.entry(label).or_default() += 1;
    }

    fn render(&self, text: &mut String, name: &str, help: &str) {
        let numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("session_backend_{name}_total");
        line(text, format_args!("# HELP {name} {help}."));
        line(text, format_args!("# TYPE {name} counter"));
        for (label, value) in numbers.iter() {
            line(text, format_args!("{name}{{label=\"{label}\"}} {value}"));
        }
    }
}

/// All counters.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) requests: Counter,
    pub(crate) logins: Counter,
    pub(crate) logins_refused: Counter,
    pub(crate) refreshes: Counter,
    pub(crate) rotations: Counter,
    pub(crate) reuses: Counter,
    pub(crate) sessions_ended: Counter,
    pub(crate) sockets_opened: Counter,
    pub(crate) slow_readers: Counter,
    pub(crate) messages_sent: Counter,
    pub(crate) messages_received: Counter,
    pub(crate) tokens_refused: Arc<Labelled>,
    pub(crate) security_events: Labelled,
    wire_errors: Labelled,
}

impl Metrics {
    /// Counts a refused message.
    pub(crate) fn wire_error(&self, label: &'static str) {
        self.wire_errors.count(label);
    }

    /// Writes everything in the Prometheus text format.
    pub(crate) fn render(&self, open_sockets: usize, active_sessions: u64) -> String {
        let mut text = String::new();
        let counters = [
            ("requests", "HTTP requests", &self.requests),
            ("logins", "Logins", &self.logins),
            ("logins_refused", "Refused logins", &self.logins_refused),
            ("refreshes", "Refresh calls", &self.refreshes),
            ("rotations", "Rotated refresh tokens", &self.rotations),
            ("reuses", "Reuses of refresh tokens", &self.reuses),
            ("sessions_ended", "Ended sessions", &self.sessions_ended),
            ("sockets_opened", "Opened sockets", &self.sockets_opened),
            (
                "slow_readers",
                "Sockets closed for reading too slowly",
                &self.slow_readers,
            ),
            ("messages_sent", "Socket messages sent", &self.messages_sent),
            (
                "messages_received",
                "Socket messages received",
                &self.messages_received,
            ),
        ];
        for (name, help, counter) in counters {
            let name = format!("session_backend_{name}_total");
            let value = counter.value().to_string();
            sample(&mut text, &name, "counter", help, &value);
        }
        let gauges = [
            ("open_sockets", "Open sockets", open_sockets.to_string()),
            (
                "active_sessions",
                "Living sessions",
                active_sessions.to_string(),
            ),
        ];
        for (name, help, value) in gauges {
            let name = format!("session_backend_{name}");
            sample(&mut text, &name, "gauge", help, &value);
        }
        let labelled = [
            ("security_events", "Security events", &self.security_events),
            ("wire_errors", "Refused socket messages", &self.wire_errors),
            (
                "access_tokens_refused",
                "Refused access tokens",
                &*self.tokens_refused,
            ),
        ];
        for (name, help, counters) in labelled {
            counters.render(&mut text, name, help);
        }
        text
    }
}

fn sample(text: &mut String, name: &str, kind: &str, help: &str, value: &str) {
    line(text, format_args!("# HELP {name} {help}."));
    line(text, format_args!("# TYPE {name} {kind}"));
    line(text, format_args!("{name} {value}"));
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    if writeln!(text, "{line}").is_err() {
        unreachable!("writing to a String cannot fail");
    }
}
