//! The arrows of the house: who may know whom.

use crate::files::{expect_none, with_endings};

/// A part of the house and the words that must not occur in its code.
const RULES: &[(&str, &[&str], &str)] = &[
    (
        "crates/session-core/src/",
        &[
            "web_sys",
            "js_sys",
            "gloo",
            "leptos",
            "wasm_bindgen",
            "tokio",
            "rand::",
            "Instant::now",
            "SystemTime",
            "HashMap",
            "async fn",
        ],
        "the core knows no browser, no clock, no randomness and no async",
    ),
    (
        "crates/session-protocol/src/",
        &[
            "web_sys",
            "leptos::",
            "tokio",
            "axum",
            "session_core",
            "HashMap",
        ],
        "the protocol knows neither side of the wire",
    ),
    (
        "crates/session-backend/src/",
        &["session_core", "leptos::"],
        "the backend is no client",
    ),
    (
        "src/platform/",
        &["leptos::", "crate::service", "crate::ui", "crate::app"],
        "adapters know one browser API each and nothing above",
    ),
    (
        "src/service/",
        &[
            "web_sys",
            "crate::ui",
            "crate::app",
            "set_interval",
            "set_timeout",
        ],
        "the service uses the platform and knows nothing above",
    ),
    (
        "src/ui/",
        &["crate::platform", "crate::app", "AccessToken", "expose("],
        "components read the view, send commands and see no token",
    ),
    (
        "src/app/",
        &["AccessToken", "expose("],
        "the app sees no token",
    ),
];

#[test]
fn no_arrow_points_the_wrong_way() {
    let files = with_endings(&[".rs"]);
    let mut faults = Vec::new();
    for (part, forbidden, rule) in RULES {
        for (name, text) in files.iter().filter(|(name, _)| name.starts_with(part)) {
            let code = text
                .lines()
                .enumerate()
                .filter(|(_, line)| !line.trim().starts_with("//"));
            for (number, line) in code {
                let found = forbidden.iter().filter(|word| mentions(line, word));
                faults.extend(found.map(|word| format!("{name}:{}: `{word}`: {rule}", number + 1)));
            }
        }
    }
    expect_none("these lines know what they must not:", &faults);
}

#[test]
fn what_browsers_leak_stays_in_the_platform() {
    let forbidden = [
        ".forget()",
        "inner_html",
        "local_storage(",
        "session_storage(",
        "set_timeout_with",
        "WebSocket::new",
        "BroadcastChannel::new",
        "Date::now",
        "localStorage.clear",
    ];
    let mut faults = Vec::new();
    for (name, text) in with_endings(&[".rs"]) {
        if !name.starts_with("src/") || name.starts_with("src/platform/") {
            continue;
        }
        let found = forbidden.iter().filter(|word| text.contains(*word));
        faults.extend(found.map(|word| format!("{name}: `{word}`")));
    }
    expect_none("use the adapters of src/platform instead:", &faults);
}

/// Returns whether a line mentions a word that does not merely end another.
fn mentions(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|character| character.is_alphanumeric() || character == '_')
    })
}
