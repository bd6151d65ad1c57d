//! Idle and absolute limit, warnings, and what is remembered of the end.

use session_protocol::{ClientMessage, CloseCode, EndReason, ServerMessage, WarningCause};
use session_simulator::{
    bug::BugSet,
    server::{Call, Policy, Push, Sent},
};

use crate::support::{FIRST, SOCKET, Stage, USER, code, seconds};

/// Keeps a session in use by refreshing and activity for this long.
fn stay_active(stage: &mut Stage, minutes: u64) {
    for _ in 0..minutes / 4 {
        stage.pass(240);
        if stage.refresh().status == 200 {
            stage.connect(SOCKET);
            stage.say(SOCKET, &ClientMessage::Activity);
            stage.server.lose_socket(SOCKET);
        }
    }
}

#[test]
fn a_session_without_activity_ends_however_busy_its_machinery_is() {
    let mut stage = Stage::new().logged_in();
    stage.connect(SOCKET);
    for _ in 0..29 {
        stage.pass(60);
        stage.refresh();
        let token = stage.access.expect("a token").to_secret();
        stage.say(SOCKET, &ClientMessage::AuthRefresh { token });
        stage.say(SOCKET, &ClientMessage::Heartbeat);
        stage.read();
        stage.call(Call::AskSession);
    }
    assert!(stage.family().is_living());
    stage.pass(60);
    assert_eq!(stage.ended(), Some(EndReason::SessionTimeout));
    assert_eq!(code(&stage.refresh()), (401, "session_expired"));
}

#[test]
fn the_absolute_limit_comes_whatever_the_user_does() {
    let mut stage = Stage::new().logged_in();
    stay_active(&mut stage, 24 * 60 - 4);
    assert!(stage.family().is_living());
    assert_eq!(code(&stage.call(Call::Extend)).0, 200);
    stage.pass(120);
    assert_eq!(code(&stage.call(Call::Extend)), (409, "not_extendable"));
    stage.pass(120);
    assert_eq!(stage.ended(), Some(EndReason::AbsoluteTimeout));
    assert_eq!(code(&stage.refresh()), (401, "absolute_timeout"));
}

#[test]
fn remember_me_lengthens_the_absolute_limit_and_keeps_the_cookie() {
    let mut stage = Stage::new();
    let response = stage.call(Call::login(&USER.credentials(true)));
    let days = 90 * 86_400;
    assert_eq!(response.set_cookies[0].max_age, Some(seconds(days)));
    stage.pass(60);
    let max_age = stage.refresh().set_cookies[0].max_age;
    assert_eq!(max_age, Some(seconds(days - 60)), "never beyond the limit");
}

#[test]
fn a_session_past_its_limit_is_over_before_anybody_has_come_by() {
    let mut stage = Stage::new().logged_in();
    stage.now += seconds(1800);
    assert!(stage.family().is_living() && stage.server.is_over(FIRST, stage.now));
    assert_eq!(code(&stage.refresh()), (401, "session_expired"));
}

#[test]
fn where_both_limits_coincide_the_absolute_one_decides() {
    let absolute_timeout = seconds(1800);
    let policy = Policy {
        absolute_timeout,
        ..Policy::default()
    };
    let mut stage = Stage::with(policy, BugSet::NONE).logged_in();
    assert!(!stage.family().is_extendable());
    stage.pass(1800);
    assert_eq!(stage.ended(), Some(EndReason::AbsoluteTimeout));
}

#[test]
fn a_socket_is_warned_once_for_each_deadline() {
    let mut stage = Stage::new().logged_in();
    stay_active(&mut stage, 4);
    stage.connect(SOCKET);
    stage.pass(250);
    stage.refresh();
    stage.connect(SOCKET);
    let warned = |heard: Vec<Sent>| {
        let warnings = heard.into_iter().filter_map(|sent| match sent {
            Sent::Message(push @ Push::Warning { .. }) => Some(push),
            Sent::Message(_) | Sent::Close { .. } => None,
        });
        warnings.collect::<Vec<_>>()
    };
    for _ in 0..5 {
        stage.pass(240);
        stage.refresh();
        let token = stage.access.expect("a token").to_secret();
        stage.say(SOCKET, &ClientMessage::AuthRefresh { token });
    }
    assert_eq!(warned(stage.heard()), []);
    stage.pass(1800 - 120 - 250 - 5 * 240);
    let warnings = warned(stage.heard());
    let [push] = warnings[..] else {
        panic!("expected one warning, found {warnings:?}")
    };
    let expected = ServerMessage::SessionWarning {
        remaining: seconds(120),
        cause: WarningCause::Idle,
        extendable: true,
    };
    assert_eq!(push.message(), expected);
    stage.pass(10);
    assert_eq!(warned(stage.heard()), [], "not twice");
    stage.call(Call::Extend);
    assert_eq!(stage.heard().len(), 1, "the extension is told");
    assert_eq!(stage.family().idle_deadline, stage.now + seconds(1800));
}

#[test]
fn the_end_reaches_the_socket_as_message_and_close() {
    let mut stage = Stage::new().logged_in();
    stage.pass(1799);
    stage.refresh();
    stage.connect(SOCKET);
    stage.pass(1);
    let reason = EndReason::SessionTimeout;
    let close = Sent::Close {
        code: CloseCode::POLICY_VIOLATION,
        reason: "SESSION_TIMEOUT",
    };
    let heard = stage.heard();
    assert_eq!(
        heard[heard.len() - 2..],
        [Sent::Message(Push::Expired(reason)), close]
    );
    assert!(stage.server.sockets().is_empty());
}

#[test]
fn the_server_names_its_next_deadline_and_each_tick_moves_it() {
    let mut stage = Stage::new().logged_in();
    stage.connect(SOCKET);
    let mut ticks = 0;
    while let Some(at) = stage.server.next_deadline() {
        assert!(at >= stage.now, "a deadline that is past was not met");
        stage.now = at;
        stage.pass(0);
        assert_ne!(
            stage.server.next_deadline(),
            Some(at),
            "the tick did nothing"
        );
        ticks += 1;
    }
    assert_eq!(ticks, 4, "token notice, token end, session end, forgotten");
    assert!(stage.server.families().is_empty());
    assert_eq!(code(&stage.refresh()), (401, "no_session"));
}
