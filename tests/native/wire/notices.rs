//! Notices between tabs, against their golden files.

use session_protocol::{
    MAX_MESSAGE_BYTES, MessageNames, ServerMessage, TabNotice, TabNoticeKind, WireError,
    tab::MAX_NOTICE_BYTES,
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
        ("tab-expired", notice(TabNoticeKind::Expired, 4, u64::MAX)),
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
        TabNoticeKind::Asking { visible: true },
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
        expected: "a whole number",
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
            term: u64::MAX,
            topic: "load".to_owned(),
            seq: 2,
            after: 1,
            payload,
        },
        epoch: u64::MAX,
        session: "cbf29ce484222325".to_owned(),
        sender: "tab-1".to_owned(),
        seq: u64::MAX,
    };
    assert_eq!(TabNotice::decode(&notice.encode()), Ok(notice));
}
