//! What no text of the repository says.

use crate::files::{expect_none, with_endings};

const ENDINGS: &[&str] = &[
    ".rs", ".ts", ".mjs", ".css", ".html", ".toml", ".md", ".json", ".lock", ".npmrc", "run",
];

#[test]
fn no_text_names_a_place_on_somebodys_machine() {
    let places = [
        ["/ro", "ot/"].concat(),
        ["/wo", "rk/"].concat(),
        ["/ho", "me/"].concat(),
    ];
    let hosts = [
        ["artifac", "tory"].concat(),
        ["registry.npm", "js.org"].concat(),
    ];
    let mut faults = Vec::new();
    for (name, text) in with_endings(ENDINGS) {
        let found = places
            .iter()
            .chain(&hosts)
            .filter(|place| text.contains(place.as_str()));
        faults.extend(found.map(|place| format!("{name}: `{place}`")));
    }
    expect_none(
        "these files speak of one machine or of a registry's host:",
        &faults,
    );
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [
        ["todo", "!("].concat(),
        ["unimple", "mented!("].concat(),
        ["FIX", "ME"].concat(),
        ["#[ig", "nore"].concat(),
        ["test.", "skip("].concat(),
        ["test.", "only("].concat(),
        ["test.", "fixme("].concat(),
    ];
    let mut faults = Vec::new();
    for (name, text) in with_endings(&[".rs", ".ts", ".mjs", ".css"]) {
        let found = marks.iter().filter(|mark| text.contains(mark.as_str()));
        faults.extend(found.map(|mark| format!("{name}: `{mark}`")));
    }
    expect_none("finish these or take them out:", &faults);
}

#[test]
fn no_listener_keeps_pages_out_of_the_back_forward_cache() {
    let handlers = [
        "\"unload\"",
        "onunload",
        "onbeforeunload",
        "\"beforeunload\"",
    ];
    // Held only while something would be lost.
    let guard = "src/platform/page.rs";
    let mut faults = Vec::new();
    for (name, text) in with_endings(&[".rs", ".html"]) {
        if !(name.starts_with("src/") || name == "index.html") {
            continue;
        }
        let found = handlers.iter().filter(|handler| text.contains(**handler));
        let allowed = |handler: &&str| name == guard && *handler == handlers[3];
        faults.extend(
            found
                .filter(|handler| !allowed(handler))
                .map(|handler| format!("{name}: {handler}")),
        );
    }
    expect_none("these pages would be kept by no browser:", &faults);
}
