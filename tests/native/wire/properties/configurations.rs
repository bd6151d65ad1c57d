//! A configuration is read key by key: each says what it says whatever stands beside it, and each
//! fault is named by its path.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};
use session_protocol::{SessionConfig, write};

use super::{gate::gate, values};

/// What a key decides, as text.
type Look = fn(&SessionConfig) -> String;

/// Each key with a few values that it may hold, and what it decides.
fn keys() -> Vec<(&'static str, Vec<Value>, Look)> {
    let texts = || vec![json!("x"), json!("/a/b"), json!("de"), json!("\u{1f980}")];
    vec![
        ("scope", texts(), |it| it.scope.clone()),
        ("locale", texts(), |it| it.locale.clone()),
        (
            "basePath",
            vec![json!("/"), json!("/app/"), json!("/a/b/")],
            |it| format!("{:?}", it.base_path),
        ),
        ("endpoints.login", texts(), |it| it.endpoints.login.clone()),
        ("endpoints.refresh", texts(), |it| {
            it.endpoints.refresh.clone()
        }),
        ("endpoints.logout", texts(), |it| {
            it.endpoints.logout.clone()
        }),
        ("endpoints.session", texts(), |it| {
            it.endpoints.session.clone()
        }),
        ("endpoints.extend", texts(), |it| {
            it.endpoints.extend.clone()
        }),
        ("endpoints.ticket", texts(), |it| {
            it.endpoints.ticket.clone()
        }),
        ("request.header", texts(), |it| it.request.header.clone()),
        ("request.value", texts(), |it| it.request.value.clone()),
        (
            "request.credentials",
            vec![json!("include"), json!("same-origin")],
            |it| format!("{:?}", it.request.credentials),
        ),
        ("socket.url", texts(), |it| it.socket.url.clone()),
        (
            "socket.auth",
            vec![json!("ticket"), json!("cookie"), json!("subprotocol")],
            |it| format!("{:?}", it.socket.auth),
        ),
        (
            "socket.names.dataUpdate",
            vec![json!([]), json!(["a"]), json!(["a", "b"])],
            |it| format!("{:?}", it.socket.names),
        ),
        (
            "socket.closePolicy.4001",
            vec![json!("expired"), json!("stop")],
            |it| format!("{:?}", it.socket.close_policy),
        ),
        ("tabs.share", vec![json!("leader"), json!("off")], |it| {
            format!("{:?}", it.share)
        }),
        ("timing.refreshAt", vec![json!(0.5), json!(0.001)], |it| {
            it.refresh_at.to_string()
        }),
        (
            "timing.requestTimeout",
            vec![json!("1s"), json!("1m")],
            |it| format!("{:?}", it.request_timeout),
        ),
    ]
}

/// Faults: a key that is not there, or one that holds what it may not.
fn faults() -> Vec<(&'static str, Value)> {
    vec![
        ("scop", json!("x")),
        ("", json!("x")),
        ("scope", json!("")),
        ("basePath", json!("//evil.example/")),
        ("locale", json!(7)),
        ("endpoints.logn", json!("/")),
        ("endpoints.login", json!(null)),
        ("request.credentials", json!("omit")),
        ("socket.token", json!("query")),
        ("socket.auth", json!("query")),
        ("socket.names.noSuchMessage", json!([])),
        ("socket.names.error", json!("x")),
        ("socket.closePolicy.999", json!("stop")),
        ("socket.closePolicy.65537", json!("stop")),
        ("socket.closePolicy.4002", json!("maybe")),
        ("tabs.share", json!("all")),
        ("timing.refreshAt", json!(1)),
        ("timing.requestTimeout", json!("61s")),
    ]
}

/// A setting: its path and its value.
type Setting = (&'static str, Value);

/// Some keys with values that they may hold.
fn good() -> impl Strategy<Value = Vec<Setting>> {
    vec((select(keys()), any::<prop::sample::Index>()), 0..8).prop_map(|picked| {
        let settings = picked.into_iter();
        let settings = settings.map(|((path, values, _), at)| (path, at.get(&values).clone()));
        settings.collect()
    })
}

/// Writes settings as one object with its sections.
fn document(settings: &[Setting]) -> String {
    let mut root = Map::new();
    for (path, value) in settings {
        let parts: Vec<_> = path.split('.').collect();
        let (key, sections) = parts.split_last().expect("a path has a part");
        let mut section = &mut root;
        for name in sections {
            section = section
                .entry(*name)
                .or_insert_with(|| json!({}))
                .as_object_mut()
                .expect("a section is an object");
        }
        section.insert((*key).to_owned(), value.clone());
    }
    write(&Value::Object(root))
}

fn parse(settings: &[Setting]) -> SessionConfig {
    SessionConfig::parse(&document(settings)).expect("a configuration")
}

proptest! {
    #![proptest_config(gate())]

    #[test]
    fn each_key_says_what_it_says_whatever_stands_beside_it(settings in good()) {
        let config = parse(&settings);
        for (path, _, look) in keys() {
            let alone: Vec<_> = settings.iter().filter(|it| it.0 == path).cloned().collect();
            prop_assert_eq!(look(&config), look(&parse(&alone)), "{}", path);
        }
    }

    #[test]
    fn every_fault_is_named_and_nothing_else(
        settings in good(),
        wrong in vec(select(faults()), 1..6),
    ) {
        // A key holds one value, so the fault takes the place of what is right.
        let settings: Vec<_> = settings.into_iter().chain(wrong.clone()).collect();
        let problems = SessionConfig::parse(&document(&settings)).expect_err("a fault");
        let found: Vec<_> = problems.iter().map(|problem| problem.key.as_str()).collect();
        let unique: BTreeSet<_> = found.iter().copied().collect();
        prop_assert_eq!(unique.len(), found.len(), "{:?}", &found);
        prop_assert_eq!(unique, wrong.iter().map(|it| it.0).collect::<BTreeSet<_>>());
    }

    #[test]
    fn a_section_that_is_no_object_is_named(
        section in select(vec!["endpoints", "request", "socket", "tabs", "timing"]),
        value in values::json(),
    ) {
        prop_assume!(!value.is_object());
        let text = write(&[(section, value)].into_iter().collect());
        let problems = SessionConfig::parse(&text).expect_err("a fault");
        prop_assert_eq!(problems.len(), 1);
        prop_assert_eq!(&problems[0].key, section);
    }

    #[test]
    fn white_space_and_order_change_nothing(settings in good()) {
        let text = document(&settings);
        let value: Value = serde_json::from_str(&text).expect("JSON");
        let config = SessionConfig::parse(&format!("\n {value:#}\t"));
        prop_assert_eq!(config, SessionConfig::parse(&text));
    }

    /// A code has one spelling, so that no second rule for it can hide.
    #[test]
    fn a_close_code_is_written_one_way(key in "[+0]{0,3}[0-9]{3,5}[ .0]{0,2}") {
        let text = format!(r#"{{"socket":{{"closePolicy":{{"{key}":"stop"}}}}}}"#);
        let code = key.parse::<u16>().ok().filter(|code| (1000..=4999).contains(code));
        let plain = code.is_some_and(|code| code.to_string() == key);
        prop_assert_eq!(SessionConfig::parse(&text).is_ok(), plain, "{}", key);
    }
}
