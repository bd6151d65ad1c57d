//! Sockets: identity, operations, updates, ends.

use session_protocol::{ClientMessage, CloseCode, EndReason};
use session_simulator::server::{Call, ConnectionId, Party, Push, Sent, TOPIC, UserId};

use crate::support::{FIRST, SOCKET, Stage, USER, forged, seconds};

const OTHER: ConnectionId = ConnectionId(2);

fn subscribe(after: Option<u64>) -> ClientMessage {
    ClientMessage::Subscribe {
        topic: TOPIC.to_owned(),
        after,
    }
}

fn error(code: &'static str) -> Sent {
    Sent::Message(Push::Error { code })
}

const fn close(code: CloseCode, reason: &'static str) -> Sent {
    Sent::Close { code, reason }
}

fn expired(reason: EndReason) -> [Sent; 2] {
    [
        Sent::Message(Push::Expired(reason)),
        close(CloseCode::POLICY_VIOLATION, reason.code()),
    ]
}

fn updates(sent: &[Sent]) -> Vec<u64> {
    let updates = sent.iter().filter_map(|sent| match sent {
        Sent::Message(Push::Update { seq, user }) => {
            assert_eq!(*user, USER);
            Some(*seq)
        }
        Sent::Message(_) | Sent::Close { .. } => None,
    });
    updates.collect()
}

#[test]
fn the_first_message_says_who_is_there() {
    let mut stage = Stage::new().logged_in();
    stage.pass(100);
    let heard = stage.connect(SOCKET);
    let [
        Sent::Message(Push::AuthOk {
            expires_in,
            session,
        }),
    ] = heard[..]
    else {
        panic!("expected auth_ok, found {heard:?}")
    };
    assert_eq!((expires_in, session.family), (seconds(200), FIRST));
}

#[test]
fn nothing_is_accepted_before_and_silence_ends_in_time() {
    let mut stage = Stage::new().logged_in();
    stage.server.open_socket(SOCKET, Party::Owner, stage.now);
    for message in [
        ClientMessage::Heartbeat,
        ClientMessage::Activity,
        subscribe(None),
    ] {
        assert_eq!(stage.say(SOCKET, &message), [error("auth_required")]);
    }
    stage.pass(4);
    assert_eq!(stage.heard(), []);
    stage.pass(1);
    assert_eq!(
        stage.heard(),
        [close(CloseCode::AUTH_TIMEOUT, "auth_timeout")]
    );
}

#[test]
fn a_bad_token_is_told_to_come_with_a_fresh_one() {
    let mut stage = Stage::new().logged_in();
    let old = stage.access.expect("a token").to_secret();
    stage.pass(300);
    for token in [forged(), old] {
        stage.server.open_socket(SOCKET, Party::Owner, stage.now);
        let heard = stage.say(SOCKET, &ClientMessage::Auth { token });
        let code = CloseCode::AUTH_TIMEOUT;
        assert_eq!(
            heard,
            [error("invalid_token"), close(code, "invalid_token")]
        );
    }
}

#[test]
fn an_ended_session_gets_no_socket() {
    let mut stage = Stage::new().logged_in();
    stage.server.end(FIRST, EndReason::Revoked, stage.now);
    assert_eq!(stage.connect(SOCKET), expired(EndReason::Revoked));
}

#[test]
fn activity_alone_moves_the_idle_deadline_and_all_sockets_hear_of_it() {
    let mut stage = Stage::new().logged_in();
    stage.connect(SOCKET);
    stage.connect(OTHER);
    stage.pass(100);
    let before = stage.family().idle_deadline;
    for message in [ClientMessage::Heartbeat, subscribe(None)] {
        stage.say(SOCKET, &message);
    }
    assert_eq!(stage.family().idle_deadline, before);
    let heard = stage.say(SOCKET, &ClientMessage::Activity);
    assert_eq!(stage.family().idle_deadline, before + seconds(100));
    assert!(matches!(
        heard[..],
        [
            Sent::Message(Push::Extended(_)),
            Sent::Message(Push::Extended(_))
        ]
    ));
}

#[test]
fn a_subscriber_that_comes_back_gets_what_it_missed_once() {
    let mut stage = Stage::new().logged_in();
    stage.connect(SOCKET);
    for _ in 0..3 {
        stage.server.publish(stage.now);
    }
    let heard = stage.say(SOCKET, &subscribe(Some(1)));
    assert_eq!(updates(&heard), [2, 3]);
    assert_eq!(
        stage.say(SOCKET, &subscribe(Some(0))),
        [],
        "it is there already"
    );
    let events = stage.server.publish(stage.now);
    let sent: Vec<_> = events.iter().map(|event| event.sent).collect();
    assert_eq!(updates(&sent), [4]);
    let topic = TOPIC.to_owned();
    stage.say(SOCKET, &ClientMessage::Unsubscribe { topic });
    assert_eq!(stage.server.publish(stage.now), []);
    for message in [
        ClientMessage::Unsubscribe {
            topic: "other".to_owned(),
        },
        ClientMessage::Subscribe {
            topic: "other".to_owned(),
            after: None,
        },
    ] {
        assert_eq!(stage.say(SOCKET, &message), [error("unknown_topic")]);
    }
    stage.say(SOCKET, &subscribe(Some(4)));
    assert_eq!(stage.server.publish(stage.now).len(), 1);
    stage.server.lose_socket(SOCKET);
    assert_eq!(stage.server.publish(stage.now), []);
}

#[test]
fn the_ring_of_updates_is_bounded() {
    let mut stage = Stage::new().logged_in();
    stage.connect(SOCKET);
    for _ in 0..200 {
        stage.server.publish(stage.now);
    }
    let seqs = updates(&stage.say(SOCKET, &subscribe(Some(3))));
    assert_eq!(
        (seqs.len(), seqs.first(), seqs.last()),
        (120, Some(&81), Some(&200))
    );
}

#[test]
fn a_token_is_announced_renewed_and_closes_at_last() {
    let mut stage = Stage::new().logged_in();
    stage.connect(SOCKET);
    stage.pass(240);
    let notice = |rest| {
        Sent::Message(Push::AuthExpiringSoon {
            remaining: seconds(rest),
        })
    };
    assert_eq!(stage.heard(), [notice(60)]);
    stage.refresh();
    let token = stage.access.expect("a token").to_secret();
    let heard = stage.say(SOCKET, &ClientMessage::AuthRefresh { token });
    assert!(matches!(heard[..], [Sent::Message(Push::AuthOk { .. })]));
    stage.pass(309);
    assert_eq!(stage.heard(), [notice(0)]);
    stage.pass(1);
    let code = CloseCode::AUTH_TIMEOUT;
    assert_eq!(stage.heard(), [close(code, "access token ended")]);
    assert!(stage.family().is_living(), "the session did not end");
}

#[test]
fn another_session_on_an_open_socket_is_refused_and_closes_it() {
    let mut stage = Stage::new().logged_in();
    stage.connect(SOCKET);
    stage.jar.clear();
    stage.call(Call::login(&UserId(2).credentials(false)));
    let token = stage.access.expect("a token").to_secret();
    let heard = stage.say(SOCKET, &ClientMessage::AuthRefresh { token });
    let code = CloseCode::FORBIDDEN;
    assert_eq!(heard, [error("forbidden"), close(code, "forbidden")]);
    let token = stage.access.expect("a token").to_secret();
    assert_eq!(
        stage.say(SOCKET, &ClientMessage::AuthRefresh { token }),
        [],
        "it is closed"
    );
}

#[test]
fn a_bad_renewal_keeps_the_socket() {
    let mut stage = Stage::new().logged_in();
    stage.connect(SOCKET);
    let heard = stage.say(SOCKET, &ClientMessage::AuthRefresh { token: forged() });
    assert_eq!(heard, [error("invalid_token")]);
    assert_eq!(stage.server.sockets().len(), 1);
}

#[test]
fn a_revocation_closes_all_sockets_of_the_session_and_no_other() {
    let mut stage = Stage::new().logged_in();
    stage.connect(SOCKET);
    stage.connect(OTHER);
    stage.jar.clear();
    stage.log_in();
    stage.connect(ConnectionId(3));
    let events = stage
        .server
        .end(FIRST, EndReason::AccountDisabled, stage.now);
    let heard: Vec<_> = events.iter().map(|event| event.sent).collect();
    assert_eq!(heard, [expired(EndReason::AccountDisabled); 2].concat());
    let left: Vec<_> = stage.server.sockets().keys().copied().collect();
    assert_eq!(left, [ConnectionId(3)]);
}

#[test]
fn a_restart_is_announced() {
    let mut stage = Stage::new().logged_in();
    stage.connect(SOCKET);
    let within = seconds(20);
    let events = stage.server.shut_down(within);
    let heard: Vec<_> = events.iter().map(|event| event.sent).collect();
    let goodbye = Sent::Message(Push::GoingAway { within });
    assert_eq!(
        heard,
        [goodbye, close(CloseCode::SERVICE_RESTART, "restart")]
    );
    assert_eq!(stage.server.crash(), []);
}
