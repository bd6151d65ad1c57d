//! Why a session ended: codes, problem codes, plain texts.

use session_protocol::{CloseCode, EndReason};

#[test]
fn every_reason_is_read_from_its_codes_in_any_spelling() {
    for reason in EndReason::ALL {
        for code in [reason.code(), reason.problem_code()] {
            let spellings = [
                code.to_owned(),
                code.to_lowercase(),
                code.to_uppercase(),
                code.replace('_', "-"),
                code.replace('_', ""),
            ];
            for spelling in spellings {
                assert_eq!(EndReason::parse(&spelling), Some(reason), "{spelling}");
                assert_eq!(
                    EndReason::from_problem_code(&spelling),
                    Some(reason),
                    "{spelling}"
                );
            }
        }
    }
}

#[test]
fn the_codes_are_those_of_the_contract() {
    let codes = EndReason::ALL.map(|reason| (reason.code(), reason.problem_code()));

    assert_eq!(
        codes,
        [
            ("SESSION_TIMEOUT", "session_expired"),
            ("ABSOLUTE_TIMEOUT", "absolute_timeout"),
            ("REVOKED", "session_revoked"),
            ("LOGGED_OUT", "logged_out"),
            ("REUSE_DETECTED", "reuse_detected"),
            ("ACCOUNT_DISABLED", "account_disabled"),
            ("REPLACED", "replaced"),
            ("NO_SESSION", "no_session"),
        ]
    );
}

#[test]
fn plain_texts_of_close_reasons_are_understood() {
    let texts = [
        ("Authentication expired", EndReason::SessionTimeout),
        ("Session invalid", EndReason::SessionTimeout),
        ("token expired", EndReason::SessionTimeout),
        ("Token Expired", EndReason::SessionTimeout),
        ("session not found", EndReason::NoSession),
    ];
    for (text, reason) in texts {
        assert_eq!(EndReason::parse(text), Some(reason), "{text}");
    }
}

#[test]
fn a_problem_about_the_token_is_no_end_of_the_session() {
    for code in [
        "token_expired",
        "invalid_token",
        "invalid_credentials",
        "session_invalid",
        "",
        "expired",
        "unauthorized",
    ] {
        assert_eq!(EndReason::from_problem_code(code), None, "{code}");
    }
}

#[test]
fn an_unknown_reason_is_none() {
    for text in [
        "",
        " ",
        "session",
        "SESSION_TIMEOUT!",
        "sess\u{131}on timeout",
    ] {
        assert_eq!(EndReason::parse(text), None, "{text}");
    }
}

#[test]
fn every_code_fits_a_close_reason() {
    for reason in EndReason::ALL {
        assert!(reason.code().len() <= 123, "RFC 6455 section 5.5");
    }
}

#[test]
fn the_clients_own_close_code_is_one_that_scripts_may_send() {
    assert!((3000..=4999).contains(&CloseCode::UNRESPONSIVE.0));
}
