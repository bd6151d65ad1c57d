//! The run-time configuration: every key, every fault by its name, the contract's defaults.

use std::time::Duration;

use session_protocol::{
    MessageNames, ServerMessage, SessionConfig,
    config::{CloseRule, ConfigProblem, Credentials, SocketAuth, TabShare},
};

use crate::fixtures::text;

pub(crate) fn fixtures() -> Vec<&'static str> {
    vec!["config-full", "config-contract"]
}

#[test]
fn no_configuration_gives_the_defaults() {
    for text in [
        "",
        "  \n",
        "{}",
        r#"{"socket":{"names":{"sessionExpired":[]}}}"#,
    ] {
        assert_eq!(
            SessionConfig::parse(text),
            Ok(SessionConfig::default()),
            "{text}"
        );
    }
}

#[test]
fn the_example_of_the_contract_holds_the_defaults() {
    let config = SessionConfig::parse(&text("config-contract"));

    let mut expected = SessionConfig {
        base_path: Some("/".to_owned()),
        ..SessionConfig::default()
    };
    expected.socket.close_policy = vec![(4001, CloseRule::Expired)];
    assert_eq!(config, Ok(expected));
}

#[test]
fn every_key_is_read() {
    let config = SessionConfig::parse(&text("config-full")).expect("a configuration");

    assert_eq!(config.scope, "shop");
    assert_eq!(config.base_path.as_deref(), Some("/app/"));
    let endpoints = &config.endpoints;
    assert_eq!(
        [
            &endpoints.login,
            &endpoints.refresh,
            &endpoints.logout,
            &endpoints.session,
            &endpoints.extend,
            &endpoints.ticket,
        ],
        [
            "/auth/login",
            "/auth/refresh",
            "/auth/logout",
            "/auth/session",
            "/auth/extend",
            "/auth/ticket",
        ]
    );
    assert_eq!(config.request.header, "X-Api");
    assert_eq!(config.request.value, "shop");
    assert_eq!(config.request.credentials, Credentials::Include);
    assert_eq!(config.socket.url, "wss://live.example.com/ws");
    assert_eq!(config.socket.auth, SocketAuth::Ticket);
    assert_eq!(
        config.socket.close_policy,
        [
            (4001, CloseRule::Expired),
            (4002, CloseRule::Revoked),
            (4003, CloseRule::LoggedOut),
            (4004, CloseRule::Verify),
            (4005, CloseRule::Refresh),
            (4006, CloseRule::Reconnect),
            (4007, CloseRule::Stop),
        ]
    );
    assert_eq!(config.share, TabShare::Leader);
    assert!((config.refresh_at - 0.5).abs() < f64::EPSILON);
    assert_eq!(config.request_timeout, Duration::from_secs(20));
    assert_eq!(config.locale, "de");
}

#[test]
fn configured_names_reach_the_decoder() {
    let config = SessionConfig::parse(&text("config-full")).expect("a configuration");

    let read = ServerMessage::decode(r#"{"type":"forced-logout"}"#, &config.socket.names);

    assert!(matches!(read, Ok(ServerMessage::SessionExpired { .. })));
    assert_ne!(config.socket.names, MessageNames::default());
}

#[test]
fn every_choice_is_read() {
    let auths = [
        ("first-message", SocketAuth::FirstMessage),
        ("ticket", SocketAuth::Ticket),
        ("cookie", SocketAuth::Cookie),
        ("subprotocol", SocketAuth::Subprotocol),
    ];
    for (name, auth) in auths {
        let config = SessionConfig::parse(&format!(r#"{{"socket":{{"auth":"{name}"}}}}"#));
        assert_eq!(config.map(|config| config.socket.auth), Ok(auth));
    }
    let shares = [
        ("auto", TabShare::Auto),
        ("leader", TabShare::Leader),
        ("off", TabShare::Off),
    ];
    for (name, share) in shares {
        let config = SessionConfig::parse(&format!(r#"{{"tabs":{{"share":"{name}"}}}}"#));
        assert_eq!(config.map(|config| config.share), Ok(share));
    }
}

#[test]
fn every_unknown_key_is_named() {
    let text = r#"{"Scope":"x","endpoint":{},"endpoints":{"logn":"/"},"request":{"mode":"cors"},
        "socket":{"token":"query"},"tabs":{"leader":true},"timing":{"idle":"5m"}}"#;

    assert_eq!(
        faults(text),
        [
            "Scope",
            "endpoint",
            "endpoints.logn",
            "request.mode",
            "socket.token",
            "tabs.leader",
            "timing.idle",
        ]
    );
}

#[test]
fn every_bad_value_is_named() {
    let text = r#"{"scope":"","basePath":"app","locale":7,"endpoints":{"login":null},
        "request":{"credentials":"omit"},
        "socket":{"auth":"query","url":[],"names":{"sesionExpired":[],"dataUpdate":"tick"},
          "closePolicy":{"999":"expired","5000":"stop","4001":"maybe","4002":4,"x":"stop"}},
        "tabs":{"share":"all"},"timing":{"refreshAt":1,"requestTimeout":"61s"}}"#;

    let mut expected = [
        "scope",
        "basePath",
        "locale",
        "endpoints.login",
        "request.credentials",
        "socket.url",
        "socket.auth",
        "socket.names.dataUpdate",
        "socket.names.sesionExpired",
        "socket.closePolicy.4001",
        "socket.closePolicy.4002",
        "socket.closePolicy.5000",
        "socket.closePolicy.999",
        "socket.closePolicy.x",
        "tabs.share",
        "timing.refreshAt",
        "timing.requestTimeout",
    ];
    let mut found = faults(text);
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn a_token_in_the_query_cannot_be_configured() {
    assert_eq!(faults(r#"{"socket":{"auth":"query"}}"#), ["socket.auth"]);
}

#[test]
fn numbers_and_durations_at_their_limits() {
    for good in [r#"{"refreshAt":0.001}"#, r#"{"refreshAt":0.999}"#] {
        assert!(SessionConfig::parse(&timing(good)).is_ok(), "{good}");
    }
    for good in [r#"{"requestTimeout":"1s"}"#, r#"{"requestTimeout":"60s"}"#] {
        assert!(SessionConfig::parse(&timing(good)).is_ok(), "{good}");
    }
    for bad in [
        r#"{"refreshAt":0}"#,
        r#"{"refreshAt":1.0}"#,
        r#"{"refreshAt":"0.8"}"#,
    ] {
        assert_eq!(faults(&timing(bad)), ["timing.refreshAt"], "{bad}");
    }
    for bad in [r#"{"requestTimeout":10}"#, r#"{"requestTimeout":"999ms"}"#] {
        assert_eq!(faults(&timing(bad)), ["timing.requestTimeout"], "{bad}");
    }
}

#[test]
fn a_section_that_is_no_object_is_named() {
    let text = r#"{"socket":"/ws","endpoints":[],"timing":null}"#;

    assert_eq!(faults(text), ["endpoints", "socket", "timing"]);
    assert_eq!(faults(r#"{"socket":{"names":[]}}"#), ["socket.names"]);
}

#[test]
fn a_base_path_starts_and_ends_with_a_slash() {
    for path in ["/", "/app/", "/a/b/"] {
        let text = format!(r#"{{"basePath":"{path}"}}"#);
        let config = SessionConfig::parse(&text).expect("a configuration");
        assert_eq!(config.base_path.as_deref(), Some(path));
    }
    for path in ["", "app", "/app", "app/", "//evil.example/", "/a//b/"] {
        assert_eq!(
            faults(&format!(r#"{{"basePath":"{path}"}}"#)),
            ["basePath"],
            "{path}"
        );
    }
}

#[test]
fn a_text_that_is_no_object_is_one_fault_of_the_whole() {
    let huge = format!(r#"{{"scope":"{}"}}"#, "x".repeat(70_000));
    for text in ["[]", "7", "{", "<html>", "\u{feff}{}", huge.as_str()] {
        assert_eq!(faults(text), [""]);
    }
}

#[test]
fn a_fault_reads_as_a_sentence_for_the_person_who_deploys() {
    let problems = SessionConfig::parse(r#"{"tabs":{"share":"all"}}"#).expect_err("a fault");

    let shown: Vec<_> = problems.iter().map(ConfigProblem::to_string).collect();
    assert_eq!(
        shown,
        ["session-config: `tabs.share`: expected `auto`, `leader` or `off`"]
    );
}

fn timing(section: &str) -> String {
    format!(r#"{{"timing":{section}}}"#)
}

fn faults(text: &str) -> Vec<String> {
    let problems = SessionConfig::parse(text).expect_err("a fault");
    problems.into_iter().map(|problem| problem.key).collect()
}
