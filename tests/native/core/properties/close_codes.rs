//! What a close means: every code has a meaning, and only what is known to end a session ends one.

use proptest::{option, prelude::*, sample::select};
use session_core::{
    Policy,
    policy::{CLOSE_TABLE, CloseAction, decide_close},
};
use session_protocol::{CloseCode, EndReason, SessionConfig, config::CloseRule};

use super::{
    gate::{cases, gate},
    values::nuisances,
};
use crate::support::{samples::secs, world::World};

/// Codes that end a session whatever their reason says.
const TERMINAL: [u16; 3] = [4401, 4402, 4403];

fn code() -> impl Strategy<Value = u16> {
    let known = vec![
        1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015,
        4000, 4001, 4401, 4402, 4403, 4404, 4408, 4409, 4429, 4999,
    ];
    prop_oneof![2 => select(known), 1 => any::<u16>()]
}

fn reason() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => select(EndReason::ALL.to_vec()).prop_map(|reason| reason.code().to_owned()),
        1 => select(vec!["", "token expired", "policy", "session_expired"]).prop_map(str::to_owned),
        1 => "\\PC{0,30}",
    ]
}

fn rule() -> impl Strategy<Value = CloseRule> {
    use CloseRule as R;
    select(vec![
        R::Expired,
        R::Revoked,
        R::LoggedOut,
        R::Verify,
        R::Refresh,
        R::Reconnect,
        R::Stop,
    ])
}

/// What the contract says of a code without an override.
fn contract(code: u16, reason: &str) -> CloseAction {
    match (code, EndReason::parse(reason)) {
        (1008, Some(reason)) => CloseAction::End(reason),
        (1008, None) => CloseAction::Verify,
        (1002 | 1003 | 1007 | 1009 | 1010, _) => CloseAction::ReconnectThrice,
        (4401, _) => CloseAction::End(EndReason::SessionTimeout),
        (4402, _) => CloseAction::End(EndReason::Revoked),
        (4403, _) => CloseAction::End(EndReason::LoggedOut),
        (4404 | 4409, _) => CloseAction::Stop,
        (4408, _) => CloseAction::Refresh,
        _ => CloseAction::Reconnect,
    }
}

#[test]
fn every_one_of_the_65536_codes_has_the_meaning_of_the_contract() {
    let policy = Policy::new(&SessionConfig::default());
    for code in 0..=u16::MAX {
        for reason in ["", "REVOKED", "something"] {
            let action = decide_close(CloseCode(code), reason, &policy);
            assert_eq!(action, contract(code, reason), "{code} {reason}");
        }
        let rows = CLOSE_TABLE.iter();
        let holds = rows.filter(|row| (row.first..=row.last).contains(&code));
        assert!(holds.count() >= 1, "{code}");
    }
}

proptest! {
    #![proptest_config(gate())]

    #[test]
    fn every_code_with_every_reason_has_the_meaning_of_the_contract(
        code in any::<u16>(),
        reason in reason(),
    ) {
        let policy = Policy::new(&SessionConfig::default());
        let action = decide_close(CloseCode(code), &reason, &policy);
        prop_assert_eq!(action, contract(code, &reason));
        if let CloseAction::End(_) = action {
            prop_assert!(code == 1008 || TERMINAL.contains(&code));
        }
    }

    /// What a deployment chose goes before the table, and touches no other code.
    #[test]
    fn an_override_is_about_its_code_and_no_other(
        chosen in 1000..=4999_u16,
        rule in rule(),
        code in code(),
        reason in reason(),
    ) {
        let mut config = SessionConfig::default();
        config.socket.close_policy = vec![(chosen, rule)];
        let policy = Policy::new(&config);
        if code != chosen {
            let action = decide_close(CloseCode(code), &reason, &policy);
            prop_assert_eq!(action, contract(code, &reason));
        }
        let action = decide_close(CloseCode(chosen), &reason, &policy);
        let expected = match rule {
            CloseRule::Expired => {
                CloseAction::End(EndReason::parse(&reason).unwrap_or(EndReason::SessionTimeout))
            }
            CloseRule::Revoked => CloseAction::End(EndReason::Revoked),
            CloseRule::LoggedOut => CloseAction::End(EndReason::LoggedOut),
            CloseRule::Verify => CloseAction::Verify,
            CloseRule::Refresh => CloseAction::Refresh,
            CloseRule::Reconnect => CloseAction::Reconnect,
            CloseRule::Stop => CloseAction::Stop,
        };
        prop_assert_eq!(action, expected);
    }

    /// The client does what the table says: the session ends with a terminal close, and only then.
    #[test]
    fn a_session_ends_with_a_terminal_close_and_with_no_other(
        code in code(),
        reason in reason(),
        authenticated in any::<bool>(),
    ) {
        let mut world = if authenticated { World::live() } else { World::logged_in() };
        world.close(code, &reason);
        let ends = matches!(contract(code, &reason), CloseAction::End(_));
        prop_assert_eq!(world.view().user().is_none(), ends);
        prop_assert_eq!(world.count("ClearProtectedState"), usize::from(ends));
    }
}

proptest! {
    // A case is a pestered page.
    #![proptest_config(cases(256))]

    /// After an end, and after a close that says stop, nothing opens a socket again in this epoch.
    #[test]
    fn nothing_reopens_what_is_closed_for_good(
        code in select(vec![4401, 4402, 4403, 4404, 4409]),
        rest in option::of(0..1000_u64),
        nuisances in nuisances(),
    ) {
        let mut world = World::live();
        world.advance(secs(rest.unwrap_or_default()));
        if world.state().starts_with("Active") && world.state().ends_with("Open") {
            world.close(code, "");
            world.forget_log();
            let until = world.now() + secs(120);
            world.pester(&nuisances, until);
            prop_assert_eq!(world.count("OpenSocket"), 0);
        }
    }

    /// Three protocol faults are forgiven, a fourth is not, until a connection was sound again.
    #[test]
    fn a_fourth_protocol_fault_in_a_row_is_the_last(
        codes in proptest::collection::vec(select(vec![1002, 1003, 1007, 1009, 1010]), 4),
    ) {
        let mut world = World::live();
        for (number, code) in codes.into_iter().enumerate() {
            world.close(code, "");
            let closed = world.state().ends_with("Closed");
            prop_assert_eq!(closed, number == 3);
            if !closed {
                world.await_socket();
                world.answer_socket();
            }
        }
    }
}
