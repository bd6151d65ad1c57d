//! Each seeded bug of the server, seen by a scenario that is fine without it.

use session_protocol::{ClientMessage, EndReason};
use session_simulator::{
    bug::{Bug, BugSet},
    server::{Call, Party, Policy, invariants},
};

use crate::support::{FIRST, SOCKET, Stage, code, seconds};

/// Names of the broken invariants.
fn broken(stage: &Stage) -> Vec<&'static str> {
    let found = invariants::ALL
        .into_iter()
        .map(|invariant| invariant(&stage.server));
    found
        .filter_map(Result::err)
        .map(|violation| violation.invariant)
        .collect()
}

#[test]
fn b1_without_a_grace_two_honest_tabs_are_a_thief() {
    let mut stage = Stage::with_bug(Bug::NoGrace).rotated();
    let request = stage.request(Call::Refresh);
    assert_eq!(stage.carry_out(request.clone()).status, 200);
    assert_eq!(code(&stage.carry_out(request)), (401, "reuse_detected"));
    assert_eq!(broken(&stage), ["S4"]);
}

#[test]
fn b2_with_grace_for_ancestors_a_thief_follows_the_chain() {
    let mut stage = Stage::with_bug(Bug::GraceForAncestors).rotated();
    assert_eq!(broken(&stage), Vec::<&str>::new(), "there is one ancestor");
    stage.refresh();
    assert_eq!(broken(&stage), ["S3"]);
    assert_eq!(stage.present(Party::Thief, 0).status, 200);
    stage.pass(30);
    assert_eq!(stage.present(Party::Thief, 0).set_cookies.len(), 1);
    assert_eq!(broken(&stage), ["S3", "S5"]);
}

#[test]
fn b3_the_loser_of_a_race_deletes_the_cookie_of_the_winner() {
    let mut stage = Stage::with_bug(Bug::LoserClearsCookie).rotated();
    let request = stage.request(Call::Refresh);
    let winner = stage.carry_out(request.clone());
    let again = stage.present(Party::Owner, 2);
    assert_eq!(again.set_cookies.len(), 0, "the current token lost no race");
    let loser = stage.carry_out(request);
    stage.arrive(&winner);
    stage.arrive(&loser);
    assert_eq!(stage.held_generation(), None, "everybody is logged out");
    assert_eq!(broken(&stage), ["S11"]);
}

#[test]
fn b4_a_late_answer_of_an_ended_session_takes_the_cookie_of_the_next() {
    let mut stage = Stage::with_bug(Bug::OneCookieName).rotated();
    let late = stage.call_and_lose(Call::Refresh);
    stage.call(Call::logout("s1"));
    stage.log_in();
    let held = stage.jar.values().next().copied();
    stage.arrive(&late);
    let written = stage.jar.values().next().copied();
    let write = invariants::s11_jar_write(&stage.server, held, written, stage.now);
    assert_eq!(write.expect_err("the cookie is lost").invariant, "S11");
    assert_eq!(code(&stage.refresh()), (401, "logged_out"));
}

#[test]
fn b5_without_compare_and_set_two_refreshes_in_flight_both_rotate() {
    let mut stage = Stage::with_bug(Bug::NoCompareAndSet).rotated();
    let request = stage.request(Call::Refresh);
    let begin = |stage: &mut Stage| stage.server.begin_refresh(request.clone(), stage.now);
    let (one, other) = (begin(&mut stage), begin(&mut stage));
    let tokens = [one, other].map(|pending| {
        let pending = pending.expect("no fault is planned");
        let response = stage.server.commit_refresh(pending, stage.now).response;
        response.set_cookies[0].token.map(|token| token.generation)
    });
    assert_eq!(tokens, [Some(2), Some(3)]);
    assert_eq!(broken(&stage), ["S18"]);
}

#[test]
fn b5_without_compare_and_set_a_refresh_survives_a_logout() {
    let mut stage = Stage::with_bug(Bug::NoCompareAndSet).rotated();
    let request = stage.request(Call::Refresh);
    let pending = stage.server.begin_refresh(request, stage.now);
    stage.call(Call::logout("s1"));
    let pending = pending.expect("no fault is planned");
    let response = stage.server.commit_refresh(pending, stage.now).response;
    assert_eq!(response.status, 200);
    assert_eq!(broken(&stage), ["S1"]);
}

#[test]
fn b5_a_session_past_its_limit_is_not_read() {
    let mut stage = Stage::with_bug(Bug::NoCompareAndSet).logged_in();
    stage.now += seconds(1800);
    assert_eq!(code(&stage.refresh()), (401, "session_expired"));
    assert_eq!(broken(&stage), Vec::<&str>::new());
}

#[test]
fn b6_a_rotation_extends_the_absolute_limit() {
    let mut stage = Stage::with_bug(Bug::RotationExtendsAbsolute).logged_in();
    stage.pass(240);
    stage.refresh();
    assert_eq!(broken(&stage), ["S2"]);
}

#[test]
fn b11_a_heartbeat_keeps_an_idle_session_alive() {
    let mut stage = Stage::with_bug(Bug::HeartbeatIsActivity).logged_in();
    stage.connect(SOCKET);
    for _ in 0..10 {
        stage.pass(200);
        stage.refresh();
        let token = stage.access.expect("a token").to_secret();
        stage.say(SOCKET, &ClientMessage::AuthRefresh { token });
        stage.say(SOCKET, &ClientMessage::Heartbeat);
    }
    assert!(stage.family().is_living() && stage.server.is_over(FIRST, stage.now));
    assert_eq!(broken(&stage), ["S1", "S17"]);
}

#[test]
fn a_shortened_limit_ends_a_session_early() {
    let mut stage = Stage::with_bug(Bug::RotationExtendsAbsolute);
    let remembered = crate::support::USER.credentials(true);
    stage.call(Call::login(&remembered));
    for _ in 0..26 * 15 {
        stage.pass(240);
        stage.call(Call::Extend);
        if stage.now == seconds(1_000 + 240) {
            stage.refresh();
        }
    }
    assert_eq!(stage.ended(), Some(EndReason::AbsoluteTimeout));
    assert!(broken(&stage).contains(&"S6"));
}

#[test]
fn bugs_are_numbered_and_switched_one_by_one() {
    let numbers: Vec<_> = Bug::ALL.into_iter().map(Bug::number).collect();
    assert_eq!(numbers, (1..=16).collect::<Vec<_>>());
    for bug in Bug::ALL {
        let set = BugSet::from(bug).with(bug);
        let others = Bug::ALL.into_iter().filter(|other| set.has(*other));
        assert_eq!(others.collect::<Vec<_>>(), [bug]);
    }
    let of_server = Bug::ALL.into_iter().filter(|bug| bug.of_client().is_none());
    let numbers: Vec<_> = of_server.map(Bug::number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 11]);
    for bug in Bug::ALL {
        let of_client = bug.of_client().map(|seeded| format!("{seeded:?}"));
        assert!(of_client.is_none_or(|name| name == format!("{bug:?}")));
    }
    assert!(!BugSet::NONE.has(Bug::NoGrace));
    let server = session_simulator::server::Server::new(Policy::default(), BugSet::NONE);
    assert_eq!(server.policy().grace, seconds(30));
}
