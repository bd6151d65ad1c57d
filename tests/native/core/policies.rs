//! The policies: the tables of the documents, and every close code against its table.

use std::{fmt::Write, time::Duration};

use session_core::{
    Policy,
    policy::{CLOSE_TABLE, CloseAction, RATES, Timing, decide_close, rows},
};
use session_protocol::{CloseCode, EndReason, SessionConfig, config::CloseRule};

/// The source of the tables in README and ARCHITECTURE.
#[test]
fn the_policies_print_as_tables() {
    let mut table = "| code | kind | what the client does |\n|---|---|---|\n".to_owned();
    let known = "| 1008 with a known reason | session ended | ends the session, with that reason |";
    writeln!(table, "{known}").expect("a text grows");
    for row in CLOSE_TABLE {
        let codes = match (row.first, row.last) {
            (0, u16::MAX) => "any other".to_owned(),
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}-{last}"),
        };
        let action = words(row.action);
        writeln!(table, "| {codes} | {} | {action} |", row.class).expect("a text grows");
    }
    table.push_str("\n| what | value |\n|---|---|\n");
    for (name, value) in rows() {
        writeln!(table, "| {name} | {value} |").expect("a text grows");
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("policies", table);
    });
}

#[test]
fn every_code_does_what_the_contract_says() {
    let policy = Policy::new(&SessionConfig::default());
    for code in 1000..=4999 {
        let expected = match code {
            1002 | 1003 | 1007 | 1009 | 1010 => CloseAction::ReconnectThrice,
            1008 => CloseAction::Verify,
            4401 => CloseAction::End(EndReason::SessionTimeout),
            4402 => CloseAction::End(EndReason::Revoked),
            4403 => CloseAction::End(EndReason::LoggedOut),
            4404 | 4409 => CloseAction::Stop,
            4408 => CloseAction::Refresh,
            _ => CloseAction::Reconnect,
        };
        for reason in ["", "something", "\u{1f980}"] {
            assert_eq!(
                decide_close(CloseCode(code), reason, &policy),
                expected,
                "{code}"
            );
        }
    }
}

#[test]
fn a_known_reason_counts_with_1008_and_with_no_other_code() {
    let policy = Policy::new(&SessionConfig::default());
    for reason in EndReason::ALL {
        let decide = |code| decide_close(CloseCode(code), reason.code(), &policy);
        assert_eq!(decide(1008), CloseAction::End(reason));
        assert_eq!(decide(1000), CloseAction::Reconnect);
        assert_eq!(decide(1006), CloseAction::Reconnect);
    }
}

#[test]
fn everything_that_loops_is_bounded() {
    for (name, rate) in RATES.rows() {
        assert!(rate.most_in_a_minute() <= 60, "{name}");
        assert!(rate.burst > 0, "{name} could never begin");
    }
    assert_eq!(RATES.steal.most_in_a_minute(), 1);
}

#[test]
fn the_patience_for_a_lock_is_longer_than_a_request_and_by_default_shorter_than_the_grace() {
    let timing = Timing::default();

    assert!(timing.lock_patience > SessionConfig::default().request_timeout);
    assert!(timing.lock_patience.as_secs() < 30);
    for seconds in [1, 10, 60] {
        let request_timeout = Duration::from_secs(seconds);
        let config = SessionConfig {
            request_timeout,
            ..SessionConfig::default()
        };
        assert!(Policy::new(&config).timing.lock_patience > request_timeout);
    }
}

#[test]
fn a_configured_rule_goes_before_everything() {
    let rules = [
        (
            CloseRule::Expired,
            CloseAction::End(EndReason::SessionTimeout),
        ),
        (CloseRule::Revoked, CloseAction::End(EndReason::Revoked)),
        (CloseRule::LoggedOut, CloseAction::End(EndReason::LoggedOut)),
        (CloseRule::Verify, CloseAction::Verify),
        (CloseRule::Refresh, CloseAction::Refresh),
        (CloseRule::Reconnect, CloseAction::Reconnect),
        (CloseRule::Stop, CloseAction::Stop),
    ];
    for (rule, action) in rules {
        for code in [1000, 1008, 4001, 4401] {
            let mut config = SessionConfig::default();
            config.socket.close_policy = vec![(code, rule)];
            let policy = Policy::new(&config);
            assert_eq!(
                decide_close(CloseCode(code), "", &policy),
                action,
                "{code} {rule:?}"
            );
        }
    }
}

#[test]
fn a_code_configured_as_expired_takes_the_reason_that_it_brings() {
    let mut config = SessionConfig::default();
    config.socket.close_policy = vec![(4001, CloseRule::Expired)];
    let policy = Policy::new(&config);

    let action = decide_close(CloseCode(4001), "ACCOUNT_DISABLED", &policy);

    assert_eq!(action, CloseAction::End(EndReason::AccountDisabled));
}

fn words(action: CloseAction) -> String {
    match action {
        CloseAction::End(reason) => format!("ends the session ({})", reason.code()),
        CloseAction::Verify => "asks the server once, then reconnects or ends".to_owned(),
        CloseAction::Refresh => "gets a fresh token, then reconnects".to_owned(),
        CloseAction::Reconnect => {
            "reconnects with backoff, or inside an announced window".to_owned()
        }
        CloseAction::ReconnectThrice => "reconnects three times, then no more".to_owned(),
        CloseAction::Stop => "does not reconnect; the session stays".to_owned(),
    }
}
