//! The golden files: one for each message, body, notice and configuration.

use std::{collections::BTreeSet, fs, path::PathBuf, time::Duration};

use session_protocol::{ActiveSession, User, Value};

/// Part of every token and password in the files; it must be seen nowhere.
pub(crate) const CANARY: &str = "canary-7f3a";

/// Reads a file of the folder.
pub(crate) fn text(name: &str) -> String {
    let path = folder().join(name).with_extension("json");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn json(name: &str) -> Value {
    parse(&text(name))
}

pub(crate) fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// Returns the names of all files, without their ending.
pub(crate) fn names() -> BTreeSet<String> {
    let files = fs::read_dir(folder()).expect("the folder of the fixtures");
    let names = files.map(|file| {
        let path = file.expect("a file").path();
        let name = path.file_stem().and_then(|stem| stem.to_str());
        name.expect("a readable name").to_owned()
    });
    names.collect()
}

fn folder() -> PathBuf {
    [
        env!("CARGO_MANIFEST_DIR"),
        "../../tests/native/wire/fixtures",
    ]
    .iter()
    .collect()
}

/// The session of the files.
pub(crate) fn session() -> ActiveSession {
    ActiveSession {
        id: "s-1".to_owned(),
        user: User {
            id: "u-ada".to_owned(),
            email: "ada@example.com".to_owned(),
            name: "Ada".to_owned(),
        },
        idle_remaining: Some(Duration::from_secs(1800)),
        absolute_remaining: Some(Duration::from_secs(86_400)),
        warning_lead: Duration::from_secs(120),
        extendable: true,
    }
}

#[test]
fn every_file_is_read_by_a_test() {
    let tested = [
        crate::socket_messages::fixtures(),
        crate::bodies::fixtures(),
        crate::notices::fixtures(),
        crate::tolerance::fixtures(),
        crate::configuration::fixtures(),
    ];
    let tested: BTreeSet<_> = tested.into_iter().flatten().map(str::to_owned).collect();

    assert_eq!(names(), tested);
}
