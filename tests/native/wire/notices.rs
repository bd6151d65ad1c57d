//! Notices between tabs, against their golden files.

use std::time::Duration;

use session_protocol::{
    MAX_COUNT, MAX_MESSAGE_BYTES, MessageNames, ServerMessage, SharedSocket, TabNotice,
    TabNoticeKind, WireError, tab::MAX_NOTICE_BYTES,
};

use crate::fixtures::{json, parse, text};

fn notices() -> [(&'static str, TabNotice); 3] {
    let notice = |kind, epoch, seq| TabNotice {
        kind,
        epoch,
        session: "cbf29ce484222325".to_owned(),
        sender: "tab-1".to_owned(),
        seq,
    };
    [
        ("tab-logged-in", notice(TabNoticeKind::LoggedIn, 1, 1)),
        ("tab-logged-out", notice(TabNoticeKind::LoggedOut, 2, 2)),
        ("tab-expired", notice(TabNoticeKind::Expired, 4, MAX_COUNT)),
    ]
}

pub(crate) fn fixtures() -> Vec<&'static str> {
    notices().into_iter().map(|(name, _)| name).collect()
}

#[test]
fn every_notice_is_read_from_its_file_and_written_back() {
    for (name, notice) in notices() {
        assert_eq!(
            TabNotice::decode(&text(name)).as_ref(),
            Ok(&notice),
            "{name}"
        );
        assert_eq!(parse(&notice.encode()), json(name), "{name}");
    }
}

#[test]
fn every_kind_of_notice_has_a_file() {
    let kinds = notices().map(|(_, notice)| notice.kind);

    assert_eq!(kinds, TabNoticeKind::LIFE);
}

#[test]
fn kinds_of_life_are_told_from_the_others() {
    let others = [
        TabNoticeKind::Changed,
        TabNoticeKind::Active,
        TabNoticeKind::Asking {
            visible: true,
            candidate: false,
        },
    ];
    for kind in TabNoticeKind::LIFE {
        assert!(kind.is_of_life(), "{kind:?}");
    }
    for kind in others {
        assert!(!kind.is_of_life(), "{kind:?}");
    }
}

#[test]
fn each_refusal_of_a_notice_says_why() {
    let missing = |field| WireError::MissingField { field };
    let count = |field| WireError::WrongField {
        field,
        expected: "a whole number below 2^53",
    };
    let cases = [
        ("", WireError::NotJson),
        ("7", WireError::NotAnObject),
        ("{}", WireError::MissingType),
        (r#"{"type":7}"#, WireError::MissingType),
        (
            r#"{"type":"promote"}"#,
            WireError::UnknownType {
                name: "promote".to_owned(),
            },
        ),
        (r#"{"type":"expired"}"#, missing("epoch")),
        (r#"{"type":"expired","epoch":-1}"#, count("epoch")),
        (r#"{"type":"expired","epoch":1}"#, missing("session")),
        (
            r#"{"type":"expired","epoch":1,"session":"s"}"#,
            missing("sender"),
        ),
        (
            r#"{"type":"expired","epoch":1,"session":"s","sender":"t"}"#,
            missing("seq"),
        ),
        (
            r#"{"type":"expired","epoch":1,"session":"s","sender":"t","seq":0.5}"#,
            count("seq"),
        ),
    ];
    for (text, error) in cases {
        assert_eq!(TabNotice::decode(text), Err(error), "{text}");
    }
}

#[test]
fn a_notice_longer_than_the_limit_is_refused() {
    let text = format!("{}{}", text("tab-expired"), " ".repeat(MAX_NOTICE_BYTES));

    let refusal = TabNotice::decode(&text).expect_err("a refusal");

    assert_eq!(refusal.label(), "too_large");
}

/// A number as short as `1e15` is written out in full when an update is passed on.
#[test]
fn the_longest_update_of_a_socket_fits_into_a_notice() {
    let frame = |numbers: &str| {
        format!(r#"{{"type":"DATA_UPDATE","topic":"load","seq":2,"payload":[{numbers}]}}"#)
    };
    let numbers = vec!["1e15"; (MAX_MESSAGE_BYTES - frame("").len()) / "1e15,".len()].join(",");
    let message = ServerMessage::decode(&frame(&numbers), &MessageNames::default());
    let Ok(ServerMessage::DataUpdate { payload, .. }) = message else {
        panic!("expected an update, found {message:?}");
    };
    let notice = TabNotice {
        kind: TabNoticeKind::Update {
            term: MAX_COUNT,
            topic: "load".to_owned(),
            seq: 2,
            after: 1,
            payload,
        },
        epoch: MAX_COUNT,
        session: "cbf29ce484222325".to_owned(),
        sender: "tab-1".to_owned(),
        seq: MAX_COUNT,
    };
    assert_eq!(TabNotice::decode(&notice.encode()), Ok(notice));
}

#[test]
fn numbers_that_a_browser_does_not_keep_are_refused() {
    let text = |number: u64| {
        format!(
            r#"{{"type":"leading","term":{number},"live":true,"epoch":1,"session":"s","sender":"t","seq":1}}"#
        )
    };
    assert!(TabNotice::decode(&text(MAX_COUNT)).is_ok());
    for number in [MAX_COUNT + 1, u64::MAX] {
        assert_eq!(
            TabNotice::decode(&text(number)),
            Err(WireError::WrongField {
                field: "term",
                expected: "a whole number below 2^53"
            })
        );
    }
}

#[test]
fn a_leader_tells_how_its_socket_is() {
    let cases = [
        (r#""live":true"#, SharedSocket::Live),
        (r#""live":true,"refused":true"#, SharedSocket::Live),
        (r#""live":false"#, SharedSocket::Down),
        ("", SharedSocket::Down),
        (
            r#""live":false,"waitSeconds":2.5"#,
            SharedSocket::Held(Duration::from_millis(2500)),
        ),
        (r#""live":false,"refused":true"#, SharedSocket::Refused),
    ];
    for (fields, socket) in cases {
        let comma = if fields.is_empty() { "" } else { "," };
        let text = format!(
            r#"{{"type":"leading","term":1,"visible":true{comma}{fields},"epoch":1,"session":"s","sender":"t","seq":1}}"#
        );
        let kind = TabNotice::decode(&text).map(|notice| notice.kind);
        let expected = TabNoticeKind::Leading {
            term: 1,
            socket,
            visible: true,
        };
        assert_eq!(kind, Ok(expected), "{fields}");
    }
}
