//! The rotation contract, RC1 to RC9.

use std::time::Duration;

use session_core::HttpFailure;
use session_protocol::EndReason;
use session_simulator::{
    bug::BugSet,
    server::{Call, Fault, Mark, Party, Policy, Reissues, Response, SetCookie, UserId},
};

use crate::support::{FIRST, Stage, code, seconds};

/// Sets the cookie to this generation.
fn sets(response: &Response) -> Option<u32> {
    let mut tokens = response.set_cookies.iter().filter_map(|set| set.token);
    tokens.next().map(|token| token.generation)
}

#[test]
fn rc2_a_refresh_replaces_the_token_by_its_successor() {
    let mut stage = Stage::new().logged_in();
    stage.pass(240);
    let response = stage.refresh();
    assert_eq!((response.status, sets(&response)), (200, Some(1)));
    assert_eq!(stage.held_generation(), Some(1));
    let token = response.access_token().expect("a token comes");
    assert_eq!((token.family, token.generation), (FIRST, 1));
    assert_eq!(token.remaining(stage.now), seconds(300));
}

#[test]
fn rc2_of_two_refreshes_in_flight_one_rotates() {
    let mut stage = Stage::new().logged_in();
    stage.pass(240);
    let request = stage.request(Call::Refresh);
    let begin = |stage: &mut Stage| {
        let begun = stage.server.begin_refresh(request.clone(), stage.now);
        begun.expect("no fault is planned")
    };
    let (one, other) = (begin(&mut stage), begin(&mut stage));
    let outcome = stage.server.commit_refresh(other, stage.now);
    assert_eq!(sets(&stage.note(outcome)), Some(1));
    let outcome = stage.server.commit_refresh(one, stage.now);
    let response = stage.note(outcome);
    assert_eq!((response.status, sets(&response)), (200, None));
    assert_eq!(stage.family().generation, 1);
}

#[test]
fn rc3_the_predecessor_is_tolerated_inside_the_grace_without_a_cookie() {
    let mut stage = Stage::new().rotated();
    stage.refresh();
    stage.pass(29);
    let response = stage.present(Party::Owner, 1);
    assert_eq!((response.status, response.set_cookies.len()), (200, 0));
    let token = response.access_token().expect("a token comes");
    assert_eq!(token.generation, 1, "it tells nothing about the successor");
    assert!(stage.family().seen_at.is_none());
}

#[test]
fn rc3_an_over_budget_predecessor_is_told_to_wait_and_no_thief() {
    let mut stage = Stage::new().rotated();
    stage.refresh();
    for _ in 0..5 {
        assert_eq!(stage.present(Party::Owner, 1).status, 200);
    }
    stage.now += Duration::from_millis(9_500);
    let response = stage.present(Party::Owner, 1);
    assert_eq!(code(&response), (429, "rate_limited"));
    assert_eq!(response.retry_after, Some(seconds(21)), "whole seconds");
    stage.now += Duration::from_millis(500);
    let response = stage.present(Party::Owner, 1);
    assert_eq!(response.retry_after, Some(seconds(20)));
    assert!(stage.family().is_living());
    stage.now += seconds(20);
    assert_eq!(sets(&stage.present(Party::Owner, 1)), Some(2));
}

#[test]
fn rc3_a_lost_answer_is_given_again_after_the_grace() {
    let mut stage = Stage::new().rotated();
    stage.call_and_lose(Call::Refresh);
    stage.pass(30);
    let response = stage.refresh();
    assert_eq!(sets(&response), Some(2), "the same successor");
    assert!(stage.family().reissued);
    assert_eq!(stage.read().status, 200);
    stage.pass(30);
    assert_eq!(sets(&stage.refresh()), Some(3));
}

#[test]
fn rc3_a_second_lost_answer_is_no_theft() {
    let mut stage = Stage::new().rotated();
    for _ in 0..4 {
        stage.call_and_lose(Call::Refresh);
        stage.pass(30);
    }
    assert_eq!(sets(&stage.refresh()), Some(2));
    assert!(!stage.family().ledger.has(Mark::Alarmed));
}

#[test]
fn rc3_once_a_generation_the_second_lost_answer_ends_an_honest_session() {
    let policy = Policy {
        reissues: Reissues::Once,
        ..Policy::default()
    };
    let mut stage = Stage::with(policy, BugSet::NONE).rotated();
    for _ in 0..2 {
        stage.call_and_lose(Call::Refresh);
        stage.pass(30);
    }
    let request = stage.request(Call::Refresh);
    let response = stage.server.handle(request, stage.now).response;
    assert_eq!(code(&response), (401, "reuse_detected"));
    let broken = session_simulator::server::invariants::s4_no_alarm_without_theft(&stage.server);
    assert_eq!(broken.expect_err("nobody stole").invariant, "S4");
}

#[test]
fn rc3_a_reissue_begins_a_new_grace_for_the_tabs_that_race_it() {
    let mut stage = Stage::new().rotated();
    stage.call_and_lose(Call::Refresh);
    stage.pass(30);
    let request = stage.request(Call::Refresh);
    assert_eq!(sets(&stage.carry_out(request.clone())), Some(2));
    assert_eq!(stage.carry_out(request).status, 200);
}

#[test]
fn rc4_a_predecessor_after_the_grace_is_reuse_once_the_successor_was_seen() {
    type Use = fn(&mut Stage) -> Response;
    let uses: [Use; 4] = [
        Stage::read,
        |stage| stage.present(Party::Owner, 2),
        |stage| {
            stage.access = None;
            stage.call(Call::AskSession)
        },
        |stage| stage.call(Call::Extend),
    ];
    for use_it in uses {
        let mut stage = Stage::new().rotated();
        stage.refresh();
        assert_eq!(use_it(&mut stage).status, 200);
        stage.server.note_rolled_back([FIRST]);
        stage.now += seconds(30);
        let response = stage.present(Party::Owner, 1);
        assert_eq!(code(&response), (401, "reuse_detected"));
        let name = stage.server.cookie_name(FIRST);
        assert_eq!(response.set_cookies, [SetCookie::delete(name)]);
        assert_eq!(code(&stage.refresh()), (401, "reuse_detected"));
    }
}

#[test]
fn rc4_anything_but_current_and_predecessor_is_reuse_at_once() {
    for generation in [0, 3] {
        let mut stage = Stage::new().rotated();
        stage.refresh();
        let response = stage.present(Party::Thief, generation);
        assert_eq!(code(&response), (401, "reuse_detected"), "{generation}");
    }
}

#[test]
fn rc5_the_current_token_does_not_rotate_inside_the_grace() {
    let mut stage = Stage::new().rotated();
    stage.refresh();
    for _ in 0..20 {
        stage.pass(1);
        let response = stage.refresh();
        assert_eq!((response.status, response.set_cookies.len()), (200, 0));
        let token = response.access_token().expect("a token comes");
        assert_eq!(token.generation, 2);
    }
    assert_eq!(stage.family().generation, 2);
    stage.pass(10);
    assert_eq!(sets(&stage.refresh()), Some(3));
}

#[test]
fn rc6_the_newest_living_family_counts_and_the_older_ones_end() {
    let mut stage = Stage::new().logged_in();
    let old = stage.jar.clone();
    stage.jar.clear();
    stage.log_in();
    stage.jar.extend(old);
    stage.pass(60);
    let response = stage.refresh();
    assert_eq!(sets(&response), Some(1));
    assert_eq!(stage.ended(), Some(EndReason::Replaced));
    let name = stage.server.cookie_name(FIRST);
    assert!(response.set_cookies.contains(&SetCookie::delete(name)));
    let held: Vec<_> = stage.jar.values().map(|token| token.family.0).collect();
    assert_eq!(held, [2]);
}

#[test]
fn rc6_a_stale_cookie_of_an_older_family_is_a_theft_all_the_same() {
    let mut stage = Stage::new().rotated();
    let behind = stage.jar.clone();
    stage.refresh();
    stage.read();
    stage.jar.clear();
    stage.log_in();
    stage.jar.extend(behind);
    stage.pass(30);
    stage.server.note_rolled_back([FIRST]);
    assert_eq!(stage.refresh().status, 200);
    assert_eq!(stage.ended(), Some(EndReason::ReuseDetected));
    assert_eq!(stage.jar.len(), 1);
}

#[test]
fn rc6_an_answer_deletes_only_cookies_of_dead_families() {
    let mut stage = Stage::new().logged_in();
    let old = stage.jar.clone();
    stage.jar.clear();
    stage.log_in();
    stage.jar.extend(old);
    let (now, reason) = (stage.now, EndReason::Revoked);
    stage.server.end(FIRST, reason, now);
    stage.pass(60);
    let response = stage.refresh();
    let deleted = response
        .set_cookies
        .iter()
        .filter(|set| set.token.is_none());
    let deleted: Vec<_> = deleted.map(|set| set.name).collect();
    assert_eq!(deleted, [stage.server.cookie_name(FIRST)]);
    assert_eq!((response.status, stage.jar.len()), (200, 1));
    let again = stage.refresh();
    assert!(again.set_cookies.is_empty());
}

#[test]
fn rc6_the_name_of_a_cookie_tells_its_family() {
    let mut stage = Stage::new().logged_in();
    let late = stage.call_and_lose(Call::Logout { session: None });
    stage.jar.clear();
    stage.call(Call::login(&UserId(2).credentials(false)));
    stage.arrive(&late);
    assert_eq!(stage.refresh().status, 200, "the late answer harms nobody");
}

#[test]
fn rc8_no_fault_says_that_the_session_ended() {
    let retry_after = seconds(3);
    for fault in [
        Fault::Unavailable,
        Fault::Internal,
        Fault::RateLimited { retry_after },
        Fault::Garbled,
        Fault::InvalidToken,
        Fault::Stranger,
    ] {
        let mut stage = Stage::new().logged_in();
        stage.server.plan_fault(fault, None, 1);
        let response = stage.refresh();
        let failure = response.failure().expect("a fault is a failure");
        assert!(!response.is_success() && failure.end_reason().is_none());
        assert!(response.set_cookies.is_empty());
        assert_eq!(stage.refresh().status, 200, "{fault:?}");
    }
}

#[test]
fn rc9_a_logout_between_read_and_commit_wins() {
    let mut stage = Stage::new().logged_in();
    stage.pass(240);
    let request = stage.request(Call::Refresh);
    let begun = stage.server.begin_refresh(request, stage.now);
    let pending = begun.expect("no fault is planned");
    assert_eq!(stage.call(Call::Logout { session: None }).status, 204);
    let outcome = stage.server.commit_refresh(pending, stage.now);
    let response = stage.note(outcome);
    assert_eq!(code(&response), (401, "logged_out"));
    let failure = response
        .failure()
        .as_ref()
        .and_then(HttpFailure::end_reason);
    assert_eq!(failure, Some(EndReason::LoggedOut));
    assert_eq!(stage.family().generation, 0);
}
